import { asOne, type Database } from '../shared/database.ts';
import { Fault } from '../shared/fault.ts';
import { posting as chart, type PostingEvent } from '../statecharts/posting.ts';
import { openCases, type Plan } from './cases.ts';
import { type Census, openCensus } from './census.ts';
import type { Dossier } from './dossier.ts';
import { openEarly } from './early.ts';
import { isCancel, type Posting } from './erp.ts';
import { openFlights } from './flights.ts';
import { openGate } from './gate.ts';
import { openGenealogy } from './genealogy.ts';
import type { Holds } from './holds.ts';
import type { Verdict } from './inverse.ts';
import type { Settled } from './keeper.ts';
import { openLanes } from './lanes.ts';
import type { Leases } from './leases.ts';
import type { Modes } from './modes.ts';
import { openOutcomes } from './outcomes.ts';
import { behind, openPlanner } from './planner.ts';
import { inPages, openQueue, type PostingRow, postingOf, type Queue } from './queue.ts';
import { openSettling } from './settling.ts';
import { openShadows } from './shadows.ts';
import { openStandIns } from './standins.ts';
import { openStock } from './stock.ts';

/** Pause before a lot that is in flight elsewhere is looked at again, ms. */
const pauseMs = 50;

/** What a person may say of a parked posting. */
export type Decision = Extract<PostingEvent, 'Retry' | 'Settle' | 'GiveUp'>;

const countsOf = (census: Census, queue: Queue) => ({
  postings: census.counts(),
  unposted: queue.reasons(),
  beside: queue.beside(),
});

/** What to do next in a lane. */
export type Task =
  | { do: 'post'; posting: Posting; lane: string }
  | { do: 'lookUp'; posting: Posting; lane: string };

type Parts = {
  db: Database;
  dossier: Dossier;
  holds: Holds;
  modes: Modes;
  /** The line that has stated a fact of the ledger. */
  lineOf: (eventId: string) => string | undefined;
  nowMs: () => number;
  /** By which waits are measured: never jumps, and is not the day of an earlier life. */
  waitMs: () => number;
  maxInFlightMs: number;
  /** Where other centrals share the ledger. */
  leases?: Leases | undefined;
};

const events = { hold: 'Hold', defer: 'Defer', void: 'Void', park: 'Park' } as const;
const states = { hold: 'held', defer: 'deferred', void: 'void', park: 'parked' } as const;

export type Postings = ReturnType<typeof openPostings>;

/** All that is kept of postings, and the gate that reads it. */
function openShelves({ db, dossier, holds, leases }: Parts) {
  const settling = openSettling(db);
  const census = openCensus(db);
  const queue = openQueue(db, { touched: settling.touched, came: census.came });
  const genealogy = openGenealogy(db);
  const stock = openStock(db);
  const standIns = openStandIns(db, queue);
  const gate = openGate({ db, queue, dossier, holds, genealogy, stock, standIns });
  const early = openEarly(db, settling.touched);
  const others = { lanes: openLanes(db, leases?.boot), shadows: openShadows(db) };
  const cases = openCases(queue, stock);
  return { settling, census, queue, genealogy, stock, gate, early, standIns, cases, ...others };
}

type Together = <A extends unknown[], R>(work: (...args: A) => R) => (...args: A) => R;

/** What is done of calls that are out, each as one transaction. */
const openWays = (flights: ReturnType<typeof openFlights>, together: Together) => ({
  /** What came of a call, or of a look-up; false if that is no longer ours to say. */
  settle: together(flights.settle),
  found: together(flights.found),
  /** After a transaction of which it is not known whether it was committed: see `flights.ts`. */
  recover: together(flights.recover),
  /** Takes over what centrals held whose leases are over; how many there were. */
  takeOver: together(flights.takeOver),
});

/**
 * Every document that a fact calls for, and its place in its chart. The intent is on disk before
 * the call; whatever was in flight when we died is unknown, and waits before it is looked up.
 */
export function openPostings(parts: Parts) {
  const { db, dossier, nowMs, waitMs, maxInFlightMs, leases } = parts;
  const shelves = openShelves(parts);
  const { settling, census, queue, lanes, early, gate, shadows, cases } = shelves;
  const { comeBack, ...plan } = openPlanner({ ...shelves, ...parts, move });

  function move(row: PostingRow, event: PostingEvent, more: Partial<PostingRow> = {}): PostingRow {
    const state = chart.step(row.state, { type: event }, `posting ${row.key}`);
    const moved = { ...row, ...more, state: state as PostingRow['state'] };
    queue.move(moved);
    census.moved(row, moved.state);
    if (moved.state === 'posted' && isCancel(moved.kind) && moved.lot !== null) comeBack(moved);
    return moved;
  }

  /** As the ERP port takes it, with the number of what it takes back. */
  function handed(row: PostingRow): Posting {
    const { kind, cancels } = row;
    return postingOf(row, isCancel(kind) ? queue.one(cancels!)!.document : null);
  }

  function weigh(row: PostingRow): Verdict {
    const lot = row.lot === null ? undefined : dossier.lot(row.lot);
    const known = {
      material: row.material ?? lot?.material ?? null,
      unit: row.unit ?? lot?.unit ?? null,
    };
    Object.assign(row, known);
    return gate(row);
  }

  /** What is new in the lane waits for the parked one before it; what waits there is not read. */
  function deferBehind({ lane, id }: PostingRow): void {
    for (const row of inPages(queue.intended, lane, id)) move(row, 'Defer', { reason: behind });
  }

  /** Nothing of the lane is to be done before; what it is due by is our own time. */
  function pause(lane: string, untilMs: number): undefined {
    lanes.setDue(lane, untilMs);
    leases?.hold(lane);
  }

  /** The first thing that may be done in the lane; its intent is in the transaction. */
  function take(lane: string): Task | undefined {
    const flying = queue.flying(lane);
    if (flying) return follow(flying);
    lanes.setDue(lane, null);
    leases?.release(lane);
    for (const row of inPages(queue.lane, lane)) {
      if (row.state === 'parked') return void deferBehind(row);
      if (row.notBeforeMs > waitMs()) return pause(lane, row.notBeforeMs);
      const verdict = weigh(row);
      if (verdict.do === 'send') {
        const { quantity = row.quantity, blocked = row.blocked } = verdict;
        const sent = move(row, 'Send', { quantity, blocked, reason: null });
        leases?.hold(lane);
        return { do: 'post', posting: handed(sent), lane };
      }
      if (verdict.do === 'wait') return pause(lane, waitMs() + pauseMs);
      const { reason } = verdict;
      const state = states[verdict.do];
      if (row.state !== state || row.reason !== reason) move(row, events[verdict.do], { reason });
      if (verdict.do === 'park') return void deferBehind(row);
      if (verdict.do === 'void' && row.lot !== null) lanes.rouseLot(row.lot);
    }
    return undefined;
  }

  /** While a document is at the ERP or may be, nothing else of its lane moves. */
  function follow(row: PostingRow): Task | undefined {
    const { lane, state, notBeforeMs } = row;
    leases?.hold(lane);
    const later = state === 'unknown' && notBeforeMs > waitMs();
    lanes.setDue(lane, later ? notBeforeMs : null);
    if (later || state === 'sending') return undefined;
    return { do: 'lookUp', posting: handed(row), lane };
  }

  const outcomes = openOutcomes({ queue, lanes, move, ...{ nowMs, waitMs, maxInFlightMs } });

  function decide(key: string, event: Decision, more: Partial<PostingRow>): void {
    outcomes.wakeAfter(move(rowOf(key), event, { ...more, notBeforeMs: 0, busy: 0, unsure: 0 }));
  }

  const rowOf = (key: string): PostingRow => {
    const row = queue.one(key);
    if (row) return row;
    throw new Fault('UNKNOWN', `posting: ${key} is unknown`);
  };
  const undone = (): void => {
    census.undone();
    queue.undone();
    settling.undone();
  };
  const together = <A extends unknown[], R>(work: (...args: A) => R) =>
    asOne(db, (...args: A) => census.saving(() => work(...args)), undone);

  const flights = openFlights({ queue, lanes, outcomes, leases, waitMs, maxInFlightMs });
  together(flights.begin)();

  return {
    /** Plans what facts call for; within the ledger's transaction only. */
    ...plan,

    /** What may be done now, one a lane that is not in `busy`; the intents are on disk. */
    next: together((busy: ReadonlySet<string>, limit: number): Task[] => {
      const tasks: Task[] = [];
      for (const lane of lanes.due(waitMs(), limit + busy.size)) {
        if (tasks.length >= limit) break;
        const task = busy.has(lane) ? undefined : take(lane);
        if (task) tasks.push(task);
      }
      return tasks;
    }),
    /** Time until something may be done, if nothing changes before, ms. */
    dueInMs: () => (lanes.nextDueMs() ?? Number.POSITIVE_INFINITY) - waitMs(),
    /** Runs what is called here as one transaction. */
    together: <R>(work: () => R): R => together(work)(),
    ...openWays(flights, together),
    /** What a person says. Throws Fault REFUSED if it is not parked, and UNKNOWN for none. */
    decide: together(decide),
    /** What the gate says of a posting now; nothing moves. Throws Fault UNKNOWN for none. */
    verdict: (key: string): Verdict => weigh({ ...rowOf(key) }),
    /** What would have to be undone before, and posted then; null where nothing is taken back. */
    planOf: (key: string): Plan | null => cases(rowOf(key)),
    /** The posting as it stands. Throws Fault UNKNOWN for none. */
    one: rowOf,
    /** How far the ERP has what a line stated. */
    settled: (line: string, sequence: number): Settled =>
      settling.of(line, sequence, { queue, early }),

    counts: () => countsOf(census, queue),
    list: queue.byState,
    attempts: queue.attempts,
    inverse: queue.inverse,
    shadows: shadows.of,
    save: census.save, // at the end of the ledger's transaction
    undone, // of what was planned or moved in a transaction
  };
}
