// Goal: receipts are read from where the ledger stands, each once, whatever order the ERP gives its
// numbers in, however often it does not answer; and whatever it says instead harms nothing.
// Method: an ERP in memory, read through the port; a fake clock; fuzzed receipts and results.
import { expect, test } from 'vitest';
import { openBreaker } from '../central/erp/breaker.ts';
import type { Receipts } from '../central/erp/receipts.ts';
import { isBehind } from '../central/supplier/delivery.ts';
import { pull } from '../central/supplier/puller.ts';
import { openLog } from '../shared/log.ts';
import fc from './helpers/check.ts';
import { delivery, inboundConfig, openInboundBox, receipt } from './helpers/supplier.ts';

const log = openLog('test', 'silent');

type Told = ReturnType<typeof delivery>;
/** An ERP whose receipts are in order; it answers nothing so often as `silent` says. */
function openErp() {
  const told: Told[] = [];
  const asked: (string | null)[] = [];
  const mood = { silent: 0 };
  const receipts: Receipts = async (after, limit) => {
    asked.push(after);
    if (mood.silent > 0) {
      mood.silent -= 1;
      return { unread: 'no answer' };
    }
    const behind = [...told]
      .sort((a, b) => (isBehind(a.receipt, b.receipt) ? 1 : -1))
      .filter((one) => after === null || isBehind(one.receipt, after));
    return { receipts: behind.slice(0, limit), isMore: behind.length >= limit };
  };
  return { told, asked, mood, receipts };
}

/** Reads until it has come to its end so often; how long it slept, by itself. */
async function read(
  box: ReturnType<typeof openInboundBox>,
  receipts: Receipts,
  { rounds = 1, given = {}, shut = 0 }: { rounds?: number; given?: object; shut?: number } = {},
) {
  const config = inboundConfig({ pageMax: 3, lookBack: 2, pollMs: 7_777, ...given });
  const stop = new AbortController();
  const slept: number[] = [];
  let nowMs = 0;
  const clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    async sleep(ms: number): Promise<void> {
      slept.push(ms);
      nowMs += ms;
      const polls = slept.filter((one) => one === config.pollMs).length;
      if (polls >= rounds || slept.length > 500) stop.abort();
    },
  };
  const own = openBreaker({ nowMs: clock.nowMs, waitMs: clock.nowMs, log });
  let closed = shut; // so often the circuit lets nothing through
  const breaker = { ...own, room: () => (closed-- > 0 ? 0 : 1) };
  const { inbound } = box;
  const told = { moved: () => undefined, stands: inbound.stands };
  await pull({ receipts, inbound, config, breaker, ...told, clock, log, signal: stop.signal });
  return slept;
}

const kept = ({ inbound }: ReturnType<typeof openInboundBox>) =>
  inbound.list({ limit: 100, show: 'all' }).receipts.map((row) => row.receipt);

test('all receipts are read page by page, and read again they are not taken twice', async () => {
  const [box, erp] = [openInboundBox(), openErp()];
  for (let number = 1; number <= 10; number++) erp.told.push(delivery(number));
  await read(box, erp.receipts, { rounds: 3 });
  expect(kept(box)).toEqual(Array.from({ length: 10 }, (_, at) => receipt(at + 1)));
  expect(box.inbound.cursor()).toBe(receipt(10));
  expect(erp.asked[0]).toBeNull();
  expect(erp.asked).toContain('5000000008/2026/0');
  expect(box.books()).toMatchObject({ units: [{ receipts: 10, received: '1000' }] });
});

test('a number that is given out of turn is read, if it is not too far behind', async () => {
  const [box, erp] = [openInboundBox(), openErp()];
  erp.told.push(delivery(1), delivery(5));
  await read(box, erp.receipts);
  erp.told.push(delivery(4), delivery(2));
  await read(box, erp.receipts);
  expect(kept(box)).toEqual([receipt(1), receipt(5), receipt(4)]);
});

test('an ERP that does not answer is asked ever less often, then read on', async () => {
  const [box, erp] = [openInboundBox(), openErp()];
  for (let number = 1; number <= 4; number++) erp.told.push(delivery(number));
  erp.mood.silent = 12;
  const slept = await read(box, erp.receipts);
  expect(kept(box)).toHaveLength(4);
  const pauses = slept.slice(0, -1);
  expect(Math.max(...pauses)).toBeGreaterThan(1_000);
  expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(10_000);
  expect(box.inbound.list({ limit: 1, show: 'all' }).reading).toMatchObject({ reason: null });
});

test('nobody is asked while the circuit is open', async () => {
  const [box, erp] = [openInboundBox(), openErp()];
  await read(box, erp.receipts, { shut: 3 });
  expect(erp.asked).toHaveLength(1);
  const slept = await read(box, erp.receipts, { shut: 5 });
  expect(slept).toHaveLength(6);
});

test('an ERP that tells the same page for ever is not asked for ever', async () => {
  const box = openInboundBox();
  const page = [1, 2, 3].map((number) => delivery(number));
  let asked = 0;
  const receipts: Receipts = async () => {
    asked += 1;
    const { reading } = box.inbound.list({ limit: 1, show: 'all' });
    if (asked === 3) expect(reading?.reason).toMatch(/none behind/);
    if (asked > 4) return { receipts: [], isMore: false };
    return { receipts: page, isMore: true };
  };
  await read(box, receipts, { given: { lookBack: 0 } });
  expect(kept(box)).toHaveLength(3);
  expect(asked).toBe(5);
});

const anything = fc.oneof(
  fc.anything({ withBigInt: false, maxDepth: 2 }),
  fc.constantFrom(
    '',
    ' ',
    '0',
    '-1',
    '1e9',
    '9999999999999',
    "'; DROP TABLE posting",
    '\u0000',
    '𝔏',
  ),
);
const fields = Object.keys({ ...delivery(1), reverses: '' });

test('receipts without a number are set aside, and nobody reads on behind them', async () => {
  const box = openInboundBox();
  const receipts: Receipts = async (after) =>
    after === null && box.inbound.list({ limit: 1, show: 'all' }).odd.length === 0
      ? { receipts: [{ supplier: 'MILL' }, { receipt: 7 }, null], isMore: true }
      : { receipts: [], isMore: false };
  await read(box, receipts);
  const { odd } = box.inbound.list({ limit: 1, show: 'all' });
  expect(odd.map(({ receipt: number }) => number)).toEqual(['', '', '']);
  expect(box.inbound.cursor()).toBeNull();
});

test('whatever an ERP says of a receipt is taken, or set aside with its field and limit', () => {
  const { inbound, books } = openInboundBox();
  let taken = 0;
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.array(fc.tuple(fc.constantFrom(...fields, 'more'), anything), { maxLength: 3 }),
      fc.boolean(),
      (number, changes, isWhole) => {
        const given = isWhole
          ? { ...delivery(number), ...Object.fromEntries(changes) }
          : changes[0]?.[1];
        const [result] = inbound.take([given]);
        if (result === 'kept') taken += 1;
        expect(['kept', 'known', 'cancelled', 'odd']).toContain(result);
      },
    ),
    { numRuns: 400 },
  );
  expect(inbound.list({ limit: 1_000, show: 'all' }).receipts).toHaveLength(taken);
  const { odd } = inbound.list({ limit: 1, show: 'all' });
  expect(odd.length).toBeGreaterThan(5);
  for (const { reason } of odd) {
    expect(reason).toMatch(/^(differs: )?receipt[.: ]|must be/);
    expect(reason.length).toBeLessThanOrEqual(1_000);
  }
  expect(books().agrees).toBe(true);
});

test('a wrong result is refused with its field, and changes nothing', async () => {
  const { ask, at, take, books } = openInboundBox();
  take(delivery(1));
  const before = JSON.stringify(books());
  const wrong: [object, RegExp][] = [
    [{ accepted: '50', rejected: '49' }, /accepted and rejected must be 100 EA together, not 99/],
    [{ accepted: '-1', rejected: '101' }, /accepted: must not be negative/],
    [{ accepted: 1.5, rejected: 'x' }, /accepted: must be a decimal.*rejected: must be a decimal/],
    [{ accepted: '100' }, /rejected: must be/],
    [{ accepted: '100', rejected: '0', more: 1 }, /more: unknown/],
    [{ accepted: '0', rejected: '100', characteristics: [{ name: '' }] }, /characteristics\[0\]/],
    [{ accepted: '1'.repeat(30), rejected: '0' }, /at most 12 digits/],
  ];
  for (const [body, words] of wrong) {
    const said = { by: 'system:lims', reason: 'measured', ...body };
    const { code, json } = await ask(`${at(1)}/inspect`, said);
    expect(code).toBe(400);
    expect(json.message).toMatch(words);
  }
  const said = fc.dictionary(fc.constantFrom('accepted', 'rejected', 'by'), anything);
  await fc.assert(
    fc.asyncProperty(said, async (body) => {
      expect((await ask(`${at(1)}/inspect`, body)).code).toBe(400);
    }),
    { numRuns: 100 },
  );
  expect((await ask('/inbound/nothing')).code).toBe(400);
  expect((await ask(at(9))).code).toBe(404);
  expect(JSON.stringify(books())).toBe(before);
});
