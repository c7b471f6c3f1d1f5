import { expect, onTestFinished } from 'vitest';
import type { Outcome, Posting } from '../../central/erp/erp.ts';
import { openDossier } from '../../central/ledger/dossier.ts';
import type { Stored } from '../../central/ledger/shelf.ts';
import { migrations } from '../../central/memory.ts';
import { openCorrections } from '../../central/posting/corrections.ts';
import { type Inspection, openInspections } from '../../central/posting/inspections.ts';
import type { Leases } from '../../central/posting/leases.ts';
import { openModes, type Switch } from '../../central/posting/modes.ts';
import { openPostings } from '../../central/posting/postings.ts';
import type { PostingRow } from '../../central/posting/queue.ts';
import type { Task } from '../../central/posting/taking.ts';
import { openHolds } from '../../central/quality/holds.ts';
import { turnsOf } from '../../central/sql/turns.ts';
import { encodeContent } from '../../shared/codec.ts';
import type { Database } from '../../shared/database.ts';
import type { BodyOf, Content, Fact, FactType } from '../../shared/event.ts';
import type { Effect } from '../../statecharts/correction.ts';
import { content } from './facts.ts';
import { onPostgres, openMedium } from './medium.ts';

/** A fact as a line stated it; `about` may name its order, operation, lot, line or sequence. */
export function factOf<T extends FactType>(
  name: string,
  type: T,
  body: BodyOf<T>,
  about: Partial<Fact> = {},
): Fact {
  return { line: 'acme/m1', epoch: 1, sequence: 1, ...content(name, type, body, about) } as Fact;
}

const op = { order: 'WO-1', operation: '0010' };
const bolts = { material: 'BOLT', unit: 'EA' };
const counts = { good: '0', scrap: '0', rework: '0', held: '0', unit: 'EA', inRework: false };
type About = Partial<Content>;
type Disposition = BodyOf<'HoldDispositioned'>['disposition'];

/**
 * Facts of order WO-1 over 100 bolts with 10 % tolerance, operation 0010; each with its own id, and
 * recorded after those that were made before it.
 */
export const stated = {
  release: (order = 'WO-1', quantity = '100') =>
    made('OrderReleased', { ...bolts, quantity, tolerancePercent: 10 }, { order }),
  start: (run: string, about: About = {}) =>
    made('PhaseStarted', { run, phase: 'run', lane: 1, rework: false }, { ...op, ...about }),
  end: (run: string, about: About = {}) => made('PhaseEnded', { run }, { ...op, ...about }),
  report: (good: string, more: object = {}, about: About = {}) =>
    made(
      'QuantityReported',
      { run: 'R1', phase: 'run', ...counts, good, ...more },
      { ...op, ...about },
    ),
  complete: (about: About = {}) => made('OperationCompleted', {}, { ...op, ...about }),
  close: (facts?: number, order = 'WO-1') =>
    made('OrderClosed', facts === undefined ? {} : { facts }, { order }),
  produce: (lot: string, quantity: string, about: About = {}) =>
    made('LotProduced', { ...bolts, quantity }, { ...op, lot, ...about }),
  /** Of a lot that quality must release. */
  produceInspected: (lot: string, quantity: string, about: About = {}) =>
    made('LotProduced', { ...bolts, quantity, inspect: true }, { ...op, lot, ...about }),
  releaseLot: (lot: string, about: About = {}) =>
    made('LotReleased', { reason: 'certificate' }, { lot, ...about }),
  consume: (lot: string, quantity: string, about: About = {}) =>
    made('MaterialConsumed', { ...bolts, material: 'STEEL', quantity }, { ...op, lot, ...about }),
  /** A hold of scope lot. */
  block: (hold: string, lot: string, quantity: string, about: About = {}) =>
    made(
      'HoldPlaced',
      { hold, scope: 'lot', quantity, unit: 'EA', reason: 'crack' },
      { lot, ...about },
    ),
  /** A hold of scope lot without a quantity. */
  blockAll: (hold: string, lot: string, about: About = {}) =>
    made('HoldPlaced', { hold, scope: 'lot', reason: 'crack' }, { lot, ...about }),
  letGo: (hold: string, ...lots: string[]) =>
    made('HoldReduced', { hold, lots, reason: 'tested' }, {}),
  split: (lot: string, ...children: string[]) =>
    made('LotSplit', { children: children.map(part), unit: 'EA' }, { lot }),
  merge: (lot: string, ...parents: string[]) =>
    made('LotMerged', { parents: parents.map(part), ...bolts }, { lot }),
  /** A hold of scope quantity. */
  keep: (hold: string, quantity: string, about: About = {}) =>
    made(
      'HoldPlaced',
      { hold, scope: 'quantity', quantity, unit: 'EA', reason: 'crack' },
      { ...op, ...about },
    ),
  hold: (hold: string, scope: 'operation' | 'order' | 'line', about: About = {}) =>
    made('HoldPlaced', { hold, scope, reason: 'crack' }, about),
  decide: (hold: string, disposition: Disposition, quantity: string, about: About = {}) =>
    made('HoldDispositioned', { hold, disposition, quantity, unit: 'EA' }, about),
  reverse: ({ eventId, order = 'WO-1' }: Content, about: About = {}) =>
    made('FactReversed', { original: eventId, reason: 'typo' }, { ...op, order, ...about }),
  correct: ({ eventId, order = 'WO-1' }: Content, good: string, about: About = {}) => {
    const { inRework: _, ...none } = counts;
    const body = { ...none, original: eventId, good, reason: 'counted again' };
    return made('QuantityCorrected', body, { ...op, order, ...about });
  },
  /** Releases a hold; with `quantity` the edge says how much of it was undecided. */
  free: (hold: string, quantity?: string, about: About = {}) =>
    made(
      'HoldReleased',
      { hold, reason: 'checked', ...(quantity === undefined ? {} : { quantity, unit: 'EA' }) },
      about,
    ),
};

const part = (lot: string) => ({ lot, quantity: '1' });
let facts = 0;
function made<T extends FactType>(type: T, body: BodyOf<T>, about: About): Content {
  facts += 1;
  return content(`fact ${facts}`, type, body, { recordedMs: 1_325_458_800_000 + facts, ...about });
}

export type Side = ReturnType<typeof openSide>;

type Time = { nowMs: number; setMs?: number; doubt?: string };

/** The posting side without a ledger; the test moves time, and may set the day by `setMs`. */
export function openSide(
  path = ':memory:',
  maxInFlightMs = 1_000,
  time: Time = { nowMs: 0 },
  switches: readonly Switch[] = [],
  leasesOf?: (db: Database) => Leases,
  inspections: readonly Inspection[] = [],
) {
  const db = openMedium(path, migrations);
  onTestFinished(() => void db.close());
  const dossier = openDossier(db);
  const holds = openHolds(db);
  const times = { nowMs: () => time.nowMs + (time.setMs ?? 0), waitMs: () => time.nowMs };
  const modes = openModes({ db, dossier, switches, nowMs: times.nowMs });
  const corrections = correctionsOf(db);
  const { lineOf } = corrections;
  const inspects = openInspections(inspections, dossier);
  const known = { db, dossier, holds, modes, inspects, lineOf };
  const leases = leasesOf?.(db);
  const postings = openPostings({ ...known, maxInFlightMs, ...times, leases });
  turnsOf(db)?.onForeign(() => {
    for (const part of [dossier, postings, modes]) part.undone();
  });
  const sequences = new Map<string, number>(); // of the facts that this very side took in
  const rows = db.prepare<[], PostingRow>(
    `SELECT key, kind, state, lane, line, sequence, event_id AS eventId, lot, quantity,
       blocked, yield, scrap, rework, final, reason, document, cancels FROM posting ORDER BY id`,
  );
  let documents = 0;

  const side = {
    ...{ ...known, time, postings },
    rows: () => rows.all(),
    /** Takes facts in, each as the next of its line. */
    note(line: string, ...contents: Content[]): void {
      for (const given of contents) {
        const sequence = (sequences.get(line) ?? 0) + 1;
        sequences.set(line, sequence);
        const fact = { ...given, line, epoch: 1, sequence } as Fact;
        db.transaction(() => {
          const run = dossier.note(fact);
          const effects = corrections.note(fact);
          holds.note(fact);
          const { doubt } = time;
          const timing = doubt && (({ atMs }: Fact) => ({ atMs, doubt }));
          postings.note(fact, run, timing || undefined, effects);
          dossier.save();
          postings.save();
        }).immediate();
      }
    },
    /** What may be done now, lanes in `busy` aside. */
    next: (...busy: string[]): Task[] => postings.next(new Set(busy), 100),
    post(task: Task): void {
      documents += 1;
      postings.settle(task.posting.key, { kind: 'posted', document: `D${documents}` });
    },
    /** Posts whatever may be posted, and returns it in order. */
    drain(): Task['posting'][] {
      const posted: Task['posting'][] = [];
      for (let tasks = side.next(); tasks.length > 0; tasks = side.next()) {
        expect(posted.length).toBeLessThan(1_000);
        for (const task of tasks) side.post(task);
        posted.push(...tasks.map(({ posting }) => posting));
      }
      return posted;
    },
    /** Each posting as "kind state", in the order of the facts. */
    states: () => rows.all().map(({ kind, state }) => `${kind} ${state}`),
  };
  return side;
}

/** What counts, by a shelf of facts that goes back with the database. */
function correctionsOf(db: Database) {
  const shared = onPostgres() ? 'TABLE IF NOT EXISTS' : 'TEMP TABLE';
  db.exec(
    `CREATE ${shared} told (position INTEGER PRIMARY KEY, id TEXT UNIQUE, line TEXT, bytes BLOB)`,
  );
  const add = db.prepare(`INSERT INTO told (id, line, bytes) VALUES (?, ?, ?)
     ON CONFLICT DO NOTHING`);
  const one = db.prepare<[string], Stored>('SELECT position, line, bytes FROM told WHERE id = ?');
  const corrections = openCorrections({ db, stored: (eventId) => one.get(eventId) });
  return {
    lineOf: (eventId: string) => one.get(eventId)?.line,
    note(fact: Fact): readonly Effect[] | undefined {
      const { line, epoch: _epoch, sequence: _sequence, ...given } = fact;
      add.run(fact.eventId, line, encodeContent(given as Content));
      corrections.undone(); // a search goes back without telling
      const { position } = one.get(fact.eventId)!;
      return corrections.note({ ...fact, position, receivedMs: 0 });
    },
  };
}

export const m1 = 'acme/m1';
export const qc = 'acme/qc';
export const other = { order: 'WO-2' };
export const graceMs = 1_000;
export const unknown: Outcome = { kind: 'unknown', reason: 'no answer' };
export const refused: Outcome = { kind: 'refused', code: 'M7/021', reason: 'deficit' };

/** A side that was told of these facts by M1. */
export function told(...facts: Content[]): Side {
  const side = openSide(':memory:', graceMs);
  side.note(m1, ...facts);
  return side;
}

export function only(tasks: readonly Task[]): Task {
  expect(tasks).toHaveLength(1);
  return tasks[0]!;
}

/** A person tries a parked posting again, and the look-up before finds nothing. */
export function again(postings: Side['postings'], key: string): void {
  postings.decide(key, 'Retry', {});
  postings.found(key, []);
}

/** Answers the one document that goes out now. */
export function answer(side: Side, outcome: Outcome): Task {
  const task = only(side.next());
  expect(task.do).toBe('post');
  side.postings.settle(task.posting.key, outcome);
  return task;
}

export const yields = (posted: readonly Posting[]) => posted.map(({ yield: good }) => good);
