// Goal: what central asks of an order that runs is read and taken at its line with gloves, and by
// the keyboard, in every language; the plant's own codes of reasons are picked by their texts.
// Method: a real edge and Chromium; the offer is a command of central's that the edge has refused
// by its rule `offered`. Codes of reasons are put into what the page is told.
import { afterAll, expect, test } from 'vitest';
import { openAltered } from './helpers/altered.ts';
import { closeChromium, textOf } from './helpers/chromium.ts';
import { codes, withCodes, withOffer } from './helpers/offered.ts';
import { openScreen, pins } from './helpers/people.ts';
import { type Shift, startShift } from './helpers/shift.ts';
import { m01 } from './helpers/shop.ts';
import { openStation } from './helpers/station.ts';

afterAll(closeChromium);
const soon = { timeout: 30_000 };

/** What central says of WO-1 comes to the edge, and is only offered. */
async function offer({ url }: Shift, number: number, type: string, body: object): Promise<string> {
  const commandId = `central:${number}:a1b2`;
  const lead = openScreen(url);
  await lead.signIn({ name: 'Beatrice', pin: pins.bea });
  const { body: told } = await lead.ask([{ commandId, line: m01, type, order: 'WO-1', body }]);
  expect(told.answers).toMatchObject([{ status: 'refused', rule: 'offered' }]);
  return commandId;
}

/** What a fact names as its cause. */
async function causeOf({ url }: Shift, { eventId }: { eventId: string }): Promise<unknown> {
  const reply = await fetch(`${url}/v1/facts/${eventId}`);
  const told = (await reply.json()) as { fact?: { causationId?: string }; causationId?: string };
  return told.causationId ?? told.fact?.causationId;
}

test('a change is read and taken by two touches, by whoever may', async (context) => {
  const shift = await startShift();
  const causationId = await offer(shift, 1, 'ChangeOrder', { quantity: '150' });
  const at = await openStation(context, shift.url);
  const says = [
    'Order WO-1 is to be changed',
    'new quantity 150 EA',
    'until now 100 EA',
    'central',
  ];
  await at.says('#matters', ...says);
  expect(await at.page.locator('#header .test').count()).toBe(0); // production says nothing
  await at.signIn('ada');
  await at.says('#matters', 'None of your roles allows this.');
  expect(await at.page.getByRole('button', { name: 'Take the change' }).count()).toBe(0);
  await at.signOut();
  await at.signIn('bea');
  await at.tap('Take the change');
  await at.says('#sheet', 'order WO-1', 'new quantity 150 EA', 'Not now');
  expect(await shift.all('OrderChanged')).toEqual([]);
  await at.send();
  await at.done();
  await at.says('#told', 'Recorded', 'new quantity 150 EA');
  const [fact] = await shift.all('OrderChanged');
  expect(fact).toMatchObject({ order: 'WO-1', actor: 'person:18', body: { quantity: '150' } });
  expect(await causeOf(shift, fact!)).toBe(causationId);
  await expect.poll(() => at.page.locator('#matters .offer').count(), soon).toBe(0);
  expect(at.errors).toEqual([]);
});

test('what is replaced meanwhile is not asked; the next one is, by keys', async (context) => {
  const shift = await startShift();
  await offer(shift, 1, 'CancelOrder', { reason: 'no longer wanted' });
  const at = await openStation(context, shift.url);
  await at.signIn('bea');
  await at.tap('Cancel the order');
  await at.says('#sheet', 'no longer wanted');
  await offer(shift, 2, 'CancelOrder', { reason: 'cancelled in the ERP' });
  await at.says('#sheet', 'This is not asked any more');
  expect(await at.sheet.locator('.send .primary').isDisabled()).toBe(true);
  await at.page.keyboard.press('Escape');
  await at.done();
  await at.page.locator('[data-do=openForm][data-arg*=CancelOrder]').focus();
  await at.page.keyboard.press('Enter');
  await at.says('#sheet', 'cancelled in the ERP');
  await at.sheet.locator('.send .primary').focus();
  await at.page.keyboard.press('Enter');
  await at.done();
  await expect.poll(() => shift.all('OrderCancelRequested'), soon).toHaveLength(1);
  const [fact] = await shift.all('OrderCancelRequested');
  expect(await causeOf(shift, fact!)).toBe('central:2:a1b2');
  expect(at.errors).toEqual([]);
});

/** What is no word of the page. */
const data = /WO-\d|BOLT|EA|person:\d+|Turning|M0\d|Beatrice|OEE|ERP|Holdfast|PIN|S-\d+/g;
const expected = {
  de: ['Auftrag WO-1 soll abgebrochen werden', 'Riss'],
  es: ['La orden WO-1 debe cancelarse', 'grieta'],
  zh: ['订单 WO-1 应取消', '裂纹'],
} as Record<string, [string, string]>; // English is in the tests above

test.for(Object.keys(expected))(
  'in %s an offer and the plant’s codes are told',
  async (language, context) => {
    const [offered, reason] = expected[language]!;
    const shift = await startShift({ language });
    const altered = await openAltered(shift.url);
    const cancel = withOffer('CancelOrder', { reason: 'cancelled in the ERP' });
    altered.tell((view) => {
      withCodes(view);
      cancel(view);
    });
    const at = await openStation(context, altered.url);
    await at.signIn('bea');
    await at.says('#matters', offered);
    await at.page.locator('.offer [data-do=openForm]').tap();
    await at.sheet.locator('.asked').waitFor();
    /** Words of another language in a part of the page. */
    const foreign = async (part: string) =>
      (await textOf(at.page.locator(part))).replace(data, ' ').match(/[A-Za-z]{3,}/g);
    if (language === 'zh') {
      expect([await foreign('.offer'), await foreign('#sheet')]).toEqual([null, null]);
    }
    await at.sheet.locator('[data-do=closeSheet]').tap();
    await at.done();
    await at.page.locator('#now [data-arg*=ReportQuantity]').first().tap();
    await at.count('scrap', '1');
    const long = codes[1]!.texts as Record<string, string>;
    const picks = at.sheet.locator('.choices button');
    await expect.poll(() => picks.count(), soon).toBe(3);
    expect(await picks.allTextContents()).toEqual([
      `S-101 ${reason}`,
      `S-104 ${long[language]}`,
      '117',
    ]);
    await at.choose('S-101');
    if (language === 'zh') expect(await foreign('#sheet')).toBe(null);
    await at.send();
    await at.done();
    expect((await shift.all('QuantityReported')).at(-1)).toMatchObject({
      body: { reason: 'S-101' },
    });
    expect(at.errors).toEqual([]);
  },
);
