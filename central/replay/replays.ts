import { hash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { asOne, type Database, faultOf, openDatabase } from '../../shared/database.ts';
import type { Environment } from '../../shared/environment.ts';
import { Fault } from '../../shared/fault.ts';
import type { Counted, Difference, Entry, Replayed } from '../../shared/replay.ts';
import { migrations } from '../memory.ts';
import { compare } from '../posting/difference.ts';
import { type Life, openLife, type Rules } from './replay.ts';
import { replayMigrations } from './tables.ts';

/** Most differences in one answer. */
export const replayedMax = 1_000;
const dayMs = 86_400_000;
const all = [...migrations, ...replayMigrations];

type Row = Readonly<{
  id: string;
  source: string;
  day: string;
  lines: string;
  fromMs: number;
  untilMs: number;
  position: number;
  lastMs: number;
  facts: number;
  dayFacts: number;
  isCompared: 0 | 1;
}>;
/** A replay that stands in its file. */
type Open = Readonly<{ db: Database; life: Life; row: () => Row }>;
type Asked = Readonly<{ source: string; day: string; lines: readonly string[] }>;
type Fed = Readonly<{
  replay: string;
  after: number;
  entries: readonly Entry[];
  isLast: boolean;
}>;
type Parts = Readonly<{
  /** Its file, made anew by each replay; nothing is replayed without one. */
  path: string | undefined;
  environment: Environment;
  rules: Rules;
}>;
export type Replays = ReturnType<typeof openReplays>;

const rowOf = (db: Database) =>
  db.prepare<[], Row>(
    `SELECT id, source, day, lines, from_ms AS fromMs, until_ms AS untilMs, position,
       now_ms AS lastMs, facts, day_facts AS dayFacts, is_compared AS isCompared FROM replay`,
  );

/**
 * Replays days of another central's ledger by the rules of this one, one after the other, in a file
 * beside the ledger: nothing of it is in the ledger here, is told to an edge or goes to an ERP. A
 * replay that was broken off goes on where it was; another day, source or rule begins anew.
 */
export function openReplays({ path, environment, rules }: Parts) {
  let open: Open | undefined;

  /** Throws Fault REFUSED in production, and where no file is named. */
  function place(): string {
    if (environment !== 'test') {
      throw new Fault('REFUSED', 'replay: this central is of production: name one of a test');
    }
    if (path !== undefined) return path;
    throw new Fault('REFUSED', 'replay: config.replayPath must name a file on a local disk');
  }

  function openFile(file: string): Database {
    const db = openDatabase(file, all);
    db.pragma('synchronous = OFF'); // what is lost is fed again
    return db;
  }
  const openedWith = (db: Database): Open | undefined => {
    const read = rowOf(db);
    const row = read.get();
    return row && { db, life: openLife(db, rules, row), row: () => read.get()! };
  };

  /** What stands in the file. */
  function known(): Open | undefined {
    const file = place();
    if (open || file === ':memory:') return open;
    const db = openFile(file);
    open = openedWith(db);
    if (!open) db.close();
    return open;
  }

  function anew(id: string, { source, day, lines }: Asked, fromMs: number): Open {
    const file = place();
    open?.db.close();
    open = undefined;
    for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
    const db = openFile(file);
    db.prepare('INSERT INTO replay VALUES (?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0)').run(
      ...[id, source, day, fromMs, fromMs + dayMs, JSON.stringify(lines)],
    );
    open = openedWith(db)!;
    return open;
  }

  const nameOf = (asked: Asked): string =>
    hash('sha256', JSON.stringify([asked, rules, all.length])).slice(0, 16);

  /** Throws Fault UNKNOWN for another replay than the one that stands here. */
  function one(id: string | undefined): Open {
    const there = known();
    if (there && (id === undefined || there.row().id === id)) return there;
    throw new Fault('UNKNOWN', `replay: ${id ?? 'none'} does not stand here: begin it`);
  }

  function take({ db, life, row }: Open, { after, entries, isLast }: Fed): Row {
    const { position, untilMs, isCompared, lines } = row();
    if (isCompared || position !== after) {
      const where = isCompared ? 'it is compared' : `it goes on behind ${position}`;
      throw new Fault('CONFLICT', `replay: after ${after}: ${where}`);
    }
    const work = asOne(
      db,
      () => {
        const ofDay = life.feed(entries);
        const end = entries.at(-1)?.position ?? position;
        db.prepare(
          `UPDATE replay SET position = ?, now_ms = ?, facts = facts + ?,
             day_facts = day_facts + ?`,
        ).run(end, life.nowMs(), entries.length, ofDay);
        if (!isLast) return;
        life.end();
        compare(db, untilMs, JSON.parse(lines) as string[]);
        db.prepare('UPDATE replay SET is_compared = 1').run();
      },
      life.forget,
    );
    try {
      work();
    } catch (error) {
      throw faultOf(error, db.name);
    }
    return row();
  }

  return {
    /** Where a replay of this day goes on: behind which fact of its source. */
    begin(asked: Asked, isDry: boolean) {
      const fromMs = Date.parse(`${asked.day}T00:00:00Z`);
      const id = nameOf(asked);
      const there = known();
      const row = there?.row();
      const goesOn = row?.id === id && row.isCompared === 0;
      if (isDry) return { replay: id, after: goesOn ? row.position : 0, dryRun: true as const };
      const begun = goesOn ? there! : anew(id, asked, fromMs);
      return { replay: id, after: begun.row().position };
    },

    /**
     * Lives through facts as they came there, and what was made of them. With the last ones all is
     * compared. Throws Fault CONFLICT that names where it stands if it does not go on there.
     */
    feed(fed: Fed, isDry: boolean) {
      const there = one(fed.replay);
      if (isDry) return { replay: fed.replay, after: there.row().position, dryRun: true as const };
      const { position, isCompared } = take(there, fed);
      return { replay: fed.replay, after: position, isCompared: isCompared === 1 };
    },

    /** What the replay has found; throws Fault UNKNOWN for none. */
    told({ after = 0, limit }: Readonly<{ after?: number; limit: number }>): Replayed {
      const { db, row } = one(undefined);
      const { id, source, day, facts, dayFacts, isCompared } = row();
      const rows = db
        .prepare<[number, number], { id: number; body: string }>(
          'SELECT id, body FROM replay_difference WHERE id > ? ORDER BY id LIMIT ?',
        )
        .all(after, limit);
      const rulesSaid = db
        .prepare<[], string>('SELECT body FROM replay_rule ORDER BY rule')
        .pluck()
        .all();
      return {
        ...{ replay: id, source, day, state: isCompared ? 'compared' : 'feeding', facts },
        ...{ factsOfDay: dayFacts, rules: rulesSaid.map((body) => JSON.parse(body) as Counted) },
        differences: rows.map(({ body }) => JSON.parse(body) as Difference),
        next: rows.length === limit ? rows.at(-1)!.id : null,
      };
    },

    close: (): void => void open?.db.close(),
  };
}
