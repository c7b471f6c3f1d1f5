import type { Message, Sample } from './sample.ts';

/** How far a tag was heard: within an epoch, and up to a source time. */
export type Seen = Readonly<{
  epoch: string;
  sourceMs?: number | undefined;
  values: readonly string[]; // that were told for that very time
  message?: Message | undefined; // the last one, which orders where there are no times
  lateSinceMs?: number | undefined; // nothing but late samples since then, by the edge's clock
}>;
export type Order = 'next' | 'late' | 'duplicate';

/** Values of one instant that are remembered; a burst of more is taken for repeats. */
const valuesMax = 100;
/** If nothing else than late samples came for so long, the machine's clock was set back, ms. */
export const setBackMs = 60_000;

/** Whether a sample is news: after a reconnect a server may send it again, or old after new. */
export function judgeOrder(seen: Seen | undefined, sample: Sample): { order: Order; seen: Seen } {
  const { epoch, sourceMs, message } = sample;
  const value = `${typeof sample.value} ${sample.value} ${sample.status}`;
  const first: Seen = { epoch, sourceMs, values: [value], message: message ?? seen?.message };
  if (!seen || seen.epoch !== epoch) {
    return { order: 'next', seen: { ...first, message } };
  }
  if (sourceMs === undefined || seen.sourceMs === undefined) {
    const order = byMessage(seen.message, message);
    return { order, seen: order === 'next' ? first : seen };
  }
  if (sourceMs > seen.sourceMs) return { order: 'next', seen: first };
  if (sourceMs === seen.sourceMs) {
    const { lateSinceMs: _, ...rest } = seen;
    if (seen.values.includes(value) || seen.values.length >= valuesMax) {
      return { order: 'duplicate', seen: rest };
    }
    return { order: 'next', seen: { ...first, values: [...seen.values, value] } };
  }
  const lateSinceMs = seen.lateSinceMs ?? sample.receivedMs;
  if (sample.receivedMs - lateSinceMs < setBackMs) {
    return { order: 'late', seen: { ...seen, lateSinceMs } };
  }
  return { order: 'next', seen: first };
}

/** What was read is news; of two values in one message the second is. */
function byMessage(last: Message | undefined, message: Message | undefined): Order {
  if (!last || !message || message.subscription !== last.subscription) return 'next';
  if (message.sequence > last.sequence) return 'next';
  if (message.sequence < last.sequence) return 'late';
  return message.delivery === last.delivery ? 'next' : 'duplicate';
}
