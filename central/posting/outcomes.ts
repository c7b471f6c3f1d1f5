import { backoff } from '../../shared/backoff.ts';
import type { PostingEvent } from '../../statecharts/posting.ts';
import type { Differs, Found, Outcome, Queued, Undecided } from '../erp/erp.ts';
import type { Lanes } from './lanes.ts';
import type { PostingRow, Queue } from './queue.ts';

/** Unknown outcomes of one posting before a person must look. */
export const unsureMax = 20;
/** Answers that it is queued still before a person must look: about a day of asking. */
export const askedMax = 1_450;
/** Longest pause before the ERP is asked again what became of what it has queued, ms. */
const askMaxMs = 60_000;

const differently = ({ document, reason }: Differs): string =>
  `in the ERP as ${document}, but differently: ${reason}`;

/** What is kept of a call. */
function wordsOf(outcome: Outcome | Undecided): string {
  if (outcome.kind === 'posted') return outcome.document;
  if (outcome.kind === 'queued') return `${outcome.ticket}: ${outcome.reason}`;
  if (outcome.kind === 'differs') return `${outcome.document}: ${outcome.reason}`;
  return outcome.kind === 'refused' ? `${outcome.code}: ${outcome.reason}` : outcome.reason;
}

type Parts = {
  queue: Queue;
  lanes: Lanes;
  move: (row: PostingRow, event: PostingEvent, more?: Partial<PostingRow>) => PostingRow;
  nowMs: () => number;
  waitMs: () => number;
  maxInFlightMs: number;
};

/** What comes of a call to the ERP, and of a look-up after one whose outcome is unknown. */
export function openOutcomes({ queue, lanes, move, nowMs, waitMs, maxInFlightMs }: Parts) {
  function moveBy(row: PostingRow, outcome: Outcome): PostingRow {
    if (outcome.kind === 'posted') {
      const { document, inspectionLot = row.inspectionLot } = outcome;
      return move(row, 'Posted', { document, inspectionLot, reason: null });
    }
    if (outcome.kind === 'refused') return move(row, 'Refused', { reason: wordsOf(outcome) });
    if (outcome.kind === 'differs') return move(row, 'Park', { reason: differently(outcome) });
    if (outcome.kind === 'busy') {
      const delayMs = Math.max(outcome.retryAfterMs ?? 0, backoff(row.busy + 1));
      const notBeforeMs = waitMs() + delayMs;
      return move(row, 'Busy', { busy: row.busy + 1, notBeforeMs, reason: outcome.reason });
    }
    return outcome.kind === 'queued' ? queued(row, outcome) : doubt(row, outcome.reason);
  }

  /** What came of a call; the posting as it stands then. */
  function settle(row: PostingRow, outcome: Outcome): PostingRow {
    queue.attempt(row.key, nowMs(), outcome.kind, wordsOf(outcome));
    const moved = moveBy(row, outcome);
    wakeAfter(row);
    return moved;
  }

  /** The ERP has it, and does not say yet what comes of it: it is asked less and less often. */
  function queued(row: PostingRow, { ticket, reason }: Queued): PostingRow {
    const asked = row.state === 'queued' ? row.asked + 1 : 0;
    const notBeforeMs = waitMs() + backoff(asked + 1, askMaxMs);
    const moved = move(row, 'Queue', { ticket, asked, notBeforeMs, busy: 0, reason });
    if (asked < askedMax) return moved;
    return move(moved, 'Park', {
      reason: `still queued at the ERP, asked ${asked} times: ${reason}`,
    });
  }

  /** An outcome that may have been executed: wait until it surely was or was not, then look. */
  function doubt(row: PostingRow, reason: string): PostingRow {
    const notBeforeMs = waitMs() + maxInFlightMs;
    const unsure = row.unsure + 1;
    const moved = move(row, 'Unsure', { unsure, notBeforeMs, reason });
    if (unsure < unsureMax) return moved;
    return move(moved, 'Park', { reason: `unknown ${unsure} times, last: ${reason}` });
  }

  function wakeAfter({ lane, lot, kind }: PostingRow): void {
    lanes.wake(lane);
    if (lot !== null && kind !== 'goodsIssue') lanes.rouseLot(lot);
  }

  function standsNow(row: PostingRow, given: Found): PostingRow {
    if (given === undefined) return silent(row);
    if ('kind' in given) return stands(row, given);
    queue.attempt(row.key, nowMs(), 'lookedUp', given.join(', '));
    return counted(row, given);
  }

  /** What a look-up found; the posting as it stands then. */
  function found(row: PostingRow, given: Found): PostingRow {
    const moved = standsNow(row, given);
    wakeAfter(row);
    return moved;
  }

  function silent(row: PostingRow): PostingRow {
    const busy = row.busy + 1;
    if (row.state === 'queued') {
      return move(row, 'Queue', { busy, notBeforeMs: waitMs() + backoff(busy, askMaxMs) });
    }
    queue.attempt(row.key, nowMs(), 'lookedUp', 'no answer');
    return move(row, 'Unsure', { busy, notBeforeMs: waitMs() + backoff(busy) });
  }

  /** The ERP said how it stands. That it is queued still is told once, however often heard. */
  function stands(
    row: PostingRow,
    given: Exclude<Found, readonly string[] | undefined>,
  ): PostingRow {
    const said = wordsOf(given);
    if (given.kind !== 'queued' || row.state !== 'queued') {
      queue.attempt(row.key, nowMs(), given.kind, said);
    }
    if (given.kind === 'queued') return queued(row, given);
    if (given.kind === 'undecided' && isAskedFor(row)) return absent(row);
    return move(row, 'Park', { reason: given.kind === 'differs' ? differently(given) : said });
  }

  /** A person has said "again" of it, and it was not sent since. */
  const isAskedFor = ({ state, unsure }: PostingRow): boolean =>
    state === 'unknown' && unsure === 0;

  const absent = (row: PostingRow) =>
    move(row, 'Absent', { notBeforeMs: 0, ticket: null, asked: 0 });

  function counted(row: PostingRow, documents: readonly string[]): PostingRow {
    const [document, ...more] = documents;
    if (document === undefined) {
      if (row.state !== 'queued') return absent(row);
      return move(row, 'Park', { reason: 'the ERP took it and does not know it any more' });
    }
    if (more.length === 0) return move(row, 'Posted', { document, reason: null });
    const reason = `found ${documents.length} documents: ${documents.slice(0, 5).join(', ')}`;
    return move(row, 'Park', { reason });
  }

  return { settle, found, doubt, wakeAfter };
}
