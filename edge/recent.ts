import type { Fact } from '../shared/event.ts';

/** Facts that the status page can look back on. */
export const recentMax = 60;

export type Recent = ReturnType<typeof openRecent>;

/** The last facts of this edge, newest last; what is older is in the store. */
export function openRecent() {
  let facts: Fact[] = [];
  return {
    add(fact: Fact): void {
      facts.push(fact);
      if (facts.length > 2 * recentMax) facts = facts.slice(-recentMax);
    },
    list: (): readonly Fact[] => facts.slice(-recentMax),
  };
}
