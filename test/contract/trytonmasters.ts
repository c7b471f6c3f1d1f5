import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { decimalOf } from '../../central/tryton/typed.ts';
import { openOffice } from '../tryton/office.ts';
import { openPlanning } from '../tryton/plant.ts';
import { admin, poster } from '../tryton/seed.ts';
import type { MastersBench, MastersConnector } from './masters.ts';
import { openProxy } from './proxy.ts';
import { connect, type Shared } from './trytonbench.ts';

/** What our module hands over in one page. */
const page = 20;

/** A database of its own: what the others' benches need is taken out of what comes down. */
async function open({ works, take, give }: Shared): Promise<MastersBench> {
  const { folder } = works;
  const database = await take();
  const proxy = await openProxy({
    target: works.url,
    carries: ({ body }) => body.includes('"model.holdfast.master.changed"'),
    renews: () => false,
    ...{ slowMs: 10, lateMs: 10 },
  });
  const erp = connect(works, proxy.url, database);
  const office = openOffice({ url: works.url, ...admin, folder, database });
  const planning = await openPlanning(office);
  const product = (name: string) => office.id('product.product', [['code', '=', name]]);
  const items = async (names: readonly string[]): Promise<void> =>
    planning.addProducts(names.map((code) => ({ code, unit: 'EA', cost: '1', made: true })));
  const operation = async (name: string, category?: number) =>
    office.one('production.routing.operation', {
      ...{ name, ...(category === undefined ? {} : { work_center_category: category }) },
    });

  async function addBom(): Promise<number> {
    const [bolt, steel] = [planning.products.get('NUT')!, planning.products.get('WIRE')!];
    const bom = await office.one('production.bom', {
      name: 'Nuts of wire',
      inputs: [['create', [{ product: steel.id, quantity: 25.5, unit: steel.unitId }]]],
      outputs: [['create', [{ product: bolt.id, quantity: 10, unit: bolt.unitId }]]],
    });
    return bom;
  }

  return {
    ...{ source: erp.masters!, plant: 'WH', befall: proxy.befall },
    unfit: [],
    items: (names) => items(names),
    async block(name) {
      await office.write('product.product', [await product(name)], { active: false });
    },
    async late(name) {
      await items([name]);
      const db = new Sqlite(join(folder, `${database}.sqlite`), { timeout: 12_000 });
      for (const table of ['product_product', 'product_template']) {
        db.exec(`UPDATE ${table} SET write_date = NULL,
          create_date = strftime('%Y-%m-%d %H:%M:%f', create_date, '-20 seconds')
          WHERE id = (SELECT max(id) FROM ${table})`);
      }
      db.close();
    },
    async spoil(name) {
      const [kilogram] = await office.rows('product.uom', [['symbol', '=', 'kg']], ['category']);
      const unit = await office.one('product.uom', {
        ...{ name: 'Barrel', symbol: 'BARRELS', category: kilogram!['category'] },
        ...{ factor: 2, rate: 0.5, rounding: 1, digits: 0 },
      });
      await office.one('product.template', {
        ...{ name, type: 'goods', default_uom: unit, list_price: decimalOf('1') },
        products: [['create', [{ suffix_code: name }]]],
      });
      return /^references\[\d+\]\.content\.unit: must be 1 to 6 characters/;
    },
    async work(line) {
      await items(['NUT']);
      await planning.addProducts([{ code: 'WIRE', unit: 'KG', cost: '1' }]);
      const center = await office.id('production.work.center', [['name', '=', 'Machines']]);
      await office.write('production.work.center', [center], { holdfast_line: line });
      const category = await office.id('production.work.center.category', []);
      const steps = [await operation('0010 Turning', category), await operation('0020')];
      const bom = await addBom();
      const routing = await office.one('production.routing', {
        ...{ name: 'Nuts', boms: [['add', [bom]]] },
        steps: [['create', steps.map((step, at) => ({ operation: step, sequence: at + 1 }))]],
      });
      const nut = planning.products.get('NUT')!;
      await office.one('product.product-production.bom', { product: nut.id, bom, routing });
      const production = await office.one('production', {
        ...{ reference: 'WO-7', quantity: 9, company: planning.company, product: nut.id },
        ...{ unit: nut.unitId, location: planning.places.get('PROD'), bom, routing },
        ...{ warehouse: planning.places.get('WH'), work_center: center },
      });
      await office.push('production', 'wait', [production]);
      await office.push('production', 'assign_force', [production]);
      const named = { workCenter: 'Machines' };
      return {
        ...{ order: 'WO-7', line, material: 'NUT', kinds: ['bom', 'item', 'routing'] },
        routing: {
          name: 'Nuts',
          operations: [
            { operation: '0010', name: 'Turning', ...named },
            { operation: '0020', name: '', workCenter: '-' },
          ],
        },
        bom: {
          ...{ name: 'Nuts of wire', baseQuantity: '10', baseUnit: 'EA' },
          components: [{ material: 'WIRE', quantity: '25.5', unit: 'kg' }],
        },
      };
    },
    async close() {
      await proxy.close();
      give(database);
    },
  };
}

/** What a bench needs is there once the server is. */
export const trytonMasters = (shared: Shared): MastersConnector => ({
  ...{ name: 'Tryton', open: () => open(shared), page, secrets: [poster.password] },
});
