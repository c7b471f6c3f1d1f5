// Goal: a whole shift by touch, in a real browser, on a real edge: what is tapped is stored.
import { afterAll, expect, test } from 'vitest';
import { closeChromium, textOf } from './helpers/chromium.ts';
import { startShift } from './helpers/shift.ts';
import { openStation } from './helpers/station.ts';
import { openWire } from './helpers/wire.ts';
import { lastOf, workShift } from './helpers/workshift.ts';

afterAll(closeChromium);

test('a shift by touch, with a decision by a second person who signs', async (context) => {
  const shift = await startShift({ idle: true });
  const at = await openStation(context, shift.url);
  await workShift(at, shift);
  expect(at.errors).toEqual([]);
});

test('the same while the uplink is cut: all is kept, and sent once it is back', async (context) => {
  const wire = await openWire();
  await wire.central();
  const shift = await startShift({ idle: true, natsUrl: wire.leaf.url });
  const at = await openStation(context, shift.url);
  await at.says('#header', /online/, /0\s+unsent/);
  wire.link.cut();
  await expect
    .poll(() => textOf(at.page.locator('#header')), { timeout: 60_000 })
    .toMatch(/offline/);
  await workShift(at, shift);
  await at.says('#header', /offline\s+since/, /1\d\s+unsent · oldest/);
  await at.says('#facts li', /^✓\s/);
  wire.link.heal();
  const header = () => textOf(at.page.locator('#header'));
  await expect.poll(header, { timeout: 90_000 }).toMatch(/online[\s\S]*\b0\s+unsent/);
  const mark = at.page.locator('#facts .mark').first();
  await expect.poll(() => mark.getAttribute('aria-label'), { timeout: 60_000 }).toMatch(/^✓✓/);
}, 300_000);

test('a pause says why, and a stop of the line too', async (context) => {
  const edge = await startShift();
  const at = await openStation(context, edge.url);
  await at.signIn('ada');
  await at.tap('Pause');
  await at.choose('tool change');
  await at.send();
  await at.done();
  await at.says('#state', 'paused', 'tool change');
  await at.tap('Go on');
  await at.send();
  await at.done();
  await at.tap('Stop line');
  await at.send();
  await at.says('#sheet', 'This is needed.');
  await at.choose('machine fault');
  await at.send();
  await at.done();
  await at.says('#state', 'stopped', 'machine fault');
  expect(await lastOf(edge, 'EquipmentStateChanged')).toMatchObject({
    body: { state: 'stopped', reason: 'machine fault' },
  });
  await at.page.getByRole('link', { name: 'Chart of the line' }).tap();
  const lit = () => at.page.locator('#picture .lit').getAttribute('data-state');
  await expect.poll(lit, { timeout: 30_000 }).toBe('stopped');
});

test('a scanner is heard wherever the focus is, and its label fills the form', async (context) => {
  const edge = await startShift();
  const at = await openStation(context, edge.url);
  await at.signIn('ada');
  await at.tap('Use material');
  await at.sheet.locator('[data-field=material]').fill('STEEL');
  await at.scan('(10)L-4711');
  const lot = at.sheet.locator('[data-field=lot]');
  await expect.poll(() => lot.inputValue(), { timeout: 30_000 }).toBe('L-4711');
  expect(await at.sheet.locator('[data-field=material]').inputValue()).toBe('STEEL');
  await at.count('quantity', '3');
  await at.sheet.locator('[data-field=unit]').fill('KG');
  await at.send();
  await at.done();
  expect(await lastOf(edge, 'MaterialConsumed')).toMatchObject({
    ...{ lot: 'L-4711', order: 'WO-1' },
    body: { material: 'STEEL', quantity: '3', unit: 'KG' },
  });
  await at.scan('L-4711');
  await at.says('#sheet', 'Lot L-4711', 'STEEL', 'Went into (1)', 'order WO-1');
});

test('a badge at the reader opens the way in', async (context) => {
  const edge = await startShift();
  const at = await openStation(context, edge.url);
  await at.scan('badge-1');
  await at.says('#sheet', 'Badge read.');
  await at.typePin('ada');
  await at.send();
  await at.done();
  await at.says('.person', 'Ada Lovelace');
});
