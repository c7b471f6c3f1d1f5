import { dateOf, decimalOf } from '../../central/tryton/typed.ts';
import type { Office, Row } from './office.ts';

export type Product = Readonly<{ code: string; unit: string; cost: string; made?: boolean }>;
export type Stock = Readonly<{ code: string; lot: string; quantity: number }>;
export type Order = Readonly<{
  reference: string;
  code: string;
  quantity: number;
  operations: readonly string[];
}>;

const byCode = (rows: readonly Row[]) =>
  new Map(rows.map((row) => [`${row['code']}`, row['id'] as number]));

/** What people in Tryton do before the floor can work: products, stock, orders that run. */
export async function openPlanning(office: Office) {
  const company = await office.id('company.company', []);
  office.enter(company);
  const currency = await office.id('currency.currency', [['code', '=', 'EUR']]);
  const category = await office.id('product.category', [['name', '=', 'Manufactured']]);
  const center = await office.id('production.work.center', [['name', '=', 'Machines']]);
  const places = byCode(await office.rows('stock.location', [], ['code']));
  const units = new Map(
    (await office.rows('product.uom', [], ['name'])).map((row) => [row['name'], row['id']]),
  );
  const unitNames: Record<string, string> = { EA: 'Unit', KG: 'Kilogram' };
  const products = new Map<string, Product & { id: number; unitId: unknown }>();

  async function addProducts(given: readonly Product[]): Promise<void> {
    await office.create(
      'product.template',
      given.map(({ code, unit, made = false }) => ({
        ...{ name: code, type: 'goods', default_uom: units.get(unitNames[unit]!) },
        ...{ list_price: decimalOf('1'), producible: made, account_category: category },
        ...{ cost_price_method: 'average', lot_required: ['storage', 'production'] },
        products: [['create', [{ suffix_code: code }]]],
      })),
    );
    const ids = byCode(
      await office.rows(
        'product.product',
        [['code', 'in', given.map(({ code }) => code)]],
        ['code'],
      ),
    );
    for (const product of given) {
      const id = ids.get(product.code)!;
      await office.write('product.product', [id], { cost_price: decimalOf(product.cost) });
      const unitId = units.get(unitNames[product.unit]!);
      products.set(product.code, { ...product, id, unitId });
    }
  }

  /** Brings lots in from a supplier, at the products' cost. */
  async function addStock(given: readonly Stock[], effective: string): Promise<void> {
    const of = ({ code }: Stock) => products.get(code)!;
    const lots = await office.create(
      'stock.lot',
      given.map((stock) => ({ number: stock.lot, product: of(stock).id })),
    );
    const moves = await office.create(
      'stock.move',
      given.map((stock, at) => ({
        ...{ product: of(stock).id, lot: lots[at]!, unit: of(stock).unitId },
        ...{ quantity: stock.quantity, company, currency, effective_date: dateOf(effective) },
        ...{ from_location: places.get('SUP'), to_location: places.get('STO') },
        unit_price: decimalOf(of(stock).cost),
      })),
    );
    await office.push('stock.move', 'do', moves);
  }

  /** Productions without planned moves, with one work for each operation, that run. */
  async function addOrders(given: readonly Order[]): Promise<number[]> {
    const names = [...new Set(given.flatMap(({ operations }) => operations))];
    const operations = await office.create(
      'production.routing.operation',
      names.map((name) => ({ name })),
    );
    const productions = await office.create(
      'production',
      given.map(({ reference, code, quantity }) => ({
        ...{ reference, quantity, company, product: products.get(code)!.id },
        ...{ unit: products.get(code)!.unitId, location: places.get('PROD') },
        warehouse: places.get('WH'),
      })),
    );
    await office.push('production', 'wait', productions);
    await office.create(
      'production.work',
      given.flatMap((order, at) =>
        order.operations.map((name, index) => ({
          ...{ production: productions[at]!, operation: operations[names.indexOf(name)]! },
          ...{ work_center: center, company, sequence: index + 1 },
        })),
      ),
    );
    await office.push('production', 'assign_try', productions);
    await office.push('production', 'run', productions);
    return productions;
  }

  return { company, places, products, addProducts, addStock, addOrders };
}

/** Stock by lot and location, of what is there or was taken too much. */
export async function stockOf(office: Office, locations: readonly number[]): Promise<Row[]> {
  const moves = await office.rows(
    'stock.move',
    [['state', '=', 'done']],
    [...['from_location', 'to_location', 'internal_quantity', 'lot.number']],
  );
  const sums = new Map<string, number>();
  for (const move of moves) {
    const lot = (move['lot.'] as Row | null)?.['number'];
    for (const [side, sign] of [
      ['from_location', -1],
      ['to_location', 1],
    ] as const) {
      const at = move[side] as number;
      if (!locations.includes(at)) continue;
      const key = `${lot}|${at}`;
      const micros = Math.round((move['internal_quantity'] as number) * 1e6) * sign;
      sums.set(key, (sums.get(key) ?? 0) + micros);
    }
  }
  return [...sums]
    .filter(([, micros]) => micros !== 0)
    .map(([key, micros]) => {
      const [lot, location] = key.split('|');
      return { lot, location: Number(location), quantity: micros / 1e6 };
    });
}
