import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dynamicsAt } from '../helpers/d365.ts';
import { changedField, openEntities } from '../helpers/d365entities.ts';
import { startDynamics } from '../helpers/dynamics.ts';
import { testFolder } from '../helpers/folder.ts';
import type { MastersBench, MastersConnector } from './masters.ts';
import { openProxy } from './proxy.ts';

const plant = '1';
/** What the connector reads in one page. */
const page = 20;
const lineField = 'HoldfastLine';
/** What must be quoted in a filter. */
const material = "BO'LT";
const revisionField = 'HoldfastRevision';

const item = (name: string, more: object = {}) => ({
  ...{ ItemNumber: name, ProductName: name, InventoryUnitSymbol: 'ea', [revisionField]: 'A' },
  ...more,
});

async function open(): Promise<MastersBench> {
  const entities = openEntities();
  const processor = await startDynamics({ entities });
  const proxy = await openProxy({
    target: processor.url,
    carries: ({ path }) => path.startsWith('/data/'),
    renews: ({ path }) => path.endsWith('/token'),
    ...{ slowMs: 10, lateMs: 10 },
  });
  const clientSecretPath = join(testFolder(), 'secret');
  writeFileSync(clientSecretPath, processor.secret);
  const masters = { changedField, lineField, revisionField };
  const more = { masters, clientSecretPath, scope: `${processor.url}/.default` };
  const put = (set: string, key: string, row: object) =>
    entities.put(set, key, row as Record<string, unknown>);
  const sets = ['ReleasedProductsV2', 'OperationsResources', 'BillOfMaterialsVersionsV3'];
  for (const set of [
    ...[...sets, 'BillOfMaterialsLinesV3', 'RouteVersionsV2', 'RouteOperationsV2'],
    ...['RouteOperationPropertiesV2', 'ProductionOrderHeaders', 'ProductionOrderRouteOperations'],
  ]) {
    put(set, 'elsewhere', { dataAreaId: 'DEMF' }); // of another company
  }
  const approved = { IsActive: 'Yes', IsApproved: 'Yes', ProductionSiteId: plant };

  return {
    ...{ source: dynamicsAt(proxy.url, more).masters!, plant, befall: proxy.befall, unfit: [] },
    async items(names) {
      for (const name of names) put('ReleasedProductsV2', name, item(name));
    },
    async block(name) {
      const row = item(name, { ProductName: 'blocked', [revisionField]: 'B' });
      put('ReleasedProductsV2', name, row);
    },
    async late(name) {
      entities.put('ReleasedProductsV2', name, item(name), 20_000);
    },
    async spoil(name) {
      put('ReleasedProductsV2', name, item(name, { InventoryUnitSymbol: 'kilogram' }));
      return /^references\[\d+\]\.content\.unit: must be 1 to 6 characters/;
    },
    async work(line) {
      put('ReleasedProductsV2', material, item(material));
      put('OperationsResources', 'SAW1', { OperationsResourceId: 'SAW1', [lineField]: line });
      const bom = { BOMId: 'B-1', ManufacturedItemNumber: material, VersionName: 'Bolts' };
      put('BillOfMaterialsVersionsV3', 'B-1', { ...bom, ...approved });
      const lines = [
        { ItemNumber: 'STEEL', Quantity: 2.5, QuantityDenominator: 10, ProductUnitSymbol: 'kg' },
        { ItemNumber: "O'RING", Quantity: 1, QuantityDenominator: 4, ProductUnitSymbol: 'ea' },
      ];
      for (const one of lines) {
        put('BillOfMaterialsLinesV3', one.ItemNumber, { BOMId: 'B-1', ...one });
      }
      const route = { RouteId: 'R-1', ItemNumber: material, VersionName: 'Bolts' };
      put('RouteVersionsV2', 'R-1', { ...route, ...approved });
      const operation = { OperationNumber: 10, OperationId: 'Turning' };
      put('RouteOperationsV2', '1', { RouteId: 'R-1', ...operation });
      put('RouteOperationPropertiesV2', '1', {
        ...{ RouteId: 'R-1', OperationId: 'Turning', CostingOperationResourceId: 'SAW1' },
        ...{ SetupTime: 0.25, ProcessTime: 1.5, ProcessQuantity: 100 },
        OperationsTimeToHourConversionFactor: 1,
      });
      put('ProductionOrderHeaders', 'P000123', {
        ...{ ProductionOrderNumber: 'P000123', ItemNumber: material, ScheduledQuantity: 9 },
        ...{ ProductionOrderStatus: 'Released', ProductionSiteId: plant },
      });
      put('ProductionOrderRouteOperations', '1', {
        ...{ ProductionOrderNumber: 'P000123', ...operation, CostingOperationResourceId: 'SAW1' },
      });
      const times = { setupMinutes: '15', machineMinutes: '90', baseQuantity: '100' };
      return {
        ...{ order: 'P000123', line, material, kinds: ['bom', 'item', 'routing'] },
        routing: {
          operations: [{ operation: '10', name: 'Turning', workCenter: 'SAW1', ...times }],
        },
        bom: {
          baseQuantity: '20',
          components: [
            { material: 'STEEL', quantity: '5', unit: 'kg' },
            { material: "O'RING", quantity: '5', unit: 'ea' },
          ],
        },
      };
    },
    async close() {
      await proxy.close();
      await processor.close();
    },
  };
}

/** The Dynamics 365 connector at entities of our own. */
export const dynamicsMastersConnector: MastersConnector = {
  ...{ name: 'Dynamics 365', open, page, secrets: ['s3cret~of.the-application', 'Bearer'] },
};
