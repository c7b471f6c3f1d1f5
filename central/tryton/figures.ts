import { Fault } from '../../shared/fault.ts';
import { zero } from '../../shared/quantity.ts';
import type { Figures, OrderFigures, StockFigures, Unread } from '../erp/figures.ts';
import { productionsOf } from './master.ts';
import type { TrytonConfig } from './options.ts';
import { allRows, isUnread } from './pages.ts';
import type { Places, Row } from './places.ts';
import { type Failure, isFailure } from './reply.ts';
import type { Tryton } from './session.ts';
import { sumOrder, unitWord } from './sums.ts';
import { quantityIn } from './typed.ts';

const documentFields = [
  ...['kind', 'cancels', 'cancelled_by', 'unit', 'operation', 'work.operation.name'],
  ...['good', 'scrap', 'rework', 'setup'],
];
const moveFields = [
  ...['quantity', 'unit', 'unit.name', 'unit.symbol', 'product.code', 'lot.number', 'to_location'],
  ...['production_input', 'production_output', 'holdfast_document'],
];
const cycleFields = ['duration', 'work.operation.name', 'holdfast_document'];
const stockFields = [
  ...['internal_quantity', 'from_location', 'to_location', 'unit', 'holdfast_document.unit'],
  ...['product.default_uom.name', 'product.default_uom.symbol'],
];

type Ready = () => Promise<Readonly<{ places: Places }> | Failure>;

/**
 * What Tryton itself says: our documents of a production, and every move and cycle of it that is
 * done, ours or made by hand; of a lot all done moves into storage and quarantine, less those out
 * of them. Its own sum of a lot is not asked, because that ends with the day of Tryton's machine.
 */
export function trytonFigures(tryton: Tryton, config: TrytonConfig, ready: Ready): Figures {
  async function order(number: string): Promise<OrderFigures | Unread> {
    const found = await ready();
    if (isFailure(found)) return { unread: found.reason };
    const { places } = found;
    const all = (model: string, domain: unknown[], fields: string[]) =>
      allRows(tryton, [model, domain, fields], places);
    const productions = await all('production', productionsOf(number, places), ['number']);
    if (isUnread(productions)) return productions;
    if (productions.length > 1) {
      return { unread: `Tryton has ${productions.length} times production ${number}` };
    }
    if (!productions[0]) return { operations: [], goods: [], documents: [] };
    const is = (name: string) => [name, '=', productions[0]!['id']];
    const own = await all('holdfast.document', [is('production')], documentFields);
    if (isUnread(own)) return own;
    const links = ['production_input', 'production_output', 'holdfast_document.production'];
    const done = ['state', '=', 'done'];
    const moves = await all('stock.move', [done, ['OR', ...links.map(is)]], moveFields);
    if (isUnread(moves)) return moves;
    const cycles = await all('production.work.cycle', [done, is('work.production')], cycleFields);
    if (isUnread(cycles)) return cycles;
    return sumOrder({ own, moves, cycles }, { blocked: places.blocked, units: config.units });
  }

  async function stock(material: string, lot: string): Promise<StockFigures | Unread | undefined> {
    const found = await ready();
    if (isFailure(found)) return { unread: found.reason };
    const { places } = found;
    const all = (model: string, domain: unknown[], fields: string[]) =>
      allRows(tryton, [model, domain, fields], places);
    const named = [
      ['number', '=', lot],
      ['product.code', '=', material],
    ];
    const lots = await all('stock.lot', named, ['number', ...defaultUnit]);
    if (isUnread(lots)) return lots;
    const [row, ...more] = lots;
    if (!row) return undefined;
    if (more.length > 0) return { unread: `Tryton has ${lots.length} times lot ${lot}` };
    const done = [
      ['lot', '=', row['id']],
      ['state', '=', 'done'],
      ['company', '=', places.company],
    ];
    const moves = await all('stock.move', done, stockFields);
    if (isUnread(moves)) return moves;
    const within = async (place: number) =>
      all('stock.location', [['parent', 'child_of', [place]]], ['code']);
    const free = await within(places.free);
    if (isUnread(free)) return free;
    const blocked = await within(places.blocked);
    if (isUnread(blocked)) return blocked;
    return {
      unit: unitOf(row, moves, config),
      ...{ unrestricted: left(moves, free), blocked: left(moves, blocked) },
    };
  }

  return { order: guarded(order), stock: guarded(stock) };
}

const defaultUnit = ['product.default_uom.name', 'product.default_uom.symbol'];

/** A lot's stock is in its product's unit; as the floor calls it, where a document of ours says. */
function unitOf(lot: Row, moves: readonly Row[], { units }: TrytonConfig): string {
  const unit = ((lot['product.'] as Row)['default_uom.'] ?? {}) as Row;
  const ours = moves.find((move) => move['unit'] === unit['id'] && move['holdfast_document.']);
  return unitWord(unit, (ours?.['holdfast_document.'] as Row | undefined)?.['unit'], units);
}

/** What came into these locations, less what left them. */
function left(moves: readonly Row[], locations: readonly Row[]): bigint {
  const inside = new Set(locations.map(({ id }) => id));
  return moves.reduce((sum, move) => {
    const amount = quantityIn(move['internal_quantity']);
    const [to, from] = [inside.has(move['to_location']), inside.has(move['from_location'])];
    return sum + (to ? amount : zero) - (from ? amount : zero);
  }, zero);
}

/** An amount that is none is said, not thrown. */
const guarded =
  <A extends unknown[], R>(read: (...args: A) => Promise<R>) =>
  (...args: A): Promise<R | Unread> =>
    read(...args).catch((error: unknown) => {
      if (error instanceof Fault) return { unread: error.message };
      throw error;
    });
