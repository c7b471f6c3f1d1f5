// Goal: what Dynamics 365 and Tryton hand over is read as it is, in one order and within bounds,
// and whatever they say stops nothing: it is taken, or refused by field and limit.
// Method: the connectors' readers, given rows by the test; then anything at all (fast-check).
import { expect, test } from 'vitest';
import { dynamicsMasters } from '../central/dynamics/masters.ts';
import { type DynamicsOptions, dynamicsFields } from '../central/dynamics/options.ts';
import type { Service } from '../central/dynamics/service.ts';
import { checkHandsOver, openErp } from '../central/erp/connectors.ts';
import type { Pulled, Source } from '../central/erp/erp.ts';
import type { Sent } from '../central/erp/exchange.ts';
import { trytonMasters } from '../central/tryton/masters.ts';
import { trytonFields } from '../central/tryton/options.ts';
import type { Tryton } from '../central/tryton/session.ts';
import { type Field, readFields } from '../shared/field.ts';
import { openAsked } from './helpers/board.ts';
import fc from './helpers/check.ts';

const site = 'acme/lyon';
const changed = { HoldfastChanged: '2026-11-30T12:00:00Z' };
const given = { changedField: 'HoldfastChanged', lineField: 'HoldfastLine' };
const masters = (dynamicsFields.masters as Field<never>).read(given, 'masters');

/** Reads rows that the test gives, by their set. */
function dynamics(sets: Readonly<Record<string, unknown>>): Source {
  const rows = async (entity: string): Promise<Sent> => {
    const text = JSON.stringify({ value: sets[entity] ?? [] });
    return { answer: { status: 200, headers: new Headers(), text } };
  };
  return dynamicsMasters({ rows } as unknown as Service, { company: 'USMF', masters }, Date.now);
}
/** Reads what our module has answered, as the test says. */
function tryton(result: unknown): Source {
  const given = {
    ...{ kind: 'tryton', url: 'http://t.example', database: 'd', user: 'u', passwordPath: '/p' },
    ...{ warehouse: 'WH', quarantine: 'Q', scrap: 'S', timeZone: 'UTC' },
  };
  const asked = { ask: async () => ({ kind: 'result', result }) } as unknown as Tryton;
  const ready = async () => ({ places: { context: {} } }) as never;
  return trytonMasters(asked, readFields(trytonFields, given, 'tryton'), ready);
}
const givenOf = (got: Pulled) => {
  if (got.kind !== 'page') throw new Error(got.reason);
  return got.entries.map((one) => ('given' in one ? one.given : one.reason)) as unknown[];
};

const bom = { BOMId: 'B-1', ManufacturedItemNumber: 'BOLT', IsActive: 'Yes', IsApproved: 'Yes' };
const line = (LineNumber: number, ItemNumber: string, QuantityDenominator: unknown = 1) => ({
  ...{ BOMId: 'B-1', LineNumber, ItemNumber, Quantity: 2, QuantityDenominator },
  ProductUnitSymbol: 'ea',
});
const bomOf = async (lines: readonly object[], more: object = {}) => {
  const sets = { BillOfMaterialsVersionsV3: [{ ...bom, ...changed, ...more }] };
  const [one] = givenOf(
    await dynamics({ ...sets, BillOfMaterialsLinesV3: lines }).pull('boms', null),
  );
  return one as { version: string; content: { components: object[]; [name: string]: unknown } };
};

test('rows below a head are in one order, whatever order they come in', async () => {
  const lines = [line(10, 'A'), line(2, 'B'), line(1, 'C'), line(1, 'D')];
  const { content } = await bomOf(lines);
  expect(content.components.map((one) => (one as { material: string }).material)).toEqual([
    ...['C', 'D', 'B', 'A'],
  ]);
  expect((await bomOf(lines.toReversed())).content).toEqual(content);
  expect(content).not.toHaveProperty('status');
  expect((await bomOf(lines, { IsActive: 'No' })).content['status']).toBe('blocked');
});

test('lines of several series are told for the least that all of them divide', async () => {
  const { content } = await bomOf([line(1, 'A', 4), line(2, 'B', 6), line(3, 'C')]);
  expect(content).toMatchObject({
    baseQuantity: '12',
    components: [{ quantity: '6' }, { quantity: '4' }, { quantity: '24' }],
  });
  const odd = (await bomOf([line(1, 'A', 0.5)])).content.components;
  expect(odd).toMatchObject([{ quantity: 2 }]); // no text: it is refused where it is read
});

test('times of a route are minutes by its factor; a resource that is lacking is "-"', async () => {
  const head = { RouteId: 'R-1', ItemNumber: 'BOLT', ...changed };
  const operation = (OperationNumber: number, OperationId: string) => ({
    ...{ RouteId: 'R-1', OperationNumber, OperationId },
  });
  const times = {
    ...{ RouteId: 'R-1', OperationId: 'Saw', SetupTime: 10, ProcessTime: 1, ProcessQuantity: 6 },
    ...{ OperationsTimeToHourConversionFactor: 0.016667, CostingOperationResourceId: 'SAW1' },
  };
  const [one] = givenOf(
    await dynamics({
      RouteVersionsV2: [head],
      RouteOperationsV2: [operation(20, 'Wash'), operation(10, 'Saw')],
      RouteOperationPropertiesV2: [times],
    }).pull('routings', null),
  );
  expect((one as { content: object }).content).toMatchObject({
    status: 'blocked', // nobody says that it is active and approved
    operations: [
      {
        ...{ operation: '10', name: 'Saw', workCenter: 'SAW1', setupMinutes: '10.0002' },
        ...{ machineMinutes: '1.00002', baseQuantity: '6' },
      },
      { operation: '20', name: 'Wash', workCenter: '-' },
    ],
  });
});

test('what is no number in a time or a quantity is handed on as it is', async () => {
  for (const odd of ['', '1', -1, 1e12, null, {}, []]) {
    const sets = {
      RouteVersionsV2: [{ RouteId: 'R-1', ...changed }],
      RouteOperationsV2: [{ RouteId: 'R-1', OperationNumber: odd, SetupTime: odd }],
      BillOfMaterialsVersionsV3: [{ ...bom, ...changed }],
      BillOfMaterialsLinesV3: [{ ...line(1, 'A', odd), Quantity: odd }],
    };
    for (const stream of ['routings', 'boms']) {
      expect((await dynamics(sets).pull(stream, null)).kind, `${odd}`).toBe('page');
    }
  }
});

test('orders are released, closed or neither, as their status says', async () => {
  const statuses = ['Scheduled', 'Released', 'StartedUp', 'ReportedFinished', 'Ended', 'Odd'];
  const told = givenOf(
    await dynamics({
      ProductionOrderHeaders: statuses.map((ProductionOrderStatus, at) => ({
        ...{ ProductionOrderNumber: `P${at}`, ProductionOrderStatus, ...changed },
      })),
    }).pull('orders', null),
  ).map((one) => (one as { status: string }).status);
  expect(told).toEqual([...['created', 'released', 'released', 'released', 'closed', 'Odd']]);
});

test('more below a page than can be read makes it smaller, and one alone is told', async () => {
  const head = { ...bom, ...changed };
  const lines = Array.from({ length: 1_001 }, (_, at) => line(at, `M-${at}`));
  const source = dynamics({ BillOfMaterialsVersionsV3: [head], BillOfMaterialsLinesV3: lines });
  const tops: number[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < 6; pages++) {
    const got: Pulled = await source.pull('boms', cursor);
    if (got.kind !== 'page') throw new Error(got.reason);
    ({ cursor } = got);
    tops.push(JSON.parse(cursor).top);
    if (got.entries.length === 0) continue;
    const reason = expect.stringContaining('with at most 1000 rows below it');
    expect(got).toMatchObject({ more: true, entries: [{ kind: 'refused', reason }] });
    expect(JSON.parse(cursor)).toMatchObject({ skip: 1 });
    break;
  }
  expect(tops).toEqual([10, 5, 3, 2, 1, 1]);
});

test('an answer that is not of our module in Tryton is none', async () => {
  const right = { rows: [], next: ['2026-11-30 12:00:00.000000', 7], more: true, quiet: '' };
  const quiet = '2026-11-30 12:00:00.000000';
  for (const [said, kind] of [
    [{ ...right, quiet }, 'page'],
    [{ ...right, quiet, next: null }, 'page'],
    [{ ...right, quiet, next: ['yesterday', 7] }, 'unread'],
    [{ ...right, quiet, next: ['2026-11-30 12:00:00.000000', 'x'] }, 'unread'],
    [right, 'unread'],
  ] as const) {
    expect((await tryton(said).pull('items', null)).kind, JSON.stringify(said)).toBe(kind);
  }
});

test('without the names of its fields Dynamics 365 hands over nothing', () => {
  const options = {
    ...{ kind: 'dynamics', url: 'https://d.example', tokenUrl: 'https://l.example/t' },
    ...{ clientId: 'x', clientSecretPath: '/nowhere', company: 'USMF', timeZone: 'UTC' },
  } as DynamicsOptions;
  expect(openErp(options, {} as never).masters).toBeUndefined();
  expect(openErp({ ...options, masters: given } as never, {} as never).masters).toBeDefined();
  const words = 'config.erp.masters: must be given with downlink.sites';
  expect(() => checkHandsOver({ kind: 'dynamics' })).toThrow(words);
  for (const kind of [undefined, 'sap', 'tryton'])
    expect(() => checkHandsOver({ kind })).not.toThrow();
});

const anything = fc.oneof(fc.anything(), fc.double(), fc.constantFrom('', '-1', '1', 'Yes', -7, 7));
const row = fc.dictionary(
  fc.constantFrom(
    ...['ItemNumber', 'InventoryUnitSymbol', 'BOMId', 'RouteId', 'OperationId', 'HoldfastLine'],
    ...['OperationNumber', 'Quantity', 'QuantityDenominator', 'ProcessTime', 'SetupTime'],
    ...['ProductionOrderNumber', 'ScheduledQuantity', 'HoldfastChanged', 'ProductionSiteId'],
    ...['record', 'version', 'unit', 'steps', 'inputs', 'works', 'made', 'state', 'quantity'],
    ...['product', 'line', 'name', 'warehouse'],
  ),
  anything,
);
const plain = (value: unknown): string =>
  JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? 1 : one)) ?? 'null';

/** Nothing rejects, and what comes is taken or refused in words. */
async function swallow(box: ReturnType<typeof openAsked>, source: Source, stream: string) {
  const got = await source.pull(stream, null);
  if (got.kind === 'unread') return expect(got.reason).not.toBe('');
  const of = (kind: string) =>
    got.entries.flatMap((one) => (one.kind === kind && 'given' in one ? [one.given] : []));
  const refused = box.db.transaction(() => [
    ...box.downlink.receiveReferences(site, 'fuzz', of('reference')).refused,
    ...box.downlink.receiveOrders(site, 'fuzz', of('order')).refused,
  ])();
  for (const { reason } of refused) expect(reason).toMatch(/: (must|unknown)|says something else/);
}

test('whatever they say stops nothing', async () => {
  const box = openAsked();
  const moment = '2026-11-30 12:00:00.000000';
  const result = fc.oneof(
    anything,
    fc.record({
      rows: fc.oneof(anything, fc.array(fc.oneof(row, anything), { maxLength: 3 })),
      next: fc.oneof(fc.constantFrom(null, [moment, 7]), anything),
      ...{ more: fc.boolean(), quiet: fc.oneof(fc.constant(moment), anything) },
    }),
  );
  const stream = fc.constantFrom('items', 'workCenters', 'boms', 'routings', 'orders');
  const property = fc.asyncProperty(stream, result, async (name, said) => {
    const value = JSON.parse(plain(said));
    await swallow(box, tryton(value), name);
    const rows = async (): Promise<Sent> => {
      const text = plain({ value: (value as { rows?: unknown } | null)?.rows ?? value });
      return { answer: { status: 200, headers: new Headers(), text } };
    };
    const options = { company: 'USMF', masters };
    await swallow(box, dynamicsMasters({ rows } as unknown as Service, options, Date.now), name);
  });
  await fc.assert(property, { numRuns: 600 });
  expect(box.downlink.shown().refused.length).toBeGreaterThan(0);
});
