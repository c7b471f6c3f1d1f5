// Goal: a day of production that a test central lives through tells exactly the documents that its
// rules would post otherwise: none where they are the same.
// Method: three generated days with holds, corrections, an ERP that refuses and people who decide;
// the second is replayed by the same rules, and by others.
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openExtract } from '../central/ledger/extract.ts';
import type { Switch } from '../central/posting/modes.ts';
import { openReplays } from '../central/replay/replays.ts';
import type { Database } from '../shared/database.ts';
import type { Content } from '../shared/event.ts';
import type { Replayed } from '../shared/replay.ts';
import { replayText } from '../shared/replaytext.ts';
import { openAsked } from './helpers/board.ts';
import { stated } from './helpers/central.ts';
import { firstDayMs, threeDays } from './helpers/days.ts';
import { history } from './helpers/facts.ts';
import { testFolder } from './helpers/folder.ts';
import { onPostgres } from './helpers/medium.ts';
import { m01, m02 } from './helpers/shop.ts';

const [hourMs, dayMs] = [3_600_000, 86_400_000];
const day = '2026-11-23';
const skewMaxMs = Number.MAX_SAFE_INTEGER;
const facts = onPostgres() ? 20 : 60;

function testCentral(
  switches: readonly Switch[] = [],
  path = join(testFolder(), 'replay.db'),
  skewMs = skewMaxMs,
) {
  const rules = { switches, inspections: [], skewMaxMs: skewMs };
  const replays = openReplays({ path, environment: 'test', rules });
  onTestFinished(() => replays.close());
  return replays;
}

/** Feeds pages of so many facts until the day is over, or so many pages. */
function feed(
  db: Database,
  replays: ReturnType<typeof testCentral>,
  limit = 50,
  pages = 1e4,
  lines: string[] = [],
) {
  const extract = openExtract(db);
  const { replay, after: from } = replays.begin({ source: 'there', day, lines }, false);
  const untilMs = firstDayMs + 2 * dayMs;
  for (let after = from, page = 0; page < pages; page++) {
    const told = extract({ after, limit });
    const entries = told.entries.filter(({ receivedMs }) => receivedMs < untilMs);
    const isLast = told.next === null || entries.length < told.entries.length;
    after = replays.feed({ replay, after, entries, isLast }, false).after;
    if (isLast) return replays.told({ limit: 1_000 });
  }
  return undefined;
}

test.each([1, 2])('the same rules post the same documents, seed %i', (seed) => {
  const { db } = threeDays(seed, facts);
  const told = feed(db, testCentral())!;
  expect(told).toMatchObject({ state: 'compared', factsOfDay: facts });
  expect(told.differences, replayText(told)).toEqual([]);
  const made = told.rules.reduce((sum, { production }) => sum + production, 0);
  expect(made).toBeGreaterThan(facts / 4);
  expect(replayText(told)).toContain('every document is the same');
});

/** Reports of one order at two lines, the day before and on the day; each is posted at once. */
function reported(switches: readonly Switch[] = []) {
  const world = openAsked(switches);
  const { ledger, time, postAll } = world;
  const said = new Map<string, Content[]>([m01, m02].map((line) => [line, []]));
  function hear(line: string, atMs: number, fact: Content): Content {
    time.nowMs = atMs;
    const all = said.get(line)!;
    const stamped = {
      ...fact,
      recordedMs: atMs,
      ...(fact.flags ? { recordedMs: atMs - 2 * hourMs } : {}),
    };
    const at = all.push(stamped as Content);
    ledger.accept([{ segment: history(line, all).segment(at, at) }]);
    time.nowMs += 5;
    postAll();
    return stamped as Content;
  }
  const on = firstDayMs + dayMs;
  hear(m01, firstDayMs, stated.release());
  hear(m01, firstDayMs + 5, stated.release('WO-2'));
  const before = hear(m01, firstDayMs + 10, stated.report('1'));
  const early = [hear(m01, on + 10, stated.report('2')), hear(m02, on + 20, stated.report('3'))];
  const reversed = hear(m01, on + 30, stated.reverse(before));
  const late = [
    hear(m02, on + 40 * 60_000, stated.report('4', {}, { flags: 'back' })),
    hear(m01, on + 50 * 60_000, stated.consume('S-1', '5', { order: 'WO-2' })),
  ];
  const day = [...early, ...late, reversed];
  hear(m01, on + dayMs + 10, stated.report('5'));
  return { ...world, day, ids: day.map(({ eventId }) => eventId) };
}
const shown = (told: Replayed) =>
  told.differences.map(({ what, rule, eventId }) => [what, rule, eventId]);

test('a rule that is off here: exactly its documents of the day are missing', () => {
  const { db, ids } = reported();
  const off = { rule: 'QuantityReported', mode: 'off' } as const;
  const told = feed(db, testCentral([off]))!;
  const missing = ids.slice(0, 3).map((id) => ['missing', 'QuantityReported', id]);
  expect(shown(told).sort()).toEqual(missing.sort());
  expect(told.rules).toContainEqual({
    ...{ rule: 'QuantityReported', production: 3, test: 0, missing: 3, new: 0, changed: 0 },
  });
  expect(told.rules).toContainEqual({
    ...{ rule: 'MaterialConsumed', production: 1, test: 1, missing: 0, new: 0, changed: 0 },
  });
  const atM02 = testCentral([{ ...off, site: m02 }]);
  expect(feed(db, atM02)!.differences.map(({ line }) => line)).toEqual([m02, m02]);
  expect(feed(db, testCentral([off]), 50, 1e4, [m01])!.differences).toHaveLength(1);
});

test('the day begins as it began there, whatever the rules of here would have made before', () => {
  const { db, ids } = reported();
  const off = { rule: 'QuantityReported', mode: 'off' } as const;
  const told = feed(db, testCentral([off]))!;
  // What takes back a document of the day before is the same: that document was there.
  expect(told.rules).toContainEqual({
    ...{ rule: 'FactReversed', production: 1, test: 1, missing: 0, new: 0, changed: 0 },
  });
  expect(told.differences.map(({ eventId }) => eventId)).not.toContain(ids[4]);
});

test('a rule that was off there is new here, and what is a shadow here is computed', () => {
  const { db, ids } = reported([{ rule: 'MaterialConsumed', mode: 'off' }]);
  expect(shown(feed(db, testCentral())!)).toEqual([['new', 'MaterialConsumed', ids[3]]]);
  const shadow = { mode: 'shadow' } as const;
  expect(shown(feed(reported().db, testCentral([shadow]))!)).toEqual([]);
});

test('another tolerance: the document that waits for a person is told field by field', () => {
  const { db, ids } = reported();
  const told = feed(db, testCentral([], undefined, 30 * 60_000))!;
  expect(shown(told)).toEqual([['changed', 'QuantityReported', ids[2]]]);
  expect(told.differences[0]).toMatchObject({
    ...{ kind: 'confirmation', line: m02, document: expect.stringMatching(/^D/) },
    changes: [
      { field: 'atMs', production: 1_325_458_800_000, test: firstDayMs + dayMs + 40 * 60_000 },
      { field: 'state', production: 'sent', test: 'not sent' },
    ],
  });
  expect(replayText(told)).toContain('state: sent in production, not sent here');
});

test('broken off, it goes on where it was; a page that does not follow is refused', () => {
  const { db } = threeDays(1, 20);
  const path = join(testFolder(), 'replay.db');
  const first = testCentral([], path);
  expect(feed(db, first, 7, 3)).toBe(undefined);
  first.close();
  const again = testCentral([], path);
  const asked = { source: 'there', day, lines: [] };
  const { replay, after } = again.begin(asked, false);
  expect([after, again.begin(asked, true).after]).toEqual([21, 21]);
  expect(again.told({ limit: 5 })).toMatchObject({ state: 'feeding', facts: 21 });
  const fed = { replay, after: 14, entries: [], isLast: false };
  expect(() => again.feed(fed, false)).toThrow('replay: after 14: it goes on behind 21');
  expect(() => again.feed({ ...fed, replay: 'x' }, false)).toThrow('replay: x does not stand here');
  expect(feed(db, again, 50)).toMatchObject({ state: 'compared', differences: [] });
  expect(() => again.feed({ ...fed, after: 0 }, false)).toThrow(/it is compared/);
  expect(again.begin({ ...asked, day: '2026-11-22' }, false).after).toBe(0);
});

test('only a test central replays, and neither ledger is changed by it', () => {
  const { db } = reported();
  const rules = { switches: [], inspections: [], skewMaxMs };
  const asked = { source: 'there', day, lines: [] };
  const production = openReplays({ path: '/nowhere', environment: 'production', rules });
  expect(() => production.begin(asked, false)).toThrow(/this central is of production/);
  const nowhere = openReplays({ path: undefined, environment: 'test', rules });
  expect(() => nowhere.begin(asked, false)).toThrow(/config\.replayPath must name a file/);
  const before = db.prepare('SELECT * FROM posting ORDER BY id').all();
  feed(db, testCentral());
  expect(db.prepare('SELECT * FROM posting ORDER BY id').all()).toEqual(before);
});
