import { backoff } from '../shared/backoff.ts';
import type { Database } from '../shared/database.ts';
import type { Fact } from '../shared/event.ts';
import { Fault } from '../shared/fault.ts';
import { waitingMax } from '../shared/kept.ts';
import { posting as chart, type PostingEvent } from '../statecharts/posting.ts';
import type { Dossier } from './dossier.ts';
import type { Outcome, Posting } from './erp.ts';
import { openGate, type Verdict } from './gate.ts';
import type { Holds } from './holds.ts';
import type { Settled } from './keeper.ts';
import { openQueue, type PostingRow } from './queue.ts';
import { callOf, keyOf, type Run } from './rules.ts';

/** Most postings of one lane that are looked at in one go. */
const lookMax = 1_000;
/** Unknown outcomes of one posting before a person must look. */
export const unsureMax = 20;
/** Pause before a lot that is in flight elsewhere is looked at again, ms. */
const waitMs = 50;

/** What to do next in a lane. */
export type Task =
  | { do: 'post'; posting: Posting; lane: string }
  | { do: 'lookUp'; posting: Posting; lane: string };

type Parts = {
  db: Database;
  dossier: Dossier;
  holds: Holds;
  nowMs: () => number;
  maxInFlightMs: number;
};
export type Postings = ReturnType<typeof openPostings>;

/**
 * Every document that a fact calls for, and its place in its chart. The intent is on disk before
 * the call; whatever was in flight when we died is unknown, and waits before it is looked up.
 */
export function openPostings({ db, dossier, holds, nowMs, maxInFlightMs }: Parts) {
  const queue = openQueue(db);
  const gate = openGate({ dossier, holds, shelves: queue });

  function move(row: PostingRow, event: PostingEvent, more: Partial<PostingRow> = {}): PostingRow {
    const state = chart.step(row.state, { type: event }, `posting ${row.key}`);
    const moved = { ...row, ...more, state: state as PostingRow['state'] };
    queue.move(moved);
    return moved;
  }

  const laneOf = (order: string | undefined, lot: string | undefined): string =>
    order ?? (lot === undefined ? undefined : dossier.lot(lot)?.order) ?? `lot:${lot ?? ''}`;

  function plan(fact: Fact, run: Run | undefined): void {
    const hold = 'hold' in fact.body ? holds.one(fact.body.hold) : undefined;
    const call = callOf(fact, { run, holdScope: hold?.scope ?? undefined });
    if ('none' in call) {
      queue.unposted(call.none, 1);
      return;
    }
    const order = fact.order ?? hold?.order ?? undefined;
    const operation = fact.operation ?? hold?.operation ?? undefined;
    const lot = call.kind === 'confirmation' ? undefined : (fact.lot ?? hold?.lot ?? undefined);
    const lane = laneOf(order, lot);
    const { eventId, line, sequence, atMs } = fact;
    const parked = 'park' in call;
    const values = parked ? {} : call;
    queue.insert({
      ...{ key: keyOf(eventId, call.kind), eventId, line, sequence, atMs, lane },
      ...{ order: order ?? null, operation: operation ?? null, lot: lot ?? null },
      ...{ material: null, unit: null, quantity: null, yield: null, scrap: null, rework: null },
      ...{ setupMs: null, machineMs: null, ...values, kind: call.kind },
      final: 'final' in call && call.final ? 1 : 0,
      state: parked ? 'parked' : 'intended',
      reason: parked ? call.park : null,
    });
    queue.wake(lane, 0);
  }

  /** What a fact may free: the lanes in which something may have waited for it. */
  function rouse(fact: Fact): void {
    if (fact.lot !== undefined) {
      queue.rouse(`lot:${fact.lot}`);
      const order = dossier.lot(fact.lot)?.order;
      if (order) queue.rouse(order);
    }
    const ends = fact.type === 'HoldDispositioned' || fact.type === 'HoldReleased';
    if (ends || fact.type === 'HoldPlaced') {
      const hold = holds.one(fact.body.hold);
      if (hold?.lot) queue.rouse(`lot:${hold.lot}`);
      if (ends && hold?.scope === 'line') queue.rouseHeld();
    }
    if (fact.order === undefined) return;
    if (ends || fact.type === 'OrderReleased' || dossier.order(fact.order)?.complete) {
      queue.rouse(fact.order);
    }
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

  /** The first thing that may be done in the lane; its intent is in the transaction. */
  function take(lane: string): Task | undefined {
    const stuck = new Set<string>(); // lots of which something earlier waits
    let blockedBy: string | undefined;
    for (const row of queue.lane(lane, lookMax)) {
      if (row.state === 'parked') blockedBy = row.key;
      if (blockedBy !== undefined) {
        if (row.state === 'intended') {
          move(row, 'Defer', { reason: `behind the parked posting ${blockedBy}` });
        }
        continue;
      }
      if (row.notBeforeMs > nowMs()) return void queue.setDue(lane, row.notBeforeMs);
      if (row.state === 'unknown') {
        queue.setDue(lane, null);
        return { do: 'lookUp', posting: postingOf(row), lane };
      }
      if (row.lot !== null && stuck.has(row.lot)) continue;
      const verdict = weigh(row);
      if (verdict.do === 'send') {
        const { quantity = row.quantity, blocked = row.blocked } = verdict;
        const sent = move(row, 'Send', { quantity, blocked, reason: null });
        queue.setDue(lane, null);
        return { do: 'post', posting: postingOf(sent), lane };
      }
      if (verdict.do === 'wait') return void queue.setDue(lane, nowMs() + waitMs);
      const { reason } = verdict;
      const events = { hold: 'Hold', defer: 'Defer', void: 'Void', park: 'Park' } as const;
      const changed = row.reason !== reason || row.state === 'intended';
      if (changed || verdict.do === 'void') move(row, events[verdict.do], { reason });
      if (verdict.do === 'park') blockedBy = row.key;
      const stock = row.kind !== 'goodsIssue' && row.kind !== 'confirmation';
      if (verdict.do === 'hold' && stock) stuck.add(row.lot!);
    }
    queue.setDue(lane, null);
    return undefined;
  }

  function settle(key: string, outcome: Outcome): void {
    const row = queue.one(key)!;
    const now = nowMs();
    const detail = 'document' in outcome ? outcome.document : outcome.reason;
    queue.attempt(key, now, outcome.kind, detail);
    if (outcome.kind === 'posted') {
      move(row, 'Posted', { document: outcome.document, reason: null });
    } else if (outcome.kind === 'refused') {
      move(row, 'Refused', { reason: `${outcome.code}: ${outcome.reason}` });
    } else if (outcome.kind === 'busy') {
      const delayMs = Math.max(outcome.retryAfterMs ?? 0, backoff(row.busy + 1));
      move(row, 'Busy', { busy: row.busy + 1, notBeforeMs: now + delayMs, reason: outcome.reason });
    } else doubt(row, outcome.reason);
    wakeAfter(row);
  }

  /** An outcome that may have been executed: wait until it surely was or was not, then look. */
  function doubt(row: PostingRow, reason: string): void {
    const notBeforeMs = nowMs() + maxInFlightMs;
    const unsure = row.unsure + 1;
    const moved = move(row, 'Unsure', { unsure, notBeforeMs, reason });
    if (unsure < unsureMax) return;
    move(moved, 'Park', { reason: `unknown ${unsure} times, last: ${reason}` });
  }

  function wakeAfter(row: PostingRow): void {
    queue.wake(row.lane, 0);
    if (row.lot === null) return;
    queue.rouse(`lot:${row.lot}`);
    const order = dossier.lot(row.lot)?.order;
    if (order) queue.rouse(order);
  }

  /** What a look-up found; undefined when the ERP did not answer. */
  function found(key: string, documents: readonly string[] | undefined): void {
    const row = queue.one(key)!;
    const now = nowMs();
    queue.attempt(key, now, 'lookedUp', documents?.join(', ') ?? 'no answer');
    if (documents === undefined) {
      const delayMs = backoff(row.busy + 1);
      move(row, 'Unsure', { busy: row.busy + 1, notBeforeMs: now + delayMs });
    } else if (documents.length === 0) move(row, 'Absent', { notBeforeMs: 0 });
    else if (documents.length === 1) move(row, 'Posted', { document: documents[0]!, reason: null });
    else {
      const reason = `found ${documents.length} documents: ${documents.slice(0, 5).join(', ')}`;
      move(row, 'Park', { reason });
    }
    wakeAfter(row);
  }

  const parkedRow = (key: string): PostingRow => {
    const row = queue.one(key);
    if (row) return row;
    throw new Fault('UNKNOWN', `posting: ${key} is unknown`);
  };
  const together = <A extends unknown[], R>(work: (...args: A) => R) => {
    const run = db.transaction(work);
    return (...args: A): R => run.immediate(...args);
  };

  together(() => {
    for (const row of queue.sending()) {
      doubt(row, 'central ended before the answer');
      queue.wake(row.lane, 0);
    }
  })();

  return {
    /** Plans what a newly accepted fact calls for; within the ledger's transaction only. */
    note(fact: Fact, run: Run | undefined): void {
      plan(fact, run);
      rouse(fact);
    },

    /** What may be done now, one a lane that is not in `busy`; the intents are on disk. */
    next: together((busy: ReadonlySet<string>, limit: number): Task[] => {
      const tasks: Task[] = [];
      for (const lane of queue.due(nowMs(), limit + busy.size)) {
        if (tasks.length >= limit) break;
        const task = busy.has(lane) ? undefined : take(lane);
        if (task) tasks.push(task);
      }
      return tasks;
    }),
    settle: together(settle),
    found: together(found),

    /** Sends a parked posting again under its key. Throws Fault REFUSED if it is not parked. */
    retry: together((key: string): void => {
      const row = move(parkedRow(key), 'Retry', { notBeforeMs: 0, busy: 0, unsure: 0 });
      queue.attempt(key, nowMs(), 'retried', '');
      wakeAfter(row);
    }),
    /** Takes a person's word that a parked posting is there. Throws Fault REFUSED if not parked. */
    settleByHand: together((key: string, document: string, reason: string): void => {
      const row = move(parkedRow(key), 'Settle', { document, reason });
      queue.attempt(key, nowMs(), 'settled by hand', `${document}: ${reason}`);
      wakeAfter(row);
    }),

    /** How far the ERP has what a line stated. */
    settled(line: string, sequence: number): Settled {
      const first = queue.firstOpen(line);
      const waiting = queue.waiting(line, waitingMax);
      return { settled: first === undefined ? sequence : first - 1, waiting };
    },

    counts: () => ({ postings: queue.counts(), unposted: queue.reasons() }),
    list: queue.byState,
  };
}

/** The posting as the ERP port takes it. */
function postingOf(row: PostingRow): Posting {
  const { key, kind, eventId, atMs, final } = row;
  const { order, operation, lot, material, unit, quantity, blocked, setupMs, machineMs } = row;
  const { yield: good, scrap, rework } = row;
  const optional = { order, operation, lot, material, unit, quantity, blocked, setupMs, machineMs };
  const given = Object.entries({ ...optional, yield: good, scrap, rework });
  const present = Object.fromEntries(given.filter(([, value]) => value !== null));
  return { key, kind, eventId, atMs, ...(final ? { final: true } : {}), ...present };
}
