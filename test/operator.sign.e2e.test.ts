// Goal: a decision is signed by somebody who may, with what only they know, and counts once.
import { afterAll, expect, test } from 'vitest';
import { closeChromium } from './helpers/chromium.ts';
import { type Shift, startShift } from './helpers/shift.ts';
import { quantityHold } from './helpers/shop.ts';
import { openStation, type Station } from './helpers/station.ts';

afterAll(closeChromium);
const soon = { timeout: 30_000 };

/** A hold that the lead has placed, and Ada before the sheet that decides it. */
async function openDecision(context: Parameters<typeof openStation>[0]) {
  const shift = await startShift();
  await shift.ask(quantityHold('H-1', '5'));
  const at = await openStation(context, shift.url);
  await at.signIn('ada');
  await at.tap('Decide');
  await at.choose('scrap');
  return { shift, at };
}
const decided = (shift: Shift) => shift.all('HoldDispositioned');
const other = async (at: Station) => {
  await at.choose('another person');
  await at.sheet.locator('[data-field=name]').fill('Cem');
};

test('without a PIN nothing is asked, and a wrong one is refused', async (context) => {
  const { shift, at } = await openDecision(context);
  await other(at);
  await at.send();
  await at.says('#sheet .send', 'The PIN is missing.');
  await at.typePin('ada');
  await at.send();
  await at.says('#sheet', 'Refused', 'Name, badge or PIN is wrong.');
  expect(await at.sheet.locator('[data-field=pin]').inputValue()).toBe('');
  expect(await decided(shift)).toEqual([]);
  await at.typePin('cem');
  await at.send();
  await at.done();
  expect(await decided(shift)).toMatchObject([{ actor: 'person:19', body: { quantity: '5' } }]);
});

test('whoever placed a hold is told that another person must sign', async (context) => {
  const shift = await startShift();
  const at = await openStation(context, shift.url);
  await at.signIn('ada');
  await at.tap('Place hold');
  await at.choose('some pieces');
  await at.count('quantity', '2');
  await at.choose('crack');
  await at.send();
  await at.done();
  await at.tap('Decide');
  await at.choose('scrap');
  await at.says('#sheet .sign', 'Another person must sign this.');
  expect(await at.sheet.getByRole('button', { name: /signed in/ }).isDisabled()).toBe(true);
  await at.sheet.locator('[data-field=name]').fill('Cem');
  await at.typePin('cem');
  await at.send();
  await at.done();
  expect(await decided(shift)).toMatchObject([{ actor: 'person:19' }]);
});

test('a part is decided, and the rest stays held', async (context) => {
  const { shift, at } = await openDecision(context);
  await at.sheet.locator('[data-field=quantity]').tap();
  await at.sheet.getByRole('button', { name: 'Delete last' }).tap();
  await at.key('2');
  await at.says('#sheet', '3 EA stay held.', '2 EA become scrap');
  await at.typePin('ada');
  await at.send();
  await at.done();
  expect(await decided(shift)).toMatchObject([{ actor: 'person:17', body: { quantity: '2' } }]);
  await at.says('.hold', '3 EA', 'remain of 5');
});

test('what a decision does is of the quantity that stands there, however late', async (context) => {
  const shift = await startShift();
  await shift.ask(quantityHold('H-1', '5'));
  const at = await openStation(context, shift.url);
  await at.signIn('ada');
  let answer: (() => Promise<void>) | undefined;
  await at.page.route(/hold\?.*quantity=5/, async (route) => {
    const response = await route.fetch();
    answer = () => route.fulfill({ response });
  });
  await at.tap('Decide');
  await at.choose('scrap');
  await expect.poll(() => answer !== undefined, soon).toBe(true);
  await at.sheet.locator('[data-field=quantity]').tap();
  await at.sheet.getByRole('button', { name: 'Delete last' }).tap();
  await at.key('2');
  await at.says('.preview', '2 EA become scrap');
  const late = at.page.waitForResponse(/quantity=5/);
  await answer!();
  await (await late).finished();
  await at.page.waitForTimeout(300);
  await at.says('.preview', '2 EA become scrap');
});

test('signed, and the answer lost with the page: signed again, stored once', async (context) => {
  const { shift, at } = await openDecision(context);
  let isCut = true;
  await at.page.route('**/v1/commands', async (route) => {
    if (!isCut) return route.continue();
    await route.fetch();
    return route.abort();
  });
  await other(at);
  await at.typePin('cem');
  await at.send();
  await expect.poll(async () => (await decided(shift)).length, soon).toBe(1);
  expect(await at.page.evaluate('JSON.stringify({ ...sessionStorage })')).not.toContain('161803');
  await at.page.reload();
  isCut = false;
  await at.says('#told', 'Sign again to see it');
  await at.tap(/^Sign$/);
  await at.typePin('cem');
  await at.send();
  await at.done();
  await at.recorded();
  expect(await decided(shift)).toHaveLength(1);
});

test('what no role of a person allows is shut and says so, or is not there', async (context) => {
  const shift = await startShift();
  const at = await openStation(context, shift.url);
  await at.signIn('cem');
  const next = at.page.locator('#now [data-key=next]');
  await expect.poll(() => next.textContent(), soon).toContain('None of your roles allows this.');
  expect(await next.locator('button').isDisabled()).toBe(true);
  expect(await at.page.getByRole('button', { name: 'Use material' }).count()).toBe(0);
  expect(await at.page.getByRole('button', { name: 'Pause' }).isEnabled()).toBe(true);
});
