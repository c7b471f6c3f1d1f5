import { type Activities, baseOf, decimal, timesOf } from './times.ts';

/** One entity, as it came. */
export type Entity = Readonly<Record<string, unknown>>;
export type StreamOptions = Activities & Readonly<{ revisionField: string; lineField: string }>;
export type Stream = Readonly<{
  /** Service and set, below /sap/opu/odata/sap/. */
  path: string;
  /** What comes with each entity. */
  expand?: string;
  /** By what entities that were changed at one time are ordered. */
  key: string;
  read: (
    entity: Entity,
    options: StreamOptions,
  ) => Readonly<{ kind: 'reference' | 'order'; given: unknown }>;
  /** Property that names the plant; without one it is of all plants. */
  plant?: string;
}>;

/** When an entity was changed last. */
export const changed = 'LastChangeDateTime';
/** What it says; undefined for what is empty. */
export const own = (entity: Entity, name: string): unknown => {
  const value = entity[name];
  return value === '' || value === null ? undefined : value;
};
const rows = (entity: Entity, name: string): readonly Entity[] => {
  const held = entity[name] as { results?: unknown } | null | undefined;
  const list = Array.isArray(held?.results) ? held.results : [];
  return list.map((one) => (typeof one === 'object' && one !== null ? (one as Entity) : {}));
};
/** Unix ms of "/Date(…)/"; undefined for anything else. */
export const ticks = (value: unknown): number | undefined => {
  const text = typeof value === 'string' ? value : '';
  const digits = /^\/Date\((\d{1,13})(?:[+-]\d{1,4})?\)\/$/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
};
/** What has no version of its own has one by the time at which it was changed. */
const stamp = (entity: Entity): unknown => {
  const ms = ticks(entity[changed]);
  return ms === undefined ? undefined : new Date(ms).toISOString();
};
const joined = (entity: Entity, ...names: string[]): string =>
  names
    .map((name) => own(entity, name))
    .filter((value) => typeof value === 'string')
    .join('/');
const blocked = (is: boolean) => (is ? { status: 'blocked' } : {});
const given = (fields: object) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
const reference = (kind: string, record: unknown, version: unknown, content: object) => ({
  kind: 'reference' as const,
  given: { ...given({ kind, record, version }), content: given(content) },
});
const steps = (
  entity: Entity,
  nav: string,
  names: readonly [string, string, string],
  more: (row: Entity) => object = () => ({}),
) =>
  rows(entity, nav).map((one) =>
    given({
      ...{ operation: own(one, names[0]), name: own(one, names[1]) },
      ...{ workCenter: own(one, names[2]), ...more(one) },
    }),
  );

function statusOf(entity: Entity): string {
  if (entity['OrderIsMarkedForDeletion'] === true) return 'cancelled';
  if (entity['OrderIsClosed'] === true) return 'closed';
  return entity['OrderIsReleased'] === true ? 'released' : 'created';
}

/** SAP's read services. All of their names are [K] but A_ProductionOrder_2 and what it shows. */
export const streams: Readonly<Record<string, Stream>> = {
  items: {
    ...{ path: 'API_PRODUCT_SRV/A_Product', key: 'Product' },
    read: (one, { revisionField }) =>
      reference('item', own(one, 'Product'), own(one, revisionField) ?? stamp(one), {
        unit: own(one, 'BaseUnit'),
        ...blocked(
          one['IsMarkedForDeletion'] === true || own(one, 'CrossPlantStatus') !== undefined,
        ),
      }),
  },
  workCenters: {
    ...{ path: 'API_WORK_CENTERS/A_WorkCenters', key: 'WorkCenter', plant: 'Plant' },
    read: (one, { lineField }) =>
      reference('workCenter', own(one, 'WorkCenter'), stamp(one), {
        ...{ line: own(one, lineField), name: own(one, 'WorkCenterDesc') },
        ...blocked(one['WorkCenterIsLocked'] === true),
      }),
  },
  boms: {
    ...{ path: 'API_BILL_OF_MATERIAL_SRV;v=0002/MaterialBOM', key: 'BillOfMaterial' },
    ...{ plant: 'Plant', expand: 'to_BillOfMaterialItem' },
    read: (one) =>
      reference(
        'bom',
        joined(one, 'BillOfMaterial', 'BillOfMaterialVariant'),
        own(one, 'BillOfMaterialVersion') ?? stamp(one),
        {
          material: own(one, 'Material'),
          ...given(baseOf(one, 'BOMHeaderQuantityInBaseUnit', 'BOMHeaderBaseUnit')),
          components: rows(one, 'to_BillOfMaterialItem').map((row) =>
            given({
              material: own(row, 'BillOfMaterialComponent'),
              quantity: decimal(own(row, 'BillOfMaterialItemQuantity')),
              unit: own(row, 'BillOfMaterialItemUnit'),
            }),
          ),
        },
      ),
  },
  routings: {
    ...{ path: 'API_PRODUCTION_ROUTING/ProductionRoutingHeader', key: 'ProductionRoutingGroup' },
    ...{ plant: 'Plant', expand: 'to_Operation' },
    read: (one, activities) =>
      reference(
        'routing',
        joined(one, 'ProductionRoutingGroup', 'ProductionRouting'),
        own(one, 'ProductionRoutingInternalVers') ?? stamp(one),
        {
          material: own(one, 'Product'),
          operations: steps(
            ...([one, 'to_Operation', ['Operation', 'OperationText', 'WorkCenter']] as const),
            (row) => timesOf(row, activities),
          ),
        },
      ),
  },
  specifications: {
    ...{ path: 'API_INSPECTIONPLAN_SRV/A_InspectionPlan', key: 'InspectionPlanGroup' },
    ...{ plant: 'Plant', expand: 'to_InspPlanCharacteristic' },
    read: (one) =>
      reference(
        'specification',
        joined(one, 'InspectionPlanGroup', 'InspectionPlan'),
        own(one, 'InspectionPlanInternalVersion') ?? stamp(one),
        {
          material: own(one, 'Material'),
          characteristics: rows(one, 'to_InspPlanCharacteristic').map((row) =>
            given({
              name: own(row, 'InspectionSpecification'),
              unit: own(row, 'InspectionSpecificationUnit'),
              lower: decimal(own(row, 'InspSpecLowerLimit')),
              upper: decimal(own(row, 'InspSpecUpperLimit')),
            }),
          ),
        },
      ),
  },
  /** SAP has no public service for reason codes: a custom CDS view of the plant's own. */
  reasonCodes: {
    ...{ path: 'YY1_HOLDFASTREASON_CDS/YY1_HOLDFASTREASON', key: 'ReasonCode' },
    read: (one) =>
      reference('reasonCode', own(one, 'ReasonCode'), stamp(one), {
        group: own(one, 'ReasonGroup'),
        texts: given({
          ...{ en: own(one, 'TextEN'), de: own(one, 'TextDE') },
          ...{ es: own(one, 'TextES'), zh: own(one, 'TextZH') },
        }),
        ...blocked(one['IsBlocked'] === true),
      }),
  },
  orders: {
    ...{ path: 'API_PRODUCTION_ORDER_2_SRV/A_ProductionOrder_2', key: 'ManufacturingOrder' },
    ...{ plant: 'ProductionPlant', expand: 'to_ProductionOrderOperation' },
    read: (one) => ({
      kind: 'order',
      given: given({
        ...{ order: own(one, 'ManufacturingOrder'), status: statusOf(one) },
        ...{ material: own(one, 'Material'), quantity: decimal(own(one, 'TotalQuantity')) },
        unit: own(one, 'ProductionUnit'),
        tolerancePercent: percentOf(own(one, 'OverDelivTolrtdLmtRatioInPct')),
        operations: steps(one, 'to_ProductionOrderOperation', [
          ...(['ManufacturingOrderOperation', 'MfgOrderOperationText', 'WorkCenter'] as const),
        ]),
        changedMs: ticks(one[changed]),
      }),
    }),
  },
};

/** A whole percentage as a number; anything else as it is. */
const percentOf = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{1,3}(\.0*)?$/.test(value) ? Number.parseInt(value, 10) : value;
