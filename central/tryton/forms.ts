import { quantityText } from '../../shared/quantity.ts';
import type { Posting } from '../erp/erp.ts';
import { flowsOf } from './flows.ts';
import type { Row } from './places.ts';
import { dateOf, decimalOf, durationOf } from './typed.ts';

/** One document as our module in Tryton posts it, in one transaction. */
export type Draft = Readonly<{
  values: Row; // of the document itself
  moves: readonly Row[]; // of stock
  cycles: readonly Row[]; // of work
}>;

/** How Tryton names the company and the locations; by ids, or in words where nobody was asked. */
export type Named = Readonly<Record<'company' | 'free' | 'blocked' | 'scrap', unknown>>;
/** The rows of a posting of goods. */
export type Goods = Readonly<{ product: Row; unit: Row; lot?: Row; production?: Row }>;

/** What every document has; `day` is the plant's, "2026-11-23". */
export const headOf = ({ key, kind, eventId }: Posting, company: unknown, day: string): Row => ({
  ...{ key, kind, event: eventId, company },
  date: dateOf(day),
});

/** What a confirmation counts, and what is taken back of one. */
export function countsOf(posting: Posting): Row {
  const { unit, operation, setupMs, machineMs } = posting;
  return {
    ...(unit === undefined ? {} : { unit }),
    ...(operation === undefined ? {} : { operation }),
    good: decimalOf(posting.yield ?? '0'),
    scrap: decimalOf(posting.scrap ?? '0'),
    rework: decimalOf(posting.rework ?? '0'),
    ...(setupMs === undefined ? {} : { setup: durationOf(setupMs) }),
    ...(machineMs === undefined ? {} : { machine: durationOf(machineMs) }),
    final: posting.final === true,
  };
}

const unworked = new Set(['request', 'draft']);

export function confirmationForm(posting: Posting, head: Row, production: Row, work: Row): Draft {
  const { setupMs, machineMs } = posting;
  const times = [setupMs, machineMs].filter((ms) => ms !== undefined && ms > 0);
  const charge = { work: work['id'] };
  // A work that nobody has worked at is not finished in Tryton: a cycle of no time finishes it.
  const ends = posting.final === true && times.length === 0 && unworked.has(`${work['state']}`);
  return {
    values: {
      ...{ ...head, production: production['id'], work: work['id'] },
      ...countsOf(posting),
    },
    moves: [],
    cycles: ends
      ? [{ ...charge, duration: durationOf(0), cost: decimalOf('0') }]
      : times.map((ms) => ({ ...charge, duration: durationOf(ms!) })),
  };
}

const links = { goodsIssue: 'production_input', goodsReceipt: 'production_output' } as const;

/** Without a lot it is one that is made, and perhaps not there yet. */
export function goodsForm(posting: Posting, head: Row, goods: Goods, places: Named): Draft {
  const { kind, lot: number, unit } = posting;
  const { product, unit: measure, lot, production } = goods;
  const own = {
    ...{ product: product['id'], unit: measure['id'], company: places.company },
    lot: lot ? lot['id'] : { number, product: product['id'] },
  };
  const at = { ...places, production: production?.['location'] };
  const link = production ? { [links[kind as keyof typeof links]]: production['id'] } : {};
  return {
    values: {
      ...head,
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
