import { genesis } from '../../shared/codec.ts';
import type { Database } from '../../shared/database.ts';
import { type Epochs, epochsMax, type HistoryAsk } from '../../shared/enrol.ts';
import { encodeSegment, segmentBytesMax, segmentFactsMax } from '../../shared/segment.ts';

type Row = { sequence: number; bytes: Buffer; hash: Buffer };
export type Archive = ReturnType<typeof openArchive>;

/** What the ledger holds of a line, to be read by a store that has lost it; reads only. */
export function openArchive(db: Database) {
  const line = db.prepare<[string], { id: number; epoch: number }>(
    'SELECT id, epoch FROM line WHERE path = ?',
  );
  const last = db
    .prepare<[number, number], number | null>(
      'SELECT max(sequence) FROM fact WHERE line = ? AND epoch = ?',
    )
    .pluck();
  const hash = db
    .prepare<[number, number, number], Buffer>(
      'SELECT hash FROM fact WHERE line = ? AND epoch = ? AND sequence = ?',
    )
    .pluck();
  const range = db.prepare<[number, number, number, number], Row>(
    `SELECT sequence, bytes, hash FROM fact WHERE line = ? AND epoch = ? AND sequence > ?
     ORDER BY sequence LIMIT ?`,
  );

  const linkAt = (path: string, epoch: number, sequence: number): Buffer | undefined => {
    if (sequence === 0) return genesis(path, epoch);
    const row = line.get(path);
    return row && hash.get(row.id, epoch, sequence);
  };

  /** The line's epochs that have facts, each with its last sequence; the newest ones. */
  function epochs(path: string): Epochs {
    const row = line.get(path);
    if (!row) return [];
    const first = Math.max(1, row.epoch - epochsMax + 1);
    return Array.from({ length: row.epoch - first + 1 }, (_, index) => first + index).flatMap(
      (epoch) => {
        const sequence = last.get(row.id, epoch);
        return sequence ? [{ epoch, last: sequence }] : [];
      },
    );
  }

  /** The facts behind a place, as far as one segment carries; empty for none. */
  function facts(path: string, epoch: number, after: number): Buffer {
    const row = line.get(path);
    const before = linkAt(path, epoch, after);
    const rows: Row[] = [];
    let bytes = 0;
    for (const fact of row ? range.iterate(row.id, epoch, after, segmentFactsMax) : []) {
      bytes += fact.bytes.length + 5;
      if (bytes > segmentBytesMax && rows.length > 0) break;
      rows.push(fact);
    }
    const end = rows.at(-1);
    if (!end || !before) return Buffer.alloc(0);
    const given = rows.map((fact) => fact.bytes);
    return encodeSegment({
      ...{ line: path, epoch, first: after + 1, before, after: end.hash, facts: given },
    });
  }

  return {
    /** The answer's bytes: JSON, or a segment for facts. */
    answer(path: string, { want, epoch = 1, sequence = 0 }: HistoryAsk): Uint8Array {
      if (want === 'facts') return facts(path, epoch, sequence);
      const told =
        want === 'epochs'
          ? { epochs: epochs(path) }
          : { hash: linkAt(path, epoch, sequence)?.toString('hex') };
      return Buffer.from(JSON.stringify(told));
    },
  };
}
