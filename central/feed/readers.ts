import { JetStreamApiError, type JetStreamManager, type StoredMsg } from '@nats-io/jetstream';
import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/fault.ts';
import type { FeedFact } from '../../shared/feed/message.ts';
import type { Logger } from '../../shared/log.ts';
import { factStream } from '../../shared/subject.ts';
import { ofHub } from '../ledger/place.ts';
import type { FeedConfig } from './config.ts';
import { filtersOf } from './stream.ts';

/** Pause where a place is not made yet, ms. */
const missingMs = 1_000;

/** How far a reader of the feed was, when the hub was last asked. */
export type ReaderSeen = Readonly<{
  reader: string;
  /** Facts that the feed has told and it has not acknowledged. */
  behind: number;
  /** When central took in the oldest of them, Unix ms; null without one. */
  sinceMs: number | null;
}>;

type Parts = {
  manager: JetStreamManager;
  config: FeedConfig;
  /** Told of each look at all readers, and at the end that nobody looks any more. */
  seen: (readers: readonly ReaderSeen[]) => void;
  /** Pause between two looks, ms. */
  everyMs: number;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
};

/** When central took in the fact of a message; when it was told, if it does not say so. */
function sinceOf(message: StoredMsg): number {
  try {
    const { receivedMs } = message.json<Partial<FeedFact>>();
    if (Number.isFinite(receivedMs)) return receivedMs!;
  } catch {
    // Somebody else has put it there: its time is what is known.
  }
  return message.time.getTime();
}

/** The first message from this place of the stream on that the reader is to have. */
async function oldestOf(manager: JetStreamManager, subjects: readonly string[], seq: number) {
  const found: StoredMsg[] = [];
  for (const subject of subjects) {
    const asked = manager.direct.getMessage(factStream, { seq, next_by_subj: subject });
    const message = await ofHub(asked);
    if (message) found.push(message);
  }
  return found.sort((one, other) => one.seq - other.seq)[0];
}

/** Undefined for a reader whose place is not made yet. */
async function lookAt(
  { manager }: Parts,
  given: FeedConfig['consumers'][number],
): Promise<ReaderSeen | undefined> {
  const { name: reader } = given;
  const asked = manager.consumers.info(factStream, reader).catch((error) => {
    if (error instanceof JetStreamApiError && error.status === 404) return undefined;
    throw error;
  });
  const info = await ofHub(asked);
  if (!info) return undefined;
  const behind = info.num_pending + info.num_ack_pending;
  if (behind === 0) return { reader, behind, sinceMs: null };
  const oldest = await oldestOf(manager, filtersOf(given), info.ack_floor.stream_seq + 1);
  return { reader, behind, sinceMs: oldest ? sinceOf(oldest) : null };
}

/**
 * Looks how far each reader that the config names is, until `signal` aborts: the hub knows it also
 * of one that has died. While the hub does not answer what was seen last stands.
 */
export async function watchReaders(parts: Parts): Promise<void> {
  const { config, seen, everyMs, clock, log, signal } = parts;
  while (!signal.aborted) {
    let pauseMs = everyMs;
    try {
      const all: ReaderSeen[] = [];
      for (const given of config.consumers) {
        const reader = await lookAt(parts, given);
        if (reader) all.push(reader);
      }
      seen(all);
      if (all.length < config.consumers.length) pauseMs = Math.min(everyMs, missingMs);
    } catch (error) {
      if (!(error instanceof Fault && error.retry)) throw error;
      log.warn({ reason: error.message }, 'how far the readers of the feed are was not seen');
    }
    await clock.sleep(pauseMs, signal);
  }
  seen([]);
}
