import { isId } from '../../shared/identity.ts';
import { quantity, zero } from '../../shared/quantity.ts';
import { isCancel, type Posting, type PostingKind } from './erp.ts';

type Name =
  | ('order' | 'operation' | 'material' | 'lot' | 'unit' | 'quantity' | 'receipt')
  | ('supplier' | 'purchaseOrder' | 'purchaseItem' | 'amount' | 'currency');
export type Needs = Readonly<Partial<Record<PostingKind, readonly Name[]>>>;

/** What an ERP can hold of a posting; the words say where it ends. */
type Limits = Readonly<{
  /** What must be given of each kind. */
  needs: Needs;
  /** Whether it holds this decimal text exactly: "10 digits and 3 decimals". */
  amount: Readonly<{ fits: (text: string) => boolean; words: string }>;
  /** Whether it holds so many ms: "under 10000000000 minutes". */
  time: Readonly<{ fits: (ms: number) => boolean; words: string }>;
}>;

const amounts = ['quantity', 'blocked', 'yield', 'scrap', 'rework', 'amount'] as const;
const times = ['setupMs', 'machineMs'] as const;

/** A decimal text as a posting may have it: at most 12 digits before and 6 after the point. */
const isDecimal = (text: string): boolean => /^\d{1,12}(\.\d{1,6})?$/.test(text);
const isSome = (text: string | undefined): boolean =>
  text !== undefined && quantity(text, 'quantity') > zero;

/** Why a posting of this kind is none for this ERP, each reason by itself; none if it is one. */
export function complaintsOf(posting: Posting, { needs, amount, time }: Limits): string[] {
  const missing = (needs[posting.kind] ?? []).filter((name) => (posting[name] ?? '') === '');
  const large = amounts.filter((name) => {
    const text = posting[name];
    return text !== undefined && !(isDecimal(text) && amount.fits(text));
  });
  const odd = times.filter((name) => {
    const ms = posting[name] ?? 0;
    return !(Number.isSafeInteger(ms) && ms >= 0 && time.fits(ms));
  });
  return [
    ...(isId(posting.key) ? [] : ['key: must be a UUID']),
    ...(isCancel(posting.kind) && !isId(posting.cancelsKey ?? '')
      ? ['cancelsKey: must be a UUID']
      : []),
    ...missing.map((name) => `${name}: must be given`),
    ...large.map((name) => `${name}: ${posting[name]} does not fit ${amount.words}`),
    ...odd.map((name) => `${name}: must be whole, not negative, ${time.words}`),
  ];
}

/** Why the amounts of a confirmation or of goods, each a decimal, do not go together. */
export function amountComplaints(posting: Posting): string[] {
  const { kind, unit, quantity: all, blocked = '0' } = posting;
  if (kind === 'confirmation') {
    const isCounted = [posting.yield, posting.scrap, posting.rework].some(isSome);
    return isCounted && unit === undefined ? ['unit: must be given with a quantity'] : [];
  }
  if (!isSome(all)) return ['quantity: must be more than 0'];
  const scrap = kind === 'usageDecision' ? quantity(posting.scrap ?? '0', 'scrap') : zero;
  const isMore = quantity(blocked, 'blocked') + scrap > quantity(all, 'quantity');
  return isMore ? [`blocked: is more than quantity${scrap > zero ? ', with scrap' : ''}`] : [];
}

/** All of them together; undefined for none. */
export const together = (complaints: readonly string[]): string | undefined =>
  complaints.length === 0 ? undefined : complaints.join('; ');
