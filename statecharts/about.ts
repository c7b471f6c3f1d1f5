import type { Content } from '../shared/event.ts';
import { Fault } from '../shared/fault.ts';
import { type Asked, given, keyOf, type Look, type Subject } from './tables.ts';

const nothing: Subject = {};

/** What a fact is about where it follows from a hold, an inspection or a report that it names. */
export function aboutOf(look: Look, fact: Content): Subject {
  const { body } = fact;
  if (fact.type === 'HoldPlaced') {
    const order = fact.lot === undefined ? undefined : look('lot', fact.lot)?.order;
    return given({ order });
  }
  if (fact.type === 'FactReversed') {
    const { operation } = look('report', keyOf(fact.order!, fact.body.original))?.fact ?? nothing;
    return given({ operation });
  }
  if ('hold' in body) return subjectOf(look('hold', body.hold));
  if ('inspection' in body) return subjectOf(look('inspection', body.inspection));
  if ('nonconformance' in body) {
    return subjectOf(look('nonconformance', `${body.nonconformance}`));
  }
  return nothing;
}

const subjectOf = ({ order, operation, lot }: Subject = nothing): Subject =>
  given({ order, operation, lot });

/**
 * A fact about something known names what that is about, or nothing: else it would count for
 * another order. Throws Fault REFUSED that names both. What was stated is not asked again.
 */
export function checkAbout({ terms, fact }: Asked, name: string, known: Subject): void {
  if (terms.stated) return;
  for (const kind of ['order', 'operation', 'lot'] as const) {
    const [named, own] = [fact[kind], known[kind]];
    if (named === undefined || named === own) continue;
    const about = own === undefined ? `no ${kind}` : `${kind} ${own}`;
    throw new Fault('REFUSED', `${name} is about ${about}, not ${named}`, { rule: 'about' });
  }
}
