import type { JetStreamManager } from '@nats-io/jetstream';
import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/fault.ts';
import type { Logger } from '../../shared/log.ts';
import { eventStream } from '../../shared/subject.ts';
import type { Ledger } from './ledger.ts';
import { isOurs, ofHub } from './place.ts';

/** Above this share of its room the stream is trimmed, to this one. */
const high = 0.5;
const low = 0.25;

type Parts = {
  manager: JetStreamManager;
  ledger: Ledger;
  /** Pause between two looks, ms. */
  trimMs: number;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
};

/**
 * Keeps room in the hub's stream until `signal` aborts: what the ledger holds leaves it, the oldest
 * first, as soon as the stream is half full. What central has not read stays, and a stream that is
 * full of it holds the edges back.
 */
export async function trim(parts: Parts): Promise<void> {
  const { trimMs, clock, log, signal } = parts;
  while (!signal.aborted) {
    try {
      await trimOnce(parts);
    } catch (error) {
      if (!(error instanceof Fault && error.retry)) throw error;
      log.warn({ reason: error.message }, 'the stream was not trimmed');
    }
    await clock.sleep(trimMs, signal);
  }
}

/** Never beyond the ledger's cursor: the message there says that it is the stream we read. */
async function trimOnce({ manager, ledger, log }: Parts): Promise<void> {
  const { state, config } = await ofHub(manager.streams.info(eventStream));
  const { max_bytes: room } = config;
  if (room <= 0 || state.bytes <= high * room) return;
  if (!(await isOurs({ manager, ledger }, state))) return;
  const messages = state.last_seq - state.first_seq + 1;
  const stay = Math.floor((messages * low * room) / state.bytes);
  const { streamSequence } = ledger.cursor();
  const seq = Math.min(streamSequence, state.last_seq - stay + 1);
  if (seq <= state.first_seq) return;
  const { purged } = await ofHub(manager.streams.purge(eventStream, { seq }));
  log.info({ segments: purged, from: seq, to: state.last_seq }, 'the stream was trimmed');
}
