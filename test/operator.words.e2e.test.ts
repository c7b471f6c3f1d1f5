// Goal: whatever people and machines are called is text, everywhere; the page speaks the plant's
// language and writes its numbers; and everything is done without a pointer as well.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, expect, test } from 'vitest';
import { openAltered } from './helpers/altered.ts';
import { closeChromium, textOf } from './helpers/chromium.ts';
import { pins } from './helpers/people.ts';
import { sharedData } from './helpers/shared.ts';
import { startShift } from './helpers/shift.ts';
import { quantityHold, shop } from './helpers/shop.ts';
import { names, openStation } from './helpers/station.ts';

afterAll(closeChromium);
const soon = { timeout: 30_000 };
const batch = 45;

/** What the nodes of a selector say, to the letter. */
const saidBy = (page: Page, selector: string) => page.locator(selector).allTextContents();
/** Elements that no data may make. */
const foreign =
  'img, iframe, script:not([src]), b b b, object, embed, marquee, style, a[href^=java]';

test('names from the big list of naughty strings are text', async (context) => {
  const folder = sharedData('vectors/blns');
  if (folder === undefined) return context.skip('no vectors/blns in $HOLDFAST_DATA');
  const all = JSON.parse(readFileSync(join(folder, 'blns.json'), 'utf8')) as string[];
  const strings = all.filter((text) => text.trim() !== '');
  const shift = await startShift();
  await shift.ask(shop.report('R1'));
  const altered = await openAltered(shift.url);
  let from = 0;
  altered.tell((word) => {
    const own = strings.slice(from, from + batch);
    const hold = { scope: 'lot', quantity: null, unit: 'EA', state: 'active', suspect: null };
    const about = { placedMs: 1, remaining: '0', order: null, operation: null };
    word.holds = own.map((text, at) => ({
      ...{ ...hold, ...about, hold: `H${at}`, lot: text, reason: text, placedBy: text },
      line: word.line ?? word.lines[0].line,
    }));
    const [fact] = word.facts;
    word.facts = own.map((text, at) => ({
      ...{ ...fact, eventId: `e${at}`, type: 'MaterialConsumed', actor: text, lot: text },
      body: { material: text },
    }));
    if (word.queue === undefined) return true;
    const [run] = word.runs;
    Object.assign(run, { name: own[0], material: own[0], people: [own[0]] });
    word.queue = own.map((text) => ({
      ...{ order: text, operation: text, name: text, material: text, ordered: '1', unit: 'EA' },
      ...{ state: 'ready', ready: false, why: [{ rule: 'none', reason: text }] },
    }));
    return true;
  });
  for (const path of ['/line.html?line=acme/lyon/turning/M01', '/']) {
    from = 0;
    const at = await openStation(context, altered.url, { path });
    for (from = 0; from < strings.length; from += batch) {
      const own = strings.slice(from, from + batch);
      await expect
        .poll(async () => (await saidBy(at.page, '.hold .reason')).toReversed(), soon)
        .toEqual(own);
      const told = await saidBy(at.page, '#facts .told');
      for (const [row, text] of own.entries()) expect(told[row]).toContain(text.slice(0, 300));
      if (path !== '/') {
        const jobs = await saidBy(at.page, '#queue .job h3');
        expect(jobs).toEqual(own.map((text) => `${text} / ${text}`));
        expect(await saidBy(at.page, '#queue .job .why')).toEqual(expect.arrayContaining(own));
      }
      expect(await at.page.locator(`:is(${foreign})`).count()).toBe(0);
    }
    expect(at.errors).toEqual([]);
  }
});

test('a naughty string that is typed is stored and shown to the letter', async (context) => {
  const evil = '"><img src=x onerror=alert(1)>{{constructor}} \u202e\u0000 тест 漢字';
  const typed = evil.replaceAll('\u0000', '');
  const shift = await startShift();
  const at = await openStation(context, shift.url);
  await at.signIn('ada');
  await at.tap('Pause');
  await at.sheet.locator('[data-field=reason]').fill(typed);
  await at.send();
  await at.done();
  const [fact] = await shift.all('OperationPaused');
  expect(fact).toMatchObject({ body: { reason: typed } });
  await expect
    .poll(() => at.page.locator('#state .stop').textContent(), soon)
    .toBe(`paused · ${typed}`);
  expect(await at.page.locator(`:is(${foreign})`).count()).toBe(0);
  expect(at.errors).toEqual([]);
});

const spoken = [
  {
    language: 'de',
    plant: 'Testanlage',
    signIn: 'Anmelden',
    good: '12,5',
    shown: /Gutmenge\s+1\.012,5/,
    mark: ',',
  },
  {
    language: 'es',
    plant: 'planta de pruebas',
    signIn: 'Identificarse',
    good: '12,5',
    shown: /buenas\s+1012,5/,
    mark: ',',
  },
  {
    language: 'zh',
    plant: '测试工厂',
    signIn: '登录',
    good: '12.5',
    shown: /合格\s+1,012\.5/,
    mark: '.',
  },
] as const;

test.for(spoken)('the page speaks $language, and writes its numbers', async (one, context) => {
  const { language, plant, good, shown, signIn, mark } = one;
  const shift = await startShift({ language, environment: 'test' });
  await shift.ask(shop.report('R1', { good: '1000' }));
  const at = await openStation(context, shift.url);
  expect(await at.page.locator('html').getAttribute('lang')).toBe(language);
  await at.says('.person', signIn);
  await at.says('#header .test', plant);
  await at.signIn('ada');
  await at.page.locator('#now [data-arg*=ReportQuantity]').first().tap();
  await at.count('good', good);
  await at.send();
  await at.done();
  expect((await shift.all('QuantityReported')).at(-1)).toMatchObject({ body: { good: '12.5' } });
  await at.says('#now .run', shown);
  await shift.ask(quantityHold('H-1', '2.5'));
  await at.page.locator('[data-do=openDecision]').first().tap();
  const quantity = at.sheet.locator('[data-field=quantity]');
  await expect.poll(() => quantity.inputValue(), soon).toBe(`2${mark}5`);
  expect(await at.sheet.locator('.problem').count()).toBe(0);
});

/** What the shop itself is called: no word of the page. */
const data = new RegExp(
  [
    ...['WO-\\d', 'BOLT', 'EA', 'person:\\d+', 'Turning', 'M0\\d', 'acme', 'lyon', 'turning'],
    ...['Ada Lovelace', 'Beatrice', 'OEE', 'ERP', 'Holdfast', 'PIN', 'H-\\w+'],
  ].join('|'),
  'g',
);

test('in Chinese no English word is left on any page', async (context) => {
  const shift = await startShift({ language: 'zh', environment: 'test' });
  await shift.ask(shop.report('R1'));
  const at = await openStation(context, shift.url);
  await at.signIn('ada');
  const latin = async () => {
    const whole = await textOf(at.page.locator('body'));
    // Why a link is not there is told as the program put it.
    const details = await at.page.locator('.detail').allTextContents();
    const shownAll = details.reduce((text, detail) => text.replace(detail, ' '), whole);
    const labels = await at.page
      .locator('[aria-label]')
      .evaluateAll((nodes) =>
        nodes.map((node) => (node as { ariaLabel?: string | null }).ariaLabel).join(' '),
      );
    return `${shownAll} ${labels}`.replace(data, ' ').match(/[A-Za-z]{3,}/g) ?? [];
  };
  expect(await latin()).toEqual([]);
  await shift.ask(shop.hold('H-1', 'line', {}, { reason: '裂纹' }));
  await at.says('.hold', '裂纹');
  expect(await latin()).toEqual([]);
  for (const act of ['openForm', 'openDecision']) {
    await at.page.locator(`main [data-do=${act}]:not(:disabled)`).first().tap();
    await at.sheet.locator('.sheet-body > *').first().waitFor();
    expect(await latin()).toEqual([]);
    await at.sheet.locator('[data-do=closeSheet]').tap();
  }
  await at.goTo('/');
  await at.page.locator('.tile').first().waitFor();
  await at.says('#header .test', '测试工厂');
  expect(await latin()).toEqual([]);
});

test('everything is done by the keyboard alone', async (context) => {
  const shift = await startShift();
  const at = await openStation(context, shift.url);
  const { keyboard } = at.page;
  /** Tabs until the focus is on what says so; no further than all of the page. */
  async function tabTo(text: RegExp): Promise<void> {
    for (let steps = 0; steps < 80; steps += 1) {
      await keyboard.press('Tab');
      const focused = await at.page.evaluate(
        "[document.activeElement.textContent, document.activeElement.dataset.field].join(' ')",
      );
      if (text.test(focused as string)) return;
    }
    throw new Error(`the focus never came to ${text}`);
  }
  await at.page.locator('.run').first().waitFor();
  await tabTo(/Sign in/);
  await keyboard.press('Enter');
  await tabTo(/ name$/);
  await keyboard.type(names.ada, { delay: 60 });
  await tabTo(/ pin$/);
  await keyboard.type(pins.ada, { delay: 60 });
  await tabTo(/^Sign in/);
  await keyboard.press('Enter');
  await at.done();
  await at.says('.person', names.ada);
  await tabTo(/^Report pieces/);
  await keyboard.press('Enter');
  await tabTo(/ good$/);
  await keyboard.type('9', { delay: 60 });
  await tabTo(/^Report pieces/);
  await keyboard.press('Space');
  await at.done();
  await at.says('#now .run', /good\s+9\s/);
  await tabTo(/^Place hold/);
  await keyboard.press('Enter');
  await at.says('#sheet', 'Place hold');
  await keyboard.press('Escape');
  await at.done();
  expect(await shift.all('QuantityReported')).toHaveLength(1);
});
