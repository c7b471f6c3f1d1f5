import { judgeOrder, type Seen } from './guard.ts';
import { overflowed, type Plain, type Sample, severityOf } from './sample.ts';

/** How a counter counts. */
export type CounterRule = Readonly<{
  modulus: bigint; // it starts again after so many counts
  maxPerSec: number; // more is not believed
  slack: number; // counts that are believed at once, whatever the time
  resetTo: bigint; // where it begins after a reset
  decimals: number; // of its value; one count is one unit of the last of them
}>;

/** A counter's high-water mark: all up to it is accounted for. */
export type Mark = Readonly<{
  last: bigint;
  total: bigint; // counts since the first sight of it
  seen: Seen;
  seenMs: number; // when that was, by the edge's clock
  suspect?: Suspect | undefined;
  isHigh?: boolean | undefined; // of a pulse; absent while it is not known
}>;
/** A value that was not believed, and when it was told. */
export type Suspect = Readonly<{ value: bigint; sourceMs: number; receivedMs: number }>;

export type Flag = 'gap' | 'rollover' | 'reset' | 'newEpoch';
/** What becomes of a sample of a counter. */
export const stepKinds = [
  ...(['baseline', 'delta', 'same', 'late', 'duplicate', 'uncertain', 'bad'] as const),
  'implausible',
] as const;
export type Step = Readonly<{
  kind: (typeof stepKinds)[number];
  delta: bigint; // pieces to be accounted for, 0 for any kind but `delta`
  flags: readonly Flag[];
  mark: Mark | undefined;
}>;

/**
 * What a sample adds to a counter. Pure; the first one ever is where counting begins, and counts
 * nothing. A fall is a rollover if that is plausible, else a reset, and then a lower bound. A rise
 * that the machine cannot have made is `implausible`: it is not counted, nor what follows it, until
 * a person accepts it or the counter comes back.
 */
export function count(rule: CounterRule, mark: Mark | undefined, sample: Sample): Step {
  const nothing = (kind: Step['kind'], next = mark): Step => {
    return { kind, delta: 0n, flags: [], mark: next };
  };
  const { order, seen } = judgeOrder(mark?.seen, sample);
  if (order !== 'next') return nothing(order, mark && { ...mark, seen });
  const severity = severityOf(sample.status);
  if (severity !== 'good') return nothing(severity);
  const value = countsOf(sample.value, rule.decimals);
  if (value === undefined) return nothing('bad');
  const heard = { last: value, seen, seenMs: sample.receivedMs };
  if (!mark) return nothing('baseline', { ...heard, total: 0n });

  const isSameInstant = mark.seen.epoch === sample.epoch && mark.seen.sourceMs === sample.sourceMs;
  if (value < mark.last && isSameInstant && sample.sourceMs !== undefined) return nothing('late');
  if (follows(rule, mark.suspect, value, sample)) {
    const suspect = suspectOf(value, sample);
    return nothing('implausible', { ...mark, seen, suspect });
  }
  const { delta, flag } = rise(rule, mark, value, sample);
  if (delta === undefined) {
    return nothing('implausible', { ...mark, seen, suspect: suspectOf(value, sample) });
  }
  const flags: Flag[] = [
    ...(overflowed(sample.status) ? (['gap'] as const) : []),
    ...(flag ? [flag] : []),
    ...(mark.seen.epoch === sample.epoch ? [] : (['newEpoch'] as const)),
  ];
  const next = { ...heard, total: mark.total + delta };
  const kind = delta === 0n && flag === undefined ? 'same' : 'delta';
  return { kind, delta, flags, mark: next };
}

/** By how much it rose, and in which way; no delta if that cannot be. */
function rise(
  rule: CounterRule,
  mark: Mark,
  value: bigint,
  sample: Sample,
): { delta?: bigint; flag?: Flag } {
  const allowed = allowedIn(rule, elapsedMs(mark, sample));
  const delta = value - mark.last;
  if (delta >= 0n) return delta <= allowed ? { delta } : {};
  const wrapped = delta + rule.modulus;
  if (wrapped >= 0n && wrapped <= allowed) return { delta: wrapped, flag: 'rollover' };
  const fresh = value - rule.resetTo;
  return fresh >= 0n && fresh <= allowed ? { delta: fresh, flag: 'reset' } : {};
}

const allowedIn = ({ maxPerSec, slack }: CounterRule, ms: number): bigint =>
  BigInt(Math.floor((maxPerSec * ms) / 1_000 + slack));

/** Time since the mark: by the source's clock; over two epochs by the edge's if that is more. */
function elapsedMs({ seen, seenMs }: Mark, { sourceMs, receivedMs, epoch }: Sample): number {
  const edgeMs = Math.max(0, receivedMs - seenMs);
  if (sourceMs === undefined || seen.sourceMs === undefined) return edgeMs;
  const ms = Math.max(0, sourceMs - seen.sourceMs);
  return seen.epoch === epoch ? ms : Math.max(ms, edgeMs);
}

const suspectOf = (value: bigint, { sourceMs, receivedMs }: Sample): Suspect => {
  return { value, sourceMs: sourceMs ?? receivedMs, receivedMs };
};

/** True if the value goes on from one that was not believed: time alone makes it no truer. */
function follows(
  rule: CounterRule,
  suspect: Suspect | undefined,
  value: bigint,
  sample: Sample,
): boolean {
  if (!suspect || value < suspect.value) return false;
  const ms = Math.max(0, (sample.sourceMs ?? sample.receivedMs) - suspect.sourceMs);
  return value - suspect.value <= allowedIn(rule, ms);
}

/** A value as whole counts; undefined for one that is none. */
export function countsOf(value: Plain, decimals: number): bigint | undefined {
  if (typeof value === 'bigint') return value * 10n ** BigInt(decimals);
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  const counts = Math.round(value * 10 ** decimals);
  return Number.isSafeInteger(counts) ? BigInt(counts) : undefined;
}

/** The mark after a person has said that the value which was not believed is where to go on. */
export const acceptSuspect = ({ suspect, ...mark }: Mark): Mark =>
  suspect ? { ...mark, last: suspect.value } : mark;
