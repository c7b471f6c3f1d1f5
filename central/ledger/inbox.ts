import {
  DeliverPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import { backoff } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { digest } from '../../shared/codec.ts';
import { Fault } from '../../shared/fault.ts';
import type { Logger } from '../../shared/log.ts';
import { type Bell, nextTurn } from '../../shared/loop.ts';
import { decodeSegment, partsOf, type Segment } from '../../shared/segment.ts';
import { eventStream, eventSubject } from '../../shared/subject.ts';
import type { Arrival, Ledger } from './ledger.ts';
import { type Extent, isOurs, ofHub } from './place.ts';

/**
 * Most messages that share one transaction of the ledger; no more are taken in behind so many bytes
 * of them, some 2,000 facts: whoever asks meanwhile waits for its end.
 */
export const batchMax = 64;
export const batchBytesMax = 512 * 1024;
/** Messages that the server may send ahead. */
const aheadMax = 200;
/** Pause before a reading that ended is taken up again, ms. */
const restartMs = 100;

type Parts = {
  stream: JetStreamClient;
  manager: JetStreamManager;
  ledger: Ledger;
  committed: () => void;
  clock: Clock;
  log: Logger;
  bootId: string;
  /** Rings when the connection is back: what the server knew of our reading may be gone. */
  reconnected: Bell;
  /** Most facts that share one transaction of the ledger, where others wait for their turn. */
  factsMax?: number | undefined;
  /** After this silence it is checked that the stream has no more and is the one we read, ms. */
  quietMs: number;
  signal: AbortSignal;
};

/**
 * Reads the hub's stream into the ledger until `signal` aborts, from the ledger's own cursor, which
 * moves in the ledger's transaction. The server's notion of what was delivered is not used.
 */
export async function receive(parts: Parts): Promise<void> {
  const { clock, log, signal } = parts;
  let attempt = 0;
  for (let round = 1; !signal.aborted; round++) {
    try {
      await readOn(parts, round, () => {
        attempt = 0;
      });
      await clock.sleep(restartMs, signal);
    } catch (error) {
      if (!(error instanceof Fault && error.retry)) throw error;
      const delayMs = backoff(++attempt);
      log.warn({ reason: error.message, attempt, delayMs }, 'reading is interrupted');
      await clock.sleep(delayMs, signal);
    }
  }
}

/** Reads from the cursor on until the stream changes under us or the link fails. */
async function readOn(parts: Parts, round: number, progress: () => void): Promise<void> {
  const { stream, bootId, signal, reconnected, quietMs } = parts;
  const seen = reconnected.rings();
  const after = await place(parts);
  const consumer = await ofHub(
    stream.consumers.get(eventStream, {
      name_prefix: `central_${bootId}_${round}`,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: after + 1,
    }),
  );
  const messages = await ofHub(consumer.consume({ max_messages: aheadMax }));
  const stop = () => messages.stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const iterator = messages[Symbol.asyncIterator]();
    const ask = () => {
      const asked = ofHub(iterator.next());
      asked.catch(() => undefined); // it may fail after nobody waits for it any more
      return asked;
    };
    let next = ask();
    // It may have been aborted while the reading was set up: nothing will stop it then.
    while (!signal.aborted) {
      const first = await unlessQuiet(next, reconnected, seen, quietMs);
      if (first === 'quiet') {
        if (reconnected.rings() !== seen || (await hasMore(parts))) return;
        continue;
      }
      if (first.done || reconnected.rings() !== seen) return;
      const batch: JsMsg[] = [first.value];
      next = ask();
      let bytes = first.value.data.length;
      while (batch.length < batchMax && bytes < batchBytesMax) {
        const more = await atOnce(next);
        if (more === undefined || more.done) break;
        batch.push(more.value);
        bytes += more.value.data.length;
        next = ask();
      }
      await takeIn(parts, batch);
      progress();
      await nextTurn(); // what is told ahead, and who asks, come between two of them
    }
  } finally {
    signal.removeEventListener('abort', stop);
    messages.stop();
  }
}

/** The value, or "quiet" if it is not there for long, or at once when the connection is back. */
async function unlessQuiet<T>(
  promise: Promise<T>,
  bell: Bell,
  seen: number,
  quietMs: number,
): Promise<T | 'quiet'> {
  const over = new AbortController();
  const quiet = bell.wait(seen, quietMs, over.signal).then(() => 'quiet' as const);
  return Promise.race([promise, quiet]).finally(() => over.abort('over'));
}

/** The value if it is there already, else undefined. */
const atOnce = <T>(promise: Promise<T>): Promise<T | undefined> =>
  Promise.race([promise, nextTurn().then(() => undefined)]);

/** True when a silence is not the stream's end: there is more, or it is another stream now. */
async function hasMore(parts: Parts): Promise<boolean> {
  const { streamSequence } = parts.ledger.cursor();
  const { state } = await ofHub(parts.manager.streams.info(eventStream));
  return state.last_seq > streamSequence || (await place(parts, state)) !== streamSequence;
}

/**
 * The stream sequence to read on after: the cursor, if the stream still holds that very message or
 * has let it expire; else 0, to read again from the start. Repeats do no harm.
 */
async function place(parts: Parts, seen?: Extent): Promise<number> {
  const { manager, ledger, log } = parts;
  const { streamSequence } = ledger.cursor();
  if (streamSequence === 0) return 0;
  const state = seen ?? (await ofHub(manager.streams.info(eventStream))).state;
  if (await isOurs({ manager, ledger }, state)) return streamSequence;
  log.error(
    { streamSequence, to: state.last_seq },
    'the stream is not the one we read: from its start',
  );
  return 0;
}

/** The cursor moves with the last of them: what was taken in before it came comes again. */
async function takeIn(parts: Parts, batch: readonly JsMsg[]): Promise<void> {
  const { ledger, committed, log, factsMax, signal } = parts;
  const last = batch.at(-1)!;
  const cursor = { streamSequence: last.seq, digest: digest(last.data) };
  const arrivals = batch.map((message) => arrivalOf(message, log));
  if (factsMax === undefined) {
    ledger.accept(arrivals, cursor);
    committed();
    return;
  }
  for (const portion of portionsOf(arrivals, factsMax, ledger.head)) {
    if (signal.aborted) return;
    ledger.accept(portion);
    committed();
    await nextTurn();
  }
  ledger.accept([], cursor);
}

/**
 * The same arrivals in the same order, at most so many facts in a portion. A segment is cut only
 * where it goes on from its line's head: all others are judged as a whole.
 */
export function* portionsOf(
  arrivals: readonly Arrival[],
  factsMax: number,
  headOf: Ledger['head'],
): Generator<Arrival[]> {
  let portion: Arrival[] = [];
  let facts = 0;
  for (const arrival of arrivals) {
    const more = 'segment' in arrival ? arrival.segment.facts.length : 1;
    if (portion.length > 0 && facts + more > factsMax) {
      yield portion;
      [portion, facts] = [[], 0];
    }
    if ('segment' in arrival && more > factsMax && goesOn(arrival.segment, headOf)) {
      for (const segment of partsOf(arrival.segment, factsMax)) yield [{ segment }];
    } else {
      portion.push(arrival);
      facts += more;
    }
  }
  if (portion.length > 0) yield portion;
}

function goesOn({ line, epoch, first, before }: Segment, headOf: Ledger['head']): boolean {
  const head = headOf(line);
  const isNext = head.epoch === epoch && head.sequence + 1 === first;
  return isNext && before !== null && head.hash.equals(before);
}

/** A message as an arrival; who states it is known from the subject alone, whatever it claims. */
function arrivalOf({ subject, data, seq }: JsMsg, log: Logger): Arrival {
  try {
    const segment = decodeSegment(data);
    if (eventSubject(segment.line) === subject) return { segment };
    const { line } = segment;
    log.error({ subject, line, streamSequence: seq }, 'a segment claims another line');
    return { line: subject, broken: `security: claims to be ${segment.line}`, bytes: data };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { message: reason } = error;
    log.error({ subject, streamSequence: seq, reason }, 'a message is no segment');
    return { line: subject, broken: error.message, bytes: data };
  }
}
