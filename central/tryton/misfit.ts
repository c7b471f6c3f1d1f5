import { isCancel, type Posting } from '../erp/erp.ts';
import { amountComplaints, complaintsOf, type Needs, together } from '../erp/unfit.ts';
import { idIn } from './typed.ts';

const stock = ['material', 'lot', 'unit'] as const;
const needs: Needs = {
  confirmation: ['order', 'operation'],
  goodsIssue: ['order', ...stock],
  goodsReceipt: ['order', ...stock],
  blockStock: stock,
  unblockStock: stock,
  scrapStock: stock,
};

/** Digits that a float holds exactly. */
const digitsMax = 15;
/** First duration that is too long, ms: 31 years. */
const msLimit = 1e12;

const limits = {
  needs,
  amount: {
    fits: (text: string) => text.replace('.', '').replace(/^0+/, '').length <= digitsMax,
    words: `${digitsMax} digits, 6 of them decimals`,
  },
  time: { fits: (ms: number) => ms < msLimit, words: `under ${msLimit} ms` },
};

/** What the module of ours does not offer, and who does it. */
const without: Readonly<Partial<Record<Posting['kind'], string>>> = {
  supplierClaim: 'Tryton has no complaints of suppliers: a person writes it',
  accrual: 'the module in Tryton posts no moves of accounts: a person does it there',
  cancelAccrual: 'the module in Tryton posts no moves of accounts: a person does it there',
  returnDelivery: 'the module in Tryton makes no supplier returns: a person does it there',
};

/** Why Tryton can never hold this posting, all reasons together; undefined if it can. */
export function misfit(posting: Posting): string | undefined {
  if (posting.kind === 'usageDecision')
    return 'Tryton has no usage decision: it inspects by itself';
  const none = Object.hasOwn(without, posting.kind) ? without[posting.kind] : undefined;
  if (none !== undefined) return none;
  if (posting.inspection) return 'inspection: Tryton has no quality inspection stock';
  const complaints = complaintsOf(posting, limits);
  if (complaints.length > 0) return together(complaints);
  const { kind, cancels } = posting;
  if (!isCancel(kind)) return together(amountComplaints(posting));
  if (idIn(cancels) !== undefined) return undefined;
  return `cancels: ${cancels ?? 'nothing'} is no document of ours in Tryton`;
}
