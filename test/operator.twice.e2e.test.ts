// Goal: what one person wants once is stored once, whatever befalls the tap, the page and the edge.
import { afterAll, expect, test } from 'vitest';
import { closeChromium } from './helpers/chromium.ts';
import { startShift } from './helpers/shift.ts';
import { openStation, tablet } from './helpers/station.ts';

afterAll(closeChromium);
const soon = { timeout: 30_000 };

test('a double tap, and a tap on what is asked already, are one report', async (context) => {
  const { url, all } = await startShift();
  const at = await openStation(context, url);
  await at.signIn('ada');
  await at.tap(/Report pieces/);
  await at.count('good', '7');
  const button = at.sheet.locator('.send .primary');
  await button.evaluate((node: { click(): void }) => {
    node.click();
    node.click();
    node.click();
  });
  await at.done();
  await at.recorded();
  await at.says('#now .run', /good\s+7\s/);
  expect(await all('QuantityReported')).toHaveLength(1);
});

test('a lost answer is asked for again under the same id, also after a reload', async (context) => {
  const { url, all } = await startShift();
  const at = await openStation(context, url);
  await at.signIn('ada');
  const ids: string[] = [];
  let isCut = true;
  await at.page.route('**/v1/commands', async (route) => {
    ids.push(route.request().postDataJSON().commands[0].commandId);
    if (isCut) {
      await route.fetch(); // the edge has it, and nobody hears so
      return route.abort();
    }
    return route.continue();
  });
  await at.tap(/Report pieces/);
  await at.count('good', '3');
  await at.send();
  await at.says('#sheet', 'Sent. Waiting for the answer of the edge.');
  await expect.poll(() => ids.length, soon).toBeGreaterThan(1);
  await at.page.reload();
  await at.says('#told', 'Sent, but no answer yet', 'good');
  isCut = false;
  await at.recorded();
  expect(new Set(ids).size).toBe(1);
  expect(await all('QuantityReported')).toMatchObject([{ body: { good: '3' } }]);
});

test('an edge killed between tap and answer doubles nothing, signs nobody out', async (context) => {
  const { url, all, stop, start } = await startShift({ outside: true });
  const at = await openStation(context, url);
  await at.signIn('ada');
  let hold = true;
  await at.page.route('**/v1/commands', async (route) => {
    if (!hold) return route.continue();
    hold = false;
    await route.fetch();
    await stop();
    await start(); // while the answer is on its way
    return route.abort();
  });
  await at.tap(/Report pieces/);
  await at.count('good', '5');
  await at.send();
  await at.done();
  await at.recorded();
  await at.says('.person', 'Ada Lovelace');
  await at.says('#now .run', /good\s+5\s/);
  expect(await all('QuantityReported')).toHaveLength(1);
});

test('while the edge is away all is shut and says why, looks old, and is kept', async (context) => {
  const { url, start, stop } = await startShift();
  const at = await openStation(context, url);
  await at.signIn('ada');
  await at.tap(/Report pieces/);
  await at.count('good', '8');
  await stop();
  await at.says('#lost', 'No word from the edge since', 'what you see is');
  await at.says('#sheet .send', 'nothing can be recorded from here');
  expect(await at.sheet.locator('.send .primary').isDisabled()).toBe(true);
  await at.choose('Cancel');
  const acts = at.page.locator('main [data-do=openForm], main [data-do=openDecision]');
  expect(await acts.count()).toBeGreaterThan(3);
  expect(await at.page.locator('main [data-do=openForm]:not(:disabled)').count()).toBe(0);
  await at.says('#barrier', 'nothing can be recorded from here');
  expect(await at.page.locator('body').getAttribute('class')).toContain('lost');
  await start();
  await at.says('#header', 'offline', 'Ada Lovelace');
  await at.tap('Go on');
  expect(await at.sheet.locator('[data-field=good]').inputValue()).toBe('8');
});

test('two tablets on one line: the second is told why, and nothing is doubled', async (context) => {
  const edge = await startShift();
  const one = await openStation(context, edge.url);
  const two = await openStation(context, edge.url, { options: tablet });
  await one.signIn('ada');
  await two.signIn('bea');
  await one.tap('Pause');
  await one.choose('break');
  await two.tap('Pause');
  await two.choose('no staff');
  await one.send();
  await one.done();
  await two.says('#sheet .send', 'Not possible in the present state.');
  await two.choose('Cancel');
  await two.says('#state', 'paused', 'break');
  await two.tap('Go on');
  await two.send();
  await two.done();
  await one.says('#now', 'Pause');
  const kinds = (await edge.facts()).map(({ type, actor }) => `${type} ${actor}`);
  expect(kinds.filter((kind) => kind.startsWith('OperationPaused'))).toEqual([
    'OperationPaused person:17',
  ]);
  expect(kinds.filter((kind) => kind.startsWith('OperationResumed'))).toEqual([
    'OperationResumed person:18',
  ]);
});

test('what was half typed belongs to its person, over sign-out and reload', async (context) => {
  const { url } = await startShift();
  const at = await openStation(context, url);
  await at.signIn('ada');
  await at.tap(/Report pieces/);
  await at.count('scrap', '6');
  await at.choose('crack');
  await at.choose('Cancel');
  await at.signOut();
  await at.says('#header', 'nobody is signed in');
  await at.signIn('bea');
  expect(await at.page.locator('#told').textContent()).toBe('');
  await at.tap(/Report pieces/);
  expect(await at.sheet.locator('[data-field=scrap]').inputValue()).toBe('');
  await at.choose('Cancel');
  await at.signOut();
  await at.page.reload();
  await at.signIn('ada');
  await at.says('#told', 'Unfinished', 'Report pieces');
  await at.tap('Go on');
  expect(await at.sheet.locator('[data-field=scrap]').inputValue()).toBe('6');
  expect(await at.sheet.locator('[data-field=reason]').inputValue()).toBe('crack');
});

test('what is asked when the session is over waits for its person', async (context) => {
  const { url, all } = await startShift();
  const at = await openStation(context, url);
  await at.signIn('ada');
  await at.tap(/Report pieces/);
  await at.count('good', '2');
  // Over while the tap is on its way: what the page hears of it before the tap shuts the form.
  await at.page.route(
    '**/v1/commands',
    async (route) => {
      await at.page.request.delete(`${url}/v1/session`);
      return route.continue();
    },
    { times: 1 },
  );
  await at.send();
  await at.says('#header', 'nobody is signed in');
  await at.signIn('bea');
  await at.says('#told', '1 entry of another person waits for its answer');
  expect(await all('QuantityReported')).toEqual([]);
  await at.signOut();
  await at.signIn('ada');
  await at.recorded();
  expect(await all('QuantityReported')).toMatchObject([
    { actor: 'person:17', body: { good: '2' } },
  ]);
});

test('an idle session ends; what was half typed waits for its person', async (context) => {
  const { url } = await startShift({ idleMs: 12_000 });
  const at = await openStation(context, url);
  await at.signIn('ada');
  await at.tap(/Report pieces/);
  await at.count('good', '4');
  await expect
    .poll(() => at.page.locator('#header').textContent(), { timeout: 60_000 })
    .toContain('nobody is signed in');
  expect(await at.sheet.isVisible()).toBe(false);
  await at.signIn('ada');
  await at.says('#told', 'Unfinished', 'Report pieces · WO-1 / 0010');
  await at.tap('Go on');
  expect(await at.sheet.locator('[data-field=good]').inputValue()).toBe('4');
});
