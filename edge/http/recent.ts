import type { Fact } from '../../shared/event.ts';

/** Facts that the status page can look back on. */
export const recentMax = 60;

export type Recent = ReturnType<typeof openRecent>;

/** The last facts of this edge, newest last; what is older is in the store. */
export function openRecent() {
  let facts: Fact[] = [];
  const lasts = new Map<string, number>(); // last sequence by line and epoch
  return {
    /** A place that is stated again, after a commit that failed, takes back all from there on. */
    add(fact: Fact): void {
      const { line, epoch, sequence } = fact;
      const key = `${line}\n${epoch}`;
      if (sequence <= (lasts.get(key) ?? 0)) {
        facts = facts.filter(
          (known) => known.line !== line || known.epoch !== epoch || known.sequence < sequence,
        );
      }
      lasts.set(key, sequence);
      facts.push(fact);
      if (facts.length > 2 * recentMax) facts = facts.slice(-recentMax);
    },
    list: (): readonly Fact[] => facts.slice(-recentMax),
  };
}
