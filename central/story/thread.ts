import { backoff } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { readContent } from '../../shared/codec.ts';
import { asOne, type Database, faultOf } from '../../shared/database.ts';
import type { Content } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import type { Logger } from '../../shared/log.ts';
import { nextTurn } from '../../shared/loop.ts';
import { openLineage } from './lineage.ts';

export const threadMigrations = [
  `
  CREATE TABLE thread (                          -- which facts name what a person may ask for
    word     TEXT    NOT NULL,                   -- 'order:…', 'lot:…', 'serial:…', 'hold:…', 'id:…'
    position INTEGER NOT NULL,                   -- of the fact in the ledger
    PRIMARY KEY (word, position)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE threaded (                        -- up to where the ledger was looked through
    position INTEGER NOT NULL
  ) STRICT;
  INSERT INTO threaded VALUES (0);
  CREATE INDEX link_target ON link (target, source);
  CREATE INDEX posting_document ON posting (document) WHERE document IS NOT NULL;
  `,
];

/** Facts that are looked through in one transaction. */
const pageMax = 500;

type Row = Readonly<{ position: number; line: number; isAgain: 0 | 1; bytes: Buffer }>;
export type Thread = ReturnType<typeof openThread>;

const texts = (value: unknown): string[] => (typeof value === 'string' ? [value] : []);
const lotsIn = (list: unknown): string[] =>
  Array.isArray(list)
    ? list.flatMap((one) => texts(typeof one === 'string' ? one : (one as { lot?: unknown }).lot))
    : [];

/** Everything by which a fact may be asked for. */
export function wordsOf(fact: Content): ReadonlySet<string> {
  if (fact.type === 'DeskActed') {
    // Under words of their own: no lot, order or line is touched by what was said of it here.
    return new Set(fact.body.about.map(({ kind, name }) => `act:${kind}:${name}`));
  }
  const body = fact.body as Readonly<Record<string, unknown>>;
  const { order, lot, serial, correlationId, causationId, commandId } = fact;
  const lots = [...texts(lot), ...lotsIn(body['children']), ...lotsIn(body['parents'])];
  const ids = [correlationId, causationId, commandId, body['original']].flatMap(texts);
  return new Set([
    ...texts(order).map((name) => `order:${name}`),
    ...[...lots, ...lotsIn(body['lots'])].map((name) => `lot:${name}`),
    ...texts(serial).map((name) => `serial:${name}`),
    ...texts(body['hold']).map((name) => `hold:${name}`),
    ...ids.map((name) => `id:${name}`),
  ]);
}

/**
 * An index of the ledger behind a cursor of its own: it costs the ledger nothing as facts come, and
 * is read on when somebody asks or nothing else is to be done. What a newer version has stated and
 * this one cannot read is passed over.
 */
export function openThread(db: Database) {
  const cursor = db.prepare<[], number>('SELECT position FROM threaded').pluck();
  const move = db.prepare('UPDATE threaded SET position = ?');
  const add = db.prepare('INSERT INTO thread VALUES (?, ?) ON CONFLICT DO NOTHING');
  const page = db.prepare<[number, number], Row>(
    `SELECT position, line, event_id IS NULL AS isAgain, bytes FROM fact
     WHERE position > ? ORDER BY position LIMIT ?`,
  );
  const last = db.prepare<[], number>('SELECT coalesce(max(position), 0) FROM fact').pluck();
  const found = db
    .prepare<[string, number, number], number>(
      'SELECT position FROM thread WHERE word = ? AND position > ? ORDER BY position LIMIT ?',
    )
    .pluck();
  const behind = (): number => last.get()! - cursor.get()!;
  const lineage = openLineage(db);

  const readOn = asOne(
    db,
    () => {
      const rows = page.all(cursor.get()!, pageMax);
      for (const { position, line, isAgain, bytes } of rows) {
        const fact = isAgain ? undefined : readContent(bytes);
        if (!fact) continue;
        const words = wordsOf(fact);
        for (const word of words) add.run(word, position);
        lineage.note(fact, words, line, position);
      }
      lineage.save();
      const end = rows.at(-1);
      if (end) move.run(end.position);
      return rows.length;
    },
    lineage.undone,
  );

  /** Reads one page on; how many facts it was. Throws Fault FULL when the disk does not take it. */
  function next(): number {
    try {
      return behind() > 0 ? readOn() : 0;
    } catch (error) {
      throw faultOf(error, db.name);
    }
  }

  return {
    /** Facts that were not looked through yet. */
    behind,
    readOn: next,
    /** Reads on, other work between, until nothing is left or so many facts were read. */
    async catchUp(factsMax: number): Promise<void> {
      for (let read = 0; read < factsMax; ) {
        const count = next();
        if (count === 0) return;
        read += count;
        await nextTurn();
      }
    },
    /** Positions of facts that name it, behind `after`, at most so many. */
    find: (word: string, after: number, limit: number): number[] => found.all(word, after, limit),
    has: (word: string): boolean => found.get(word, 0, 1) !== undefined,
  };
}

/** Pause behind a page, ms, so that the ledger comes first; and while nothing is to be read. */
const pageMs = 100;
const idleMs = 1_000;

type Parts = Readonly<{
  /** Whoever reads the ledger at its own pace; a page of 500 facts at most. */
  reader: Pick<Thread, 'readOn'>;
  /** What it is read for. */
  what: string;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}>;

/** Keeps an index near the ledger, at most 5,000 facts a second, until `signal` aborts. */
export async function follow({ reader, what, clock, log, signal }: Parts): Promise<void> {
  for (let failures = 0; !signal.aborted; ) {
    try {
      const read = reader.readOn();
      failures = 0;
      await clock.sleep(read > 0 ? pageMs : idleMs, signal);
    } catch (error) {
      if (!(error instanceof Fault && error.retry)) throw error;
      log.warn({ what, reason: error.message }, 'the ledger is not looked through now');
      await clock.sleep(backoff(++failures), signal);
    }
  }
}
