import type { Clock } from '../../shared/clock.ts';
import type { Posting } from '../erp/erp.ts';
import type { TrytonConfig } from './options.ts';
import { type Places, type Row, readRows } from './places.ts';
import { type Failure, isFailure } from './reply.ts';
import type { Tryton } from './session.ts';
import { standingFields } from './standing.ts';
import { idIn } from './typed.ts';

export const refused = (reason: string): Failure => ({ kind: 'refused', code: 'UNKNOWN', reason });

/** Productions with this reference, or this number. */
export const productionsOf = (order: string | undefined, { company }: Places): unknown[] => [
  ['OR', [['reference', '=', order]], [['number', '=', order]]],
  ['company', '=', company],
];

type Parts = { tryton: Tryton; config: TrytonConfig; places: Places; clock: Clock };
export type Master = ReturnType<typeof openMaster>;

/**
 * What a posting names, by the ids that Tryton has for it. Each gives exactly one row, or a
 * failure: nothing was posted, so that what the network lost is asked again.
 */
export function openMaster({ tryton, config, places, clock }: Parts) {
  const remember = openMemory(clock);

  async function rows(
    model: string,
    domain: unknown[],
    fields: string[],
  ): Promise<readonly Row[] | Failure> {
    const found = await readRows(tryton, [model, domain, fields], places.context);
    if (!isFailure(found)) return found.rows;
    return found.kind === 'unknown'
      ? { kind: 'busy', reason: found.reason, unreached: true }
      : found;
  }

  async function one(
    what: string,
    model: string,
    domain: unknown[],
    fields: string[],
  ): Promise<Row | Failure> {
    const found = await rows(model, domain, fields);
    if (isFailure(found)) return found;
    const [row, ...more] = found;
    if (row && more.length === 0) return row;
    return refused(`Tryton has ${row ? `${more.length + 1} times` : 'no'} ${what}`);
  }

  return {
    /** The production with this reference, or this number; as it is now for a final posting. */
    production({ order, final }: Posting): Promise<Row | Failure> {
      const what = `production ${order}`;
      const domain = productionsOf(order, places);
      const fields = ['location', 'works.operation.name', 'works.state'];
      const read = () => one(what, 'production', domain, fields);
      return final ? read() : remember(what, read);
    },

    product({ material }: Posting): Promise<Row | Failure> {
      const what = `product ${material}`;
      const domain = [['code', '=', material]];
      return remember(what, () => one(what, 'product.product', domain, ['code']));
    },

    /** A lot that must be there. */
    lot: ({ lot, material }: Posting): Promise<Row | Failure> => {
      const what = `lot ${lot} of ${material}`;
      const domain = [
        ['number', '=', lot],
        ['product.code', '=', material],
      ];
      return remember(what, () => one(what, 'stock.lot', domain, ['number']));
    },

    /** By its symbol or name, in any case. */
    unit(posting: Posting): Promise<Row | Failure> {
      const own = config.units.find(({ unit }) => unit === posting.unit)?.tryton;
      const said = own ?? posting.unit ?? '';
      return remember(`unit ${said}`, async () => {
        const found = await rows('product.uom', [], ['name', 'symbol']);
        if (isFailure(found)) return found;
        const same = (word: unknown) => `${word}`.toLowerCase() === said.toLowerCase();
        const [unit, ...more] = found.filter((row) => same(row['name']) || same(row['symbol']));
        if (unit && more.length === 0) return unit;
        const count = unit ? `${more.length + 1} times` : 'no';
        return refused(`Tryton has ${count} unit ${said}; see units in the config`);
      });
    },

    /** The document that a posting takes back, with all that it moved and charged. */
    original: ({ cancels }: Posting): Promise<Row | Failure> => {
      const fields = [
        ...[...standingFields, 'production', 'work', 'cycles.work', 'moves.product', 'moves.unit'],
        ...['moves.lot', 'moves.cost_price', 'moves.unit_price_company'],
        'moves.product.cost_price_method',
      ];
      const domain = [['id', '=', idIn(cancels)]];
      return one(`document ${cancels}`, 'holdfast.document', domain, fields);
    },
  };
}

/** What was found is not asked for again within this time, ms; most that are remembered. */
const memoryMs = 60_000;
const memoryMax = 2_000;

/** Remembers rows, not failures. What is read back of each posting would show one that is stale. */
function openMemory(clock: Clock) {
  const kept = new Map<string, { row: Row; sinceMs: number }>();
  return async (what: string, read: () => Promise<Row | Failure>): Promise<Row | Failure> => {
    const nowMs = clock.monotonicMs();
    const known = kept.get(what);
    if (known && nowMs - known.sinceMs < memoryMs) return known.row;
    const row = await read();
    if (isFailure(row)) return row;
    if (kept.size >= memoryMax) kept.clear();
    kept.set(what, { row, sinceMs: nowMs });
    return row;
  };
}
