// Goal: Tryton's figures are read to the end or said not to be read, and a preview shows the call.
// Method: a server that answers as Tryton was seen to answer, and as it would not do so soon.
import { expect, test } from 'vitest';
import type { Posting } from '../central/erp/erp.ts';
import { quantityText } from '../shared/quantity.ts';
import { type Answer, count, type Script, tryton } from './tryton/rude.ts';

const told = (result: unknown): Answer => [200, { id: 1, result }];
const decimal = (text: string) => ({ __class__: 'Decimal', decimal: text });
const seconds = (length: number) => ({ __class__: 'timedelta', seconds: length });

/** Quantities as text, so that a failure can be read. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_key, one) => (typeof one === 'bigint' ? quantityText(one) : one)),
  );

/** A Tryton that has these rows of a model, and gives them page by page as it is asked. */
const having =
  (tables: Readonly<Record<string, readonly object[]>>): Script =>
  ({ method, params }) => {
    const model = method.replace(/^model\.|\.search_read$/g, '');
    const rows = tables[model] as readonly { id: number }[] | undefined;
    const [[after], , max] = params as [[unknown[]], number, number];
    if (!rows || after?.[0] !== 'id' || after[1] !== '>') return undefined;
    return told(rows.filter(({ id }) => id > (after[2] as number)).slice(0, max));
  };

const production = [{ id: 5, number: '1' }];
const turning = { 'work.': { 'operation.': { name: '0010 Turning' } } };
const confirmed = (id: number, more = {}) => ({
  ...{ id, kind: 'confirmation', cancels: null, cancelled_by: [], unit: 'EA', operation: '0010' },
  ...{ good: decimal('1'), scrap: null, rework: null, setup: null, ...turning, ...more },
});
const moved = (id: number, more = {}) => ({
  ...{ id, quantity: 0.1, unit: 2, 'unit.': { id: 2, name: 'Unit', symbol: 'u' } },
  ...{ 'product.': { code: 'BOLT' }, 'lot.': { number: 'L1' }, to_location: 2 },
  ...{ production_input: null, production_output: 5, holdfast_document: null, ...more },
});
const none = { production, 'holdfast.document': [], 'stock.move': [], 'production.work.cycle': [] };
const many = (length: number, row: (id: number) => object) =>
  Array.from({ length }, (_, at) => row(at + 1));

test('an order of many documents is read page by page, each once', async () => {
  const own = many(501, confirmed);
  const { erp, count: made } = await tryton(having({ ...none, 'holdfast.document': own }));
  expect(plain(await erp.figures!.order('WO-1'))).toMatchObject({
    operations: [{ operation: '0010', unit: 'EA', yield: '501', setupMs: 0, machineMs: 0 }],
    documents: { length: 501, 500: { document: 'holdfast/501' } },
  });
  expect(made('holdfast.document.search_read')).toBe(3 + 1); // and once for our module
});

test('what was taken back does not count, nor what takes it back, nor their moves', async () => {
  const own = [
    confirmed(1, { setup: seconds(2) }),
    confirmed(2, { cancelled_by: [3] }),
    confirmed(3, { kind: 'cancelConfirmation', cancels: 2 }),
    confirmed(4, { kind: 'goodsReceipt', unit: 'PC' }),
    confirmed(5, { kind: 'goodsReceipt', cancelled_by: [6] }),
    confirmed(6, { kind: 'cancelReceipt', cancels: 5 }),
  ];
  const moves = [
    moved(1, { holdfast_document: 4 }),
    moved(2, { holdfast_document: 4, to_location: 3 }),
    moved(3, { holdfast_document: 5 }),
    moved(4, { holdfast_document: 6, production_output: null }),
  ];
  const cycles = [1, 2, 3].map((id) => {
    return { id, duration: seconds(id * 10), holdfast_document: id, ...turning };
  });
  const tables = { ...none, 'holdfast.document': own, 'stock.move': moves };
  const { erp } = await tryton(having({ ...tables, 'production.work.cycle': cycles }));
  expect(plain(await erp.figures!.order('WO-1'))).toEqual({
    operations: [
      {
        ...{ operation: '0010', unit: 'EA', yield: '1', scrap: '0', rework: '0' },
        ...{ setupMs: 2_000, machineMs: 8_000 },
      },
    ],
    goods: [
      {
        ...{ material: 'BOLT', lot: 'L1', unit: 'PC' },
        ...{ issued: '0', received: '0.2', blocked: '0.1' },
      },
    ],
    documents: [
      { document: 'holdfast/1', what: 'yield 1 EA, scrap 0 EA, rework 0 EA at operation 0010' },
      {
        document: 'holdfast/4',
        what: '0.1 PC of BOLT lot L1 received; 0.1 PC of BOLT lot L1 received',
      },
    ],
  });
});

test('what is by hand has the floor’s words: by the config, and of the operation', async () => {
  const cycle = { id: 3, duration: seconds(5), holdfast_document: null, ...turning };
  const tables = { ...none, 'stock.move': [moved(8)], 'production.work.cycle': [cycle] };
  const { erp } = await tryton(having(tables));
  expect(plain(await erp.figures!.order('WO-1'))).toMatchObject({
    operations: [{ operation: '0010', machineMs: 5_000 }],
    goods: [{ unit: 'EA', received: '0.1' }],
    documents: [
      { document: 'stock.move/8', what: '0.1 EA of BOLT lot L1 received, by hand' },
      { document: 'production.work.cycle/3', what: '5000 ms at operation 0010, by hand' },
    ],
  });
});

const unread: [string, Script, string | RegExp][] = [
  [
    'two orders of a number',
    having({ ...none, production: many(2, (id) => ({ id })) }),
    'Tryton has 2 times production WO-1',
  ],
  [
    'too much',
    having({ ...none, 'stock.move': many(10_001, moved) }),
    'more than 10000 rows of stock.move',
  ],
  [
    'no list',
    (call, times) => {
      return call.method.includes('stock.move') ? told({}) : having(none)(call, times);
    },
    /stock\.move\.search_read: an answer that is no list/,
  ],
  [
    'an amount that is none',
    having({ ...none, 'holdfast.document': [confirmed(1, { good: decimal('many') })] }),
    /quantity/,
  ],
];
test.each(unread)('what cannot be read is said: %s', async (_name, script, words) => {
  const { erp } = await tryton(script);
  const said = await erp.figures!.order('WO-1');
  expect(said).toEqual({ unread: expect.stringMatching(words) });
});

const asks: [string, ReturnType<Script>, number][] = [
  ['that loses it', 'cut', 3],
  ['that has no time', [503, 'busy'], 3],
  ['that says when to come again', [503, 'busy', { 'retry-after': '3' }], 1],
  ['that is silent', 'mute', 1],
];
test.each(asks)('a Tryton %s is asked on only where it helps', async (_name, answer, times) => {
  const script: Script = ({ method }) => {
    return method === 'model.production.search_read' ? answer : undefined;
  };
  // Only silence is waited out: whatever is said has its time, however busy the machine is.
  const waits = answer === 'mute' ? { clientTimeoutMs: 500 } : {};
  const { erp, count: made } = await tryton(script, [], waits);
  expect(await erp.figures!.order('WO-1')).toEqual({ unread: expect.stringMatching(/./) });
  expect(made('production.search_read')).toBe(times);
});

test('a user that is not let in is tried once for each question', async () => {
  const { erp, count: made } = await tryton(({ method }) => {
    return method.endsWith('login') ? [401, ''] : undefined;
  });
  await erp.figures!.order('WO-1');
  const before = made('login');
  expect(await erp.figures!.order('WO-1')).toEqual({ unread: expect.stringContaining('let') });
  expect(made('login')).toBe(before + 1);
});

const head = { key: count.key, event: count.eventId, company: '(the company)' };
const counted = { good: decimal('5'), scrap: decimal('0'), rework: decimal('0') };

test('a preview is the call, with words for what only Tryton knows, and asks nobody', async () => {
  const { erp, calls } = await tryton(() => [503, 'busy'], [], { completeProductions: true });
  const atMs = Date.UTC(2026, 10, 23, 12);
  const date = { __class__: 'date', year: 2026, month: 11, day: 23 };
  const before = calls.length;
  expect(erp.preview!({ ...count, atMs, final: true })).toEqual({
    to: 'POST /erp/ model.holdfast.document.post',
    body: {
      values: {
        ...{ ...head, kind: 'confirmation', date, production: '(production WO-1)' },
        ...{ work: '(work 0010 of production WO-1)', unit: 'EA', operation: '0010' },
        ...{ ...counted, final: true },
      },
      moves: [],
      cycles: [
        {
          work: '(work 0010 of production WO-1)',
          ...{ duration: seconds(0), cost: decimal('0') },
        },
      ],
      complete: true,
    },
  });
  const scrap: Posting = {
    ...{ ...count, atMs, kind: 'scrapStock', material: 'BOLT', lot: 'L1', quantity: '2.5' },
  };
  expect(erp.preview!(scrap).body).toMatchObject({
    moves: [
      {
        ...{ product: '(product BOLT)', lot: '(lot L1 of BOLT)', unit: '(unit Unit)' },
        ...{ from_location: '(QUAR)', to_location: '(SCRAP)', quantity: 2.5 },
      },
    ],
    complete: false,
  });
  expect(calls.length).toBe(before);
});
