import type { Content } from '../../shared/event.ts';
import { quantity, quantityText, zero } from '../../shared/quantity.ts';
import { isCancel, type PostingKind } from '../erp/erp.ts';
import { undoReasons } from '../posting/compensation.ts';
import { earlyReason } from '../posting/planner.ts';
import type { Explained } from '../story/explain.ts';

/** What became of a fact, as the books of central say it: every fact is in exactly one account. */
export const accounts = [
  'posted', // its document is in the ERP
  'underway', // to be sent, or at the ERP, or its outcome is not known yet
  'waiting', // for something that must be known or done before
  'held', // by quality
  'parked', // for a person
  'nothing', // calls for no document, or there is nothing left to post
  'off', // its rule is off
  'shadow', // its rule is a shadow
  'again', // came a second time under another place: counted at the first
  'gap', // its rule calls for a document, and there is none: must not be
] as const;
export type Account = (typeof accounts)[number];
export type Accounted = Readonly<{ account: Account; why: string | null }>;

const byState = {
  ...({
    posted: 'posted',
    intended: 'underway',
    sending: 'underway',
    unknown: 'underway',
    queued: 'underway',
  } as const),
  ...({ deferred: 'waiting', held: 'held', parked: 'parked', void: 'nothing' } as const),
} as const satisfies Record<Explained['postings'][number]['state'], Account>;

/** Of what its rule calls for there is none yet, and need not be. */
const waits: readonly string[] = [earlyReason, undoReasons.early];

/**
 * The account that a fact is in, and the words for it; `isTurned` says whether it was reversed or
 * corrected, which may have come before it.
 */
export function accountOf({ rule, postings, shadows }: Explained, isTurned: boolean): Accounted {
  const own = postings.find(({ beside }) => beside === 0);
  if (own) return { account: byState[own.state], why: own.reason };
  if (shadows.some(({ beside }) => beside === 0)) return { account: 'shadow', why: null };
  if (rule.calls === 'nothing') {
    return { account: waits.includes(rule.why) ? 'waiting' : 'nothing', why: rule.why };
  }
  if (rule.mode === 'off') return { account: 'off', why: null };
  if (!('kind' in rule)) return { account: 'nothing', why: undoReasons.nowhere };
  if (isTurned) return { account: 'nothing', why: undoReasons.came };
  return { account: 'gap', why: `its rule calls for a ${rule.kind}, and there is none` };
}

/** What is counted of facts, in words of the floor. */
export const measures = ['good', 'scrap', 'rework', 'consumed', 'produced'] as const;
export type Measure = (typeof measures)[number];
type Amounts = Readonly<Partial<Record<Measure, bigint>>>;

/** What a fact itself says was made, used or produced, millionths, and in which unit. */
export function statedBy(fact: Content): Readonly<{ unit: string; amounts: Amounts }> | undefined {
  const micros = (text: string) => quantity(text, 'quantity');
  switch (fact.type) {
    case 'QuantityReported': {
      const { good, scrap, rework, unit } = fact.body;
      return {
        unit,
        amounts: { good: micros(good), scrap: micros(scrap), rework: micros(rework) },
      };
    }
    case 'MaterialConsumed':
      return { unit: fact.body.unit, amounts: { consumed: micros(fact.body.quantity) } };
    case 'LotProduced':
      return { unit: fact.body.unit, amounts: { produced: micros(fact.body.quantity) } };
    default:
      return undefined;
  }
}

const fields = {
  confirmation: { good: 'yield', scrap: 'scrap', rework: 'rework' },
  goodsIssue: { consumed: 'quantity' },
  goodsReceipt: { produced: 'quantity' },
} as const;
type Field = 'yield' | 'scrap' | 'rework' | 'quantity';
const fieldsOf = (kind: PostingKind): [Measure, Field][] =>
  Object.hasOwn(fields, kind)
    ? (Object.entries(fields[kind as keyof typeof fields]) as [Measure, Field][])
    : [];

/** Amounts in an account. */
export type Moved = Readonly<{ account: Account; unit: string; amounts: Amounts }>;

/**
 * What a fact adds to the amounts. A report says it itself; what corrects one is told by the
 * documents that it calls for: one that is taken back counts less than nothing.
 */
export function movedBy(fact: Content, account: Account, { postings }: Explained): Moved[] {
  const stated = statedBy(fact);
  if (stated) return [{ account, ...stated }];
  if (fact.type !== 'FactReversed' && fact.type !== 'QuantityCorrected') return [];
  return postings.map((posting) => {
    const isBack = isCancel(posting.kind);
    const names = fieldsOf(isBack ? posting.cancels!.kind : posting.kind);
    const amounts = names.map(([measure, field]) => {
      const amount = quantity(posting[field] ?? '0', field);
      return [measure, isBack ? -amount : amount];
    });
    const unit = posting.unit ?? '';
    return { account: byState[posting.state], unit, amounts: Object.fromEntries(amounts) };
  });
}

/** Where a fact's document says another amount than the fact; undefined if it says the same. */
export function differs(fact: Content, { postings }: Explained): string | undefined {
  const stated = statedBy(fact);
  const own = postings.find(({ beside }) => beside === 0);
  if (own?.edits.some(({ decision }) => decision === 'approved')) return undefined; // by two people
  if (!stated || !own || own.state === 'void') return undefined;
  for (const [measure, field] of fieldsOf(own.kind)) {
    const text = own[field];
    const amount = stated.amounts[measure] ?? zero;
    if (text === null && own.state === 'parked') continue; // a person says what is posted
    if ((text === null ? zero : quantity(text, field)) === amount) continue;
    return `its ${own.kind} says ${field} ${text ?? '0'}, the fact ${quantityText(amount)}`;
  }
  return undefined;
}
