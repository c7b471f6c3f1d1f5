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
import { Fault } from '../../shared/fault.ts';
import { segmentBytesMax } from '../../shared/segment.ts';
import { eventStream, eventSubjects, keptStream, keptSubjects } from '../../shared/subject.ts';
import { streamThresholds, type Thresholds, withThresholds } from './thresholds.ts';

type Wanted = {
  replicas: number;
  bytesMax: number;
  keepDays: number;
  /** What "nats server check" alarms at; the streams' metadata is left alone without. */
  thresholds?: Thresholds | undefined;
};
type Named = Partial<StreamConfig> & { name: string };

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
 * Makes the two streams if need be. Those that are there get the thresholds, and as many copies as
 * are wanted now, so that a hub can become a cluster; what they hold stays. Throws Fault
 * UNREACHABLE, or INVALID if one differs.
 */
export async function ensureStreams(manager: JetStreamManager, wanted: Wanted): Promise<void> {
  for (const config of [events(wanted), kept(wanted)]) {
    try {
      const metadata = await setBeside(manager, config.name!, wanted);
      await manager.streams.add({ ...config, metadata } as StreamConfig & Named);
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

/** Sets what may differ: copies, and metadata, which is what stands there then. */
async function setBeside(manager: JetStreamManager, name: string, wanted: Wanted) {
  const { replicas, thresholds } = wanted;
  const ours = thresholds && streamThresholds(thresholds, replicas);
  try {
    const { config } = await manager.streams.info(name);
    const known = config.metadata ?? {};
    const metadata = ours ? withThresholds(known, ours) : known;
    const isSame = config.num_replicas === replicas && isDeepStrictEqual(known, metadata);
    if (!isSame) await manager.streams.update(name, { num_replicas: replicas, metadata });
    return metadata;
  } catch (error) {
    const isNone =
      error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound;
    if (!isNone) throw error;
    return ours ?? {};
  }
}
