import type { Database } from '../../shared/database.ts';
import { openErasing, type Place } from './erasing.ts';

/** A place in the log, and what the fact behind it follows. */
export type Anchor = Place & Readonly<{ position: number; hash: Buffer; state: Buffer | null }>;
/** A state of all lines that facts say: the last fact before, and whether central has it all. */
export type Carried = Readonly<{ position: number; settled: 0 | 1 }>;
/** A day since 1970, by the edge's clock, and the last fact when it was first seen. */
export type Day = Readonly<{ day: number; position: number }>;

export type Forgotten = ReturnType<typeof openForgotten>;

/** What the store no longer has, and what it needs to know before it may give up more. */
export function openForgotten(db: Database) {
  const all = db.prepare<[], Anchor>('SELECT * FROM forgotten ORDER BY line, epoch');
  const get = db.prepare<[number, number], Anchor>(
    'SELECT * FROM forgotten WHERE line = ? AND epoch = ?',
  );
  const last = db.prepare<[], number | null>('SELECT max(position) FROM forgotten').pluck();
  const sum = db.prepare<[], number>('SELECT coalesce(sum(sequence), 0) FROM forgotten').pluck();

  function at(line: number, epoch: number): Anchor | undefined {
    return get.get(line, epoch);
  }

  return {
    ...openCarried(db),
    ...openDays(db),
    ...openErasing(db),

    /** The last fact that is forgotten, of each line and epoch. */
    all: (): readonly Anchor[] => all.all(),
    at,

    /** How many facts are forgotten. */
    count: (): number => sum.get()!,

    /** Position of the last fact that is forgotten; 0 while nothing is. */
    upTo: (): number => last.get() ?? 0,

    /**
     * What `row` follows in its chain, where `before` is the line's fact that was read before it;
     * undefined for the first of an epoch, and for one that follows nothing that is known.
     */
    before<R extends Anchor>(row: Place, before: R | undefined): R | Anchor | undefined {
      const isNext = (known: Place | undefined): boolean =>
        known?.epoch === row.epoch && known.sequence === row.sequence - 1;
      if (row.sequence === 1 || isNext(before)) return row.sequence === 1 ? undefined : before;
      const anchor = at(row.line, row.epoch);
      return isNext(anchor) ? anchor : undefined;
    },
  };
}

function openCarried(db: Database) {
  const add = db.prepare(
    'INSERT OR REPLACE INTO carried (position, line, epoch, sequence) VALUES (?, ?, ?, ?)',
  );
  const newest = db.prepare<[], Carried>(
    'SELECT position, settled FROM carried ORDER BY position DESC LIMIT 1',
  );
  const base = db
    .prepare<[], number | null>('SELECT max(position) FROM carried WHERE settled = 1')
    .pluck();
  const owed = db.prepare<[number], { path: string }>(
    `SELECT path FROM carried JOIN event AS said ON said.line = carried.line
       AND said.epoch = carried.epoch AND said.sequence = carried.sequence
     JOIN line JOIN event ON event.line = line.id AND event.epoch = line.epoch
       AND event.sequence > line.kept AND event.position <= said.position
     WHERE carried.position = ? LIMIT 1`,
  );
  const withdraw = ['carried', 'day'].map((table) =>
    db.prepare(`DELETE FROM ${table} WHERE position >= ?`),
  );
  const settle = db.prepare('UPDATE carried SET settled = 1 WHERE position = ?');
  const end = db
    .prepare<[], number | null>(
      `SELECT max(said.position) FROM carried JOIN event AS said ON said.line = carried.line
         AND said.epoch = carried.epoch AND said.sequence = carried.sequence WHERE settled = 1`,
    )
    .pluck();

  return {
    /** Notes where the state before `position` was said to its end. Within `commit` only. */
    carry(position: number, { line, epoch, sequence }: Place): void {
      add.run(position, line, epoch, sequence);
    },
    carried: (): Carried | undefined => newest.get(),

    /** Takes back what was noted of facts after `position`, where a store does not begin. */
    withdraw(position: number): void {
      for (const notes of withdraw) notes.run(position);
    },

    /** Facts up to here may be forgotten, as far as their lines allow; 0 for none. */
    base: (): number => base.get() ?? 0,

    /** Where the facts end that say the state which stands for what is forgotten; 0 for none. */
    baseEnd: (): number => end.get() ?? 0,

    /** A line of which central lacks a fact up to the end of the state that was carried. */
    owed: (position: number): string | undefined => owed.get(position)?.path,

    /** Central has all of it. Within `commit` only; the schema refuses it where it has not. */
    settle: (position: number): void => void settle.run(position),
  };
}

function openDays(db: Database) {
  const note = db.prepare('INSERT OR IGNORE INTO day VALUES (?, ?)');
  const newest = db.prepare<[], number | null>('SELECT max(position) FROM day').pluck();
  const back = db.prepare<[number], Day>(
    'SELECT day, position FROM day ORDER BY position DESC LIMIT 1 OFFSET ?',
  );
  const count = db.prepare<[], number>('SELECT count(*) FROM day').pluck();

  return {
    /** Facts were stated on this day, the last one so far at `position`. */
    noteDay(day: number, position: number): void {
      if (position > (newest.get() ?? 0)) note.run(day, position);
    },
    /** The day with so many days of facts behind it; undefined while there are fewer. */
    dayBefore: (days: number): Day | undefined => back.get(days),
    /** Days of facts that are noted. */
    days: (): number => count.get()!,
  };
}
