import type { Mark, Step } from './counter.ts';
import { judgeOrder } from './guard.ts';
import { overflowed, type Sample, severityOf } from './sample.ts';

/**
 * What a sample of a pulse adds: each rise is one count. Pure. The first one ever counts nothing.
 * What rose while nobody listened is not known: a pulse that was low before and is high now rose
 * once at least, and no more is made up.
 */
export function countPulse(mark: Mark | undefined, sample: Sample): Step {
  const nothing = (kind: Step['kind'], next = mark): Step => {
    return { kind, delta: 0n, flags: [], mark: next };
  };
  const { order, seen } = judgeOrder(mark?.seen, sample);
  if (order !== 'next') return nothing(order, mark && { ...mark, seen });
  const severity = severityOf(sample.status);
  const isHigh = sample.value;
  if (severity !== 'good' || typeof isHigh !== 'boolean') {
    const kind = severity === 'uncertain' ? 'uncertain' : 'bad';
    return nothing(kind, mark && { ...mark, isHigh: undefined });
  }
  const heard = { seen, seenMs: sample.receivedMs, isHigh };
  if (!mark) return nothing('baseline', { ...heard, last: 0n, total: 0n });
  const delta = mark.isHigh === false && isHigh ? 1n : 0n;
  const next = { ...heard, last: mark.last + delta, total: mark.total + delta };
  const flags = overflowed(sample.status) ? (['gap'] as const) : [];
  return { kind: delta === 0n ? 'same' : 'delta', delta, flags, mark: next };
}
