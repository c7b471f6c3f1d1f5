import { isDeepStrictEqual } from 'node:util';
import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { Fault } from '../shared/fault.ts';
import { segmentBytesMax } from '../shared/segment.ts';
import { eventStream, eventSubjects, keptStream, keptSubjects } from '../shared/subject.ts';
import { streamThresholds, type Thresholds, withThresholds } from './thresholds.ts';

/** Oldest server whose leaf enforces permissions and whose streams refuse after a disk error. */
const versionMin = [2, 14] as const;
const monitorTimeoutMs = 5_000;

type Wanted = {
  replicas: number;
  bytesMax: number;
  keepDays: number;
  /** What "nats server check" alarms at; the streams' metadata is left alone without. */
  thresholds?: Thresholds | undefined;
};

/** The stream of segments: a full hub says no, and only central trims it (`trimmer.ts`). */
const events = ({ replicas, bytesMax, keepDays }: Wanted): Partial<StreamConfig> => ({
  name: eventStream,
  subjects: [eventSubjects],
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.New,
  max_bytes: bytesMax,
  max_age: keepDays * 86_400_000 * 1_000_000,
  max_msg_size: segmentBytesMax + 64 * 1024,
  num_replicas: replicas,
  allow_direct: true,
  deny_delete: true,
});

/** Central's last word on each line. In memory: the ledger says it again whenever it is lost. */
const kept = ({ replicas }: Wanted): Partial<StreamConfig> => ({
  name: keptStream,
  subjects: [keptSubjects],
  storage: StorageType.Memory,
  max_msgs_per_subject: 1,
  max_bytes: 16 * 1024 * 1024,
  num_replicas: replicas,
  allow_direct: true,
});

/**
 * Makes the two streams if need be, with the thresholds in their metadata; of one that is there
 * nothing but these is changed, and what it holds stays. Throws Fault UNREACHABLE, or INVALID if
 * one differs.
 */
export async function ensureStreams(manager: JetStreamManager, wanted: Wanted): Promise<void> {
  for (const config of [events(wanted), kept(wanted)]) {
    try {
      await ensure(manager, config as Named, wanted);
    } catch (cause) {
      const reason = `stream ${config.name}: ${(cause as Error).message}`;
      const taken = /name already in use/.test(reason);
      const advice = taken
        ? `; remove it, and the edges send again (docs/decisions/23-stream.md)`
        : '';
      throw new Fault(taken ? 'INVALID' : 'UNREACHABLE', `${reason}${advice}`, { cause });
    }
  }
}
type Named = Partial<StreamConfig> & { name: string };

async function ensure(manager: JetStreamManager, config: Named, wanted: Wanted): Promise<void> {
  const { streams } = manager;
  const there = await streams.info(config.name).catch((error: unknown) => {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound) {
      return undefined;
    }
    throw error;
  });
  const { thresholds, replicas } = wanted;
  const known = there?.config.metadata ?? {};
  const metadata = thresholds
    ? withThresholds(known, streamThresholds(thresholds, replicas))
    : known;
  // Says that it is the stream that we want: one with another configuration is refused.
  await streams.add({ ...config, metadata: there ? known : metadata } as StreamConfig & Named);
  if (!there || isDeepStrictEqual(known, metadata)) return;
  await streams.update(config.name, { ...there.config, metadata });
}

type Jsz = { config?: { sync_always?: boolean } };

/**
 * Refuses a hub that may lose what it acknowledged in a power cut, or that is too old: `monitorUrl`
 * is its HTTP monitoring address. Throws Fault INVALID, or UNREACHABLE when it does not answer.
 */
export async function verifyHub(connection: NatsConnection, monitorUrl: string): Promise<void> {
  const version = connection.info?.version ?? '0.0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < versionMin[0] || (major === versionMin[0] && minor < versionMin[1])) {
    throw new Fault(
      'INVALID',
      `hub: nats-server ${version}, must be ${versionMin.join('.')} or later`,
    );
  }
  let answer: Jsz;
  try {
    const signal = AbortSignal.timeout(monitorTimeoutMs);
    const response = await fetch(new URL('/jsz?config=true', monitorUrl), { signal });
    answer = (await response.json()) as Jsz;
  } catch (cause) {
    throw new Fault('UNREACHABLE', `hub: no answer from ${monitorUrl}`, { cause });
  }
  if (answer.config?.sync_always !== true) {
    throw new Fault('INVALID', 'hub: jetstream.sync_interval must be "always"');
  }
}
