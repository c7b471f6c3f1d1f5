import type { JsonSchema } from '../../../shared/jsonschema.ts';
import { charts as known } from '../../../statecharts/charts.ts';
import { lot as lotChart } from '../../../statecharts/lot.ts';
import { order as orderChart } from '../../../statecharts/order.ts';
import { kinMax } from '../../http/pedigree.ts';
import {
  amount,
  count,
  counts,
  flag,
  integer,
  listOf,
  maybe,
  ms,
  object,
  of,
  one,
  text,
} from './shapes.ts';

/** A lot or an order that material came from or went into. */
export const node = object({ kind: one(['lot', 'order']), id: text });

const lot = object(
  {
    ...{ lot: text, state: one(lotChart.states), material: text, unit: text },
    quantity: maybe(of('Left, as far as it is known; null: made elsewhere.', amount)),
    holds: of('Open holds.', listOf(text)),
    from: of('One step before.', listOf(node)),
    into: of('One step after.', listOf(node)),
    ancestors: of('Lots that it was made of, nearest first.', listOf(text, kinMax)),
    ancestorsCount: count('Of all.'),
    descendants: of('Lots that were made of it, nearest first.', listOf(text, kinMax)),
    descendantsCount: count('Of all.'),
  },
  {
    order: of('That made it.'),
    released: of('By quality.', flag),
    inspect: of('It waits for quality before it may be used.', flag),
    expiryMs: ms,
  },
);

const balance = object({
  ...{ order: text, state: one(orderChart.states), material: text },
  ...{ quantity: of('Ordered.', amount), unit: of('Unit of all amounts.') },
  operations: of(
    'In the order of the routing.',
    listOf(
      object({
        ...{ operation: text, name: of('"" if nobody said.') },
        before: maybe(of('Operation that passed on what came in; null: it was ordered.')),
        ...{ in: of('Came in.', amount), ...counts },
        wip: of('Came in, and nothing was reported of it.', amount),
        over: of('Reported, and never came in.', amount),
      }),
    ),
  ),
});

const charts = object({
  charts: listOf(
    object({
      name: one(Object.keys(known), 'Its picture is /v1/charts/NAME.svg.'),
      version: { ...integer, minimum: 1 },
      states: listOf(text),
    }),
  ),
});

/** A lot, an order's pieces, and the charts. */
export const plantSchemas: Readonly<Record<string, JsonSchema>> = {
  ...{ Lot: lot, Balance: balance, Charts: charts },
};
