import { expect, onTestFinished, test } from 'vitest';
import { buildHttp } from '../edge/http/http.ts';
import { openIntake } from '../edge/line/intake.ts';
import { openBell } from '../shared/loop.ts';
import { charts } from '../statecharts/charts.ts';
import { drawChart } from '../statecharts/picture.ts';
import { openBox } from './helpers/box.ts';
import { fakeClock } from './helpers/clock.ts';

/** An edge as it is asked for its charts, and what was counted there. */
async function openPanel(counts?: Map<string, number>) {
  const box = openBox();
  const changed = openBell();
  const intake = openIntake({ store: box.store, roster: box.roster, committed: changed.ring });
  const { signal } = new AbortController();
  const charted = counts && { charted: (chart: string) => (chart === 'hold' ? counts : new Map()) };
  const parts = { intake, status: box.status, changed, signal, clock: fakeClock(), ...charted };
  const app = await buildHttp(parts);
  onTestFinished(() => app.close());
  return app;
}

test('the charts are listed with their versions and states', async () => {
  const app = await openPanel();
  const { charts: listed } = (await app.inject('/v1/charts')).json();
  expect(listed).toEqual(
    Object.entries(charts).map(([name, { version, states }]) => ({ name, version, states })),
  );
});

test.each(Object.keys(charts))('%s is drawn, plain and with a state lit', async (name) => {
  const app = await openPanel();
  const chart = charts[name]!;
  const plain = await app.inject(`/v1/charts/${name}.svg`);
  expect(plain.statusCode).toBe(200);
  expect(plain.headers['content-type']).toBe('image/svg+xml; charset=utf-8');
  expect(plain.headers['content-security-policy']).toMatch(/^default-src 'self';/);
  expect(plain.body).toBe(drawChart(chart.graph()));
  const state = chart.states.at(-1)!;
  const lit = await app.inject(`/v1/charts/${name}.svg?state=${state}`);
  expect(lit.body).toBe(drawChart(chart.graph(), { state }));
});

test.each([
  ['nope.svg', 404, 'UNKNOWN', 'nope is no chart; known are line, '],
  ['constructor.svg', 404, 'UNKNOWN', 'constructor is no chart; known are line, '],
  ['hold.svg?state=%3Cb%3E', 404, 'UNKNOWN', 'chart hold has no state <b>; known are unknown, '],
  ['hold.svg?state=active&state=closed', 400, 'INVALID', 'state: must be given once'],
])('%s is refused with %i', async (path, status, code, message) => {
  const app = await openPanel();
  const reply = await app.inject(`/v1/charts/${path}`);
  expect(reply.statusCode).toBe(status);
  expect(reply.json()).toEqual({ code, message: expect.stringContaining(message) });
});

test('what was counted is in the picture, as it is now', async () => {
  const counts = new Map([['unknown HoldPlaced active', 1]]);
  const app = await openPanel(counts);
  const seen = async (name: string) => (await app.inject(`/v1/charts/${name}.svg`)).body;
  expect(await seen('hold')).toContain('×1<');
  counts.set('unknown HoldPlaced active', 12);
  expect(await seen('hold')).toContain('×12<');
  expect(await seen('lot')).not.toContain('×');
});

test('the page of the charts is served', async () => {
  const app = await openPanel();
  const page = await app.inject('/charts.html');
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  expect((await app.inject('/charts.js')).headers['content-type']).toMatch('text/javascript');
  expect((await app.inject('/')).body).toContain('href="/charts.html"');
});
