// Goal: a day of production that a test central lives through tells exactly the documents that its
// rules would post otherwise: none where they are the same.
// Method: three generated days with holds, corrections, an ERP that refuses and people who decide;
// the second is replayed by the same rules, and by others.
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openExtract } from '../central/extract.ts';
import type { Switch } from '../central/modes.ts';
import { openReplays } from '../central/replays.ts';
import type { Database } from '../shared/database.ts';
import { replayText } from '../shared/replaytext.ts';
import { firstDayMs, threeDays } from './helpers/days.ts';
import { testFolder } from './helpers/folder.ts';
import { onPostgres } from './helpers/medium.ts';
import { seeds } from './helpers/random.ts';
import { m01 } from './helpers/shop.ts';

const dayMs = 86_400_000;
const day = '2026-11-23';
const skewMaxMs = Number.MAX_SAFE_INTEGER;
const facts = onPostgres() ? 25 : 120;

function testCentral(switches: readonly Switch[] = [], path = join(testFolder(), 'replay.db')) {
  const rules = { switches, inspections: [], skewMaxMs };
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

for (const seed of seeds(2)) {
  test(`the same rules post the same documents, seed ${seed}`, () => {
    const { db } = threeDays(seed, facts);
    const told = feed(db, testCentral())!;
    expect(told).toMatchObject({ state: 'compared', factsOfDay: facts });
    expect(told.differences, replayText(told)).toEqual([]);
    const made = told.rules.reduce((sum, { production }) => sum + production, 0);
    expect(made).toBeGreaterThan(facts / 4);
    expect(replayText(told)).toContain('every document is the same');
  });
}
