// Goal: what an ERP hands over is read from where the last page ended, each page once; what is
// wrong in it is told by name and limit, whatever it is, and stops nothing.
// Method: the real sandbox and connector; then an ERP that says anything at all (fast-check).
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { pull } from '../central/downlink/pull.ts';
import type { Pulled, Source } from '../central/erp/erp.ts';
import type { Odata } from '../central/erp/odata.ts';
import { sapMasters } from '../central/sap/masters.ts';
import { systemClock } from '../shared/clock.ts';
import { openAsked } from './helpers/board.ts';
import fc from './helpers/check.ts';
import { waitFor } from './helpers/plantnet.ts';
import { startBench } from './helpers/sandbox.ts';
import { erpAt } from './helpers/sap.ts';

const site = 'acme/lyon';
const line = 'acme/lyon/turning/M01';
const sites = [
  { plant: '1000', site },
  { plant: '2000', site: 'acme/metz' },
];
const options = {
  ...{ revisionField: 'YY1_Revision_PRD', lineField: 'YY1_Line_WCT' },
  ...{ setupActivity: 1, machineActivity: 2, labourActivity: 3 },
};
const log = pino({ level: 'silent' });

/** Reads what `source` hands over until the test ends, without pauses worth the name. */
function pulling(source: Source, box = openAsked()) {
  const stop = new AbortController();
  const clock = {
    ...systemClock,
    sleep: (_: number, signal: AbortSignal) => systemClock.sleep(5, signal),
  };
  const { db, downlink } = box;
  const parts = { db, downlink, source, sites, everyMs: 5, moved: () => undefined };
  const running = pull({ ...parts, clock, log, signal: stop.signal });
  const end = () => {
    stop.abort();
    return running;
  };
  onTestFinished(end);
  return { ...box, end };
}
const versions = (box: ReturnType<typeof openAsked>) =>
  box.db
    .prepare('SELECT site, kind, record, version FROM reference_record ORDER BY site, kind, record')
    .raw()
    .all();

test('what SAP has of each kind comes to the sites that it is for, each once', async () => {
  const bench = await startBench();
  onTestFinished(bench.close);
  const put = (set: string, key: string, entity: object) =>
    bench.admin('/masters', { set, key, entity });
  await put('A_Product', 'BOLT', { Product: 'BOLT', BaseUnit: 'KG', YY1_Revision_PRD: 'A' });
  await put('A_WorkCenters', 'SAW1', { WorkCenter: 'SAW1', Plant: '1000', YY1_Line_WCT: line });
  await put('MaterialBOM', 'B1', {
    ...{ BillOfMaterial: '17', BillOfMaterialVariant: '1', BillOfMaterialVersion: 'C' },
    ...{ Material: 'BOLT', Plant: '1000' },
    to_BillOfMaterialItem: {
      results: [
        {
          ...{ BillOfMaterialComponent: 'STEEL', BillOfMaterialItemQuantity: '2.500' },
          BillOfMaterialItemUnit: 'KG',
        },
      ],
    },
  });
  await put('A_InspectionPlan', 'Q1', {
    ...{ InspectionPlanGroup: 'Q1', InspectionPlanInternalVersion: '12', Plant: '2000' },
    ...{ Material: 'BOLT', to_InspPlanCharacteristic: { results: [] } },
  });
  await put('A_Product', 'BAD', { Product: 'BAD', BaseUnit: 'KILOGRAM', YY1_Revision_PRD: 'A' });
  await put('A_WorkCenters', 'SAW2', { WorkCenter: 'SAW2', YY1_Line_WCT: line });
  await bench.admin('/orders', {
    ...{ order: '4712', material: 'BOLT', quantity: '9', unit: 'KG' },
    operations: [{ operation: '0010', workCenter: 'SAW1' }],
  });
  const box = pulling(erpAt(bench.url).masters!);
  const streams = () => box.downlink.shown().streams;
  await waitFor(() => streams().length === 7, 30_000, 'all streams to be read');
  expect(versions(box).map((row) => (row as string[]).join(' '))).toEqual([
    `${site} bom 17/1 C`,
    `${site} item BOLT A`,
    expect.stringMatching(`^${site} workCenter SAW1 \\d{4}-`),
    'acme/metz item BOLT A',
    'acme/metz specification Q1 12',
  ]);
  const { orders, refused } = box.downlink.shown();
  const told = refused
    .map(({ name, words }) => [name, words])
    .filter(([name]) => name === 'item BAD A');
  expect(told).toEqual(
    Array(2).fill([
      'item BAD A',
      expect.stringMatching(/^references\[\d\]\.content\.unit: must be 1 to 6 characters/),
    ]),
  );
  expect(refused.map(({ words }) => words)).toContain('Plant: must be the number of a plant');
  expect(orders).toEqual([
    expect.objectContaining({ order: '4712', reason: expect.stringContaining('no change set') }),
  ]);
  await bench.admin('/orders/4712/change', { quantity: '70' });
  const quantity = () =>
    box.db.prepare<[], string>('SELECT content FROM erp_order').pluck().get() ?? '';
  await waitFor(() => quantity().includes('"70"'), 30_000, 'the change to be read');
});

test('more than a page at one time, and what is changed meanwhile, leaves out none', async () => {
  const bench = await startBench();
  onTestFinished(bench.close);
  const bolt = (at: number) => ({
    ...{ set: 'A_Product', key: `BOLT-${1_000 + at}` },
    entity: { Product: `BOLT-${1_000 + at}`, BaseUnit: 'KG', YY1_Revision_PRD: 'A' },
  });
  await bench.admin(
    '/masters',
    Array.from({ length: 230 }, (_, at) => bolt(at)),
  );
  await bench.admin('/masters', bolt(230));
  const masters = erpAt(bench.url).masters!;
  const seen = new Set<unknown>();
  let cursor: string | null = null;
  for (let pages = 0; pages < 9; pages++) {
    const got: Pulled = await masters.pull('items', cursor);
    if (got.kind !== 'page') throw new Error(got.reason);
    for (const one of got.entries) if ('given' in one) seen.add(JSON.stringify(one.given));
    cursor = got.cursor;
    if (pages === 0) await bench.admin('/masters', bolt(3));
    if (!got.more) break;
  }
  expect(seen.size).toBe(231);
});

test('pages go on where the last one ended; what does not answer is asked again', async () => {
  const asked: (string | null)[] = [];
  const pages: Pulled[] = [
    { kind: 'unread', reason: 'no answer' },
    { kind: 'page', entries: [], cursor: '1', more: true },
    { kind: 'unread', reason: 'HTTP 503' },
    { kind: 'page', entries: [], cursor: '2', more: false },
  ];
  const box = pulling({
    streams: ['items'],
    pull: async (_, cursor) => {
      asked.push(cursor);
      return pages.shift() ?? { kind: 'unread', reason: 'over' };
    },
  });
  await waitFor(() => asked.length >= 5, 30_000, 'five questions');
  expect(asked.slice(0, 5)).toEqual([null, null, '1', '1', '2']);
  expect(box.downlink.shown().streams).toMatchObject([{ cursor: '2', reason: 'over' }]);
});

/** What is about right, with anything at all in it. */
const near = fc.record(
  {
    ...{ Product: fc.anything(), BaseUnit: fc.constantFrom('KG', '', 7, null, 'x'.repeat(99)) },
    ...{ YY1_Revision_PRD: fc.string(), LastChangeDateTime: fc.constantFrom('/Date(5)/', 'x', {}) },
    ...{ ManufacturingOrder: fc.string(), TotalQuantity: fc.constantFrom('1.000', '-1', '1e9', 3) },
    ...{ Plant: fc.constantFrom('1000', '', 7), ProductionPlant: fc.constantFrom('1000', {}) },
    to_BillOfMaterialItem: fc.oneof(fc.anything(), fc.record({ results: fc.anything() })),
    to_ProductionOrderOperation: fc.record({ results: fc.array(fc.anything(), { maxLength: 3 }) }),
  },
  { requiredKeys: [] },
);
const body = fc.oneof(
  fc.string(),
  fc.json(),
  fc
    .array(fc.oneof(near, fc.anything()), { maxLength: 4 })
    .map((results) =>
      JSON.stringify({ d: { results } }, (_, value) => (typeof value === 'bigint' ? 1 : value)),
    ),
);

test('an ERP that says anything stops nothing; a refusal names field and limit', async () => {
  const box = openAsked();
  const names = sapMasters({} as Odata, options, Date.now).streams;
  const property = fc.asyncProperty(
    fc.constantFrom(...names),
    fc.constantFrom(200, 200, 200, 500),
    body,
    async (stream, status, text) => {
      const get = async () => ({ answer: { status, headers: new Headers(), text } });
      const source = sapMasters({ get } as unknown as Odata, options, Date.now);
      const got = await source.pull(stream, null);
      if (got.kind === 'unread') {
        expect(got.reason).toMatch(/^HTTP \d{3} without entities/);
        return;
      }
      const of = (kind: string) =>
        got.entries.flatMap((one) => (one.kind === kind && 'given' in one ? [one.given] : []));
      const work = box.db.transaction(() => [
        ...box.downlink.receiveReferences(site, 'fuzz', of('reference')).refused,
        ...box.downlink.receiveOrders(site, 'fuzz', of('order')).refused,
      ]);
      for (const { reason } of work())
        expect(reason).toMatch(/: (must|unknown)|says something else/);
    },
  );
  await fc.assert(property, { numRuns: 400 });
  expect(box.downlink.shown().refused.length).toBeGreaterThan(0);
});

test('anything that is pushed is taken, or refused by field and limit', () => {
  const box = openAsked();
  const some = fc.oneof(
    fc.anything(),
    fc.record({
      ...{
        kind: fc.constantFrom('item', 'bom', 'routing', 'reasonCode', 'x'),
        record: fc.string(),
      },
      ...{ version: fc.string(), content: fc.oneof(fc.anything(), fc.object()) },
    }),
  );
  const property = fc.property(fc.array(some, { minLength: 1, maxLength: 3 }), (given) => {
    const { taken, known, refused } = box.db.transaction(() =>
      box.downlink.receiveReferences(site, 'push', given),
    )();
    expect(taken + known + refused.length).toBe(given.length);
    for (const { reason } of refused)
      expect(reason).toMatch(/^references\[\d\].*: (must|unknown)/s);
  });
  fc.assert(property, { numRuns: 400 });
});
