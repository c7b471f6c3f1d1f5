import type { JetStreamManager } from '@nats-io/jetstream';
import { digest } from '../../shared/codec.ts';
import { Fault } from '../../shared/fault.ts';
import { eventStream } from '../../shared/subject.ts';
import type { Ledger } from './ledger.ts';

/** Whatever the client throws of the hub and the link is a Fault that may pass. */
export const ofHub = <T>(promise: Promise<T>): Promise<T> =>
  promise.catch((cause: Error) => {
    throw new Fault('UNREACHABLE', `hub: ${cause.message}`, { cause });
  });

/** From where to where a stream goes. */
export type Extent = { first_seq: number; last_seq: number };
type Parts = { manager: JetStreamManager; ledger: Ledger };

/**
 * Whether the stream is the one that the ledger was read from: it still holds the very message at
 * the ledger's cursor, or has let it expire. True before anything was read.
 */
export async function isOurs({ manager, ledger }: Parts, state: Extent): Promise<boolean> {
  const { streamSequence, digest: known } = ledger.cursor();
  if (streamSequence === 0) return true;
  if (state.last_seq < streamSequence) return false;
  if (state.first_seq > streamSequence) return true;
  const asked = manager.direct.getMessage(eventStream, { seq: streamSequence });
  const message = await ofHub(asked);
  return message !== null && digest(message.data).equals(known);
}
