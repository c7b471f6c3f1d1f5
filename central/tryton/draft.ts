import { inverses, isCancel, type Posting } from '../erp/erp.ts';
import { isOf } from './flows.ts';
import { confirmationForm, countsOf, type Draft, goodsForm, headOf } from './forms.ts';
import { type Master, refused } from './master.ts';
import type { Places, Row } from './places.ts';
import { type Failure, isFailure } from './reply.ts';
import { reversalOf } from './reversal.ts';
import { complaintsOf } from './standing.ts';
import { numberOf } from './typed.ts';

type Parts = Readonly<{
  places: Places;
  master: Master;
  /** The plant's calendar day at a Unix time, "2026-11-23": the effective date. */
  dayAt(ms: number): string;
}>;

/** The posting as Tryton wants it, or why it cannot be had. Reads only. */
export async function draftOf(posting: Posting, parts: Parts): Promise<Draft | Failure> {
  const { kind, atMs } = posting;
  const head = headOf(posting, parts.places.company, parts.dayAt(atMs));
  if (isCancel(kind)) return cancellation(posting, head, parts);
  if (kind === 'confirmation') return confirmation(posting, head, parts);
  return movement(posting, head, parts);
}

async function confirmation(
  posting: Posting,
  head: Row,
  { master }: Parts,
): Promise<Draft | Failure> {
  const production = await master.production(posting);
  if (isFailure(production)) return production;
  const works = (production['works.'] as Row[]).filter((work) => isOf(work, posting.operation!));
  const [work, ...more] = works;
  if (work && more.length === 0) return confirmationForm(posting, head, production, work);
  return refused(`production ${posting.order} has ${works.length} works ${posting.operation}`);
}

async function movement(
  posting: Posting,
  head: Row,
  { master, places }: Parts,
): Promise<Draft | Failure> {
  const { kind } = posting;
  const product = await master.product(posting);
  if (isFailure(product)) return product;
  const unit = await master.unit(posting);
  if (isFailure(unit)) return unit;
  const lot = kind === 'goodsReceipt' ? undefined : await master.lot(posting);
  if (lot && isFailure(lot)) return lot;
  const forOrder = kind === 'goodsIssue' || kind === 'goodsReceipt';
  const production = forOrder ? await master.production(posting) : undefined;
  if (production && isFailure(production)) return production;
  const goods = { product, unit, ...(lot && { lot }), ...(production && { production }) };
  return goodsForm(posting, head, goods, places);
}

async function cancellation(
  posting: Posting,
  head: Row,
  { master, places }: Parts,
): Promise<Draft | Failure> {
  const original = await master.original(posting);
  if (isFailure(original)) return original;
  const { production, work, id } = original;
  const number = numberOf(id as number);
  const reversal = reversalOf(posting, original, places);
  if (reversal === undefined) {
    return refused(`${number} is a ${original['kind']}, which ${posting.kind} cannot take back`);
  }
  const other = otherwise(posting, original, places);
  if (other !== '') return refused(`${number} is not what shall be taken back: ${other}`);
  return {
    values: {
      ...{ ...head, production, work, cancels: id, cancels_key: posting.cancelsKey },
      ...countsOf(posting),
    },
    ...reversal,
  };
}

/** What the document that is to be taken back says otherwise: it is taken back whole, or not. */
function otherwise(posting: Posting, original: Row, places: Places): string {
  const { cancels: _cancels, ...amounts } = posting;
  const kind = inverses[posting.kind] as Posting['kind'];
  const stood = { ...amounts, kind, final: Boolean(original['final']) };
  return complaintsOf({ ...original, cancels: null }, stood, places).join('; ');
}
