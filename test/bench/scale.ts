// Many edges at once: all that they do on the wire, against a real hub and a real central. Told are
// how long they take to come in, what a fact costs each program in processor time (which does not
// depend on who else uses the machine), how old a fact is when central has it, how long a region
// takes to drain after an outage, and what the death of a server of the hub comes to.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startHub } from '../../cli/broker.ts';
import { read } from '../../cli/drive.ts';
import { startHubs } from '../../cli/hubs.ts';
import { freePorts } from '../../cli/port.ts';
import { startProgram } from '../../cli/program.ts';
import { percentile, thousands } from './figures.ts';
import type { Order, Task, Told } from './swarm.ts';

const usage = `npm run bench:scale -- [options]
  --edges N    edges, each with a connection of its own; 100
  --lines N    lines of each, at most 20; 20
  --rate N     facts of one line in a second; 5
  --hubs N     servers of the hub: 1 or 3; 3
  --steady N   seconds of even work that are measured; 30
  --outage N   seconds that all edges are cut off; 30
`;
const { values } = parseArgs({
  options: {
    edges: { type: 'string', default: '100' },
    lines: { type: 'string', default: '20' },
    rate: { type: 'string', default: '5' },
    hubs: { type: 'string', default: '3' },
    steady: { type: 'string', default: '30' },
    outage: { type: 'string', default: '30' },
    help: { type: 'boolean', default: false },
  },
});
const [edges, lines, rate, members, steadyS, outageS] = [
  ...[values.edges, values.lines, values.rate, values.hubs, values.steady, values.outage],
].map(Number) as [number, number, number, number, number, number];
const childEdges = 250;
/** Longest that anything is waited for, s. */
const waitMaxS = 900;
const say = (text: string) => process.stdout.write(`${text}\n`);
const place = { plant: 'HF01', storageLocation: '0001' };

/** Processor time of a process so far, s: fields 14 and 15 of its stat, in ticks of 10 ms. */
function cpuS(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
const rssMb = (pid: number): number =>
  Math.round(
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1_024,
  );

async function startSwarm(task: Omit<Task, 'from' | 'edges'>) {
  const children: ChildProcess[] = [];
  for (let from = 0; from < edges; from += childEdges) {
    const child = fork(join(import.meta.dirname, 'swarm.ts'));
    children.push(child);
    child.send({ ...task, from, edges: Math.min(childEdges, edges - from) });
    await once(child, 'message');
  }
  const order = (what: Order): Promise<unknown[]> =>
    Promise.all(
      children.map(async (child) => {
        child.send(what);
        return (await once(child, 'message'))[0] as unknown;
      }),
    );
  return {
    order,
    pids: children.map(({ pid }) => pid!),
    async told(): Promise<Told> {
      const all = (await order('told')) as Told[];
      const sum = (of: (told: Told) => number) => all.reduce((total, one) => total + of(one), 0);
      return {
        entered: sum((one) => one.entered),
        stated: sum((one) => one.stated),
        sent: sum((one) => one.sent),
        kept: sum((one) => one.kept),
        doubts: sum((one) => one.doubts),
        agesMs: all.flatMap(({ agesMs }) => agesMs),
      };
    },
  };
}

type Swarm = Awaited<ReturnType<typeof startSwarm>>;

/** Seconds until it holds. Throws after 900 s. */
async function until(swarm: Swarm, what: string, holds: (told: Told) => boolean): Promise<number> {
  const startMs = performance.now();
  for (;;) {
    const told = await swarm.told();
    const seconds = (performance.now() - startMs) / 1_000;
    if (holds(told)) return seconds;
    if (seconds > waitMaxS) throw new Error(`${what}: not after ${waitMaxS} s`);
    await delay(200);
  }
}

const aged = (agesMs: readonly number[]): string =>
  agesMs.length === 0
    ? 'no word from central'
    : `p50 ${thousands(percentile(agesMs, 0.5))} ms, p99 ${thousands(percentile(agesMs, 0.99))} ms`;

async function measure(directory: string, closing: (() => unknown)[]): Promise<void> {
  const hubs =
    members === 1
      ? [await startHub({ directory: join(directory, 'hub') })]
      : await startHubs({ directory: join(directory, 'hub'), members });
  closing.push(() => Promise.all(hubs.map((hub) => hub.stop())));
  const config = { path: join(directory, 'erp.sqlite'), ...place };
  const erp = await startProgram({
    name: 'erp',
    entry: 'central/sandbox/main.ts',
    config,
    directory,
  });
  closing.push(() => erp.stop());
  const [httpPort] = await freePorts(1);
  const central = await startProgram({
    ...{ name: 'central', entry: 'central/main.ts', directory },
    config: {
      ...{ storePath: join(directory, 'ledger.sqlite'), httpPort, logLevel: 'warn' },
      natsUrl: hubs.map(({ url }) => url).join(','),
      hubMonitorUrl: hubs.map(({ httpUrl }) => httpUrl).join(','),
      stream: { replicas: members, megabytesMax: 8_192 },
      erp: { url: erp.url, ...place },
    },
  });
  closing.push(() => central.stop());
  const urls = hubs.map(({ url }) => url);
  const swarm = await startSwarm({ urls, lines, rate });
  const all = edges * lines;
  say(`${edges} edges of ${lines} lines, ${rate} facts/s each: ${thousands(all * rate)} facts/s`);

  await swarm.order('connect');
  const inS = await until(swarm, 'coming in', ({ entered }) => entered === all);
  say(`all ${thousands(all)} lines are let in after ${inS.toFixed(1)} s`);

  await swarm.order('begin');
  await delay(10_000);
  const before = await swarm.told();
  const parts = { hub: hubs.map(({ pid }) => pid), central: [central.pid], edges: swarm.pids };
  const spent = () =>
    Object.values(parts).map((pids) => pids.reduce((sum, pid) => sum + cpuS(pid), 0));
  const cpu = spent();
  await delay(steadyS * 1_000);
  const steady = await swarm.told();
  const facts = steady.kept - before.kept;
  const each = spent().map((now, index) => (((now - cpu[index]!) / facts) * 1e6).toFixed(1));
  const names = Object.keys(parts);
  say(`even work: ${thousands(facts / steadyS)} facts/s in the ledger, ${aged(steady.agesMs)}`);
  say(`  µs of processor a fact: ${names.map((name, at) => `${name} ${each[at]}`).join(', ')}`);
  const behind = thousands(steady.stated - steady.kept);
  say(`  behind by ${behind} facts, memory of central ${rssMb(central.pid)} MB`);

  await swarm.order('cut');
  await delay(outageS * 1_000);
  const cut = await swarm.told();
  await swarm.order('connect');
  const backlog = cut.stated - cut.kept;
  const near = ({ stated, kept }: Told) => stated - kept <= all * rate * 2;
  const drainS = await until(swarm, 'draining', near);
  const waited = `${thousands(backlog)} facts waited`;
  say(`after ${outageS} s without a network: ${waited}, drained in ${drainS.toFixed(1)} s`);

  if (members > 1) {
    const was = await swarm.told();
    hubs[0]!.kill();
    const onS = await until(swarm, 'going on', ({ kept }) => kept > was.kept + all * rate * 10);
    say(
      `a server of the hub died: ten seconds of facts are in the ledger ${onS.toFixed(1)} s later`,
    );
    await hubs[0]!.restart();
  }
  await swarm.order('freeze');
  await until(swarm, 'the end', ({ stated, kept }) => stated === kept);
  const end = await swarm.told();
  const { facts: held } = await read<{ facts: number }>(central.url, '/v1/status');
  say(`stated ${thousands(end.stated)}, in the ledger ${thousands(held)}, doubts ${end.doubts}`);
  if (held !== end.stated) throw new Error('the ledger does not hold what was stated');
  await swarm.order('stop');
}

if (values.help) say(usage);
else {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-scale-'));
  const closing: (() => unknown)[] = [];
  try {
    await measure(directory, closing);
  } finally {
    for (const end of closing.reverse()) await end();
    rmSync(directory, { recursive: true });
  }
}
