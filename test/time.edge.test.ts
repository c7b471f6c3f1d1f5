// Goal: production goes on whatever the clock of the box shows; what was set is said, once, and no
// time that nobody knows is passed on. Method: the real edge, in a time that the test lets pass.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openClockBox, openClockCentral, openTime } from './helpers/clockbox.ts';
import { testFolder } from './helpers/folder.ts';
import { m02, shop } from './helpers/shop.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;
const startMs = Date.UTC(2026, 2, 27, 5);
/** As the edge's own clock shows it. */
const now = { atMs: undefined };
const begin = [shop.release({}, 'WO-1', now), shop.start(now), shop.phase('R1', {}, now)];

/** An edge that has heard central and on which run R1 is open. */
async function openRunning(offMs = 0, path?: string) {
  const time = openTime(startMs);
  const box = openClockBox(time, path, offMs);
  await time.pass(minuteMs);
  for (const given of begin) expect(await box.ask(given)).toBe('accepted');
  return { time, box };
}
const typesOf = (facts: readonly { type: string }[]) => facts.map(({ type }) => type);

test('T1: a clock 3 h ahead is set back in a run: nothing stops, no time is wrong', async () => {
  const { time, box } = await openRunning(3 * hourMs);
  expect(box.edge.status().clock).toMatchObject({
    ...{ state: 'suspect', says: "clock 3 h ahead of central's", skewMs: -3 * hourMs },
  });
  await time.pass(hourMs);
  box.wall.offMs = 0; // and no look at the clock before the next command comes
  expect(await box.ask(shop.report('R1', {}, now))).toBe('accepted');
  await time.pass(hourMs);
  expect(await box.ask(shop.end('R1', now))).toBe('accepted');

  const facts = box.facts();
  expect(typesOf(facts)).toEqual([
    ...['OrderReleased', 'OperationStarted', 'PhaseStarted'],
    ...['ClockStepped', 'QuantityReported', 'PhaseEnded'],
  ]);
  expect(facts.map(({ flags = '' }) => flags)).toEqual([
    ...['clockSuspect', 'clockSuspect', 'clockSuspect', 'clockSuspect', 'clockSuspect'],
    'clockStepped',
  ]);
  const { measuredMs, ...step } = facts[3]!.body as { measuredMs: number };
  expect(step).toEqual({
    ...{ beforeMs: startMs + 4 * hourMs + minuteMs, afterMs: startMs + hourMs + minuteMs },
    ...{ byMs: -3 * hourMs, during: 'running', skewMs: -3 * hourMs },
  });
  expect(measuredMs).toBeGreaterThanOrEqual(0);
  expect(measuredMs).toBeLessThanOrEqual(5_000); // a beat every 5 s
  expect(facts[5]!.body).toEqual({ run: 'R1', elapsedMs: 2 * hourMs });
  expect(facts[5]).not.toHaveProperty('clockTrust');
  expect(box.edge.status().clock).toMatchObject({
    state: 'ok',
    says: "clock agrees with central's",
  });

  const central = openClockCentral(time);
  central.ledger.accept([{ segment: box.segment() }]);
  const confirmed = central.postings.list('intended', 10).map(({ machineMs }) => machineMs);
  expect(confirmed).toEqual([null, 2 * hourMs]);
  const totals = new Map(central.totals.all('order'));
  expect(totals.get('WO-1')).toEqual(box.edge.book.tally('order', 'WO-1'));
  expect(totals.get('WO-1')!.elapsedMs).toBe(2 * hourMs);
});

test('T1: a step that no command meets is stated all the same, once', async () => {
  const { time, box } = await openRunning();
  box.wall.offMs = 10 * minuteMs;
  await time.pass(minuteMs);
  box.wall.offMs = 0;
  await time.pass(10 * minuteMs);
  const steps = box.facts().slice(3);
  expect(typesOf(steps)).toEqual(['ClockStepped', 'ClockStepped']);
  expect(steps.map(({ body }) => 'byMs' in body && body.byMs)).toEqual([
    ...[10 * minuteMs, -10 * minuteMs],
  ]);
  expect(await box.ask(shop.end('R1', now))).toBe('accepted');
  expect(box.facts().at(-1)).toMatchObject({
    ...{ flags: 'clockStepped', body: { elapsedMs: 11 * minuteMs } },
  });
});

test('T1: set while central is away, a clock is in doubt until central has answered', async () => {
  const { time, box } = await openRunning();
  box.central.answers = false;
  await time.pass(12 * minuteMs);
  expect(box.edge.status().clock).toMatchObject({
    ...{ state: 'unchecked', says: 'clock not checked with central for 12 min' },
  });
  await box.ask(shop.report('R1', {}, now));
  expect(box.facts().at(-1)).toMatchObject({ clockTrust: 'unchecked' });
  expect(box.facts().at(-1)).not.toHaveProperty('flags');
  box.wall.offMs = -2 * hourMs;
  await time.pass(hourMs);
  await box.ask(shop.report('R1', {}, now));
  expect(box.facts().at(-1)).toMatchObject({ clockTrust: 'suspect', flags: 'clockSuspect' });
  expect(box.edge.status().clock.says).toBe(
    'clock was set back by 2 h, and central was not heard since',
  );
  box.central.answers = true;
  await time.pass(minuteMs);
  expect(box.edge.status().clock.says).toBe("clock 2 h behind central's");
  box.wall.offMs = 0;
  await time.pass(minuteMs);
  await box.ask(shop.report('R1', {}, now));
  expect(box.facts().at(-1)).not.toHaveProperty('clockTrust');
});

test('T1: a battery that died while the box was off: work goes on in 1970', async () => {
  const path = join(testFolder(), 'edge.db');
  const { time, box } = await openRunning(0, path);
  await box.end();
  await time.pass(hourMs);
  const again = openClockBox(time, path, -time.trueMs());
  await time.pass(1_000);
  expect(await again.ask(shop.end('R1', now))).toBe('accepted');
  const [stepped, ended] = again.facts().slice(3);
  expect(stepped).toMatchObject({
    ...{ type: 'ClockStepped', recordedMs: 0, flags: 'clockSuspect', clockTrust: 'suspect' },
    body: { beforeMs: startMs + minuteMs, afterMs: 0, byMs: -startMs - minuteMs, during: 'off' },
  });
  expect(ended).toMatchObject({ recordedMs: 1_000, body: { run: 'R1' } });
  expect(ended!.flags).toBe('clockSuspect clockStepped');
  expect(again.edge.status().clock.says).toBe('clock shows a time before this program was written');

  const central = openClockCentral(time);
  central.ledger.accept([{ segment: again.segment() }]);
  expect(central.postings.list('parked', 10)).toMatchObject([
    { reason: 'the time of the run is not known: the clock was set while it was open' },
  ]);
});

test('T1: a restart knows what was set; a run timed by its source is not concerned', async () => {
  const path = join(testFolder(), 'edge.db');
  const { time, box } = await openRunning(0, path);
  const source = { line: m02, order: 'WO-1', atMs: startMs };
  await box.ask(shop.phase('S1', {}, source));
  box.wall.offMs = hourMs;
  await time.pass(minuteMs);
  await box.end();
  const again = openClockBox(time, path, hourMs);
  await again.ask(shop.end('S1', { ...source, atMs: startMs + minuteMs }));
  expect(again.facts().at(-1)!.flags).toBe('clockSuspect');
  await again.ask(shop.end('R1', now));
  expect(again.facts().at(-1)).toMatchObject({
    ...{ flags: 'clockSuspect clockStepped', body: { elapsedMs: minuteMs } },
  });
  expect(typesOf(again.facts()).filter((type) => type === 'ClockStepped')).toHaveLength(1);
});

test('T1: who is at a run when the clock is set worked no longer than the run took', async () => {
  const { time, box } = await openRunning();
  await time.pass(hourMs);
  box.wall.offMs = 5 * hourMs;
  await box.ask(shop.end('R1', now));
  expect([...box.edge.book.rows('labour').values()]).toEqual([hourMs]);
});

test('nobody but the edge says how long a run took without its steps', async () => {
  const { box } = await openRunning();
  await box.ask(shop.end('R1', now, { elapsedMs: 1, statedMs: 2 }));
  expect(box.facts().at(-1)!.body).toEqual({ run: 'R1', statedMs: 2 });
});
