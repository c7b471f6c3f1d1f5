import { zero } from '../../shared/quantity.ts';
import { type Before, holdOf, is, type Rule, type Said } from './witness.ts';

const begins = (known: Said, fact: Said): boolean => {
  const { body } = fact;
  if (is(known, 'InspectionRequested')) {
    return 'inspection' in body && body.inspection === known.body.inspection;
  }
  if (!is(known, 'NonconformanceRaised')) return false;
  return 'nonconformance' in body && body.nonconformance === known.body.nonconformance;
};
const isElsewhere = (known: Said, fact: Said): boolean =>
  (['order', 'operation', 'lot'] as const).some((kind) => known[kind] !== fact[kind]);
/** What of the lot's history quality has the last word in. */
const lastWord = ({ said }: Before, { lot }: Said): Said | undefined =>
  said.findLast(
    (known) =>
      known.lot === lot &&
      (is(known, 'LotReleased') || (is(known, 'LotProduced') && known.body.inspect === true)),
  );

/** What quality must never be found to have said, or not to have been asked. */
export const neverDecided: Readonly<Record<string, Rule>> = {
  'a hold is cancelled as a mistake after a part of it was decided': (before, fact) =>
    is(fact, 'HoldCancelled') && before.policy.review && holdOf(before, fact)!.decided > zero,
  'a decision is about another order, operation or lot than its hold': (before, fact) => {
    const hold = is(fact, 'HoldPlaced') ? undefined : holdOf(before, fact);
    return hold !== undefined && isElsewhere(hold.placed, fact);
  },
  'an inspection or nonconformance is about another than when it began': ({ said }, fact) => {
    if (!/^(Inspection|Nonconformance)/.test(fact.type)) return false;
    const first = said.find((known) => begins(known, fact));
    return first !== undefined && isElsewhere(first, fact);
  },
  'a lot is used that quality must release first': (before, fact) =>
    is(fact, 'MaterialConsumed') && lastWord(before, fact)?.type === 'LotProduced',
};
