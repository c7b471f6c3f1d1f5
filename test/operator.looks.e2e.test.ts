// Goal: every screen and every state, in light and in dark, on the panel and on the tablet, can be
// read and used by everybody: axe finds nothing serious, fingers find large targets.
// With HOLDFAST_PICTURES=folder each is kept there as a picture.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, expect, type TestContext, test } from 'vitest';
import { openAltered } from './helpers/altered.ts';
import { flawsOf } from './helpers/axe.ts';
import { closeChromium } from './helpers/chromium.ts';
import { isDrawn, leftOut } from './helpers/draw.ts';
import { startShift } from './helpers/shift.ts';
import { furnish, type Show, shows } from './helpers/shows.ts';
import { openStation, panel, tablet } from './helpers/station.ts';

afterAll(closeChromium);

const pictures = process.env['HOLDFAST_PICTURES'];

/** Buttons that a finger must find: their smallest side, where it is less than it may be. */
const smallTargets = (page: Page): Promise<string[]> =>
  page.evaluate(`
    [...document.querySelectorAll('button, a.second, select')]
      .filter((node) => node.offsetParent !== null)
      .map((node) => ({ node, box: node.getBoundingClientRect() }))
      .map(({ node, box }) => ({ node, side: Math.min(box.width, box.height) }))
      .filter(({ node, side }) => side < (node.matches('.primary, .key') ? 75 : 56))
      .map(({ node, side }) => [node.className, node.textContent.slice(0, 30), side].join(' '))
  `);

/** Nothing is cut off to the right: nobody scrolls sideways with gloves. */
const isTooWide = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');

async function keepPicture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return;
  mkdirSync(pictures, { recursive: true });
  const cdp = await page.context().newCDPSession(page);
  const { data } = await cdp.send('Page.captureScreenshot', { format: 'webp', quality: 50 });
  writeFileSync(join(pictures, `${name}.webp`), Buffer.from(data, 'base64'));
  await cdp.detach();
}

/** Brings a page to what is shown, and looks at it in both schemes. */
async function show(context: TestContext, one: Show, size: 'panel' | 'tablet') {
  const shift = await startShift();
  await furnish(shift);
  const altered = await openAltered(shift.url);
  if (one.tell) altered.tell(one.tell);
  const options = { ...(size === 'panel' ? panel : tablet), colorScheme: 'light' };
  const at = await openStation(context, altered.url, {
    options,
    ...(one.path && { path: one.path }),
  });
  const isQuiet = one.name === 'connecting';
  if (!isQuiet) await at.page.locator('main :is(.run, .tile)').first().waitFor();
  if (one.signedIn !== false) await at.signIn(one.who ?? 'ada');
  await one.go?.(at, shift);
  const found: Record<string, unknown> = {};
  for (const colorScheme of ['light', 'dark'] as const) {
    await at.page.emulateMedia({ colorScheme });
    await keepPicture(at.page, `${one.name}-${size}-${colorScheme}`);
    found[colorScheme] = await flawsOf(at.page);
  }
  return {
    ...found,
    small: await smallTargets(at.page),
    wide: await isTooWide(at.page),
    errors: at.errors,
  };
}
const fine = { light: [], dark: [], small: [], wide: false, errors: [] };

test.for(shows)('$name on the panel can be read and used by everybody', async (one, context) => {
  if (!isDrawn(shows.indexOf(one), 2)) context.skip(leftOut);
  expect(await show(context, one, 'panel')).toEqual(fine);
});

const wide = ['overview', 'line', 'report', 'decision', 'sign-in'];
test.for(shows.filter(({ name }) => wide.includes(name)))(
  '$name on the tablet can be read and used by everybody',
  async (one, context) => {
    expect(await show(context, one, 'tablet')).toEqual(fine);
  },
);
