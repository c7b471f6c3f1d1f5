// How fast a test central lives through another's ledger: a generated history of three plants, fed
// page by page as the command does, but for HTTP; and whether the same rules find no difference.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { extractedMax, openExtract } from '../../central/extract.ts';
import { migrations, openMemory } from '../../central/memory.ts';
import { openReplays } from '../../central/replays.ts';
import { type Database, openDatabase } from '../../shared/database.ts';
import { openYear } from '../helpers/year.ts';
import { thousands } from './figures.ts';

const usage = `npm run bench:replay -- [options]
  --facts N    facts of the year, whose middle day is replayed; 100000
`;
const { values } = parseArgs({
  options: {
    facts: { type: 'string', default: '100000' },
    help: { type: 'boolean', default: false },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const skewMaxMs = 86_400_000;
const day = '2025-07-02';

/** The year in a ledger; what may be posted is posted a second after the day. */
function live(db: Database): void {
  const time = { nowMs: 0 };
  const nowMs = () => time.nowMs;
  const { ledger, postings } = openMemory({
    db,
    nowMs,
    waitMs: nowMs,
    maxInFlightMs: 1,
    skewMaxMs,
  });
  let documents = 0;
  for (const { endMs, segments } of openYear({ facts: Number(values.facts), seed: 1 }).days()) {
    time.nowMs = endMs - 2_000;
    ledger.accept(segments.map((segment) => ({ segment })));
    time.nowMs += 1_000;
    for (let tasks = postings.next(new Set(), 500); tasks.length > 0; ) {
      postings.together(() => {
        for (const { posting } of tasks) {
          postings.settle(posting.key, { kind: 'posted', document: `D${++documents}` });
        }
      });
      tasks = postings.next(new Set(), 500);
    }
  }
}

function measure(folder: string): void {
  const db = openDatabase(join(folder, 'ledger.sqlite'), migrations);
  db.pragma('synchronous = OFF');
  live(db);
  const extract = openExtract(db);
  const rules = { switches: [], inspections: [], skewMaxMs };
  const path = join(folder, 'replay.sqlite');
  const replays = openReplays({ path, environment: 'test', rules });
  const untilMs = Date.parse(`${day}T00:00:00Z`) + 86_400_000;
  const startMs = performance.now();
  const { replay } = replays.begin({ source: 'bench', day, lines: [] }, false);
  for (let [after, isLast] = [0, false]; !isLast; ) {
    const page = extract({ after, limit: extractedMax });
    const entries = page.entries.filter(({ receivedMs }) => receivedMs < untilMs);
    isLast = page.next === null || entries.length < page.entries.length;
    after = replays.feed({ replay, after, entries, isLast }, false).after;
  }
  const tookMs = performance.now() - startMs;
  const { facts, factsOfDay, rules: counted, differences } = replays.told({ limit: 1 });
  const documents = counted.reduce((sum, { production }) => sum + production, 0);
  const rate = thousands((facts / tookMs) * 1_000);
  say(`${thousands(facts)} facts lived through in ${(tookMs / 1_000).toFixed(1)} s, ${rate}/s`);
  say(`${thousands(factsOfDay)} of the day, with ${thousands(documents)} documents compared`);
  say(differences.length === 0 ? 'none differs' : `differs: ${JSON.stringify(differences[0])}`);
  say(`this process has ${thousands(process.memoryUsage().rss / 1_048_576)} MB`);
  replays.close();
  db.close();
}

if (values.help) say(usage);
else {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-replay-'));
  try {
    measure(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
