import { quantity, quantityText, zero } from '../../shared/quantity.ts';
import { isCancel, type Posting } from '../erp.ts';
import { type Master, numberOf, refused } from './master.ts';
import type { Places, Row } from './places.ts';
import { type Failure, isFailure } from './reply.ts';
import { reversalOf } from './reversal.ts';
import { dateOf, decimalOf, durationOf } from './typed.ts';

/** One document as our module in Tryton posts it, in one transaction. */
export type Draft = Readonly<{
  values: Row; // of the document itself
  moves: readonly Row[]; // of stock
  cycles: readonly Row[]; // of work
}>;

type Parts = Readonly<{
  places: Places;
  master: Master;
  /** The plant's calendar day at a Unix time, "2026-11-23": the effective date. */
  dayAt(ms: number): string;
}>;

/** The posting as Tryton wants it, or why it cannot be had. Reads only. */
export async function draftOf(posting: Posting, parts: Parts): Promise<Draft | Failure> {
  const { key, kind, eventId, atMs } = posting;
  const values = {
    ...{ key, kind, event: eventId, company: parts.places.company },
    date: dateOf(parts.dayAt(atMs)),
  };
  if (isCancel(kind)) return cancellation(posting, values, parts);
  if (kind === 'confirmation') return confirmation(posting, values, parts);
  return movement(posting, values, parts);
}

async function confirmation(
  posting: Posting,
  values: Row,
  { master }: Parts,
): Promise<Draft | Failure> {
  const production = await master.production(posting);
  if (isFailure(production)) return production;
  const works = (production['works.'] as Row[]).filter((work) => isOf(work, posting.operation!));
  const [work, ...more] = works;
  if (!work || more.length > 0) {
    const count = `${works.length} works ${posting.operation}`;
    return refused(`production ${posting.order} has ${count}`);
  }
  const { setupMs, machineMs } = posting;
  const times = [setupMs, machineMs].filter((ms) => ms !== undefined && ms > 0);
  const charge = { work: work['id'] };
  // A work that nobody has worked at is not finished in Tryton: a cycle of no time finishes it.
  const ends = posting.final === true && times.length === 0 && unworked.has(`${work['state']}`);
  return {
    values: {
      ...values,
      ...{ production: production['id'], work: work['id'] },
      ...countsOf(posting),
    },
    moves: [],
    cycles: ends
      ? [{ ...charge, duration: durationOf(0), cost: decimalOf('0') }]
      : times.map((ms) => ({ ...charge, duration: durationOf(ms!) })),
  };
}

const unworked = new Set(['request', 'draft']);

/** Tryton's operations have a name: the number, or the number and words behind it. */
export const isOf = (work: Row, operation: string): boolean => {
  const name = `${(work['operation.'] as Row | undefined)?.['name'] ?? ''}`;
  return name === operation || name.startsWith(`${operation} `);
};

function countsOf(posting: Posting): Row {
  const { unit, setupMs, machineMs } = posting;
  return {
    ...(unit === undefined ? {} : { unit }),
    good: decimalOf(posting.yield ?? '0'),
    scrap: decimalOf(posting.scrap ?? '0'),
    rework: decimalOf(posting.rework ?? '0'),
    ...(setupMs === undefined ? {} : { setup: durationOf(setupMs) }),
    ...(machineMs === undefined ? {} : { machine: durationOf(machineMs) }),
    final: posting.final === true,
  };
}

async function movement(
  posting: Posting,
  values: Row,
  { master, places }: Parts,
): Promise<Draft | Failure> {
  const { kind, lot, unit } = posting;
  const product = await master.product(posting);
  if (isFailure(product)) return product;
  const measure = await master.unit(posting);
  if (isFailure(measure)) return measure;
  const given = kind === 'goodsReceipt' ? undefined : await master.lot(posting);
  if (given && isFailure(given)) return given;
  const own = {
    ...{ product: product['id'], unit: measure['id'], company: places.company },
    lot: given ? given['id'] : { number: lot, product: product['id'] },
  };
  const forOrder = kind === 'goodsIssue' || kind === 'goodsReceipt';
  const production = forOrder ? await master.production(posting) : undefined;
  if (production && isFailure(production)) return production;
  const at = { ...places, production: production?.['location'] as number };
  const link = production ? { [links[kind as keyof typeof links]]: production['id'] } : {};
  return {
    values: {
      ...values,
      ...(unit === undefined ? {} : { unit }),
      ...(production ? { production: production['id'] } : {}),
    },
    moves: flowsOf(posting).map(({ from, to, micros }) => ({
      ...own,
      ...link,
      ...{ from_location: at[from], to_location: at[to], quantity: Number(quantityText(micros)) },
    })),
    cycles: [],
  };
}

const links = { goodsIssue: 'production_input', goodsReceipt: 'production_output' } as const;

type Place = 'free' | 'blocked' | 'scrap' | 'production';
export type Flow = Readonly<{ from: Place; to: Place; micros: bigint }>;

/** From where to where the goods of a posting go, and how much: only what is more than nothing. */
export function flowsOf({ kind, quantity: given, blocked: held }: Posting): Flow[] {
  const all = quantity(given ?? '0', 'quantity');
  const blocked = quantity(held ?? '0', 'blocked');
  const flow = (from: Place, to: Place, micros: bigint): Flow => ({ from, to, micros });
  const flows = {
    confirmation: [],
    goodsIssue: [flow('free', 'production', all)],
    goodsReceipt: [
      flow('production', 'free', all - blocked),
      flow('production', 'blocked', blocked),
    ],
    blockStock: [flow('free', 'blocked', all)],
    unblockStock: [flow('blocked', 'free', all)],
    scrapStock: [flow('blocked', 'scrap', all)],
    cancelConfirmation: [],
    cancelIssue: [flow('production', 'free', all)],
    cancelReceipt: [
      flow('free', 'production', all - blocked),
      flow('blocked', 'production', blocked),
    ],
  } satisfies Record<Posting['kind'], Flow[]>;
  return flows[kind].filter(({ micros }) => micros > zero);
}

async function cancellation(
  posting: Posting,
  values: Row,
  { master, places }: Parts,
): Promise<Draft | Failure> {
  const original = await master.original(posting);
  if (isFailure(original)) return original;
  const reversal = reversalOf(posting, original, places);
  if (reversal === undefined) {
    const number = numberOf(original['id'] as number);
    return refused(`${number} is a ${original['kind']}, which ${posting.kind} cannot take back`);
  }
  const { production, work, id } = original;
  return {
    values: { ...values, ...{ production, work, cancels: id }, ...countsOf(posting) },
    ...reversal,
  };
}
