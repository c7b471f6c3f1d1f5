import { afterAll, expect, test } from 'vitest';
import { freePorts } from '../cli/port.ts';
import { closeChromium, look, textOf } from './helpers/chromium.ts';
import { startBox, started, startSilence } from './helpers/pagebox.ts';
import { command, m01, m02, quantityHold, shop } from './helpers/shop.ts';

afterAll(closeChromium);

test('counts, runs, orders and facts appear without a reload', async (context) => {
  const { url, ask } = await startBox();
  const { page, errors, says, tile } = await look(context, url);
  await says('#lines', /M01\s+idle\s/, 'nothing runs now');
  await page.evaluate('globalThis.sameDocument = true');

  await ask(...started, shop.report('R1', { good: '100.5', scrap: '1', held: '123456789.000001' }));
  await says('.tile', /good\s100\.5\sscrap\s1\sheld\s123,456,789\.000001/);
  await says('.tile', /WO-1 \/ 0010\s+run\s+lane 1, since \d\d/, /recorded here\s4/, /unsent\s4/);
  await says('.tile', /settled\sunknown/, /oldest unsent\s\d+ sec/);
  await says('#orders', /WO-1 started BOLT · 100 EA ordered/);
  await says(
    '#orders',
    /0010 Turning\s+active · 1 run\s+100\.5\s+1\s+0\s+123,456,789\.000001\s+over/,
  );
  await says('#facts li', 'Quantity reported', 'M01 · WO-1 / 0010', 'good 100.5', 'person:1');
  const mark = page.locator('#facts .mark').first();
  expect(await mark.getAttribute('aria-label')).toBe('✓ recorded here');

  const node = await tile.elementHandle();
  await ask(shop.report('R1', { good: '0.000001' }));
  await says('.tile', /good\s100\.500001\s/);
  expect(await tile.evaluate((now, before) => now === before, node)).toBe(true);
  expect(await page.evaluate('globalThis.sameDocument')).toBe(true);
  expect(errors).toEqual([]);
});

test('a line says what of its machines waits for a person', async (context) => {
  const { url, ask } = await startBox();
  await ask(...started);
  const unit = { unit: 'press', unbound: [] as string[], counters: [], proposes: null };
  const machines = {
    lines: [{ line: m01, link: 'live', detail: null, units: [unit] }],
    unattributed: [] as object[],
    jobs: [] as object[],
  };
  const silence = await startSilence(url, (status) => void Object.assign(status, { machines }));
  const { tile } = await look(context, silence);
  expect(await tile.locator('[data-is=machine]').textContent()).toBe('');
  machines.lines[0]!.link = 'stale';
  machines.unattributed.push({ line: m01, pieces: '1234', kind: 'good', why: 'jobChanged' });
  const { says } = await look(context, silence);
  await says(
    '.tile',
    /machine: silent, its state is not known · 1,234 good of no job, made behind/,
  );
  machines.lines[0]!.units[0]!.unbound = ['state: there is no such node'];
  machines.jobs.push({ line: m01, job: 'WO-1/0010', state: 'Running', holds: ['H1'] });
  const { says: then, tile: bad } = await look(context, silence);
  await then('.tile', /job WO-1\/0010 runs, and is held by H1/);
  await then('.tile', /press is not as its mapping says: state: there is no such node/);
  expect(await bad.locator('[data-is=machine]').getAttribute('data-tone')).toBe('bad');
});

test('without its hub the edge is said to be offline', async (context) => {
  const { url, ask } = await startBox();
  const { page, says } = await look(context, url);
  await says('#header', /offline\s+since \d\d:\d\d:\d\d · 2 of 2 lines/);
  await says('#header', /0\s+unsent\s+enough/, /–\s+central not heard yet/);
  expect(await page.locator('#header .link').getAttribute('data-tone')).toBe('warn');
  await ask(...started);
  await says('#header', /3\s+unsent · oldest\s+\d+ sec/);
  await says('#orders', '1 open');
  expect(await page.title()).toBe('offline · 3 unsent · Holdfast');
});

test('a line says how far central is behind, and what it knows ahead', async (context) => {
  const { url, ask } = await startBox();
  await ask(...started);
  let told: number | null = null;
  const silence = await startSilence(url, ({ lines: [line] }) => {
    Object.assign(line!.way, { state: 'draining' });
    Object.assign(line!, { head: 12_345, kept: 5, ahead: { upTo: told } });
  });
  const { says } = await look(context, silence);
  await says('.tile', /draining: 12,340 behind(?!, live)/);
  told = 12_345;
  const { says: then } = await look(context, silence);
  await then('.tile', /draining: 12,340 behind, live facts at central/);
});

test('Q9: what never came in is told beside its operation until it did', async (context) => {
  const { url, ask } = await startBox();
  const { says } = await look(context, url);
  const operations = ['0010', '0020'].map((operation) => ({ operation, name: 'x' }));
  const second = { operation: '0020', line: m02 };
  await ask(shop.release({ operations }), shop.start(), shop.phase('R1'), shop.start(second));
  await ask(shop.phase('R2', {}, second), shop.report('R2', { good: '2' }, second));
  await says('#orders tr:nth-child(3)', /0020 x\s+active · 1 run\s+2\s.*\s2 more than came in/s);
  await says('#facts li', 'Quantity reported', 'unbalanced');
  await ask(shop.report('R1', { good: '5' }));
  await says('#orders tr:nth-child(3)', /^(?!.*more than came in)/s);
  const told: unknown = await (await fetch(`${url}/v1/orders/WO-1/balance`)).json();
  const next = { before: '0010', in: '5', good: '2', wip: '3' };
  expect(told).toMatchObject({ operations: [{ good: '5' }, next] });
});

test('an open hold stands there until it is decided, whoever clicks', async (context) => {
  const { url, ask } = await startBox();
  const { page, says } = await look(context, url);
  await ask(...started, quantityHold('H1', '2.5'), shop.dispose('H1', '1'));
  await says(
    '.hold',
    'HOLD H1',
    'order WO-1 · operation 0010',
    /1\.5 EA\s+remain of 2\.5/,
    'crack',
  );
  await says('.hold', /since .* by person:9 on M01/, 'The order cannot close');
  await says('.order', 'H1');
  await says('#orders tr:nth-child(2)', 'H1');
  expect(await page.locator('.hold button, .hold a, .hold input').count()).toBe(0);
  await page.locator('.hold').click();
  await page.keyboard.press('Escape');
  expect(await page.locator('.hold').isVisible()).toBe(true);

  await ask(shop.hold('H2', 'line'));
  await says('.hold:nth-child(1)', 'HOLD H2', 'line M01', 'all of it', 'No work on this line');
  await ask(shop.dispose('H1', '1.5'), shop.free('H2'));
  await expect.poll(() => page.locator('.hold').count(), { timeout: 30_000 }).toBe(0);
});

test('names that look like markup are text', async (context) => {
  const evil = '<img src=x onerror=alert(1)>';
  const { url, ask } = await startBox();
  const { page, errors, says } = await look(context, url);
  const about = { order: evil, operation: evil };
  await ask(
    shop.release({ material: evil, operations: [{ operation: evil, name: evil }] }, evil),
    command('StartShift', { shift: evil, actor: evil }, { people: [evil] }),
    shop.start(about),
    shop.phase(evil, {}, about),
    shop.hold(evil, 'order', { order: evil }, { reason: evil }),
  );
  await says('.hold', `HOLD ${evil}`, `order ${evil}`);
  await says('.tile', `shift ${evil}`, `${evil} / ${evil}`);
  await says('.order', `${evil} started ${evil}`);
  await says('#facts', `reason ${evil}`, `people ${evil}`);
  expect(await page.locator('img').count()).toBe(0);
  expect(errors).toEqual([]);
});

test('an edge that stopped is missed at once, and is back when it is back', async (context) => {
  const [port] = await freePorts(1);
  const { url, storePath, close, ask } = await startBox(undefined, port);
  const { page, says, header, tile } = await look(context, url);
  await ask(...started);
  await says('.tile', /recorded here\s3/);
  await close();
  await says('#lost', /^No word from the edge since \d\d:\d\d:\d\d · what you see is \d+ sec old$/);
  await says('#header', 'no word', 'is not known');
  expect(await page.locator('body').getAttribute('class')).toBe('lost');
  expect(await textOf(tile)).toMatch(/recorded here\s3/);

  const again = await startBox(storePath, port);
  await again.ask(shop.report('R1'));
  await says('.tile', /recorded here\s4/);
  expect(await page.locator('#lost').isVisible()).toBe(false);
  expect(await page.locator('body').getAttribute('class')).toBe('');
  expect(await textOf(header)).toMatch(/offline\s+since/);
});

test('a stream that is silent for 12 s counts as lost, and is opened again', async (context) => {
  const { url, ask } = await startBox();
  const { page, says } = await look(context, 'about:blank');
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 60_000); // on the page time passes as is said here alone
  await ask(...started);
  await page.goto(await startSilence(url));
  await says('#lines', 'M01');
  await page.clock.runFor(8_000);
  expect(await page.locator('#lost').isVisible()).toBe(false);
  await says('#header', /unsent · oldest\s+(8|9|\d\d) sec/);
  await page.clock.runFor(6_000);
  await says('#lost', 'No word from the edge since');
  const isLost = async () => {
    await page.clock.runFor(1_000);
    return page.locator('#lost').isVisible();
  };
  await expect.poll(isLost, { timeout: 30_000 }).toBe(false);
});

test('a line that the edge does not have is said to be none', async (context) => {
  const { url } = await startBox();
  const { page, says } = await look(context, url);
  await page.goto(`${url}/line.html?line=acme/lyon/turning/M99`);
  await says('#now', 'This edge has no line acme/lyon/turning/M99.');
  await page.locator('#now a').click();
  await says('#lines', /M01/);
});

test('a link that carries while central answers late is no good link', async (context) => {
  const { url, ask } = await startBox();
  await ask(...started);
  let late: object | null = null;
  const silence = await startSilence(url, ({ lines }) => {
    for (const line of lines) {
      Object.assign(line.way, { state: 'up' });
      Object.assign(line, { degraded: late });
    }
  });
  const { says } = await look(context, silence);
  await says('#header', /online/);
  late = { sinceMs: Date.now() - 20_000, says: 'central has not answered for 20 s' };
  const { says: then, page } = await look(context, silence);
  await then('#header', /central late/);
  await then('.tile', /central late/, /central has not answered for 20 s/);
  expect(await page.locator('[data-is=link]').getAttribute('data-tone')).toBe('warn');
});
