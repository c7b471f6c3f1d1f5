import { backoff, scattered } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/fault.ts';
import type { Logger } from '../../shared/log.ts';
import type { Bell } from '../../shared/loop.ts';
import { lastOf, type Segment } from '../../shared/segment.ts';
import type { Outbox } from '../store/outbox.ts';
import { type Last, type Noise, resync } from './resync.ts';
import { openWindow } from './window.ts';

/**
 * Puts a segment into the stream if the line's subject still ends at `streamSequence`; resolves
 * with its own stream sequence. Rejects with Fault CONFLICT if the subject ends elsewhere, with
 * Fault UNREACHABLE if no answer came, which does not mean that it was not stored.
 */
export type Publish = (segment: Segment, streamSequence: number) => Promise<number>;
/** The last message of a line's subject. Rejects with Fault UNREACHABLE. */
export type ReadLast = (line: string) => Promise<Last | Noise | undefined>;

/** How a line's sending stands, for people. */
export const linkStates = [
  ...(['up', 'down', 'draining', 'forked', 'seeding', 'owned', 'stale'] as const),
] as const;
export type LinkState = (typeof linkStates)[number];

/** What central says of a line that wants to send. */
export type Entry =
  | { kind: 'entered' } // its ledger goes on from our chain, and has read the stream up to there
  | { kind: 'alone' } // it does not answer now; this store was the line's writer before
  | { kind: 'barred'; state: LinkState; reason: string; waitMs: number };
/**
 * Asks central for the line, whose subject ends as it says. Rejects with Fault UNREACHABLE for a
 * line that central has never given to this store.
 */
export type Enter = (line: string, last: Last | Noise | undefined) => Promise<Entry>;

/** A line that another history has overtaken asks central again after this time, ms. */
const forkedMs = 2_000;

type Parts = {
  line: string;
  outbox: Outbox;
  publish: Publish;
  last: ReadLast;
  enter: Enter;
  bell: Bell;
  read: Bell; // rings at central's word on what its ledger keeps
  clock: Clock;
  log: Logger;
  report: (state: LinkState, detail?: string) => void;
  /** With nothing to send, the stream's end is read again so long after it was read, ms. */
  idleMs: number;
  /** While the hub does not answer, it is asked again at most so much later, ms. */
  downMs?: number;
  signal: AbortSignal;
};

/**
 * Carries one line's facts to the stream, oldest first, one segment in flight, until `signal`
 * aborts. Never guesses: after any doubt it reads what the stream holds and goes on from there.
 * While central does not read on, it sends no more than `window.ts` lets it.
 */
export async function forward(parts: Parts): Promise<void> {
  const { line, outbox, publish, bell, read, clock, log, report, idleMs, signal } = parts;
  const window = openWindow(clock.monotonicMs);
  let streamSequence: number | undefined;
  let readMs = 0; // when the stream's end was read
  let attempt = 0;
  const wait = (waitMs: number) => clock.sleep(waitMs, signal);
  while (!signal.aborted) {
    const seen = bell.rings();
    const heard = read.rings();
    try {
      if (streamSequence === undefined) {
        streamSequence = await findEnd(parts, wait);
        readMs = clock.monotonicMs();
        window.restart(outbox.marks(line));
      }
      if (streamSequence === undefined) continue;
      const { head, sent, kept } = outbox.marks(line);
      const waitMs = head > sent ? window.waitMs(kept) : 0;
      const segment = waitMs > 0 ? undefined : outbox.next(line);
      if (waitMs > 0) {
        report('draining', 'waits for central to read on');
        await read.wait(heard, waitMs, signal);
      } else if (segment) {
        report('draining');
        streamSequence = await publish(segment, streamSequence);
        outbox.setSent(line, segment.epoch, lastOf(segment));
        window.took(lastOf(segment));
      } else {
        report('up');
        // The bell rings for other lines and for refusals too: it must not put this off.
        const leftMs = readMs + idleMs - clock.monotonicMs();
        if (leftMs > 0) await bell.wait(seen, leftMs, signal);
        if (leftMs <= 0 || bell.rings() === seen) streamSequence = undefined;
      }
      attempt = 0;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      streamSequence = undefined;
      if (error.code === 'CONFLICT' && attempt === 0) {
        attempt = 1;
        continue;
      }
      const delayMs = Math.ceil(scattered(backoff(++attempt, parts.downMs), line, attempt));
      report('down', error.message);
      log.warn({ line, reason: error.message, attempt, delayMs }, 'the hub does not answer');
      await clock.sleep(delayMs, signal);
    }
  }
}

/** Where the stream ends for this line, with `sent` set to it; undefined, later, if barred. */
async function findEnd(
  { line, outbox, last, enter, log, report }: Parts,
  wait: (waitMs: number) => Promise<void>,
): Promise<number | undefined> {
  const there = await last(line);
  const entry = await enter(line, there);
  if (entry.kind === 'barred') {
    report(entry.state, entry.reason);
    await wait(entry.waitMs);
    return undefined;
  }
  const marks = outbox.marks(line);
  const linkAt = (sequence: number) => outbox.linkAt(line, sequence)?.toString('hex');
  const standing = resync({ ...marks, linkAt }, there);
  if (standing.kind === 'fork' && entry.kind === 'alone') {
    report('forked', standing.reason);
    log.error(
      { line, reason: standing.reason },
      'fork: this line sends nothing until central answers',
    );
    await wait(forkedMs);
    return undefined;
  }
  // Central has read that message, and its ledger goes on from our chain: it is nobody's history.
  const sent = standing.kind === 'fork' ? marks.kept : standing.sent;
  if (sent !== marks.sent) {
    log.info({ line, from: marks.sent, to: sent }, 'went on from what the stream holds');
    outbox.setSent(line, marks.epoch, sent);
  }
  return there?.streamSequence ?? 0;
}
