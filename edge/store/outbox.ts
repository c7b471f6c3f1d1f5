import { decodeContent, genesis } from '../../shared/codec.ts';
import { type Database, faultOf } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import { type Segment, segmentBytesMax, segmentFactsMax } from '../../shared/segment.ts';

export type Marks = { epoch: number; sent: number; kept: number; head: number };
export type Outbox = ReturnType<typeof openOutbox>;

type LineRow = { id: number; epoch: number; sent: number; kept: number };
type EventRow = { sequence: number; bytes: Buffer; hash: Buffer };
/** A fact as it is stored, with the chain's link after it. */
export type Stored = Readonly<EventRow>;

/**
 * What central is still owed: two cursors a line over the store, not a second copy of it.
 *
 * `sent` follows the stream's word and drives sending; `kept` follows central's own word, that its
 * ledger holds the fact, and alone permits forgetting. A stream may lose what it acknowledged.
 */
export function openOutbox(db: Database) {
  const line = db.prepare<[string], LineRow>('SELECT * FROM line WHERE path = ?');
  const head = db
    .prepare<[number, number], number>(
      `SELECT sequence FROM event WHERE line = ? AND epoch = ?
       ORDER BY sequence DESC LIMIT 1`,
    )
    .pluck();
  const hash = db
    .prepare<[number, number, number], Buffer>(
      'SELECT hash FROM event WHERE line = ? AND epoch = ? AND sequence = ?',
    )
    .pluck();
  const forgotten = db.prepare<[number, number], Pick<EventRow, 'sequence' | 'hash'>>(
    'SELECT sequence, hash FROM forgotten WHERE line = ? AND epoch = ?',
  );
  const range = db.prepare<[number, number, number, number, number], EventRow>(
    `SELECT sequence, bytes, hash FROM event
     WHERE line = ? AND epoch = ? AND sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?`,
  );
  const newest = db.prepare<[number, number, number, number], EventRow>(
    `SELECT sequence, bytes, hash FROM event
     WHERE line = ? AND epoch = ? AND sequence > ? ORDER BY sequence DESC LIMIT ?`,
  );
  const naming = db.prepare<[number, number, number, number, Buffer], EventRow>(
    `SELECT sequence, bytes, hash FROM event
     WHERE line = ? AND epoch = ? AND sequence > ? AND sequence <= ? AND instr(bytes, ?) > 0
     ORDER BY sequence DESC`,
  );
  const send = db.prepare('UPDATE line SET sent = max(kept, ?) WHERE path = ? AND epoch = ?');
  const keep = db.prepare(
    `UPDATE line SET sent = max(sent, :kept), kept = :kept
     WHERE path = :path AND epoch = :epoch AND kept < :kept`,
  );
  /** Throws Fault FULL when the disk does not take it. */
  const write = (work: () => unknown): void => {
    try {
      work();
    } catch (error) {
      throw faultOf(error, db.name);
    }
  };
  const rowOf = (path: string): LineRow => {
    const row = line.get(path);
    if (row) return row;
    throw new Fault('UNKNOWN', `line: ${path} is no line of this edge`);
  };

  /** The chain's link at a place; undefined where there is no such fact, or it is forgotten. */
  const linkAt = (path: string, sequence: number): Buffer | undefined => {
    const { id, epoch } = rowOf(path);
    if (sequence === 0) return genesis(path, epoch);
    const known = hash.get(id, epoch, sequence);
    if (known) return known;
    const last = forgotten.get(id, epoch);
    return last?.sequence === sequence ? last.hash : undefined;
  };

  /** The facts after `after` up to `last`, as far as one segment carries; undefined for none. */
  function segment(path: string, after: number, last: number): Segment | undefined {
    const { id, epoch } = rowOf(path);
    const before = linkAt(path, after);
    const rows: EventRow[] = [];
    let bytes = 0;
    for (const row of range.iterate(id, epoch, after, last, segmentFactsMax)) {
      bytes += row.bytes.length + 5;
      if (bytes > segmentBytesMax && rows.length > 0) break;
      if (row.sequence !== after + rows.length + 1) break; // what was before it is forgotten
      rows.push(row);
    }
    const end = rows.at(-1);
    if (!end || !before) return undefined;
    const facts = rows.map((row) => row.bytes);
    return { line: path, epoch, first: after + 1, before, after: end.hash, facts };
  }

  return {
    segment,
    linkAt,

    /** When the oldest fact that the stream has not taken was recorded, Unix ms. */
    oldestUnsentMs(path: string): number | undefined {
      const { id, epoch, sent } = rowOf(path);
      const row = range.get(id, epoch, sent, sent + 1, 1);
      return row && decodeContent(row.bytes).recordedMs;
    },

    marks(path: string): Marks {
      const { id, epoch, sent, kept } = rowOf(path);
      const last = head.get(id, epoch) ?? forgotten.get(id, epoch)?.sequence ?? 0;
      return { epoch, sent, kept, head: last };
    },

    /** The newest facts after `after`, the newest first. */
    newest(path: string, after: number, limit: number): Stored[] {
      const { id, epoch } = rowOf(path);
      return newest.all(id, epoch, after, limit);
    },

    /** Facts after `after` up to `last` whose bytes have this word in them, the newest first. */
    naming(path: string, after: number, last: number, word: string): Stored[] {
      const { id, epoch } = rowOf(path);
      return naming.all(id, epoch, after, last, Buffer.from(word));
    },

    /** The oldest facts that the stream has not taken. */
    next(path: string): Segment | undefined {
      return segment(path, rowOf(path).sent, Number.MAX_SAFE_INTEGER);
    },

    /** The stream holds everything up to `sequence`, and nothing after; never below `kept`. */
    setSent(path: string, epoch: number, sequence: number): void {
      write(() => send.run(sequence, path, epoch));
    },

    /** Central's ledger holds everything up to `sequence`. Late or repeated word is harmless. */
    keep(path: string, epoch: number, sequence: number): void {
      write(() => keep.run({ path, epoch, kept: sequence }));
    },
  };
}
