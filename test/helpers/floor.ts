import type { Content } from '../../shared/event.ts';

type Heard = readonly Content[];
const originalOf = (fact: Content): string | undefined =>
  fact.type === 'FactReversed' || fact.type === 'QuantityCorrected'
    ? fact.body.original
    : undefined;
const on = (heard: Heard, { eventId }: Content): Content[] =>
  heard.filter((fact) => originalOf(fact) === eventId);

const isReversed = (heard: Heard, fact: Content): boolean =>
  on(heard, fact).some((by) => by.type === 'FactReversed' && !isReversed(heard, by));

/** Whether a fact counts, by all that is said of it: neither reversed nor corrected. */
export const counts = (heard: Heard, fact: Content): boolean =>
  !isReversed(heard, fact) &&
  !on(heard, fact).some((by) => by.type === 'QuantityCorrected' && !isReversed(heard, by));

/** The fact that a correction, or a reversal, is about in the end. */
export function originOf(heard: Heard, fact: Content): Content {
  const original = originalOf(fact);
  const known = heard.find(({ eventId }) => eventId === original);
  return known ? originOf(heard, known) : fact;
}
