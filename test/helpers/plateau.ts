import pino from 'pino';
import { migrations as ledgerMigrations, openMemory } from '../../central/memory.ts';
import type { Level } from '../../edge/store/gauge.ts';
import { writeMemory } from '../../edge/store/memory.ts';
import { openRetention } from '../../edge/store/retention.ts';
import { readCommand } from '../../shared/command.ts';
import { openDatabase } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import { type Box, contentsOf, openBox } from './box.ts';
import { command, m01, m02, shop } from './shop.ts';

export const dayMs = 86_400_000;
const log = pino({ level: 'silent' });

/** A box that lives through days, and a ledger that takes what it states. */
export function openPlateau(path: string, keepDays = 3, ledgerPath = ':memory:') {
  const box = openBox(path);
  const { db, store, book, roster, outbox, time } = box;
  const central = openDatabase(ledgerPath, ledgerMigrations);
  const times = { nowMs: () => time.nowMs, waitMs: () => time.nowMs, maxInFlightMs: 1 };
  const { ledger } = openMemory({ db: central, ...times });
  const known: { level: Level; entered: boolean } = { level: 'ok', entered: true };

  function state(work: () => void): boolean {
    try {
      store.commit(work);
      return true;
    } catch (error) {
      roster.rebuild();
      if (error instanceof Fault) return false;
      throw error;
    }
  }
  const retention = openRetention({
    ...{ store, book, roster, keepDays, state, nowMs: () => time.nowMs, log },
    ...{ level: () => known.level, entered: () => known.entered },
  });

  /** Gives central what the lines have stated, and hears that it is kept. */
  function keep(lines = [m01, m02]): void {
    for (const line of lines) {
      for (let segment = outbox.next(line); segment; segment = outbox.next(line)) {
        ledger.accept([{ segment }]);
        const { epoch, first, facts } = segment;
        outbox.setSent(line, epoch, first + facts.length - 1);
        outbox.keep(line, epoch, first + facts.length - 1);
      }
    }
  }

  /** Takes steps until there is none left to take; how many. */
  function settle(most = 1_000): number {
    let steps = 0;
    while (steps < most && retention.step()) {
      steps += 1;
      keep();
    }
    return steps;
  }

  function ask(given: object): void {
    const answer = box.decide(given);
    if (answer.status === 'refused') throw new Error(answer.reason);
  }

  /** A day of an order that is closed at its end, with so many reports, and a refusal. */
  function work(order: string, reports: number): void {
    const of = { order };
    const all = [
      ...[shop.release({}, order), shop.start(of), shop.phase(`R-${order}`, {}, of)],
      ...Array.from({ length: reports }, () => shop.report(`R-${order}`, {}, of)),
      ...[shop.end(`R-${order}`, of), shop.close(order), shop.start(of)],
      command('ChangeEquipmentState', { line: m02 }, { state: 'execute', reason: order }),
    ];
    store.commit(() => {
      for (const given of all) {
        const asked = readCommand(given);
        roster.actor(asked.line).decide(asked);
      }
    });
  }

  /** The next morning, a day's work, and what retention makes of it. */
  function day(order: string, reports = 1_100): void {
    time.nowMs += dayMs;
    retention.step();
    work(order, reports);
    keep();
    settle();
  }

  return {
    ...{ ...box, ...{ retention, known, central, keep, settle, ask, work, day } },
    close(): void {
      db.close();
      central.close();
    },
    facts: () => db.prepare('SELECT count(*) FROM event').pluck().get() as number,
    first: (line: string) =>
      db
        .prepare('SELECT min(sequence) FROM event JOIN line ON line.id = event.line WHERE path = ?')
        .pluck()
        .get(line) as number,
    pages: () => db.pragma('page_count', { simple: true }) as number,
  };
}
export type Plateau = ReturnType<typeof openPlateau>;

/** Everything that a box says and goes on from, to be compared with itself after a restart. */
export const said = (box: Box) => ({
  heads: box.roster.actors.map((actor) => actor.head()),
  failures: box.roster.actors.map((actor) => actor.failure()),
  contents: contentsOf(box),
  bytes: writeMemory(sorted(box.book.contents())),
});

type Contents = ReturnType<Box['book']['contents']>;
/** The same, each list by its keys: maps that were filled in another order say the same. */
function sorted(contents: Contents): Contents {
  const byKey = <T>(rows: readonly T[]): T[] =>
    [...rows].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const tables = Object.entries(contents.tables).map(([name, rows]) => [
    name,
    byKey<unknown>(rows),
  ]);
  const { bygone } = contents;
  return {
    ...contents,
    tables: Object.fromEntries(tables),
    ...{ reports: byKey(contents.reports), links: byKey(contents.links) },
    ...{ tallies: byKey(contents.tallies), moves: byKey(contents.moves) },
    ...(bygone && {
      bygone: {
        ...bygone,
        upTo: byKey(bygone.upTo),
        overdue: byKey(bygone.overdue),
        reports: byKey(bygone.reports.map(([name, { flags: _, ...fact }, at]) => [name, fact, at])),
      } as NonNullable<Contents['bygone']>,
    }),
  };
}
const key = (value: unknown): string =>
  Array.isArray(value) ? `${value[0]} ${value[1]}` : JSON.stringify(value);
