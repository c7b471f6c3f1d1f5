import { startBench } from '../helpers/sandbox.ts';
import { erpAt } from '../helpers/sap.ts';
import type { MastersBench, MastersConnector } from './masters.ts';
import { openProxy } from './proxy.ts';

const plant = '1000';
/** What the connector reads in one page. */
const page = 100;

async function open(): Promise<MastersBench> {
  const sandbox = await startBench();
  const proxy = await openProxy({
    target: sandbox.url,
    carries: ({ method, path }) => method === 'GET' && path.includes('LastChangeDateTime'),
    renews: () => false,
    ...{ slowMs: 10, lateMs: 10 },
  });
  const put = (set: string, key: string, entity: object) =>
    sandbox.admin('/masters', { set, key, entity });
  const item = (name: string, more: object = {}) => ({
    ...{ set: 'A_Product', key: name },
    entity: { Product: name, BaseUnit: 'KG', YY1_Revision_PRD: 'A', ...more },
  });

  return {
    ...{ source: erpAt(proxy.url).masters!, plant, befall: proxy.befall },
    unfit: ['4711'], // without a work centre
    items: (names) =>
      sandbox.admin(
        '/masters',
        names.map((name) => item(name)),
      ) as Promise<void>,
    block: (name) =>
      sandbox.admin(
        '/masters',
        item(name, { YY1_Revision_PRD: 'B', CrossPlantStatus: '01' }),
      ) as Promise<void>,
    async spoil(name) {
      await sandbox.admin('/masters', item(name, { BaseUnit: 'KILOGRAM' }));
      return /^references\[\d+\]\.content\.unit: must be 1 to 6 characters/;
    },
    async work(line) {
      await sandbox.admin('/masters', item('BOLT'));
      await put('A_WorkCenters', 'SAW1', { WorkCenter: 'SAW1', Plant: plant, YY1_Line_WCT: line });
      await put('MaterialBOM', 'B1', {
        ...{ BillOfMaterial: '17', BillOfMaterialVersion: 'C', Material: 'BOLT', Plant: plant },
        ...{ BOMHeaderQuantityInBaseUnit: '10.000', BOMHeaderBaseUnit: 'KG' },
        to_BillOfMaterialItem: {
          results: [
            {
              ...{ BillOfMaterialComponent: 'STEEL', BillOfMaterialItemQuantity: '25.500' },
              BillOfMaterialItemUnit: 'KG',
            },
          ],
        },
      });
      const activity = (at: number, amount: string, unit: string) => ({
        ...{ [`StandardWorkQuantity${at}`]: amount, [`StandardWorkQuantityUnit${at}`]: unit },
      });
      await put('ProductionRoutingHeader', 'R1', {
        ...{ ProductionRoutingGroup: '50', ProductionRouting: '1', Product: 'BOLT', Plant: plant },
        to_Operation: {
          results: [
            {
              ...{ Operation: '0010', OperationText: 'Turning', WorkCenter: 'SAW1' },
              ...{ OperationReferenceQuantity: '100.000', OperationUnit: 'KG' },
              ...{ ...activity(1, '0.250', 'H'), ...activity(2, '90.000', 'MIN') },
            },
          ],
        },
      });
      await sandbox.admin('/orders', {
        ...{ order: '4712', material: 'BOLT', quantity: '9', unit: 'KG' },
        operations: [{ operation: '0010', workCenter: 'SAW1' }],
      });
      return {
        ...{ order: '4712', line, material: 'BOLT', kinds: ['bom', 'item', 'routing'] },
        routing: {
          operations: [
            {
              ...{ operation: '0010', name: 'Turning', workCenter: 'SAW1' },
              ...{ setupMinutes: '15', machineMinutes: '90', baseQuantity: '100', baseUnit: 'KG' },
            },
          ],
        },
        bom: {
          ...{ baseQuantity: '10', baseUnit: 'KG' },
          components: [{ material: 'STEEL', quantity: '25.5', unit: 'KG' }],
        },
      };
    },
    async close() {
      await proxy.close();
      await sandbox.close();
    },
  };
}

/** The SAP connector at the sandbox. */
export const sapMastersConnector: MastersConnector = { name: 'SAP', open, page, secrets: [] };
