import { AckPolicy, DeliverPolicy, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/fault.ts';
import type { Logger } from '../../shared/log.ts';
import { eventStream, markConsumer } from '../../shared/subject.ts';
import type { Ledger } from './ledger.ts';
import { ofHub } from './place.ts';
import { consumerThresholds, type Thresholds, withThresholds } from './thresholds.ts';

const resetTimeoutMs = 5_000;

/** The hub's stream, as it was last seen. */
export type StreamSeen = Readonly<{
  bytes: number;
  bytesMax: number;
  segments: number;
  unread: number; // segments behind the ledger's cursor
}>;

type Parts = {
  connection: Pick<NatsConnection, 'request'>;
  manager: JetStreamManager;
  ledger: Pick<Ledger, 'cursor'>;
  /** What the consumer's check alarms at; without it there is none. */
  thresholds: Thresholds | undefined;
  /** Told of each look at the stream. */
  seen: (stream: StreamSeen) => void;
  /** Pause between two looks, ms. */
  everyMs: number;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
};

/**
 * Keeps a consumer of the stream of segments, `central`, where the ledger has read to, until
 * `signal` aborts: for people and for `nats server check consumer`, which alarms by its metadata.
 * Nothing is ever delivered by it, and central does not read by it; as long as central stands
 * still, what it has not read grows there. Without the hub it is set again later.
 */
export async function mark(parts: Parts): Promise<void> {
  const { thresholds, everyMs, clock, log, signal } = parts;
  if (!thresholds) return over(signal);
  let isMade = false;
  while (!signal.aborted) {
    try {
      if (!isMade) await make(parts, thresholds);
      isMade = true;
      await look(parts);
    } catch (error) {
      if (!(error instanceof Fault && error.retry)) throw error;
      isMade = false;
      log.warn({ reason: error.message }, 'the mark of what central has read was not set');
    }
    await clock.sleep(everyMs, signal);
  }
}

/** Whoever is on duty does nothing here until it ends. */
const over = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

async function make({ manager }: Parts, thresholds: Thresholds): Promise<void> {
  const wanted = {
    durable_name: markConsumer,
    description: "Where central's ledger has read to. Central does not read by it.",
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.All,
  };
  const known = await manager.consumers
    .info(eventStream, markConsumer)
    .then(({ config }) => config.metadata ?? {})
    .catch(() => undefined); // there is none yet, or the hub does not answer: then neither below
  const metadata = withThresholds(known, consumerThresholds(thresholds));
  const { consumers } = manager;
  if (known) await ofHub(consumers.update(eventStream, markConsumer, { metadata }));
  else await ofHub(consumers.add(eventStream, { ...wanted, metadata }));
}

async function look({ connection, manager, ledger, seen }: Parts): Promise<void> {
  const { streamSequence } = ledger.cursor();
  const subject = `$JS.API.CONSUMER.RESET.${eventStream}.${markConsumer}`;
  const question = JSON.stringify({ seq: streamSequence + 1 });
  const answer = await ofHub(connection.request(subject, question, { timeout: resetTimeoutMs }));
  const said = answer.json<{ num_pending?: number; error?: { description: string } }>();
  if (said.error) throw new Fault('UNREACHABLE', `hub: ${said.error.description}`);
  const { state, config } = await ofHub(manager.streams.info(eventStream));
  const { bytes, messages: segments } = state;
  seen({ bytes, bytesMax: config.max_bytes, segments, unread: said.num_pending ?? 0 });
}
