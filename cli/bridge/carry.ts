import { type Consumer, type JsMsg, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { backoff } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/fault.ts';
import type { FeedFact } from '../../shared/feed/message.ts';
import type { Logger } from '../../shared/log.ts';
import { factStream } from '../../shared/subject.ts';
import { traceHeader } from '../../shared/traceparent.ts';
import type { Mqtt } from './broker.ts';
import { toldOf } from './topic.ts';

const hubTimeoutMs = 5_000;
/** How long a request for facts waits at the hub, ms; it outlives whoever has sent it. */
const askMs = 1_000;
/** Looks whether nobody waits there any more, and the pause between two, ms. */
const looksMax = 100;
const lookMs = 100;

type Parts = {
  connection: NatsConnection;
  /** How the hub's API is called. */
  api: string;
  consumer: string;
  prefix: string;
  inFlightMax: number;
  openBroker: () => Promise<Mqtt>;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
};

const ofHub = (cause: unknown): Fault =>
  cause instanceof Fault
    ? cause
    : new Fault('UNREACHABLE', `hub: ${(cause as Error).message}`, { cause });

/**
 * Resolves once nobody waits for facts there, or throws Fault UNREACHABLE. A server whose consumer
 * is set back while a request of somebody who has gone still waits there hands the same facts out
 * without end (seen with 2.15.1).
 */
async function isAlone(consumer: Consumer, { clock, signal, consumer: name }: Parts) {
  for (let looks = 0; looks < looksMax && !signal.aborted; looks++) {
    if ((await consumer.info()).num_waiting === 0) return;
    await clock.sleep(lookMs, signal);
  }
  if (signal.aborted) return;
  throw new Fault('UNREACHABLE', `hub: consumer ${name}: somebody else reads under this name`);
}

/**
 * Our place at the hub, set back to the last fact that was acknowledged without a hole before it:
 * what was on its way comes again at once and in order, and not some time later between others.
 */
async function ownPlace(parts: Parts): Promise<Consumer> {
  const { connection, consumer, api: apiPrefix } = parts;
  try {
    const { consumers } = jetstream(connection, { apiPrefix, timeout: hubTimeoutMs });
    const place = await consumers.get(factStream, consumer);
    await isAlone(place, parts);
    const reset = `${apiPrefix}.CONSUMER.RESET.${factStream}.${consumer}`;
    const answer = await connection.request(reset, '', { timeout: hubTimeoutMs });
    const { error } = answer.json<{ error?: { description: string } }>();
    if (error) throw new Error(`consumer ${consumer}: ${error.description} (feed.consumers)`);
    return place;
  } catch (cause) {
    throw ofHub(cause);
  }
}

const isAbout = (name: string): boolean => name.startsWith('ce-') || name === traceHeader;

/** What CloudEvents says of it, and its trace, for whoever does not look into the body. */
function aboutOf({ headers }: JsMsg): Record<string, string> {
  const names = headers?.keys().filter(isAbout) ?? [];
  return Object.fromEntries(names.map((name) => [name, headers!.get(name)]));
}

/** Tells the broker; then, and not before, the hub that it is told. */
async function carryOne({ prefix, log }: Parts, broker: Mqtt, message: JsMsg): Promise<void> {
  let fact: FeedFact;
  try {
    fact = message.json<FeedFact>();
  } catch {
    log.error({ streamSequence: message.seq }, 'a message of the feed is not JSON: passed over');
    message.term();
    return;
  }
  const about = aboutOf(message);
  await Promise.all(
    toldOf(fact, message.string(), prefix).map((told) => broker.publish(told, about)),
  );
  if (!(await message.ackAck({ timeout: hubTimeoutMs }))) {
    throw new Fault('UNREACHABLE', 'hub: an acknowledgement was not confirmed');
  }
}

/** At most so many at once, begun in their order; whichever fails first ends all. */
function openWindow(max: number, failed: (error: unknown) => void) {
  const open = new Set<Promise<void>>();
  return {
    async add(work: () => Promise<void>): Promise<void> {
      while (open.size >= max) await Promise.race(open);
      const one: Promise<void> = work()
        .catch(failed)
        .finally(() => open.delete(one));
      open.add(one);
    },
    settled: async (): Promise<void> => void (await Promise.all(open)),
  };
}

/** Carries facts until something fails or `signal` aborts. */
async function carryOn(parts: Parts, progress: () => void): Promise<void> {
  const { inFlightMax, signal, log } = parts;
  const place = await ownPlace(parts);
  const broker = await parts.openBroker();
  log.info('facts are carried to the broker');
  const messages = await place.consume({ max_messages: inFlightMax, expires: askMs });
  let failure: unknown;
  const end = (error?: unknown): void => {
    failure ??= error;
    messages.stop();
  };
  const stop = () => end();
  signal.addEventListener('abort', stop, { once: true });
  broker.lost.catch(end);
  const window = openWindow(inFlightMax, end);
  try {
    if (signal.aborted) return;
    for await (const message of messages) {
      if (failure !== undefined) break;
      // An acknowledgement was lost: what comes now may not be what is next.
      if (message.redelivered) throw new Fault('UNREACHABLE', 'hub: a fact came again');
      await window.add(async () => {
        await carryOne(parts, broker, message);
        progress();
      });
    }
  } catch (error) {
    end(error);
  } finally {
    signal.removeEventListener('abort', stop);
    messages.stop();
    await window.settled();
    await broker.close();
  }
  if (failure !== undefined && !signal.aborted) throw ofHub(failure);
}

/**
 * Carries each fact to the broker at least once and in order, until `signal` aborts; after a
 * failure with growing pauses from where it was.
 */
export async function carry(parts: Parts): Promise<void> {
  const { clock, log, signal } = parts;
  for (let failures = 0; !signal.aborted; ) {
    try {
      await carryOn(parts, () => {
        failures = 0;
      });
      if (!signal.aborted) await clock.sleep(backoff(1), signal);
    } catch (error) {
      if (!(error instanceof Fault && error.retry)) throw error;
      const delayMs = backoff(++failures);
      log.warn({ reason: error.message, attempt: failures, delayMs }, 'the bridge waits');
      await clock.sleep(delayMs, signal);
    }
  }
}
