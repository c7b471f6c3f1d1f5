// A recall drill on a year of three plants: a generated history is taken in by central's own
// ledger, its documents are posted, the indexes are built, and supplier lots are recalled, cold and
// then warm, each with all of its pages; what is told is compared with the generator's own record.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Memory, migrations, openMemory } from '../../central/memory.ts';
import { recalledMax } from '../../central/story/recall.ts';
import { type Database, openDatabase } from '../../shared/database.ts';
import type { RecalledRow } from '../../shared/recalltext.ts';
import { random } from '../helpers/random.ts';
import { openYear } from '../helpers/year.ts';
import { percentile, thousands } from './figures.ts';

const usage = `npm run bench:recall -- [options]
  --facts N    facts of the year; 5000000
  --lots N     supplier lots by chance that are recalled, cold and then warm, behind the five that
               went into most orders; 40
  --seed N     of the history and of the choice; 1
  --folder DIR where the ledger is made, and stays; a temporary one that goes, if absent.
               A ledger that is there is used as it is; then nothing is compared
`;
const { values } = parseArgs({
  options: {
    facts: { type: 'string', default: '5000000' },
    lots: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    folder: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const [facts, seed, recalls] = [values.facts, values.seed, values.lots].map(Number) as [
  ...[number, number, number],
];
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
const megabytes = (bytes: number): string => thousands(bytes / 1_048_576);
/** Segments of one transaction, about 2,000 facts; documents that are posted at once. */
const [segmentsAtOnce, lanesMax] = [5, 500];

let nowMs = Date.UTC(2025, 0, 1);
const openLedger = (path: string) => {
  const db = openDatabase(path, migrations);
  db.pragma('synchronous = OFF'); // the same bytes, and nothing is lost if the bench is killed
  const switches = [{ rule: 'QuantityReported', mode: 'off' }] as const;
  const times = { nowMs: () => nowMs, waitMs: () => nowMs, maxInFlightMs: 1 };
  return { db, memory: openMemory({ db, ...times, switches }) };
};

function postAll({ postings }: Memory, posted: number): number {
  let count = posted;
  const lanes = new Set<string>();
  for (let tasks = postings.next(lanes, lanesMax); tasks.length > 0; ) {
    postings.together(() => {
      for (const { posting } of tasks) {
        postings.settle(posting.key, {
          kind: 'posted',
          document: `49${`${++count}`.padStart(8, '0')}`,
        });
      }
    });
    tasks = postings.next(lanes, lanesMax);
  }
  return count;
}

/** Takes the year in, day by day; tells how long each part took. */
function live(memory: Memory, year: ReturnType<typeof openYear>): void {
  const spent = { made: 0, taken: 0, posted: 0 };
  let [lastMs, documents, told] = [performance.now(), 0, 0];
  const clock = (part: keyof typeof spent) => {
    const now = performance.now();
    spent[part] += now - lastMs;
    lastMs = now;
  };
  for (const { endMs, segments } of year.days()) {
    clock('made');
    nowMs = endMs;
    for (let at = 0; at < segments.length; at += segmentsAtOnce) {
      const arrivals = segments.slice(at, at + segmentsAtOnce).map((segment) => ({ segment }));
      memory.ledger.accept(arrivals);
    }
    clock('taken');
    documents = postAll(memory, documents);
    clock('posted');
    const known = year.counted().facts;
    if (known < told + facts / 10) continue;
    told = known;
    say(`${thousands(known)} facts, ${thousands(documents)} documents posted`);
  }
  const counted = Object.entries(year.counted()).map(([of, n]) => `${thousands(n)} ${of}`);
  say(`a year of three plants: ${counted.join(', ')}, ${thousands(documents)} documents`);
  say(`generated in ${seconds(spent.made)}, taken in ${seconds(spent.taken)}, `);
  say(`posted in ${seconds(spent.posted)}`);
}

async function index({ thread }: Memory): Promise<void> {
  const [behind, startMs] = [thread.behind(), performance.now()];
  await thread.catchUp(Number.MAX_SAFE_INTEGER);
  const tookMs = performance.now() - startMs;
  const rate = thousands((behind / tookMs) * 1_000);
  say(`indexes of ${thousands(behind)} facts built in ${seconds(tookMs)}, ${rate} facts/s`);
}

/** Takes the file out of the cache of the system, and what SQLite has of it out of ours. */
function cool(db: Database, path: string): void {
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.pragma('shrink_memory');
  execFileSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0'], { stdio: 'ignore' });
}

async function recallAll({ recall }: Memory, id: string) {
  const startMs = performance.now();
  const rows: RecalledRow[] = [];
  let [after, firstMs, bytes] = [undefined as string | undefined, 0, 0];
  for (;;) {
    const told = await recall({
      id,
      limit: recalledMax,
      ...(after === undefined ? {} : { after }),
    });
    bytes += JSON.stringify(told).length;
    firstMs ||= performance.now() - startMs;
    rows.push(...told.rows);
    if (told.isCut) throw new Error(`${id}: not all was walked`);
    if (told.next === null) return { rows, firstMs, bytes, tookMs: performance.now() - startMs };
    after = told.next;
  }
}

type Measured = Awaited<ReturnType<typeof recallAll>>;
function tell(what: string, all: readonly Measured[]): void {
  const of = (pick: (one: Measured) => number) => {
    const own = all.map(pick);
    const [p50, p95] = [0.5, 0.95].map((share) => percentile(own, share).toFixed(0));
    return `p50 ${p50}, p95 ${p95}, most ${Math.max(...own).toFixed(0)}`;
  };
  const [whole, first] = [of(({ tookMs }) => tookMs), of(({ firstMs }) => firstMs)];
  say(`${what}: all of it ${whole} ms; first page ${first} ms`);
  if (what !== 'warm') return;
  say(`rows: ${of(({ rows }) => rows.length)}; KB: ${of(({ bytes }) => bytes / 1_024)}`);
}

/** Throws where what is told is not what the generator has recorded. */
function compare(id: string, { rows }: Measured, reached: ReadonlySet<string>): void {
  const told = new Set(rows.flatMap(({ kind, name }) => (kind === 'document' ? [] : [name])));
  const missing = [...reached].filter((name) => !told.has(name));
  if (missing.length === 0 && told.size === reached.size) return;
  throw new Error(`${id}: ${told.size} told, ${reached.size} reached, missing ${missing[0]}`);
}

async function measure(folder: string): Promise<void> {
  const path = join(folder, 'ledger.sqlite');
  const isThere = existsSync(path);
  const { db, memory } = openLedger(path);
  const year = openYear({ facts, seed });
  if (!isThere) live(memory, year);
  await index(memory);
  const [disk, memoryMb] = [statSync(path).size, process.memoryUsage().rss].map(megabytes);
  say(`the ledger has ${disk} MB, this process ${memoryMb} MB`);
  const { below } = random(seed);
  const all = db
    .prepare<[], string>(
      `SELECT DISTINCT substr(source, 5) FROM link
       WHERE source >= 'lot:SUP-' AND source < 'lot:SUP.'`,
    )
    .pluck()
    .all();
  const widest = db
    .prepare<[], string>(
      `SELECT substr(source, 5) FROM link WHERE source >= 'lot:SUP-' AND source < 'lot:SUP.'
       GROUP BY source ORDER BY count(*) DESC LIMIT 5`,
    )
    .pluck()
    .all();
  const chosen = Array.from({ length: recalls }, () => all[below(all.length)]!);
  const lots = [...widest, ...chosen];
  const cold: Measured[] = [];
  const warm: Measured[] = [];
  for (const lot of lots) {
    cool(db, path);
    cold.push(await recallAll(memory, lot));
    warm.push(await recallAll(memory, lot));
    if (!isThere) compare(lot, warm.at(-1)!, year.reached(lot));
  }
  tell('cold', cold);
  tell('warm', warm);
  if (!isThere) say(`${lots.length} recalls told exactly what the generator has recorded`);
  say(`this process has ${megabytes(process.memoryUsage().rss)} MB`);
  db.close();
}

if (values.help) say(usage);
else {
  const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'holdfast-recall-'));
  mkdirSync(folder, { recursive: true });
  try {
    await measure(folder);
  } finally {
    if (values.folder === undefined) rmSync(folder, { recursive: true });
  }
}
