import type { PostingEvent } from '../../statecharts/posting.ts';
import { isCancel, type Posting } from '../erp/erp.ts';
import type { Blocks } from './blocks.ts';
import type { Verdict } from './inverse.ts';
import type { Lanes } from './lanes.ts';
import type { Leases } from './leases.ts';
import { behind } from './planner.ts';
import { inPages, type PostingRow, type Queue } from './queue.ts';
import type { Stock } from './stock.ts';

/** Pause before a lot that is in flight elsewhere is looked at again, ms; while it is queued. */
const pauseMs = 50;
const queuedPauseMs = 1_000;

/** Postings that are read together where all of them wait for the parked one. */
const deferredAtOnce = 200;

/** What to do next in a lane. */
export type Task =
  | { do: 'post'; posting: Posting; lane: string }
  | { do: 'lookUp'; posting: Posting; lane: string };

const events = { hold: 'Hold', defer: 'Defer', void: 'Void', park: 'Park' } as const;
const states = { hold: 'held', defer: 'deferred', void: 'void', park: 'parked' } as const;

type Parts = {
  queue: Queue;
  blocks: Blocks;
  lanes: Lanes;
  stock: Stock;
  /** Where other centrals share the ledger. */
  leases?: Leases | undefined;
  waitMs: () => number;
  weigh: (row: PostingRow) => Verdict;
  move: (row: PostingRow, event: PostingEvent, more?: Partial<PostingRow>) => PostingRow;
  handed: (row: PostingRow) => Posting;
};

/** What may be done in a lane, as the gate says; the intent is in the transaction. */
export function openTaking(parts: Parts) {
  const { queue, blocks, lanes, stock, leases, waitMs, weigh, move, handed } = parts;
  /** What is new in the lane waits for the parked one before it; what waits there is not read. */
  function deferBehind({ lane, id }: PostingRow): void {
    for (const row of inPages(queue.intended, lane, id, deferredAtOnce))
      move(row, 'Defer', { reason: behind });
  }

  /**
   * A parked one stops its lane, except what quality has said since: what a hold puts into blocked
   * stock goes past it.
   */
  function takePast(parked: PostingRow): Task | undefined {
    deferBehind(parked);
    for (const row of inPages(blocks, parked.lane, parked.id)) {
      if (row.notBeforeMs > waitMs()) return pause(row.lane, row.notBeforeMs);
      const verdict = weigh(row);
      if (verdict.do === 'send') return send(row, verdict);
      if (verdict.do === 'wait') return waitFor(row);
      if (verdict.do === 'void') settle(row, 'void', verdict.reason);
    }
    return undefined;
  }

  /** What the gate says of it now, where it is not sent. */
  function settle(row: PostingRow, what: keyof typeof states, reason: string): void {
    if (row.state !== states[what] || row.reason !== reason) move(row, events[what], { reason });
    if (what === 'void' && row.lot !== null) lanes.rouseLot(row.lot);
  }

  /** Another document of its lot is at the ERP. */
  function waitFor({ lane, lot }: PostingRow): undefined {
    const isQueued = lot !== null && stock.queued(lot);
    return pause(lane, waitMs() + (isQueued ? queuedPauseMs : pauseMs));
  }

  /** Nothing of the lane is to be done before; what it is due by is our own time. */
  function pause(lane: string, untilMs: number): undefined {
    lanes.setDue(lane, untilMs);
    leases?.hold(lane);
  }

  /** It goes out; the intent is in the transaction. */
  function send(row: PostingRow, verdict: Extract<Verdict, { do: 'send' }>): Task {
    const { do: _, ...amounts } = verdict;
    const sent = move(row, 'Send', { ...amounts, reason: null });
    leases?.hold(row.lane);
    return { do: 'post', posting: handed(sent), lane: row.lane };
  }

  /**
   * Last in, first out: what takes back the youngest document of the lane, if it may go now. Those
   * before it wait for it, however many there are, and are not weighed one by one each time.
   */
  function takeYoungest({ lane, id }: PostingRow): Task | undefined {
    const key = stock.undoesFirst(lane);
    const row = key === undefined ? undefined : queue.one(key)!;
    if (!row || row.id <= id || row.state === 'parked' || row.notBeforeMs > waitMs()) return;
    const verdict = weigh(row);
    return verdict.do === 'send' ? send(row, verdict) : undefined;
  }

  /** The first thing that may be done in the lane. */
  function take(lane: string): Task | undefined {
    const flying = queue.flying(lane);
    if (flying) return follow(flying);
    lanes.setDue(lane, null);
    leases?.release(lane);
    let [hasLooked, isWaiting, isFreed] = [false, false, false];
    for (const row of inPages(queue.lane, lane)) {
      if (row.state === 'parked') return takePast(row);
      if (row.notBeforeMs > waitMs()) return pause(lane, row.notBeforeMs);
      const verdict = weigh(row);
      if (verdict.do === 'send') return send(row, verdict);
      if (verdict.do === 'wait') return waitFor(row);
      settle(row, verdict.do, verdict.reason);
      if (verdict.do === 'park') return takePast(row);
      if (verdict.do === 'void')
        isFreed ||= isWaiting; // it may have been this that was waited for
      else isWaiting = true;
      if (verdict.do !== 'defer' || hasLooked || !isCancel(row.kind)) continue;
      hasLooked = true;
      const first = takeYoungest(row);
      if (first) return first;
    }
    return isFreed ? take(lane) : undefined; // with fewer open ones each time
  }

  /** While a document is at the ERP or may be, nothing else of its lane moves. */
  function follow(row: PostingRow): Task | undefined {
    const { lane, state, notBeforeMs } = row;
    leases?.hold(lane);
    const later = state !== 'sending' && notBeforeMs > waitMs();
    lanes.setDue(lane, later ? notBeforeMs : null);
    if (later || state === 'sending') return undefined;
    return { do: 'lookUp', posting: handed(row), lane };
  }

  return take;
}
