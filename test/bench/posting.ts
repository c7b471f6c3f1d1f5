// How many documents a second central posts to an ERP, beside what the ERP and its latency allow in
// the same run; and whether one poisoned order holds up the others.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pino from 'pino';
import { openBreaker } from '../../central/erp/breaker.ts';
import type { Erp, Posting } from '../../central/erp/erp.ts';
import { openMemory } from '../../central/memory.ts';
import { openLeases } from '../../central/posting/leases.ts';
import { post } from '../../central/posting/poster.ts';
import { sapErp } from '../../central/sap/connector.ts';
import { turnsOf } from '../../central/sql/turns.ts';
import { startProgram } from '../../cli/program.ts';
import { steadyMs, systemClock } from '../../shared/clock.ts';
import { openBell } from '../../shared/loop.ts';
import { stated } from '../helpers/central.ts';
import { history } from '../helpers/facts.ts';
import { median, thousands } from './figures.ts';
import { benchShelf, type Shelf } from './shelf.ts';

const usage = `npm run bench:posting -- [options]
  --orders N   orders that are posted side by side; 50
  --reports N  confirmations of each; 40
  --lanes N    documents in flight at once; 16
  --runs N     runs of each figure; the median is told; 3
  --postgres   with the ledger in a PostgreSQL of its own
`;
const number = (standard: string) => ({ type: 'string', default: standard }) as const;
const { values } = parseArgs({
  options: {
    ...{ orders: number('50'), reports: number('40'), lanes: number('16'), runs: number('3') },
    postgres: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const [orders, reports] = [Number(values.orders), Number(values.reports)];
const [lanes, runs] = [Number(values.lanes), Number(values.runs)];
const place = { plant: '1000', storageLocation: '0001' };
const line = 'acme/lyon/turning/M01';
const log = pino({ level: 'silent' });
const say = (text: string) => process.stdout.write(`${text}\n`);
const waitMaxMs = 600_000;

let made = 0;
/** Numbers of orders that nothing else has used. */
const someOrders = (): string[] =>
  Array.from({ length: orders }, () => `B${`${++made}`.padStart(7, '0')}`);

async function admin(url: string, path: string, body: unknown): Promise<void> {
  const response = await fetch(new URL(`/sandbox${path}`, url), {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
}

const known = (url: string, numbers: readonly string[]) =>
  admin(
    ...([url, '/orders'] as const),
    numbers.map((order) => ({
      ...{ order, material: 'BOLT', quantity: '100000', unit: 'EA' },
      operations: [{ operation: '0010' }],
    })),
  );

const confirmation = (order: string, nth: number): Posting => ({
  ...{ kind: 'confirmation', eventId: 'bench', atMs: Date.now(), order, operation: '0010' },
  ...{ unit: 'EA', yield: '1', scrap: '0', rework: '0' },
  key: `018bcfe5-${order.slice(-4)}-7000-8000-${`${nth}`.padStart(12, '0')}`,
});

/** The connector alone, so many calls at once: what the ERP itself takes, documents a second. */
async function bare(url: string, erp: Erp): Promise<number> {
  const numbers = someOrders();
  await known(url, numbers);
  const queue = numbers.flatMap((order) =>
    Array.from({ length: reports }, (_, nth) => confirmation(order, nth)),
  );
  const total = queue.length;
  const startMs = performance.now();
  const worker = async () => {
    for (let next = queue.pop(); next; next = queue.pop()) {
      const { kind } = await erp.post(next);
      if (kind !== 'posted') throw new Error(`the ERP answers ${kind}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, worker));
  return (total * 1_000) / (performance.now() - startMs);
}

/** CPU of a document on central's own way, the call included, ms; of each run. */
let cpuMs: number[] = [];

/** Central's own way, from the ledger to the ERP; `poisoned` orders are unknown there. */
async function ours(open: Shelf['open'], url: string, erp: Erp, poisoned: number): Promise<number> {
  const numbers = someOrders();
  await known(url, numbers.slice(poisoned));
  const db = open(`${made}.sqlite`);
  const { nowMs } = systemClock;
  const waitMs = steadyMs(systemClock);
  const skewMaxMs = Number.MAX_SAFE_INTEGER; // the facts of the bench are of another year
  const { monotonicMs } = systemClock;
  const leases = turnsOf(db) && openLeases({ db, boot: `b${made}`, leaseMs: 1e9, monotonicMs });
  const { maxInFlightMs } = erp;
  const memory = openMemory({ db, nowMs, waitMs, maxInFlightMs, skewMaxMs, leases });
  const facts = numbers.flatMap((order) => [
    stated.release(order, '100000'),
    ...Array.from({ length: reports }, () => stated.report('1', {}, { order })),
  ]);
  const chunk = 500;
  const { segment } = history(line, facts);
  for (let at = 0; at < facts.length; at += chunk) {
    memory.ledger.accept([{ segment: segment(at + 1, Math.min(at + chunk, facts.length)) }]);
  }
  const stop = new AbortController();
  const posted = () =>
    memory.postings
      .counts()
      .postings.filter(({ state }) => state === 'posted')
      .reduce((sum, { postings }) => sum + postings, 0);
  const all = (orders - poisoned) * reports;
  const startMs = performance.now();
  const cpu = process.cpuUsage();
  const done = post({
    ...{ postings: memory.postings, erp, lanesMax: lanes, idleMs: 1_000 },
    ...{ bell: openBell(systemClock), clock: systemClock, log, signal: stop.signal },
    ...{ breaker: openBreaker({ nowMs, waitMs, log }), moved: () => undefined },
  });
  while (posted() < all) {
    if (performance.now() - startMs > waitMaxMs) throw new Error(`${posted()} of ${all} posted`);
    await delay(5);
  }
  const perSecond = (all * 1_000) / (performance.now() - startMs);
  const { user, system } = process.cpuUsage(cpu);
  cpuMs.push((user + system) / 1_000 / all);
  stop.abort();
  await done;
  db.close();
  return perSecond;
}

type Figures = Record<'peer' | 'own' | 'poisoned' | 'ratio', number>;

/** Each figure the median of its runs. One of each is run in turns: the machine is noisy. */
async function measure(open: Shelf['open'], url: string, erp: Erp): Promise<Figures> {
  const all: Figures[] = [];
  for (let run = 0; run < runs; run++) {
    const peer = await bare(url, erp);
    const own = await ours(open, url, erp, 0);
    const poisoned = await ours(open, url, erp, 1);
    all.push({ peer, own, poisoned, ratio: poisoned / own });
  }
  const of = (name: keyof Figures) => median(all.map((figures) => figures[name]));
  return { peer: of('peer'), own: of('own'), poisoned: of('poisoned'), ratio: of('ratio') };
}

async function main(folder: string, shelf: Shelf): Promise<void> {
  const open = (name: string) => shelf.open(join(folder, name));
  const config = { path: join(folder, 'erp.sqlite'), ...place, maxInFlightMs: 5_000 };
  const entry = 'central/sandbox/main.ts';
  const { url, stop } = await startProgram({ name: 'erp', entry, config, directory: folder });
  try {
    const erp = sapErp({ url, ...place, maxInFlightMs: 5_000, clientTimeoutMs: 5_000 });
    await admin(url, '/materials', { material: 'BOLT', unit: 'EA', price: '1' });
    say(`${orders} orders, ${reports} confirmations each, ${lanes} in flight; median of ${runs}`);
    for (const latencyMs of [0, 100]) {
      cpuMs = [];
      await admin(url, '/faults', { latencyMs });
      const { peer, own, poisoned, ratio } = await measure(open, url, erp);
      const most = thousands((lanes * 1_000) / latencyMs);
      const bound = latencyMs === 0 ? '' : `; lanes ÷ latency ${most}`;
      say(
        `latency ${latencyMs} ms: ${thousands(own)} a second; the connector alone ` +
          `${thousands(peer)}${bound}; ratio ${(own / peer).toFixed(2)}; ` +
          `${median(cpuMs).toFixed(2)} ms of CPU a document`,
      );
      say(
        `  with one order of ${orders} poisoned the others ${thousands(poisoned)} a second: ` +
          `${ratio.toFixed(2)} of that, run by run`,
      );
    }
  } finally {
    await stop();
  }
}

if (values.help) say(usage);
else {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-posting-'));
  try {
    const shelf = await benchShelf(values.postgres, folder);
    try {
      await main(folder, shelf);
    } finally {
      await shelf.stop();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  process.exit(0);
}
