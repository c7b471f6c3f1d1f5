import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { factStream, factSubjects } from '../../shared/subject.ts';
import { ofHub } from '../ledger/place.ts';
import type { FeedConfig, FeedConsumer } from './config.ts';

const nsInS = 1_000_000_000;
const nsInDay = 86_400 * nsInS;

/** A feed, not the record: when it is full the oldest leave, and the ledger still has them. */
const streamOf = (config: FeedConfig, replicas: number): StreamConfig & { name: string } =>
  ({
    name: factStream,
    description: 'Facts of the ledger, told once and in the order of each line',
    subjects: [factSubjects],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.Old,
    max_age: config.keepDays * nsInDay,
    max_bytes: config.megabytesMax * 1024 * 1024,
    num_replicas: replicas,
    allow_direct: true,
    deny_delete: true,
  }) as StreamConfig & { name: string };

/** What a reader may read, as subjects; all where the config names none. */
export const filtersOf = ({ subjects }: FeedConsumer): string[] =>
  subjects.length > 0 ? [...subjects] : [factSubjects];

const consumerOf = (given: FeedConsumer): Partial<ConsumerConfig> => ({
  durable_name: given.name,
  deliver_policy: given.from === 'all' ? DeliverPolicy.All : DeliverPolicy.New,
  ack_policy: AckPolicy.Explicit,
  ack_wait: given.ackWaitS * nsInS,
  max_ack_pending: given.inFlightMax,
  filter_subjects: filtersOf(given),
});

const isMissing = (error: unknown): boolean =>
  error instanceof JetStreamApiError && error.status === 404;

/** Runs one or the other, by whether it is there. */
async function upsert(look: Promise<unknown>, change: () => Promise<unknown>, add: typeof change) {
  let isThere = true;
  try {
    await look;
  } catch (error) {
    if (!isMissing(error)) throw error;
    isThere = false;
  }
  await (isThere ? change() : add());
}

type Parts = { manager: JetStreamManager; config: FeedConfig; replicas: number };

/**
 * Makes the feed's stream, and a place for each consumer of the config, or gives them the limits of
 * the config; where a consumer is stays. Throws Fault UNREACHABLE.
 */
export async function ensureFeed({ manager, config, replicas }: Parts): Promise<void> {
  const { streams, consumers } = manager;
  const wanted = streamOf(config, replicas);
  await ofHub(
    upsert(
      streams.info(factStream),
      () => streams.update(factStream, wanted),
      () => streams.add(wanted),
    ),
  );
  for (const given of config.consumers) {
    const { deliver_policy, durable_name, ...changeable } = consumerOf(given);
    await ofHub(
      upsert(
        consumers.info(factStream, given.name),
        () => consumers.update(factStream, given.name, changeable),
        () => consumers.add(factStream, { deliver_policy, durable_name, ...changeable } as never),
      ),
    );
  }
}
