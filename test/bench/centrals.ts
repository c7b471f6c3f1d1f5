// One, two and three centrals on one PostgreSQL, before a real hub and an ERP that takes its time:
// facts and documents a second of each, side by side, and then the death of the one that reads the
// hub, under load: who goes on, after how long, and whether the books agree in the end.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type CentralStatus, inStates, movingStates } from '../../cli/answers.ts';
import { read } from '../../cli/drive.ts';
import { setFaults } from '../../cli/load.ts';
import type { Program } from '../../cli/program.ts';
import { type Cluster, startCluster } from '../helpers/cluster.ts';
import { breaksIn, ledgerRows } from '../helpers/twocentrals.ts';
import { booksOf, erpFlawsOf } from '../ordeal/books.ts';
import { thousands } from './figures.ts';
import { cpuS, type Region, startRegion } from './region.ts';

const usage = `npm run bench:centrals -- [options]
  --centrals N  the most that share a ledger: 1 to N are played; 3
  --edges N     edges of 20 lines; 5
  --rate N      facts of one line in a second; 4
  --latency N   what the ERP takes for a document, ms; 100
  --seconds N   that are measured; 12
`;
const { values } = parseArgs({
  options: {
    centrals: { type: 'string', default: '3' },
    edges: { type: 'string', default: '5' },
    rate: { type: 'string', default: '4' },
    latency: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '12' },
    help: { type: 'boolean', default: false },
  },
});
const [most, edges, rate, latencyMs, seconds] = [
  ...[values.centrals, values.edges, values.rate, values.latency, values.seconds],
].map(Number) as [number, number, number, number, number];
const lines = 20;
const leaseMs = 2_000;
/** Longest that the last documents are waited for, s. */
const waitMaxS = 300;
const say = (text: string) => process.stdout.write(`${text}\n`);

/** The orders of which the lines of the bench report. */
async function loadOrders(erpUrl: string): Promise<void> {
  const orders = Array.from({ length: edges * lines }, (_, at) => ({
    order: `WO-${at % lines}-${Math.floor(at / lines)}`,
    ...{ material: 'P-1', quantity: '999999999', unit: 'EA' },
    operations: [{ operation: '0010' }],
  }));
  const put = async (path: string, records: unknown[]) => {
    const response = await fetch(new URL(path, erpUrl), {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
      ...{ body: JSON.stringify(records), signal: AbortSignal.timeout(20_000) },
    });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  };
  await put('/sandbox/materials', [{ material: 'P-1', unit: 'EA', price: '1' }]);
  await put('/sandbox/orders', orders);
}

const statusOf = (one: Program) => read<CentralStatus>(one.url, '/v1/status');

async function even(region: Region, all: readonly Program[], cluster: Cluster): Promise<void> {
  const servers = () => serverS(cluster);
  const look = async () => {
    const status = await statusOf(all[0]!);
    const cpu = all.map(({ pid }) => cpuS(pid));
    return { facts: status.facts, documents: inStates(status, 'posted'), cpu, server: servers() };
  };
  const before = await look();
  const others = region.spent().others;
  await delay(seconds * 1_000);
  const now = await look();
  const mine = now.cpu.reduce((sum, s, at) => sum + s - before.cpu[at]!, 0);
  const server = now.server - before.server;
  // Of what is not the region's, the other centrals and the server are ours all the same.
  const own = now.cpu.slice(1).reduce((sum, s, at) => sum + s - before.cpu[at + 1]!, 0) + server;
  const rest = Math.max(0, region.spent().others - others - own) / seconds;
  const shares = now.cpu.map(
    (s, at) => `${(((s - before.cpu[at]!) / seconds) * 100).toFixed(0)} %`,
  );
  const perS = (what: 'facts' | 'documents') => thousands((now[what] - before[what]) / seconds);
  say(
    `${all.length} central(s): ${perS('facts')} facts/s, ${perS('documents')} documents/s; ` +
      `of a core: centrals ${shares.join(', ')}, ` +
      `PostgreSQL ${((server / seconds) * 100).toFixed(0)} %, ` +
      `others ${(rest * 100).toFixed(0)} %; ` +
      `${((mine / (now.documents - before.documents)) * 1e3).toFixed(1)} ms of centrals a document`,
  );
}

/** Processor time of all processes of the server that are there now, s. */
function serverS({ pids }: Cluster): number {
  return pids().reduce((sum, pid) => sum + cpuS(pid), 0);
}

/** Kills the one that reads the hub; tells how long nothing came, and that the books agree. */
async function kill(region: Region, [reader, ...left]: readonly Program[]): Promise<void> {
  const before = await statusOf(left[0]!);
  const posted = inStates(before, 'posted');
  const startMs = performance.now();
  await reader!.kill();
  let [factsMs, documentsMs] = [0, 0];
  while (factsMs === 0 || documentsMs === 0) {
    const status = await statusOf(left[0]!);
    const nowMs = performance.now() - startMs;
    if (nowMs > waitMaxS * 1_000) throw new Error('nobody took over');
    // What was on its way when it died comes without anybody's doing.
    if (factsMs === 0 && status.facts > before.facts + edges * lines * rate) factsMs = nowMs;
    if (documentsMs === 0 && inStates(status, 'posted') > posted + 16) documentsMs = nowMs;
    await delay(50);
  }
  say(
    `the one that read the hub was killed: ` +
      `the next document after ${(documentsMs / 1e3).toFixed(1)} s, ` +
      `facts in the ledger again after ${(factsMs / 1e3).toFixed(1)} s (lease ${leaseMs / 1e3} s)`,
  );
  await region.swarm.order('freeze');
  await region.swarm.until('the facts', ({ stated, kept }) => stated === kept);
}

type Ended = {
  region: Region;
  left: Program;
  cluster: Cluster;
  schema: string;
  erpPath: string;
  stated: number;
};

/** Waits until all is posted, ends the ERP, and compares what it has with the ledger. */
async function books({ region, left, cluster, schema, erpPath, stated }: Ended): Promise<void> {
  const endMs = performance.now() + waitMaxS * 1_000;
  while (inStates(await statusOf(left), ...movingStates) > 0) {
    if (performance.now() > endMs) throw new Error('documents still move');
    await delay(200);
  }
  const rows = ledgerRows(cluster, schema);
  const [facts, posted] = [await rows.facts(), await rows.posted()];
  await region.stopErp();
  const documents = booksOf(erpPath);
  const flaws = erpFlawsOf(posted, documents);
  const breaks = breaksIn(facts).length;
  say(
    `stated ${thousands(stated)}, in the ledger ${thousands(facts.length)}, ` +
      `chains broken ${breaks}; ` +
      `posted ${thousands(posted.length)}, in the ERP ${thousands(documents.length)}: ` +
      `${flaws.lost} lost, ${flaws.doubled} doubled, ${flaws.disordered} out of order`,
  );
  const isWhole = facts.length === stated && breaks + flaws.lost + flaws.doubled === 0;
  if (!isWhole || posted.length !== documents.length) throw new Error('the books do not agree');
}

async function play(count: number, cluster: Cluster): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-centrals-'));
  chmodSync(directory, 0o755);
  const closing: (() => unknown)[] = [];
  try {
    const schema = `centrals_${count}`;
    const { url, passwordPath } = cluster;
    const config = { storePath: undefined, postgres: { url, passwordPath, schema, leaseMs } };
    const region = await startRegion({
      ...{ directory, members: 1, edges, lines, rate, burst: 1, config },
      closing: (end) => closing.push(end),
    });
    await loadOrders(region.erpUrl);
    await setFaults(region.erpUrl, { latencyMs });
    const all = [region.central];
    for (let nth = 2; nth <= count; nth++) {
      const next = await region.startCentral(`central-${nth}`);
      closing.push(() => next.stop());
      all.push(next);
    }
    await region.swarm.order('connect');
    await region.swarm.until('coming in', ({ entered }) => entered >= edges * lines);
    await region.swarm.order('begin');
    await delay(5_000);
    await even(region, all, cluster);
    if (count === 1) return;
    await kill(region, all);
    const { stated } = await region.swarm.told();
    await setFaults(region.erpUrl, {});
    const erpPath = join(directory, 'erp.sqlite');
    await books({ region, left: all[1]!, cluster, schema, erpPath, stated });
  } finally {
    for (const end of closing.reverse()) await end();
    rmSync(directory, { recursive: true });
  }
}

if (values.help) say(usage);
else {
  const cluster = await startCluster();
  try {
    say(
      `${thousands(edges * lines * rate)} facts/s are stated; the ERP takes ${latencyMs} ms each`,
    );
    for (let count = 1; count <= most; count++) await play(count, cluster);
  } finally {
    await cluster.stop();
  }
}
