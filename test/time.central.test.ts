// Goal: nothing is posted into the future, or on a day that nobody believes; what is late is posted
// as ever. Method: central's real memory, facts of lines with right and wrong clocks.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { callOf } from '../central/posting/rules.ts';
import type { Content, Fact } from '../shared/event.ts';
import { again, stated } from './helpers/central.ts';
import { openClockCentral, openTime } from './helpers/clockbox.ts';
import { history } from './helpers/facts.ts';
import { testFolder } from './helpers/folder.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const startMs = Date.UTC(2026, 2, 27, 5);
const retried = 'a retry posts it under the day of its arrival';

/** Central at `startMs`, with WO-1 released, and what comes of facts of one line. */
function openPlant(path = ':memory:', told: Content[] = []) {
  const time = openTime(startMs);
  const { ledger, postings, totals, close } = openClockCentral(time, path);
  const hear = (...facts: Content[]) => {
    told.push(...facts);
    ledger.accept([{ segment: history('acme/m1', told).segment(1, told.length) }]);
  };
  const at = (atMs: number, more: object = {}) => ({ atMs, recordedMs: atMs, ...more });
  if (told.length === 0) hear({ ...stated.release(), ...at(startMs) } as Content);
  const of = (state: 'intended' | 'deferred' | 'parked' | 'posted') => postings.list(state, 50);
  return {
    ...{ time, told, ledger, postings, totals, close, hear, at, of },
    reasons: () => of('parked').map(({ reason }) => reason),
    send: () => postings.next(new Set(), 9).map(({ posting }) => posting),
  };
}
const report = (about: object) => ({ ...stated.report('1'), ...about }) as Content;

test.each([
  [
    'two years in the future',
    730 * dayMs,
    730 * dayMs,
    {},
    '2028-03-26 05:00 UTC is 2 years after',
  ],
  ['stated so by a person, recorded now', 730 * dayMs, 0, { flags: 'clockSuspect' }, '2028-03-26'],
  ['recorded two years ahead, stated for now', 0, 730 * dayMs, {}, '2028-03-26 05:00 UTC is'],
  ['25 hours ahead', 25 * hourMs, 25 * hourMs, {}, '2026-03-28 06:00 UTC is 25 h after central'],
] as const)('T1: a fact %s is parked', (_, atMs, recordedMs, more, words) => {
  const { hear, of, at, reasons, postings, send } = openPlant();
  hear(report({ ...at(startMs + atMs), recordedMs: startMs + recordedMs, ...more }));
  expect(reasons()).toEqual([expect.stringContaining(words)]);
  expect(reasons()).toEqual([expect.stringContaining(retried)]);
  expect(send()).toEqual([]);
  again(postings, of('parked')[0]!.key);
  expect(send()).toMatchObject([{ yield: '1', atMs: startMs }]);
});

test('T1: a fact of 1970 that its edge does not trust is parked, and goes out when retried', () => {
  const { hear, at, of, reasons, postings, send } = openPlant();
  hear(report(at(0, { flags: 'late2 clockSuspect' })));
  expect(reasons()).toEqual([
    'its time is in doubt: 1970-01-01 00:00 UTC is 56 years before central received it, ' +
      `and its edge does not trust the time; ${retried}`,
  ]);
  again(postings, of('parked')[0]!.key);
  expect(send()).toMatchObject([{ yield: '1', atMs: startMs }]);
});

test('T1: recorded long before an earlier fact of its line, by an edge that saw nothing', () => {
  const { hear, at, reasons } = openPlant();
  hear(report(at(startMs - dayMs)), report(at(startMs - dayMs - 1)), report(at(startMs)));
  expect(reasons()).toEqual([
    `its time is in doubt: it was recorded 24 h before an earlier fact of its line; ${retried}`,
  ]);
});

test('T1: what came once from the future does not make wrong what is late', async () => {
  const { time, hear, at, reasons, of } = openPlant();
  await time.pass(30 * dayMs);
  hear(report(at(startMs + 730 * dayMs)), report(at(startMs)), report(at(startMs)));
  expect(reasons()).toHaveLength(1);
  expect(of('deferred')).toHaveLength(2);
});

test('T1: an edge that was away for weeks is late, and not wrong', async () => {
  const { time, hear, at, of, send } = openPlant();
  await time.pass(30 * dayMs);
  const old = at(startMs + hourMs, { clockTrust: 'unchecked' });
  hear(report(old));
  expect(of('parked')).toEqual([]);
  expect(send()).toMatchObject([{ atMs: startMs + hourMs }]);
});

test('T1: a clock that is a little off is posted, but never into the future', () => {
  const { hear, at, of, send } = openPlant();
  hear(report(at(startMs + 3 * hourMs, { flags: 'clockSuspect' })));
  expect(of('parked')).toEqual([]);
  expect(send()).toMatchObject([{ atMs: startMs }]);
});

test('T1: what is held is blocked, whatever day its line believes it is', () => {
  const { hear, at, of, reasons } = openPlant();
  const wrong = at(0, { flags: 'clockSuspect' });
  hear({ ...stated.block('H1', 'S', '5'), ...wrong } as Content);
  hear({ ...stated.free('H1', '5', { lot: 'S' }), ...wrong } as Content);
  expect(of('intended')).toMatchObject([{ kind: 'blockStock', atMs: startMs }]);
  expect(of('parked')).toMatchObject([{ kind: 'unblockStock' }]);
  expect(reasons()).toEqual([expect.stringContaining('1970-01-01')]);
});

test('T1: a central that starts again knows what it has seen', () => {
  const path = join(testFolder(), 'central.db');
  const { told, close } = openPlant(path);
  close();
  const { hear, at, reasons } = openPlant(path, told);
  hear(report(at(startMs - 2 * dayMs)));
  expect(reasons()).toHaveLength(1);
});

test('T4: one fact from two exporters, 7 h apart, is one fact and a conflict', () => {
  const { told, ledger, totals, hear, at, of } = openPlant();
  const first = report(at(startMs));
  hear(first);
  const shifted = { ...first, ...at(startMs + 7 * hourMs) } as Content;
  hear({ ...stated.start('R1'), ...at(startMs) } as Content, shifted);
  const other = history('acme/m1', [told[0]!, shifted]).segment(2, 2);
  ledger.accept([{ segment: { ...other, before: null, after: null } }]);
  expect(ledger.parked(9).map(({ reason }) => reason)).toEqual([
    ...['unchained: this line keeps a chain', 'conflict: other content under this id'],
  ]);
  expect(of('intended')).toMatchObject([{ eventId: first.eventId, atMs: startMs }]);
  expect(new Map(totals.all('order')).get('WO-1')).toMatchObject({ reports: 1, good: 1_000_000n });
});

test('T1: no time of a run is posted that nobody knows', () => {
  const run = { phase: 'run', startedMs: startMs };
  const ended = (atMs: number, more: object, body: object = {}) =>
    callOf({ ...stated.end('R1'), line: 'acme/m1', atMs, ...more, body } as unknown as Fact, {
      run,
    });
  const park = (why: string) => ({
    ...{ park: `the time of the run is not known: ${why}`, kind: 'confirmation' },
  });
  const stepped = { flags: 'clockSuspect clockStepped' };
  expect(ended(startMs + 1, stepped)).toEqual(park('the clock was set while it was open'));
  expect(ended(startMs - 5_000, {})).toEqual(park('it ended 5 s before it began'));
  expect(ended(startMs + 9e9, stepped, { elapsedMs: 60_000 })).toEqual({
    ...{ kind: 'confirmation', machineMs: 60_000 },
  });
});
