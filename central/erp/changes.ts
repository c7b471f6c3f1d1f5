/** For so long, ms, changes are read again: an ERP stamps them before it commits them [K]. */
const overlapMs = 60_000;
const dayMs = 86_400_000;

/**
 * How far a stream was read of what is ordered by the time of its change: entities since then, and
 * how many of them are known already. `top` is how many are asked for at once.
 */
export type Changes = Readonly<{ sinceMs: number; skip: number; lastMs: number; top: number }>;

export function readChanges(text: string | null, top: number): Changes {
  const none = { sinceMs: 0, skip: 0, lastMs: 0, top };
  return text === null ? none : { ...none, ...(JSON.parse(text) as Partial<Changes>) };
}

/** Half as many at once; undefined for one alone. */
export const halved = (at: Changes): Changes | undefined =>
  at.top > 1 ? { ...at, top: Math.ceil(at.top / 2) } : undefined;
/** Behind the one that nothing can be made of. */
export const past = (at: Changes): Changes => ({ ...at, skip: at.skip + 1 });

/**
 * Where the next page begins: at the time of the last entity, so that what is changed meanwhile
 * moves none behind our back; only within one time entities are counted. Behind the last page of a
 * round: what was changed since, with an overlap. A time that is not yet come is not believed.
 */
export function behind(
  at: Changes,
  changedMs: readonly (number | undefined)[],
  { nowMs, top }: Readonly<{ nowMs: number; top: number }>,
): Changes {
  const isBelieved = (ms: number): boolean => ms <= nowMs + dayMs;
  const times = changedMs.map((ms) => ms ?? 0);
  const lastMs = Math.max(at.lastMs, ...times.filter(isBelieved));
  if (times.length < at.top) {
    return { sinceMs: Math.max(0, lastMs - overlapMs), skip: 0, lastMs, top };
  }
  const last = times.at(-1)!;
  const isLater = last > at.sinceMs && isBelieved(last);
  if (isLater) return { ...at, sinceMs: last, skip: 0, lastMs };
  return { ...at, skip: at.skip + times.length, lastMs };
}
