import type { Content } from '../../shared/event.ts';
import type { Policy } from '../../statecharts/policy.ts';
import type { Flag } from '../../statecharts/tables.ts';

/** What is said to be true so long after it was recorded, ms, or so long before, is in doubt. */
const aheadMaxMs = 24 * 3_600_000;
const behindMaxMs = 366 * 24 * 3_600_000;

/** What a person should know of a fact that no chart judges: production is not stopped by it. */
export const remarksOf = (policy: Policy, content: Content): Flag[] => [
  ...strangers(policy, content),
  ...doubtfulTime(content),
];

/** Who is not on the plant's list of people. */
function strangers({ people: known }: Policy, { actor, body }: Content): Flag[] {
  const named = [actor, ...('people' in body ? body.people : [])];
  const people = named.filter((name) => name.startsWith('person:'));
  return known && people.some((name) => !known.includes(name)) ? ['unknownOperator'] : [];
}

/** A time that may be wrong by more than clocks differ: the edge's own, or the one it was told. */
function doubtfulTime({ atMs, recordedMs, clockTrust }: Content): Flag[] {
  const isFar = atMs > recordedMs + aheadMaxMs || atMs < recordedMs - behindMaxMs;
  return isFar || clockTrust === 'suspect' ? ['clockSuspect'] : [];
}
