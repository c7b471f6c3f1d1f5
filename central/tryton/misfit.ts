import { isId } from '../../shared/identity.ts';
import { quantity, zero } from '../../shared/quantity.ts';
import { isCancel, type Posting, type PostingKind } from '../erp.ts';
import { idIn } from './master.ts';

type Name = 'order' | 'operation' | 'material' | 'lot' | 'unit';
const stock = ['material', 'lot', 'unit'] as const;
const needs: Record<PostingKind, readonly Name[]> = {
  confirmation: ['order', 'operation'],
  goodsIssue: ['order', ...stock],
  goodsReceipt: ['order', ...stock],
  blockStock: stock,
  unblockStock: stock,
  scrapStock: stock,
  ...{ cancelConfirmation: [], cancelIssue: [], cancelReceipt: [] },
};

/** Digits that a float holds exactly. */
const digitsMax = 15;
/** First duration that is too long, ms: 31 years. */
const msLimit = 1e12;

/** Why Tryton can never hold this posting, all reasons together; undefined if it can. */
export function misfit(posting: Posting): string | undefined {
  const complaints = isId(posting.key) ? [] : ['key: must be a UUID'];
  for (const name of needs[posting.kind]) {
    if ((posting[name] ?? '') === '') complaints.push(`${name}: must be given`);
  }
  for (const name of ['quantity', 'blocked', 'yield', 'scrap', 'rework'] as const) {
    const text = posting[name];
    if (text !== undefined && !isExact(text)) {
      complaints.push(`${name}: ${text} does not fit ${digitsMax} digits, 6 of them decimals`);
    }
  }
  for (const name of ['setupMs', 'machineMs'] as const) {
    const ms = posting[name] ?? 0;
    if (!Number.isSafeInteger(ms) || ms < 0 || ms >= msLimit) {
      complaints.push(`${name}: must be whole, not negative, under ${msLimit} ms`);
    }
  }
  if (complaints.length === 0) complaints.push(...misfitKind(posting));
  return complaints.length === 0 ? undefined : complaints.join('; ');
}

const isExact = (text: string): boolean =>
  /^\d{1,12}(\.\d{1,6})?$/.test(text) &&
  text.replace('.', '').replace(/^0+/, '').length <= digitsMax;

function misfitKind({ kind, cancels, unit, ...given }: Posting): string[] {
  if (isCancel(kind)) {
    if (idIn(cancels) !== undefined) return [];
    return [`cancels: ${cancels ?? 'nothing'} is no document of ours in Tryton`];
  }
  if (kind === 'confirmation') {
    const counted = ([given.yield, given.scrap, given.rework] as const).some(
      (text) => text !== undefined && quantity(text, kind) > zero,
    );
    return counted && unit === undefined ? ['unit: must be given with a quantity'] : [];
  }
  const all = quantity(given.quantity ?? '0', 'quantity');
  if (all === zero) return ['quantity: must be more than 0'];
  return quantity(given.blocked ?? '0', 'blocked') > all ? ['blocked: is more than quantity'] : [];
}
