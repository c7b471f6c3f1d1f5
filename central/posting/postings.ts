import { asOne, type Database } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import { posting as chart, type PostingEvent } from '../../statecharts/posting.ts';
import type { Posting } from '../erp/erp.ts';
import { type Census, openCensus } from '../ledger/census.ts';
import type { Dossier } from '../ledger/dossier.ts';
import { openEarly } from '../ledger/early.ts';
import type { Settled } from '../ledger/keeper.ts';
import { openMovements } from '../ledger/movements.ts';
import { openSettling } from '../ledger/settling.ts';
import type { Holds } from '../quality/holds.ts';
import { openKept, openLotOf } from '../quality/warehousegate.ts';
import { openGenealogy } from '../story/genealogy.ts';
import { openFollowing, openReceiptLanes } from '../supplier/origin.ts';
import { openBlocks } from './blocks.ts';
import { openCases, type Plan } from './cases.ts';
import { isSent } from './docket.ts';
import { openFlights } from './flights.ts';
import { openGate } from './gate.ts';
import { openHanding } from './handed.ts';
import type { Inspects } from './inspections.ts';
import type { Verdict } from './inverse.ts';
import { type Lanes, openLanes } from './lanes.ts';
import type { Leases } from './leases.ts';
import type { Modes } from './modes.ts';
import { openOutcomes } from './outcomes.ts';
import { openPlanner } from './planner.ts';
import { openQueue, type PostingRow, type Queue } from './queue.ts';
import { openShadows } from './shadows.ts';
import { openStandIns } from './standins.ts';
import { openStock } from './stock.ts';
import { openTaking, type Task } from './taking.ts';
import { openWaking } from './waking.ts';

/** What a person may say: of a parked posting, and of a posted one that the ERP has lost. */
export type Decision = Extract<PostingEvent, 'Retry' | 'Settle' | 'GiveUp' | 'Lost'>;

const countsOf = (census: Census, queue: Queue) => ({
  postings: census.counts(),
  unposted: queue.reasons(),
  beside: queue.beside(),
});

/** What would become of a posting now: `verdict` is null once it is out, or over. */
export type Would = Readonly<{
  verdict: Verdict | null;
  waitsFor: PostingRow | null;
  posting: Posting;
}>;

type Parts = {
  db: Database;
  dossier: Dossier;
  holds: Holds;
  modes: Modes;
  inspects: Inspects;
  /** The line that has stated a fact of the ledger. */
  lineOf: (eventId: string) => string | undefined;
  nowMs: () => number;
  /** By which waits are measured: never jumps, and is not the day of an earlier life. */
  waitMs: () => number;
  maxInFlightMs: number;
  /** Where other centrals share the ledger. */
  leases?: Leases | undefined;
};

export type Postings = ReturnType<typeof openPostings>;

/** All that is kept of postings, and the gate that reads it. */
function openShelves({ db, dossier, holds, waitMs, leases }: Parts) {
  const movements = openMovements();
  const settling = openSettling(db, movements);
  const census = openCensus(db);
  const stock = openStock(db);
  const touched = (line: string): void => {
    settling.touched(line);
    stock.changed();
  };
  const queue = openQueue(db, { touched, came: census.came });
  const genealogy = openGenealogy(db);
  const standIns = openStandIns(db, queue);
  const gate = openGate({ db, queue, dossier, holds, genealogy, stock, standIns });
  const early = openEarly(db, settling.touched);
  const lanes = openLanes({ db, waitMs, boot: leases?.boot });
  const following = openFollowing(db);
  const others = {
    following,
    lotOf: openLotOf(db, following.lotOf),
    keptOf: openKept(db),
    movements,
    lanes,
    blocks: openBlocks(db),
    waking: openWaking(lanes),
    shadows: openShadows(db),
  };
  const cases = openCases(queue, stock);
  return { settling, census, queue, genealogy, stock, gate, early, standIns, cases, ...others };
}

/** What is remembered beyond a statement: written at the end of a transaction, or forgotten. */
const keeping = (shelves: ReturnType<typeof openShelves>) => ({
  save(): void {
    shelves.waking.save();
    shelves.census.save();
  },
  undone(): void {
    const { waking, census, queue, stock, settling } = shelves;
    for (const part of [waking, census, queue, stock, settling]) part.undone();
  },
});

/** Whether goods of a lot come back, or go, because a document was taken back. */
const bringsBack = ({ kind, lot }: PostingRow): boolean =>
  lot !== null && (kind === 'cancelIssue' || kind === 'cancelReceipt');

const saving =
  <A extends unknown[], R>(work: (...args: A) => R, save: () => void) =>
  (...args: A): R => {
    const result = work(...args);
    save();
    return result;
  };

type Together = <A extends unknown[], R>(work: (...args: A) => R) => (...args: A) => R;

/** What is done of calls that are out, each as one transaction. */
type Flights = ReturnType<typeof openFlights>;
const openWays = (flights: Flights, lanes: Lanes, together: Together) => ({
  /** The lane is looked at again; within a transaction. */
  wake: lanes.wake,
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
 * the call; whatever was in flight when we died is unknown, and waits before it is looked up. What
 * the ERP has queued stays queued.
 */
export function openPostings(parts: Parts) {
  const { db, dossier, nowMs, waitMs, maxInFlightMs, leases } = parts;
  const shelves = openShelves(parts);
  const { settling, census, queue, lanes, early, gate, shadows, cases, stock } = shelves;
  const { comeBack, ...plan } = openPlanner({ ...shelves, ...parts, move });

  function move(row: PostingRow, event: PostingEvent, more: Partial<PostingRow> = {}): PostingRow {
    const state = chart.step(row.state, { type: event }, `posting ${row.key}`);
    const moved = { ...row, ...more, state: state as PostingRow['state'] };
    queue.move(moved);
    census.moved(row, moved.state);
    stock.moved(row, moved);
    if (moved.state === 'posted' && bringsBack(moved)) comeBack(moved);
    return moved;
  }

  const handed = openHanding(shelves);

  function weigh(row: PostingRow): Verdict {
    const { lotOf } = shelves;
    const made = row.lot === null ? undefined : dossier.lot(row.lot);
    const lot = row.lot === null || made?.material ? made : lotOf(row.lot);
    const known = {
      material: row.material ?? lot?.material ?? null,
      unit: row.unit ?? lot?.unit ?? null,
    };
    Object.assign(row, known);
    return gate(row);
  }

  const take = openTaking({ ...shelves, leases, waitMs, weigh, move, handed });
  const outcomes = openOutcomes({ queue, lanes, move, ...{ nowMs, waitMs, maxInFlightMs } });

  function decide(key: string, event: Decision, more: Partial<PostingRow>): void {
    outcomes.wakeAfter(
      move(rowOf(key), event, { ...more, notBeforeMs: 0, busy: 0, unsure: 0, asked: 0 }),
    );
  }

  /** What a posting would say if it went out now; the first of its lane goes before it. */
  function would(key: string): Would {
    const row = { ...rowOf(key) };
    const first = queue.lane(row.lane, 0, 1)[0];
    const isOpen = row.state !== 'void' && !isSent(row.state);
    const verdict = isOpen ? weigh(row) : null;
    const { do: _, ...amounts } = verdict?.do === 'send' ? verdict : { do: 'send' as const };
    const waitsFor = isOpen && first && first.id < row.id ? first : null;
    return { verdict, waitsFor, posting: handed({ ...row, ...amounts }) };
  }

  const rowOf = (key: string): PostingRow => {
    const row = queue.one(key);
    if (row) return row;
    throw new Fault('UNKNOWN', `posting: ${key} is unknown`);
  };
  const { save, undone } = keeping(shelves);
  const together = <A extends unknown[], R>(work: (...args: A) => R) =>
    asOne(db, saving(work, save), undone);

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
    ...openWays(flights, lanes, together),
    /** What a person says. Throws Fault REFUSED if its state forbids it, UNKNOWN for none. */
    decide: together(decide),
    /** What would be sent of a posting now; nothing moves. Throws Fault UNKNOWN for none. */
    would,
    /** What would have to be undone before, and posted then; null where nothing is taken back. */
    planOf: (key: string): Plan | null => cases(rowOf(key)),
    handed,
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
    inbound: openReceiptLanes(shelves),
    /** Lines of which an edge may not know yet how far the ERP has what they stated. */
    movements: shelves.movements,
    save, // at the end of the ledger's transaction
    undone, // of what was planned or moved in a transaction
  };
}
