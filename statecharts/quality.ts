import type { Content, FactType } from '../shared/event.ts';
import { type Quantity, quantity, zero } from '../shared/quantity.ts';
import { checkAbout } from './about.ts';
import { descendants } from './genealogy.ts';
import { hold as holdChart, isOpen } from './hold.ts';
import { freeLot, reachLot, takeFrom } from './lots.ts';
import {
  type Asked,
  given,
  hasFlag,
  keyOf,
  type Look,
  lookAfter,
  move,
  type Tables,
} from './tables.ts';
import { advance, isDue, retime } from './timers.ts';

type Hold = Tables['hold'];
export const holdFacts = [
  ...(['HoldPlaced', 'HoldReduced', 'HoldReviewStarted', 'DispositionProposed'] as const),
  ...(['DispositionWithdrawn', 'DispositionRejected', 'DispositionApproved'] as const),
  ...(['HoldDispositioned', 'HoldReleased', 'HoldCancelled', 'HoldEscalated'] as const),
  'HoldReminded' as const,
] satisfies readonly FactType[];
export type HoldFact = Content<(typeof holdFacts)[number]>;

/** What a hold is on beside lots, as keys of the table `held`; "in" lists all holds in an order. */
function reach({ scope, order, operation, line, nonconformance }: Hold): string[] {
  const keys = order === undefined ? [] : [keyOf('in', order)];
  if (nonconformance !== undefined) keys.push(keyOf('nonconformance', nonconformance));
  if (scope === 'order') keys.push(keyOf('order', order!));
  if (scope === 'operation') keys.push(keyOf('operation', order!, operation!));
  if (scope === 'line') keys.push(keyOf('line', line));
  return keys;
}

const signedBy = ({ body }: HoldFact): boolean =>
  'signature' in body && body.signature !== undefined;

/** What the hold's chart must know of this fact. */
function eventOf(asked: Asked, fact: HoldFact, known: Hold | undefined) {
  const { policy } = asked.terms;
  const { body, actor } = fact;
  const measured = 'quantity' in body && body.quantity !== undefined && fact.type !== 'HoldPlaced';
  const remaining = known?.remaining ?? zero;
  const decided = measured && 'unit' in body ? quantity(body.quantity, 'quantity') : remaining;
  const disposition = 'disposition' in body ? body.disposition : '';
  const { proposal } = known ?? {};
  const lots = 'lots' in body ? body.lots : [];
  const reached = known?.reach ?? [];
  const occurrence = 'occurrence' in body ? body.occurrence : 0;
  const barred = policy.deciders !== undefined && !policy.deciders.includes(actor);
  return {
    ...{ type: fact.type, hold: body.hold, actor, decided, remaining },
    ...{ fourEyes: policy.fourEyes, review: policy.review, mayDecide: !barred },
    ...{ placedBy: known?.placedBy ?? '', proposedBy: proposal?.by ?? '' },
    reviewedBy: known?.reviewedBy ?? '',
    signed: !policy.signatures || signedBy(fact),
    fromCentral: actor.startsWith('system:'),
    measured: known?.quantity !== undefined,
    untouched: known?.quantity === undefined || known.remaining === known.quantity,
    sameUnit: !('unit' in body) || body.unit === undefined || body.unit === known?.unit,
    asProposed: proposal?.disposition === disposition && proposal.quantity === decided,
    reached:
      lots.length > 0 && lots.length < reached.length && lots.every((lot) => reached.includes(lot)),
    due: occurrence > 0 && isDue(asked, timerOf(fact), occurrence),
  };
}

const timerOf = ({ type, body }: HoldFact): string =>
  keyOf('hold', body.hold, type === 'HoldEscalated' ? 'escalate' : 'remind');

/** The report that this one corrects, as far as it is known. */
function firstOf(look: Look, fact: Content): Content {
  if (fact.type !== 'QuantityCorrected') return fact;
  const original = look('report', keyOf(fact.order!, fact.body.original))?.fact;
  return original ? firstOf(look, original) : fact;
}

/** Good that was reported in the hold's scope since it was placed elsewhere, not known here yet. */
function suspectOf(
  { look, fact }: Asked,
  hold: Hold,
  sinceMs: number | undefined,
): Quantity | undefined {
  if (sinceMs === undefined || sinceMs >= fact.recordedMs || hold.order === undefined)
    return undefined;
  let sum = zero;
  for (const [, { fact: known, state }] of look('reports', hold.order)?.since(sinceMs) ?? []) {
    if (state !== 'counted' || !known || !('good' in known.body)) continue;
    if (firstOf(look, known).recordedMs < sinceMs) continue;
    if (hold.operation === undefined || known.operation === hold.operation) {
      sum += quantity(known.body.good, 'good');
    }
  }
  return sum;
}

export function placeHold(asked: Asked, fact: Content<'HoldPlaced'>): void {
  const { look, line, changes } = asked;
  const { hold, scope, reason, unit, nonconformance, sinceMs } = fact.body;
  const early = look('hold', hold);
  const from = early?.state ?? holdChart.initial;
  const state = move(asked, holdChart, from, eventOf(asked, fact, early), `hold ${hold}`);
  const made = fact.lot === undefined ? undefined : look('lot', fact.lot)?.order;
  const about = { order: fact.order ?? made, operation: fact.operation, lot: fact.lot };
  const held =
    fact.body.quantity === undefined ? undefined : quantity(fact.body.quantity, 'quantity');
  const placed: Hold = {
    ...given({ ...about, unit, quantity: held, nonconformance }),
    ...{ state, scope, line, reason, placedBy: fact.actor, placedMs: fact.atMs },
    ...(hasFlag(fact, 'fromCentral') ? { origin: 'central' as const } : {}),
    remaining: held ?? zero,
    ...(early?.outcome === undefined ? {} : { outcome: early.outcome }),
  };
  const value = { ...placed, ...given({ suspect: suspectOf(asked, placed, sinceMs) }) };
  changes.push({ table: 'hold', key: hold, value });
  if (!isOpen(state)) return;
  for (const key of reach(value)) {
    changes.push({ table: 'held', key, value: [...(look('held', key) ?? []), hold] });
  }
  if (scope === 'lot') {
    const lots = descendants(look, fact.lot!).filter((lot) => look('lot', lot)?.state !== 'closed');
    for (const lot of [fact.lot!, ...lots]) reachLot(asked, hold, lot);
  }
  const { escalateMs, remindMs } = fact.body;
  const where = { chart: holdChart, id: hold, about: { hold, ...given(about) } };
  retime(asked, where, [from, state], {
    escalate: escalateMs === undefined ? undefined : { delayMs: escalateMs },
    remind: remindMs === undefined ? undefined : { delayMs: remindMs, everyMs: remindMs },
  });
}

/** Everything that is stated of a hold after it was placed, and a release that comes before. */
export function decideHold(asked: Asked, fact: Exclude<HoldFact, Content<'HoldPlaced'>>): void {
  const { look, changes, line } = asked;
  const { hold } = fact.body;
  const known = look('hold', hold);
  const from = known?.state ?? holdChart.initial;
  const event = eventOf(asked, fact, known);
  const state = move(asked, holdChart, from, event, `hold ${hold}`);
  if (!known) {
    const nobody = {
      scope: '',
      line,
      reason: '',
      placedBy: '',
      placedMs: fact.atMs,
      remaining: zero,
    };
    changes.push({
      table: 'hold',
      key: hold,
      value: { ...nobody, state, outcome: fact.type },
    });
    return;
  }
  checkAbout(asked, `hold ${hold}`, known);
  const decided =
    fact.type === 'HoldDispositioned' || fact.type === 'HoldReleased' ? event.decided : zero;
  changes.push({ table: 'hold', key: hold, value: after(known, fact, state, decided) });
  if (fact.type === 'HoldEscalated' || fact.type === 'HoldReminded') advance(asked, timerOf(fact));
  if (fact.type === 'HoldReduced') for (const lot of fact.body.lots) freeLot(asked, hold, lot);
  const where = { chart: holdChart, id: hold, about: { hold } };
  retime(asked, where, [from, state], {});
  endOrLessen(asked, fact, known, state);
}

function after(known: Hold, fact: HoldFact, state: string, decided: Quantity): Hold {
  const { proposal: _, ...rest } = known;
  const value = { ...known, state, remaining: known.remaining - decided };
  switch (fact.type) {
    case 'DispositionProposed': {
      const { disposition, quantity: proposed } = fact.body;
      const proposal = { disposition, quantity: quantity(proposed, 'quantity'), by: fact.actor };
      return { ...value, proposal };
    }
    case 'DispositionWithdrawn':
    case 'DispositionRejected':
      return { ...rest, state };
    case 'HoldReviewStarted':
      return { ...value, reviewedBy: fact.actor };
    case 'HoldReduced':
      return { ...value, reach: known.reach!.filter((lot) => !fact.body.lots.includes(lot)) };
    case 'HoldDispositioned': {
      const decidedNow = { ...rest, state, remaining: value.remaining };
      return state === 'closed' ? { ...decidedNow, outcome: fact.type } : decidedNow;
    }
    default:
      return state === 'closed' ? { ...value, outcome: fact.type } : value;
  }
}

/** Frees what the hold was on when it is over; scrapped and returned material is gone anyway. */
function endOrLessen(asked: Asked, fact: HoldFact, known: Hold, state: string): void {
  const gone =
    fact.type === 'HoldDispositioned' && ['scrap', 'return'].includes(fact.body.disposition)
      ? quantity(fact.body.quantity, 'quantity')
      : zero;
  if (known.scope === 'lot') takeFrom(asked, [known.lot!, ...(known.reach ?? [])], gone);
  if (state !== 'closed') return;
  for (const key of reach(known)) {
    const left = (lookAfter(asked.look, asked.changes)('held', key) ?? []).filter(
      (id) => id !== fact.body.hold,
    );
    asked.changes.push({ table: 'held', key, value: left.length === 0 ? undefined : left });
  }
  for (const reached of known.reach ?? []) {
    freeLot(asked, fact.body.hold, reached);
  }
}
