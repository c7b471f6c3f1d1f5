// The signs on the edge's page: whatever stands worst is what the header says.
import { afterAll, expect, test } from 'vitest';
import { closeChromium, look } from './helpers/chromium.ts';
import { startBox, started, startSilence } from './helpers/pagebox.ts';

afterAll(closeChromium);

test('the worst way of all lines counts, and every fact has its marks', async (context) => {
  const { url, ask } = await startBox();
  await ask(...started);
  const { page, says } = await look(context, 'about:blank');
  const ways = ['up', 'up'] as (
    | 'up'
    | 'draining'
    | 'down'
    | 'forked'
    | 'seeding'
    | 'owned'
    | 'stale'
  )[];
  const failure: { is: string | null } = { is: null };
  const through = await startSilence(url, ({ lines: [one, two], facts }) => {
    Object.assign(one!, { kept: 2, settled: 1, waiting: 2, way: { state: ways[0], sinceMs: 0 } });
    Object.assign(two!, { state: failure.is ? 'failed' : 'idle', failure: failure.is });
    Object.assign(two!, { way: { state: ways[1], sinceMs: 0 } });
    facts.forEach((fact, index) => {
      fact.mark = (index + 1) as 1 | 2 | 3;
    });
  });
  const told = [
    ['up', 'up', /^online\s+2 of 2/],
    ['up', 'draining', /^draining\s+1 of 2/],
    ['down', 'draining', /^offline\s+since \d\d\/\d\d\/19\d\d .* · 1 of 2 lines\n/],
    ['down', 'forked', /^forked\s+since .* · 1 of 2 lines · 1 offline/],
    ['down', 'seeding', /^fetching its history\s+since .* · 1 of 2 lines · 1 offline/],
    ['forked', 'stale', /^taken over by another box\s+since .* · 1 of 2 lines · 1 forked/],
    ['stale', 'owned', /^belongs to another box\s+since .* · 1 of 2/],
    ['owned', 'failed', /^failed\s+1 of 2 lines · 1 belongs to another box/],
    ['up', 'failed', /^failed\s+1 of 2 lines\n/],
  ] as const;
  for (const [one, two, text] of told) {
    failure.is = two === 'failed' ? 'M02 stopped at sequence 7' : null;
    ways.splice(0, 2, one, two === 'failed' ? 'up' : two);
    await page.goto(through);
    await says('#header', text);
  }
  await says('.tile', /at central\s2/, /settled\s1/, /still waiting\s+2/);
  await says('.tile:nth-child(2)', 'failed', 'M02 stopped at sequence 7');
  const marks = page.locator('#facts .mark');
  expect(await marks.allTextContents()).toEqual(['✓', '✓✓', '✓✓✓']);
  expect(await marks.nth(1).getAttribute('title')).toBe('at central');
  expect(await marks.nth(2).getAttribute('title')).toMatch(/^settled: posted/);
});

test('S3: what a disk still takes stands in the header', async (context) => {
  const { url } = await startBox();
  const { page, says } = await look(context, 'about:blank');
  const disk = { level: 'ok', daysLeft: null as number | null };
  const through = await startSilence(url, (status) => Object.assign(status, { disk }));
  for (const [level, daysLeft, text] of [
    ['ok', null, /enough\s+room on disk/],
    ['ok', 41.7, /5 weeks\s+room on disk/],
    ['ok', 1.2, /1 day\s+room on disk/],
    ['shed', 1, /low\s+disk: no machine states/],
    ['full', 0, /disk full\s+holds and stops only/],
  ] as const) {
    Object.assign(disk, { level, daysLeft });
    await page.goto(through);
    await says('#header', text);
  }
});

test('T1: what is wrong with the clock stands there, and that it was set', async (context) => {
  const { url, ask } = await startBox();
  await ask(...started);
  const { page, says } = await look(context, 'about:blank');
  const clock = { state: 'ok', says: "clock agrees with central's" };
  const through = await startSilence(url, (status) => {
    Object.assign(status, { clock });
    const byMs = -3 * 3_600_000 - 240_000;
    const body = { beforeMs: 0, afterMs: status.nowMs, byMs, during: 'off' };
    Object.assign(status.facts[0]!, { type: 'ClockStepped', body, flags: 'clockSuspect' });
  });
  const at = page.locator('#header [data-is="clock"]');
  for (const [state, text, shown, tone] of [
    ['ok', "clock agrees with central's", 'clock of the edge', 'calm'],
    ['unchecked', 'clock not checked with central for 2 min', 'clock of the edge', 'calm'],
    ['suspect', "clock 3 h ahead of central's", 'clock not trusted', 'warn'],
  ] as const) {
    Object.assign(clock, { state, says: text });
    await page.goto(through);
    await says('#header', shown);
    expect(await at.getAttribute('title')).toBe(text);
    expect(await at.getAttribute('data-tone')).toBe(tone);
  }
  await says('#notices', "clock 3 h ahead of central's");
  await says('#facts li', 'Clock stepped', 'clock suspect');
  await says(
    '#facts li',
    /set back by 3 hr 4 min · to \d\d\/\d\d\/20\d\d .* while the edge was off/,
  );
});

test('who is not let in, and which certificate ends first, is in the header', async (context) => {
  const { url, ask } = await startBox();
  await ask(...started);
  const { page, says } = await look(context, 'about:blank');
  const told = { certificates: [] as object[], detail: "auth: the hub refuses the leaf's key" };
  const through = await startSilence(url, (status) => {
    Object.assign(status, { certificates: told.certificates });
    const way = { state: 'down', sinceMs: 0, detail: told.detail };
    for (const line of status.lines) Object.assign(line, { way });
  });
  const leaf = (state: string, daysLeft: number | null) => ({
    ...{ name: 'leaf', state, daysLeft, untilMs: daysLeft === null ? null : 1_700_000_000_000 },
  });
  const good = { name: 'tls', state: 'good', daysLeft: 80, untilMs: 1 };
  const later = { name: 'opcua', state: 'soon', daysLeft: 29, untilMs: 1 };
  const badge = page.locator('#header [data-is="certificate"]');
  for (const [first, text, tone] of [
    [leaf('soon', 12), 'certificate leaf: 12 days left', 'warn'],
    [leaf('urgent', 1), 'certificate leaf: 1 day left', 'bad'],
    [leaf('over', -3), 'certificate leaf is over', 'bad'],
    [leaf('unreadable', null), 'certificate leaf cannot be read', 'bad'],
  ] as const) {
    told.certificates = [good, later, first];
    await page.goto(through);
    await says('#header', text);
    expect(await badge.getAttribute('data-tone')).toBe(tone);
  }
  await says('#header', /^not let in\s+since .* · 2 of 2 lines/);
  await says('.tile', 'not let in', "auth: the hub refuses the leaf's key");
  expect(await page.locator('#header .link').getAttribute('data-tone')).toBe('bad');
  told.certificates = [good];
  told.detail = 'no answer';
  await page.goto(through);
  await says('#header', /^offline\s+since/);
  expect(await badge.count()).toBe(0);
});
