// Goal: finance and quality see figures and what they rest on in any browser: readable by
// everybody, in their language, with the keyboard alone; whatever an order is called is text.
// Method: the page of a real central in a real Chromium, in light and dark, wide and narrow.
// With HOLDFAST_PICTURES=folder each is kept there as a picture.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, expect, type TestContext, test } from 'vitest';
import { servePage } from '../central/desk/page.ts';
import type { Language } from '../shared/press.ts';
import { flawsOf } from './helpers/axe.ts';
import { closeChromium, openPage, textOf } from './helpers/chromium.ts';
import { openWeek } from './helpers/figures.ts';
import { m01, m02 } from './helpers/shop.ts';

afterAll(closeChromium);
const soon = { timeout: 15_000 };
const week = 'from=2026-11-30&to=2026-12-04';
const naughty = '<img src=x onerror=alert(1)>';
const lines = [m01, m02, 'acme/lyon/turning/M03', 'acme/lyon/milling/M11'];

async function openFiguresPage(
  context: TestContext,
  query: string,
  options: BrowserContextOptions = {},
  language: Language = 'en',
) {
  const world = openWeek(lines, (at) => (at === 3 ? naughty : `WO-${100 + at}`));
  await servePage(world.app, language);
  const url = await world.app.listen({ host: '127.0.0.1', port: 0 });
  const page = await openPage(context, { acceptDownloads: true, ...options });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (said) => {
    if (said.type() === 'error') errors.push(said.text());
  });
  page.on('dialog', (dialog) => {
    errors.push(`dialog: ${dialog.message()}`);
    return dialog.dismiss();
  });
  await page.goto(`${url}/figures/?${query}`);
  await expect.poll(() => page.locator('tbody tr').count(), soon).toBeGreaterThan(0);
  return { page, errors, url };
}

async function keep(page: Awaited<ReturnType<typeof openPage>>, name: string): Promise<void> {
  const folder = process.env['HOLDFAST_PICTURES'];
  if (folder === undefined) return;
  const cdp = await page.context().newCDPSession(page);
  const { data } = await cdp.send('Page.captureScreenshot', { format: 'webp', quality: 50 });
  writeFileSync(join(folder, `${name}.webp`), Buffer.from(data, 'base64'));
}

const looks: [string, string, BrowserContextOptions, Language][] = [
  ['figures', `by=line&${week}`, {}, 'en'],
  ['figures-dark', `by=line&view=cost&${week}`, { colorScheme: 'dark' }, 'de'],
  [
    'figures-narrow',
    `by=order&view=orders&${week}`,
    { viewport: { width: 390, height: 844 } },
    'es',
  ],
  ['figures-zh', `by=shift&view=waits&${week}`, { colorScheme: 'dark' }, 'zh'],
];

test.for(looks)('%s can be read and used', async ([name, query, options, language], context) => {
  const { page, errors } = await openFiguresPage(context, query, options, language);
  expect(await page.locator('html').getAttribute('lang')).toBe(language);
  expect(await flawsOf(page)).toEqual([]);
  expect(
    await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    ),
  ).toBe(0);
  await keep(page, name);
  await page.locator('td button').first().click();
  await expect.poll(() => page.locator('#basis').isVisible(), soon).toBe(true);
  expect(await flawsOf(page)).toEqual([]);
  await keep(page, `${name}-basis`);
  expect(await textOf(page.locator('body'))).not.toMatch(/undefined|\{\w+\}|\[object/);
  expect(errors).toEqual([]);
});

test('with the keys alone: asked, opened, read, closed, and saved as CSV', async (context) => {
  const { page, errors } = await openFiguresPage(context, `by=line&${week}`);
  await page.locator('#by').focus();
  await page.locator('#by').selectOption('order');
  await page.locator('#view').selectOption('cost');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.locator('.ask').press('Enter');
  await expect.poll(() => page.locator('tbody tr').count(), soon).toBe(20);
  expect(page.url()).toContain('by=order');
  const first = page.locator('tbody tr', { hasText: 'WO-100' }).locator('td button').first();
  await first.press('Enter');
  const dialog = page.locator('#basis');
  await expect.poll(() => textOf(dialog), soon).toMatch(/cost of poor quality\s+WO-100/);
  expect(await textOf(dialog)).toMatch(/scrap cost\s/);
  await page.keyboard.press('Escape');
  expect(await dialog.isVisible()).toBe(false);
  const saved = page.waitForEvent('download');
  await page.locator('#csv').press('Enter');
  const csv = readFileSync(await (await saved).path(), 'utf8').split('\r\n');
  expect([csv.length, csv[0]!.split(',').slice(0, 4)]).toEqual([22, ['from', 'to', 'key', 'site']]);
  expect(csv.filter((line) => line.includes(`,${naughty},`))).toHaveLength(1);
  expect(errors).toEqual([]);
});

test('what an order is called is text, and a question that is none is told', async (context) => {
  const { page, errors } = await openFiguresPage(context, `by=order&${week}`);
  expect(await page.locator('tbody th').allTextContents()).toContain(naughty);
  expect(await page.locator('img').count()).toBe(0);
  const named = page.locator('tbody tr', { hasText: naughty });
  await named.locator('td button').first().click();
  expect(await textOf(page.locator('#basis'))).toContain(naughty);
  await page.keyboard.press('Escape');
  await page.locator('[name=line]').fill('M01');
  await page.locator('.ask').click();
  await expect
    .poll(() => textOf(page.locator('#wrong')), soon)
    .toContain('figures.line: must be enterprise/site/area/line');
  expect(errors.filter((words) => !words.includes('400'))).toEqual([]);
});
