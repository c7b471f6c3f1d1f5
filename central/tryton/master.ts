import type { Posting } from '../erp.ts';
import type { TrytonConfig } from './options.ts';
import { type Places, type Row, readRows } from './places.ts';
import { type Failure, isFailure } from './reply.ts';
import type { Tryton } from './session.ts';

export const refused = (reason: string): Failure => ({ kind: 'refused', code: 'UNKNOWN', reason });

/** Numbers of our documents, as people find them in Tryton. */
export const numberOf = (id: number): string => `holdfast/${id}`;
export const idIn = (number: string | undefined): number | undefined =>
  /^holdfast\/[1-9]\d{0,14}$/.test(number ?? '') ? Number(number!.slice(9)) : undefined;

export type Master = ReturnType<typeof openMaster>;

/**
 * What a posting names, by the ids that Tryton has for it. Each gives exactly one row, or a
 * failure: nothing was posted, so that what the network lost is asked again.
 */
export function openMaster(tryton: Tryton, config: TrytonConfig, places: Places) {
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
    /** The production with this reference, or this number. */
    production({ order }: Posting): Promise<Row | Failure> {
      const named = ['OR', [['reference', '=', order]], [['number', '=', order]]];
      const domain = [named, ['company', '=', places.company]];
      const fields = ['location', 'works.operation.name', 'works.state'];
      return one(`production ${order}`, 'production', domain, fields);
    },

    product: ({ material }: Posting): Promise<Row | Failure> =>
      one(`product ${material}`, 'product.product', [['code', '=', material]], ['code']),

    /** A lot that must be there. */
    lot: ({ lot, material }: Posting): Promise<Row | Failure> => {
      const own = ['product.code', '=', material];
      return one(`lot ${lot} of ${material}`, 'stock.lot', [['number', '=', lot], own], ['number']);
    },

    /** By its symbol or name, in any case. */
    async unit(posting: Posting): Promise<number | Failure> {
      const own = config.units.find(({ unit }) => unit === posting.unit)?.tryton;
      const said = own ?? posting.unit ?? '';
      const found = await rows('product.uom', [], ['name', 'symbol']);
      if (isFailure(found)) return found;
      const same = (word: unknown) => `${word}`.toLowerCase() === said.toLowerCase();
      const units = found.filter((row) => same(row['name']) || same(row['symbol']));
      if (units.length === 1) return units[0]!['id'] as number;
      return refused(`Tryton has ${units.length} units ${said}; see units in the config`);
    },

    /** The document that a posting takes back, with all that it moved and charged. */
    original: ({ cancels }: Posting): Promise<Row | Failure> => {
      const fields = [
        ...[
          'kind',
          'production',
          'work',
          'cycles.cost',
          'cycles.work',
          'moves.product',
          'moves.unit',
        ],
        ...['moves.quantity', 'moves.lot', 'moves.from_location', 'moves.to_location'],
        ...['moves.cost_price', 'moves.unit_price_company', 'moves.product.cost_price_method'],
      ];
      const domain = [['id', '=', idIn(cancels)]];
      return one(`document ${cancels}`, 'holdfast.document', domain, fields);
    },
  };
}
