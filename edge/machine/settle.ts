import { judgeOrder, type Seen } from './guard.ts';
import { type Plain, type Sample, severityOf } from './sample.ts';

/** The last word of a tag that tells no count. */
export type Heard = Readonly<{
  seen: Seen;
  value?: Plain | undefined; // absent while it is not known
  atMs: number; // since when it is so
  receivedMs: number;
}>;

/**
 * Takes in a sample that was true at `atMs`. A bad one says that the value is not known; a repeat,
 * or one that is late, says nothing.
 */
export function hear(known: Heard | undefined, sample: Sample, atMs: number): Heard {
  const { order, seen } = judgeOrder(known?.seen, sample);
  if (known && order !== 'next') return { ...known, seen };
  const { value, receivedMs } = sample;
  if (severityOf(sample.status) === 'bad') return { seen, atMs, receivedMs };
  if (known?.value === value) return { ...known, seen };
  return { seen, value, atMs, receivedMs };
}

/** A value that is only believed once it has stood for a while. */
export type Settling<T> = Readonly<{
  value?: T | undefined; // the one that settled last
  sinceMs?: number | undefined;
  next?: Readonly<{ value: T; sinceMs: number; receivedMs: number }> | undefined;
}>;

/** Another value is said, true since `sinceMs`; undefined for one that is not known now. */
export function propose<T>(
  known: Settling<T>,
  said: Readonly<{ value: T | undefined; sinceMs: number; receivedMs: number }>,
): Settling<T> {
  const { value, sinceMs, receivedMs } = said;
  if (value !== undefined && known.next?.value === value) return known;
  const { next: _, ...rest } = known;
  if (value === undefined || value === known.value) return rest;
  return { ...rest, next: { value, sinceMs, receivedMs } };
}

/** Believes what has stood for `debounceMs` by the edge's clock: it is so since it was said. */
export function settle<T>(known: Settling<T>, nowMs: number, debounceMs: number): Settling<T> {
  const { next } = known;
  if (!next || nowMs - next.receivedMs < debounceMs) return known;
  return { value: next.value, sinceMs: next.sinceMs };
}
