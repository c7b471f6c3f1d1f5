import type { Database } from '../../shared/database.ts';
import { choice, type Field, invalid, type Read } from '../../shared/field.ts';
import { decimalText, name } from './entity.ts';

/** The sets of master data and orders, with what each is ordered by; names are [K]. */
export const masterSets = [
  { path: '/API_PRODUCT_SRV/A_Product', key: 'Product' },
  { path: '/API_WORK_CENTERS/A_WorkCenters', key: 'WorkCenter' },
  { path: '/API_BILL_OF_MATERIAL_SRV;v=0002/MaterialBOM', key: 'BillOfMaterial' },
  { path: '/API_PRODUCTION_ROUTING/ProductionRoutingHeader', key: 'ProductionRoutingGroup' },
  { path: '/API_INSPECTIONPLAN_SRV/A_InspectionPlan', key: 'InspectionPlanGroup' },
  { path: '/YY1_HOLDFASTREASON_CDS/YY1_HOLDFASTREASON', key: 'ReasonCode' },
  { path: '/API_PRODUCTION_ORDER_2_SRV/A_ProductionOrder_2', key: 'ManufacturingOrder' },
] as const;
const orderPath = '/API_PRODUCTION_ORDER_2_SRV/A_ProductionOrder_2';

const setOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const entity: Field<Readonly<Record<string, unknown>>> = {
  doc: 'The entity, as it is shown; lists below { results }.',
  read(value, field) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
    throw invalid(field, 'must be an object');
  },
};
/** What the test bench may put there: anything, also what no SAP would say. */
export const masterFields = {
  set: choice(
    'Entity set.',
    masterSets.filter(({ path }) => path !== orderPath).map(({ path }) => setOf(path)),
  ),
  key: name('Key; the same again is a change.', 100),
  entity,
};

type OrderRow = {
  number: string;
  material: string;
  unit: string;
  quantity: bigint;
  tolerance: bigint;
  closed: bigint;
  plant: string | null;
  status: string;
  changed: bigint;
};
export type Masters = ReturnType<typeof openMasters>;

/** Master data as SAP would show it, and the orders that the sandbox has. */
export function openMasters(db: Database, plant: string, nowMs: () => number) {
  const put = db.prepare(
    `INSERT INTO master VALUES (?, ?, ?, ?) ON CONFLICT (entitySet, key) DO UPDATE
     SET changed = excluded.changed, entity = excluded.entity`,
  );
  const changed = db.prepare<[string, number, number, number], { changed: bigint; entity: string }>(
    `SELECT changed, entity FROM master WHERE entitySet = ? AND changed >= ?
     ORDER BY changed, key LIMIT ? OFFSET ?`,
  );
  const orders = db.prepare<[number, number, number], OrderRow>(
    `SELECT number, o.material, m.unit, quantity, tolerance, closed, plant, status, changed
     FROM production_order o JOIN material m USING (material)
     WHERE changed >= ? AND process = 0 ORDER BY changed, number LIMIT ? OFFSET ?`,
  );
  const operations = db.prepare<[string], { operation: string; workCenter: string | null }>(
    'SELECT operation, workCenter FROM operation WHERE number = ? ORDER BY operation',
  );

  const shownOrder = (row: OrderRow): object => ({
    ...{ ManufacturingOrder: row.number, Material: row.material },
    ...{ ProductionPlant: row.plant ?? plant, ProductionUnit: row.unit },
    TotalQuantity: decimalText(row.quantity),
    OverDelivTolrtdLmtRatioInPct: `${row.tolerance}.0`,
    OrderIsReleased: row.status === 'released' && row.closed === 0n,
    OrderIsClosed: row.closed === 1n,
    OrderIsMarkedForDeletion: row.status === 'deleted',
    LastChangeDateTime: `/Date(${row.changed}+0000)/`,
    to_ProductionOrderOperation: {
      results: operations.all(row.number).map(({ operation, workCenter }) => ({
        ...{ ManufacturingOrderOperation: operation, MfgOrderOperationText: '' },
        WorkCenter: workCenter ?? '',
      })),
    },
  });

  return {
    /** Adds or changes one entity. */
    put({ set, key, entity: said }: Read<typeof masterFields>): void {
      put.run(set, key, nowMs(), JSON.stringify(said));
    },

    /** What was changed at a time or later, in order; what it says of its change goes before. */
    changed(path: string, sinceMs: number, top: number, skip: number): object[] {
      if (path === orderPath) return orders.all(sinceMs, top, skip).map(shownOrder);
      return changed.all(setOf(path), sinceMs, top, skip).map((row) => ({
        LastChangeDateTime: `/Date(${row.changed}+0000)/`,
        ...(JSON.parse(row.entity) as object),
      }));
    },
  };
}
