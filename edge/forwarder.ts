import { backoff } from '../shared/backoff.ts';
import type { Clock } from '../shared/clock.ts';
import { Fault } from '../shared/fault.ts';
import type { Logger } from '../shared/log.ts';
import type { Bell } from '../shared/loop.ts';
import { lastOf, type Segment } from '../shared/segment.ts';
import type { Outbox } from './outbox.ts';
import { type Last, type Noise, resync } from './resync.ts';

/**
 * Puts a segment into the stream if the line's subject still ends at `streamSequence`; resolves
 * with its own stream sequence. Rejects with Fault CONFLICT if the subject ends elsewhere, with
 * Fault UNREACHABLE if no answer came, which does not mean that it was not stored.
 */
export type Publish = (segment: Segment, streamSequence: number) => Promise<number>;
/** The last message of a line's subject. Rejects with Fault UNREACHABLE. */
export type ReadLast = (line: string) => Promise<Last | Noise | undefined>;

/** How a line's sending stands, for people. */
export type LinkState = 'up' | 'down' | 'draining' | 'forked';

/** With nothing to send, the stream's end is read again after this time, ms. */
const idleMs = 60_000;
/** A forked line looks again after this time, ms. */
const forkedMs = 10_000;

type Parts = {
  line: string;
  outbox: Outbox;
  publish: Publish;
  last: ReadLast;
  bell: Bell;
  clock: Clock;
  log: Logger;
  report: (state: LinkState, detail?: string) => void;
  signal: AbortSignal;
};

/**
 * Carries one line's facts to the stream, oldest first, one segment in flight, until `signal`
 * aborts. Never guesses: after any doubt it reads what the stream holds and goes on from there.
 */
export async function forward(parts: Parts): Promise<void> {
  const { line, outbox, publish, bell, clock, log, report, signal } = parts;
  let streamSequence: number | undefined;
  let attempt = 0;
  while (!signal.aborted) {
    const seen = bell.rings();
    try {
      streamSequence ??= await findEnd(parts);
      if (streamSequence === undefined) {
        await clock.sleep(forkedMs, signal);
        continue;
      }
      const segment = outbox.next(line);
      if (segment) {
        report('draining');
        streamSequence = await publish(segment, streamSequence);
        outbox.setSent(line, segment.epoch, lastOf(segment));
      } else {
        report('up');
        await bell.wait(seen, idleMs, signal);
        if (bell.rings() === seen) streamSequence = undefined;
      }
      attempt = 0;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      streamSequence = undefined;
      if (error.code === 'CONFLICT' && attempt === 0) {
        attempt = 1;
        continue;
      }
      const delayMs = backoff(++attempt);
      report('down', error.message);
      log.warn({ line, reason: error.message, attempt, delayMs }, 'the hub does not answer');
      await clock.sleep(delayMs, signal);
    }
  }
}

/** Where the stream ends for this line, with `sent` set to it; undefined for a fork. */
async function findEnd({ line, outbox, last, log, report }: Parts): Promise<number | undefined> {
  const there = await last(line);
  const marks = outbox.marks(line);
  const linkAt = (sequence: number) => outbox.linkAt(line, sequence)?.toString('hex');
  const standing = resync({ ...marks, linkAt }, there);
  if (standing.kind === 'fork') {
    report('forked', standing.reason);
    log.error({ line, reason: standing.reason }, 'fork: this line sends nothing');
    return undefined;
  }
  if (standing.sent !== marks.sent) {
    log.info({ line, from: marks.sent, to: standing.sent }, 'went on from what the stream holds');
    outbox.setSent(line, marks.epoch, standing.sent);
  }
  return standing.streamSequence;
}
