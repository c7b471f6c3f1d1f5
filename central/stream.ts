import {
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { Fault } from '../shared/fault.ts';
import { segmentBytesMax } from '../shared/segment.ts';
import { eventStream, eventSubjects, keptStream, keptSubjects } from '../shared/subject.ts';
import { metadataOf } from './environment.ts';

type Wanted = { replicas: number; bytesMax: number; keepDays: number };

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
 * Makes the two streams if need be; those that are there get as many copies as are wanted now, so
 * that a hub can become a cluster. Throws Fault UNREACHABLE, or INVALID if one differs.
 */
export async function ensureStreams(manager: JetStreamManager, wanted: Wanted): Promise<void> {
  for (const config of [events(wanted), kept(wanted)]) {
    try {
      const metadata = await setCopies(manager, config.name!, wanted.replicas);
      await manager.streams.add({ ...config, metadata } as StreamConfig & { name: string });
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

/** No such stream is nothing to change. */
const noStream = 10_059;

/** What a stream that is there says of itself stays. */
async function setCopies(
  manager: JetStreamManager,
  name: string,
  replicas: number,
): Promise<Record<string, string>> {
  try {
    const { config } = await manager.streams.info(name);
    if (config.num_replicas !== replicas) {
      await manager.streams.update(name, { num_replicas: replicas });
    }
    return metadataOf(config);
  } catch (error) {
    if (!(error instanceof JetStreamApiError && error.code === noStream)) throw error;
    return {};
  }
}
