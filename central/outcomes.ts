import { backoff } from '../shared/backoff.ts';
import type { PostingEvent } from '../statecharts/posting.ts';
import type { Differs, Found, Outcome } from './erp.ts';
import type { Lanes } from './lanes.ts';
import type { PostingRow, Queue } from './queue.ts';

/** Unknown outcomes of one posting before a person must look. */
export const unsureMax = 20;

const differently = ({ document, reason }: Differs): string =>
  `in the ERP as ${document}, but differently: ${reason}`;

/** What is kept of a call. */
function wordsOf(outcome: Outcome): string {
  if (outcome.kind === 'posted') return outcome.document;
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
  function settle(key: string, outcome: Outcome): void {
    const row = queue.one(key)!;
    queue.attempt(key, nowMs(), outcome.kind, wordsOf(outcome));
    if (outcome.kind === 'posted') {
      move(row, 'Posted', { document: outcome.document, reason: null });
    } else if (outcome.kind === 'refused') {
      move(row, 'Refused', { reason: wordsOf(outcome) });
    } else if (outcome.kind === 'differs') {
      move(row, 'Park', { reason: differently(outcome) });
    } else if (outcome.kind === 'busy') {
      const delayMs = Math.max(outcome.retryAfterMs ?? 0, backoff(row.busy + 1));
      const notBeforeMs = waitMs() + delayMs;
      move(row, 'Busy', { busy: row.busy + 1, notBeforeMs, reason: outcome.reason });
    } else doubt(row, outcome.reason);
    wakeAfter(row);
  }

  /** An outcome that may have been executed: wait until it surely was or was not, then look. */
  function doubt(row: PostingRow, reason: string): void {
    const notBeforeMs = waitMs() + maxInFlightMs;
    const unsure = row.unsure + 1;
    const moved = move(row, 'Unsure', { unsure, notBeforeMs, reason });
    if (unsure < unsureMax) return;
    move(moved, 'Park', { reason: `unknown ${unsure} times, last: ${reason}` });
  }

  function wakeAfter({ lane, lot, kind }: PostingRow): void {
    lanes.wake(lane);
    if (lot !== null && kind !== 'goodsIssue') lanes.rouseLot(lot);
  }

  /** What a look-up found. */
  function found(key: string, given: Found): void {
    const row = queue.one(key)!;
    if (given === undefined) {
      queue.attempt(key, nowMs(), 'lookedUp', 'no answer');
      const delayMs = backoff(row.busy + 1);
      move(row, 'Unsure', { busy: row.busy + 1, notBeforeMs: waitMs() + delayMs });
    } else if ('kind' in given) {
      const said = wordsOf(given);
      queue.attempt(key, nowMs(), given.kind, said);
      move(row, 'Park', { reason: given.kind === 'differs' ? differently(given) : said });
    } else {
      queue.attempt(key, nowMs(), 'lookedUp', given.join(', '));
      counted(row, given);
    }
    wakeAfter(row);
  }

  function counted(row: PostingRow, documents: readonly string[]): void {
    const [document, ...more] = documents;
    if (document === undefined) move(row, 'Absent', { notBeforeMs: 0 });
    else if (more.length === 0) move(row, 'Posted', { document, reason: null });
    else {
      const reason = `found ${documents.length} documents: ${documents.slice(0, 5).join(', ')}`;
      move(row, 'Park', { reason });
    }
  }

  return { settle, found, doubt, wakeAfter };
}
