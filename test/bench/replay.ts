// How fast a test central lives through a production day, and what came before it: a generated
// history of three plants in a backup of a ledger, fed by the command itself over HTTP, and whether
// the same rules find no difference.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { openBoard } from '../../central/desk/board.ts';
import { buildHttp } from '../../central/desk/http.ts';
import { migrations, openMemory } from '../../central/memory.ts';
import { openReplays } from '../../central/replay/replays.ts';
import { type Database, openDatabase } from '../../shared/database.ts';
import type { Replayed } from '../../shared/replay.ts';
import { bare } from '../helpers/bare.ts';
import { openYear } from '../helpers/year.ts';
import { thousands } from './figures.ts';

const usage = `npm run bench:replay -- [options]
  --facts N     facts of the day that is replayed; 100000
  --before N    facts of the ten days before it; 0
`;
const { values } = parseArgs({
  options: {
    facts: { type: 'string', default: '100000' },
    before: { type: 'string', default: '0' },
    help: { type: 'boolean', default: false },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const [dayMs, parts, daysBefore] = [86_400_000, 365, 10];
const skewMaxMs = 1_000 * dayMs;
const day = '2025-07-02';
const fromMs = Date.parse(`${day}T00:00:00Z`);

/**
 * When each part of the history comes to central: all in one day, but for what is before it. What
 * is called for is answered by the ERP when the next part comes.
 */
function* comings(facts: number, before: number) {
  const year = openYear({ facts: facts + before, seed: 1 });
  const early = Math.floor((parts * before) / (facts + before));
  let part = 0;
  for (const { segments } of year.days()) {
    const into = part - early;
    const share = into < 0 ? (daysBefore * into) / early : into / (parts - early);
    yield { segments, atMs: fromMs + Math.floor(share * dayMs) };
    part += 1;
  }
}

/** The history in a ledger, each document of it posted. */
function live(db: Database): void {
  const time = { nowMs: 0 };
  const nowMs = () => time.nowMs;
  const { ledger, postings } = openMemory({
    ...{ db, nowMs, waitMs: nowMs, maxInFlightMs: 1, skewMaxMs },
  });
  let documents = 0;
  function postAll(): void {
    for (let tasks = postings.next(new Set(), 500); tasks.length > 0; ) {
      postings.together(() => {
        for (const { posting } of tasks) {
          postings.settle(posting.key, { kind: 'posted', document: `D${++documents}` });
        }
      });
      tasks = postings.next(new Set(), 500);
    }
  }
  for (const { segments, atMs } of comings(Number(values.facts), Number(values.before))) {
    time.nowMs = atMs - 1;
    postAll();
    time.nowMs = atMs;
    ledger.accept(segments.map((segment) => ({ segment })));
  }
  time.nowMs = fromMs + dayMs - 1_000;
  postAll();
}

/** A test central, as far as it is asked here. */
async function openTest(path: string) {
  const db = openDatabase(':memory:', migrations);
  const rules = { switches: [], inspections: [], skewMaxMs };
  const replays = openReplays({ path, environment: 'test', rules });
  const memory = openMemory({ db, nowMs: Date.now, waitMs: Date.now, maxInFlightMs: 1 });
  const app = buildHttp(openBoard({ ...memory, ...bare, db, replays }), () => '');
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    async close(): Promise<void> {
      await app.close();
      replays.close();
      db.close();
    },
  };
}

/** The command, as people run it. */
async function replay(from: string, url: string): Promise<Replayed> {
  const args = ['--from', from, '--day', day, '--into', url, '--json', '--limit', '100'];
  const run = promisify(execFile)(process.execPath, ['cli/holdfast.ts', 'replay', ...args]);
  // Exit code 1 is that documents differ.
  const { stdout } = await run.catch((error) => {
    if (error.code === 1) return error as { stdout: string };
    throw error;
  });
  return JSON.parse(stdout) as Replayed;
}

async function measure(folder: string): Promise<void> {
  const path = join(folder, 'ledger.sqlite');
  const db = openDatabase(path, migrations);
  db.pragma('synchronous = OFF');
  live(db);
  db.close();
  const central = await openTest(join(folder, 'replay.sqlite'));
  const [startMs, used] = [performance.now(), process.cpuUsage()];
  const { facts, factsOfDay, rules, differences } = await replay(path, central.url);
  const tookMs = performance.now() - startMs;
  const { user, system } = process.cpuUsage(used);
  const documents = rules.reduce((sum, { production }) => sum + production, 0);
  const rate = thousands((facts / tookMs) * 1_000);
  const own = thousands((facts / (user + system)) * 1_000_000);
  say(
    `${thousands(facts)} facts lived through in ${(tookMs / 1_000).toFixed(1)} s: ${rate} a second`,
  );
  say(`${own} a second of central's own processor time; load ${loadavg()[0]!.toFixed(1)}`);
  say(`${thousands(factsOfDay)} of the day, with ${thousands(documents)} documents compared`);
  say(differences.length === 0 ? 'none differs' : `differs: ${JSON.stringify(differences[0])}`);
  say(`this process has ${thousands(process.memoryUsage().rss / 1_048_576)} MB`);
  await central.close();
}

if (values.help) say(usage);
else {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-replay-'));
  try {
    await measure(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
