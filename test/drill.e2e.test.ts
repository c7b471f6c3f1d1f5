// Goal: an outage drill cuts the uplink for its time and no longer, whatever becomes of who asked;
// the line works on, nothing is lost, and all of it is told. Method: a real hub and leaf, an edge,
// central, and the command; the edge's own way, taken apart, with a clock that the test moves.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run, secondsIn, timeIn } from '../cli/drill.ts';
import { type Report, reportText, sumUp } from '../cli/outage.ts';
import { cuttable, openCut } from '../edge/uplink/cut.ts';
import { openDrill } from '../edge/uplink/drill.ts';
import { openLog } from '../shared/log.ts';
import { testFolder } from './helpers/folder.ts';
import { pins, startManned } from './helpers/people.ts';
import { waitFor } from './helpers/plantnet.ts';
import { m01 } from './helpers/shop.ts';
import { openWire } from './helpers/wire.ts';

test('the uplink is cut, the line works on, and every fact is accounted for', async () => {
  const wire = await openWire();
  const central = await wire.central();
  const edge = await wire.edge();
  await edge.state(10);
  await edge.until('kept', 10);
  const file = join(testFolder(), 'report.json');
  const said: string[] = [];
  const write = process.stdout.write;
  process.stdout.write = ((text: string) => said.push(text) > 0) as never;
  const ended = run([
    // Long enough to be looked at while it lasts, on a machine that stands still for seconds.
    ...['uplink', '--edge', edge.url, '--central', central.url, '--for', '10s', '--within', '30s'],
    ...['--reason', 'a test', '--by', 'person:17', '--report', file],
  ]).finally(() => {
    process.stdout.write = write;
  });
  const way = async () => (await edge.status()).way;
  await waitFor(async () => (await edge.status()).head === 11, 30_000, 'the fact of the cut');
  await edge.state(50);
  await waitFor(async () => (await way()).detail?.includes('drill') ?? false, 30_000, 'the reason');
  expect(await edge.status()).toMatchObject({ head: 61, kept: 10 });
  expect(await ended).toBe(0);

  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  expect(report).toMatchObject({ forS: 10, reason: 'a test', by: 'person:17', missing: [] });
  expect(report.waitedFacts).toBeGreaterThanOrEqual(50);
  expect(report.lines).toMatchObject([
    { line: m01, stated: 52, came: 52, atCentral: 62, waitedBefore: 0, failed: false },
  ]);
  expect(said.join('')).toContain('✓ nothing is lost: 52 facts were stated');
  const { facts } = (await (await fetch(`${edge.url}/v1/status`)).json()) as {
    facts: { type: string; actor: string; body: object }[];
  };
  const drilled = facts.filter(({ type }) => type === 'UplinkDrilled');
  expect(drilled).toMatchObject([
    { actor: 'system:edge', body: { uplink: 'restored', forS: 10, why: 'over' } },
    { actor: 'person:17', body: { uplink: 'cut', forS: 10, reason: 'a test' } },
  ]);
});

const silent = openLog('test', 'silent');
function openBox(state: () => boolean = () => true) {
  const time = { ms: 0 };
  const clock = { nowMs: () => time.ms, monotonicMs: () => time.ms, sleep: async () => undefined };
  const cut = openCut(clock.monotonicMs);
  const stated: object[] = [];
  const { signal } = new AbortController();
  const drill = openDrill({
    ...{ cut, clock, log: silent, signal, ring: () => undefined },
    state(body, by) {
      stated.push({ ...body, by });
      return state();
    },
  });
  return { time, cut, stated, drill };
}
const asked = { forS: 60, by: 'person:17', reason: 'yearly' };

test('nobody need end it: it is over when its time is, on the clock that never jumps', () => {
  const { time, cut, drill } = openBox();
  drill.begin(asked);
  expect(cut.isCut()).toBe(true);
  time.ms += 59_999;
  expect(cut.isCut()).toBe(true);
  time.ms += 1;
  expect(cut.isCut()).toBe(false);
});

test('one at a time, never without its fact, and ended before its time by whoever asks', () => {
  const { cut, drill, stated } = openBox();
  expect(() => drill.end('person:17')).toThrow('drill: there is none');
  drill.begin(asked);
  expect(() => drill.begin(asked)).toThrow('drill: there is one already');
  drill.end('person:18');
  expect([cut.isCut(), drill.status()]).toEqual([false, null]);
  expect(stated).toEqual([
    { uplink: 'cut', forS: 60, reason: 'yearly', by: 'person:17' },
    { uplink: 'restored', forS: 60, reason: 'yearly', why: 'asked', by: 'person:18' },
  ]);
  const full = openBox(() => false);
  expect(() => full.drill.begin(asked)).toThrow('it cannot be recorded, so it is not begun');
  expect(full.cut.isCut()).toBe(false);
  const wrong = { ...asked, forS: 86_401 };
  expect(() => drill.begin(wrong)).toThrow(/^drill\.forS: must be .* 1 to 86400/);
});

test('where people are known a technician asks for it, in their own name', async () => {
  const edge = await startManned();
  const screen = edge.screen();
  const begin = (more: object = {}) =>
    screen.call('POST', '/v1/drill', { forS: 60, reason: 'yearly', ...more });
  expect((await begin({ by: 'person:18' })).status).toBe(401);
  await screen.signIn({ name: 'person:17', pin: pins.ada });
  expect(await begin()).toMatchObject({ status: 403, body: { rule: 'role' } });
  await screen.signIn({ name: 'person:18', pin: pins.bea });
  expect((await begin({ by: 'person:17' })).status).toBe(400);
  expect(await begin()).toMatchObject({ status: 200, body: { by: 'person:18', forS: 60 } });
  expect((await screen.call('DELETE', '/v1/drill')).status).toBe(204);
  const drilled = (await edge.facts()).filter(({ type }) => type === 'UplinkDrilled');
  expect(drilled.map(({ actor }) => actor)).toEqual(['person:18', 'person:18']);
});

test('what is cut says nothing and hears nothing, and does both again afterwards', async () => {
  const cut = { on: true };
  const heard: unknown[] = [];
  const said: string[] = [];
  let hear: (error: null, message: unknown) => void = () => undefined;
  const connection = cuttable(
    {
      publish: (subject: string) => void said.push(subject),
      request: async (subject: string) => ({ subject }),
      subscribe: (_subject: string, { callback }: { callback: typeof hear }) => {
        hear = callback;
      },
      isClosed: () => false,
    } as never,
    { isCut: () => cut.on },
  );
  connection.subscribe('a', { callback: (_error, message) => void heard.push(message) });
  hear(null, 'lost');
  expect(() => connection.publish('b')).toThrow('an outage drill holds the uplink down');
  await expect(connection.request('c')).rejects.toThrow('an outage drill');
  cut.on = false;
  hear(null, 'heard');
  connection.publish('b');
  expect([heard, said, connection.isClosed()]).toEqual([['heard'], ['b'], false]);
  expect(await connection.request('c')).toEqual({ subject: 'c' });
});

test('a fact that is not at central, a gap and another epoch are told, and are no success', () => {
  const disk = { roomBytes: 1_000_000, level: 'ok' };
  const line = { line: m01, epoch: 1, head: 10, kept: 10, unsent: 0, oldestUnsentMs: null };
  const look = (atMs: number, head: number, sequence: number, more: object = {}) => ({
    ...{ atMs, central: { lines: [{ line: m01, epoch: 1, sequence }], gaps: [] } },
    edge: { disk, drill: null, central: null, lines: [{ ...line, head, failure: null }], ...more },
  });
  const during = look(1_000, 15, 10, { drill: {} });
  const about = { forS: 1, reason: 'r', by: 'b' };
  const good = sumUp([look(0, 10, 10), during, look(2_000, 16, 16)], about);
  expect(good).toMatchObject({ missing: [], drainMs: 0, restoredMs: 2_000 });
  const lost = sumUp([look(0, 10, 10), during, look(2_000, 16, 15)], about);
  expect(lost.missing).toEqual([`${m01}: the ledger holds 15 of 16 facts`]);
  expect(reportText(lost)).toContain(`✗ ${m01}: the ledger holds 15 of 16 facts`);
  const uncut = sumUp([look(0, 10, 10), look(2_000, 16, 16)], about);
  expect(uncut.missing).toEqual(['the uplink was not seen cut']);
  const gap = {
    ...look(2_000, 16, 16),
    central: { ...look(0, 10, 16).central, gaps: [{ line: m01 }] },
  };
  expect(sumUp([look(0, 10, 10), during, gap], about).missing).toEqual([`${m01} has a gap`]);
});

test('times are read, and what is none is named', () => {
  expect(['90s', '30m', '2h'].map((given) => secondsIn(given, '--for'))).toEqual([
    90, 1_800, 7_200,
  ]);
  for (const given of ['2', '0s', '25h', '1d', undefined]) {
    expect(() => secondsIn(given, '--for')).toThrow(/^--for: must be a time like 90s, 30m or 2h/);
  }
  const now = Date.parse('2026-11-30T20:00:00Z');
  expect(timeIn('2026-11-30T22:00:00+01:00', now)).toBe(now + 3_600_000);
  for (const given of [
    '22:00',
    '2026-11-30T22:00:00',
    '2026-11-29T22:00:00Z',
    '2028-01-01T00:00:00Z',
  ]) {
    expect(() => timeIn(given, now)).toThrow(/^--at: must be a time with its zone/);
  }
});
