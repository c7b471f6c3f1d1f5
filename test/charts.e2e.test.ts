// Goal: people see the charts on the edge's own page, all letters and lines in their place.
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { readEdgeConfig } from '../edge/config.ts';
import { startEdge } from '../edge/main.ts';
import { charts } from '../statecharts/charts.ts';
import { closeChromium, look } from './helpers/chromium.ts';
import { testFolder } from './helpers/folder.ts';
import { m01, shop } from './helpers/shop.ts';

afterAll(closeChromium);

/** An edge with one line, and no hub in reach: its uplink is cut. */
async function startBox() {
  const storePath = join(testFolder(), 'edge.sqlite');
  const config = { storePath, httpPort: 0, natsUrl: 'nats://127.0.0.1:9', logLevel: 'silent' };
  const edge = await startEdge(readEdgeConfig({ ...config, lines: [{ line: m01, lanes: 2 }] }));
  let open = true;
  const close = async () => {
    if (open) await edge.close();
    open = false;
  };
  onTestFinished(close);
  const ask = async (...commands: object[]) => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ commands });
    const reply = await fetch(`${edge.url}/v1/commands`, { method: 'POST', headers, body });
    const { answers } = (await reply.json()) as { answers: object[] };
    expect(answers).toMatchObject(commands.map(() => ({ status: 'accepted' })));
  };
  return { url: edge.url, ask, close };
}

/** On a machine that is busy a page takes its time. */
const soon = { timeout: 30_000 };
const litState = (page: Page) => page.locator('#picture .lit').getAttribute('data-state');

test('a chart is chosen, and the state of an order lit as it moves', async (context) => {
  const { url, ask } = await startBox();
  await ask(shop.release());
  const { page, errors, says } = await look(context, url);
  await page.getByRole('link', { name: 'Charts' }).click();
  await expect
    .poll(() => page.locator('#picture svg').getAttribute('data-chart'), soon)
    .toBe('line');
  await page.selectOption('#chart', 'order');
  await expect
    .poll(() => page.locator('#picture svg').getAttribute('data-chart'), soon)
    .toBe('order');
  expect(await page.locator('#picture .lit').count()).toBe(0);

  await page.selectOption('#thing', 'WO-1');
  await says('#told', 'order WO-1 is released.');
  await expect.poll(() => litState(page), soon).toBe('released');
  await ask(shop.start());
  await says('#told', 'order WO-1 is started.');
  await expect.poll(() => litState(page), soon).toBe('started');
  expect(new URL(page.url()).hash).toBe('#order/WO-1');
  await page.reload();
  await expect.poll(() => litState(page), soon).toBe('started');

  await ask(shop.hold('H1', 'order', { order: 'WO-1' }));
  await page.selectOption('#chart', 'hold');
  await page.selectOption('#thing', 'H1');
  await expect.poll(() => litState(page), soon).toBe('active');
  await page.selectOption('#chart', 'operation');
  await page.selectOption('#thing', 'WO-1 / 0010');
  await expect.poll(() => litState(page), soon).toBe('active');
  expect(errors).toEqual([]);
});

test('the page says so when its edge stops, and keeps the picture', async (context) => {
  const { url, close } = await startBox();
  const { page, says } = await look(context, `${url}/charts.html#hold`);
  await expect.poll(() => page.locator('#picture svg').count(), soon).toBe(1);
  await close();
  await says('#lost', /^No word from the edge since \d\d:\d\d:\d\d$/);
  expect(await page.locator('#picture svg').count()).toBe(1);
});

test('the page has colours for light and for dark', async (context) => {
  const { url } = await startBox();
  const { page } = await look(context, `${url}/charts.html#hold`);
  await page.waitForSelector('#picture svg');
  const color = (selector: string) =>
    page.evaluate(`getComputedStyle(document.querySelector('#picture ${selector}')).fill`);
  const seen = async (colorScheme: 'light' | 'dark') => {
    await page.emulateMedia({ colorScheme });
    return Promise.all(['.ground', '.box', '.card', 'text.name', 'text.rule'].map(color));
  };
  const [light, dark] = [await seen('light'), await seen('dark')];
  expect(light.filter((one, index) => one === dark[index])).toEqual([]);
});

/** What of the picture in the page is cut off, or lies on a line; measured by the browser. */
const faults = `(() => {
  const wrong = [];
  const inside = (inner, outer) => inner.x >= outer.x && inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height;
  for (const text of document.querySelectorAll('#picture text')) {
    const frame = text.parentNode.querySelector('rect').getBBox();
    if (!inside(text.getBBox(), frame)) wrong.push('cut off: ' + text.textContent);
    if (Number(text.getAttribute('font-size')) < 13) wrong.push('too small: ' + text.textContent);
  }
  const rects = [...document.querySelectorAll('#picture :is(.box, .card)')];
  for (const way of document.querySelectorAll('#picture .way')) {
    const { from, to } = way.parentNode.dataset;
    const others = rects.filter((rect) => {
      const { state, from: begin, to: end } = rect.parentNode.dataset;
      return state ? state !== from && state !== to : begin !== from || end !== to;
    });
    for (let at = 0; at < way.getTotalLength(); at += 4) {
      const { x, y } = way.getPointAtLength(at);
      const point = { x, y, width: 0, height: 0 };
      const hit = others.find((rect) => from && inside(point, rect.getBBox()));
      if (hit) wrong.push(from + ' to ' + to + ' runs through ' + hit.parentNode.textContent);
      if (hit) break;
    }
  }
  return wrong;
})()`;

test.for(Object.keys(charts))(
  'no letter of %s is cut off, no line cuts a box',
  async (name, context) => {
    const { url } = await startBox();
    const { page, errors } = await look(context, `${url}/charts.html#${name}`);
    await expect
      .poll(() => page.locator('#picture svg').getAttribute('data-chart'), soon)
      .toBe(name);
    expect(await page.evaluate(faults)).toEqual([]);
    expect(errors).toEqual([]);
  },
);
