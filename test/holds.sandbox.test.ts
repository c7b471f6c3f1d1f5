// Goal: what lies in an ERP of a lot that central holds is blocked there, what comes in meanwhile
// too, and all of it is free again when the hold ends.
// Method: the sandbox ERP over HTTP, SAP's connector, central with its poster and the loop that
// asks for stock; the stock is read past the connector.
import { expect, onTestFinished, test, vi } from 'vitest';
import { openBreaker } from '../central/erp/breaker.ts';
import { post } from '../central/posting/poster.ts';
import { takeStock } from '../central/quality/stocktaking.ts';
import { stockAgainMs } from '../central/quality/warehouse.ts';
import { sapErp } from '../central/sap/connector.ts';
import { type Clock, systemClock } from '../shared/clock.ts';
import { openLog } from '../shared/log.ts';
import { openBell } from '../shared/loop.ts';
import { startBench } from './helpers/sandbox.ts';
import { openPlant } from './helpers/wardbox.ts';

const log = openLog('test', 'silent');
const maxInFlightMs = 200;
const said = { by: 'person:qa', reason: 'supplier warns' };
/** Waits pass fifty times faster than they say. */
const clock: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(ms / 50, signal),
};

async function openWorld() {
  const bench = await startBench({ path: ':memory:', maxInFlightMs: 60_000 });
  const place = { plant: '1000', storageLocation: '0001' };
  const erp = sapErp({ url: bench.url, ...place, maxInFlightMs });
  const box = openPlant();
  const { postings, wards, warehouse, time } = box;
  const stop = new AbortController();
  const bell = openBell(clock);
  const tick = setInterval(() => {
    time.nowMs += 100;
  }, 20);
  const breaker = openBreaker({ nowMs: () => time.nowMs, waitMs: () => time.nowMs, log });
  const common = { clock, log, signal: stop.signal, moved: bell.ring, bell, idleMs: 20 };
  const loops = [
    takeStock({ ...common, wards, warehouse, erp, erpStanding: breaker.standing }),
    post({ ...common, postings, erp, breaker, lanesMax: 4 }),
  ];
  onTestFinished(async () => {
    stop.abort();
    await Promise.all(loops);
    clearInterval(tick);
    await bench.close();
  });
  const stockOf = async (lot: string) => {
    const { stock } = await bench.summary();
    const row = stock.find((one) => one['lot'] === lot)!;
    return [row['unrestricted'], row['blocked']];
  };
  const soon = (lot: string, all: readonly string[]) =>
    vi.waitFor(async () => expect(await stockOf(lot)).toEqual(all), 20_000);
  return { ...box, ...bench, soon };
}

test('stock that the ERP tells of is blocked there, and free again in the end', async () => {
  const { say, soon, admin, time, db } = await openWorld();
  await say('holds', { lot: 'HEAT7', material: 'STEEL', ...said });
  await soon('HEAT7', ['0', '500.125']);
  await admin('/stock', { material: 'STEEL', lot: 'HEAT7', quantity: '10' });
  time.nowMs += stockAgainMs;
  await soon('HEAT7', ['0', '510.125']);
  const known = { lot: 'HEAT7', unit: 'KG', undecided: '510.125', stock: { blocked: '510.125' } };
  const told = async () => expect((await say('holds/C-1')).lots).toMatchObject([known]);
  await vi.waitFor(told, 20_000); // its answer is known here, too
  const a = { by: 'person:a', reason: 'tested' };
  const parts = { useAsIs: '500', scrap: '10.125', unit: 'KG' };
  expect((await say('holds/C-1/dispose', { ...a, ...parts })).http).toBe(200);
  expect((await say('holds/C-1/approve', { ...a, by: 'person:b' })).http).toBe(200);
  await soon('HEAT7', ['500', '0']);
  const rows = db
    .prepare("SELECT kind || ' ' || quantity FROM posting WHERE state <> 'void' ORDER BY id")
    .pluck();
  const all = ['blockStock 500.125', 'blockStock 10', 'unblockStock 500', 'scrapStock 10.125'];
  await vi.waitFor(() => expect(rows.all()).toEqual(all), 20_000);
});

test('a lot that the ERP never heard of is said, and an ERP that cannot tell', async () => {
  const { say, warehouse, wards } = await openWorld();
  await say('holds', { lot: 'NEVER', material: 'STEEL', ...said });
  const stateOf = async (hold: string) => (await say(`holds/${hold}`)).lots[0].stock;
  await vi.waitFor(async () => expect((await stateOf('C-1')).state).toBe('not known'), 20_000);
  const stop = new AbortController();
  const bell = openBell(clock);
  const dumb = { erp: { name: 'dynamics' }, moved: () => undefined, bell, idleMs: 20, clock };
  const up = { state: 'up', sinceMs: null, reason: null } as const;
  const other = openPlant();
  await other.say('holds', { lot: 'L', material: 'STEEL', ...said });
  const loop = takeStock({ ...dumb, ...other, erpStanding: () => up, signal: stop.signal });
  const told = async () => (await other.say('holds/C-1')).lots[0].stock;
  await vi.waitFor(async () => expect((await told()).state).toBe('cannot tell'), 20_000);
  expect((await told()).why).toBe('the connector dynamics cannot ask for figures');
  stop.abort();
  await loop;
  expect([wards.isOpen(), warehouse.kept('NEVER')]).toEqual([true, 0n]);
});
