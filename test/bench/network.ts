// A hub of three servers, a central and a region of edges, each in a network of its own on one
// machine: the region's is bad, and the server that leads the stream is parted from the rest while
// it lives. Nothing is lost or doubled, the side without a majority takes nothing, and it heals.
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startProgram } from '../../cli/program.ts';
import { findNatsServer } from '../../cli/provision.ts';
import { eventSubject, hubDomain } from '../../shared/subject.ts';
import { readChains } from '../helpers/chains.ts';
import { percentile, thousands } from './figures.ts';
import { type Networks, openNetworks, whyNot } from './netns.ts';
import type { Order, Told } from './swarm.ts';
import type { Asked } from './witness.ts';

const usage = `npm run bench:network -- [options]
  --edges N   edges of 20 lines in the region; 3
  --parted N  seconds that the leader is parted; 12
Needs Linux, root and iproute2; says so where it cannot be run.
`;
const { values } = parseArgs({
  options: {
    edges: { type: 'string', default: '3' },
    parted: { type: 'string', default: '12' },
    help: { type: 'boolean', default: false },
  },
});
const [edges, partedS] = [values.edges, values.parted].map(Number) as [number, number];
const [lines, rate] = [20, 5];
const servers = ['h1', 'h2', 'h3'] as const;
const place = { plant: 'HF01', storageLocation: '0001' };
const waitMaxMs = 60_000;
const say = (text: string) => process.stdout.write(`${text}\n`);

/** A child of ours in a place, that is asked by messages. */
function childIn(networks: Networks, name: string, file: string): ChildProcess {
  const [execPath, ...before] = networks.under(name) as [string, ...string[]];
  const execArgv = [...before, process.execPath];
  return fork(join(import.meta.dirname, file), { execPath, execArgv });
}
async function tell<T>(child: ChildProcess, message: object | string): Promise<T> {
  const heard = once(child, 'message');
  child.send(message);
  return (await heard)[0] as T;
}
type Answer = { value?: unknown; failed?: string };
const asking = (child: ChildProcess) => (asked: Asked) => tell<Answer>(child, asked);

async function until(what: string, holds: () => Promise<boolean>): Promise<number> {
  const startMs = performance.now();
  while (!(await holds())) {
    if (performance.now() - startMs > waitMaxMs) throw new Error(`${what}: not in time`);
    await delay(100);
  }
  return (performance.now() - startMs) / 1_000;
}

const urlOf = (networks: Networks, name: string, port: number, scheme = 'http') =>
  `${scheme}://${networks.addressOf(name)}:${port}`;

/** A server of the hub in its own place; it ends with `closing`. */
async function startServer(networks: Networks, name: string, directory: string, end: Closing) {
  const own = join(directory, name);
  mkdirSync(own);
  const address = networks.addressOf(name);
  const config = {
    ...{ server_name: name, listen: `${address}:4222`, http: `${address}:8222` },
    ...{ max_payload: 1024 * 1024, ping_interval: '5s', ping_max: 2 },
    jetstream: { store_dir: own, domain: hubDomain, sync_interval: 'always' },
    cluster: {
      ...{ name: 'hub', listen: `${address}:6222` },
      routes: servers.map((one) => urlOf(networks, one, 6222, 'nats-route')),
    },
  };
  const file = join(own, 'server.conf');
  writeFileSync(file, JSON.stringify(config));
  const log = openSync(join(own, 'server.log'), 'a');
  const [command, ...before] = networks.under(name) as [string, ...string[]];
  const args = [...before, await findNatsServer(), '-c', file];
  const child = spawn(command, args, { stdio: ['ignore', log, log] });
  const gone = once(child, 'exit');
  process.once('exit', () => child.kill('SIGKILL'));
  end(async () => {
    child.kill('SIGTERM');
    await gone;
  });
}

const isHealthy = (url: string): Promise<boolean> =>
  fetch(`${url}/healthz`, { signal: AbortSignal.timeout(1_000) }).then(
    ({ ok }) => ok,
    () => false,
  );

type Closing = (end: () => unknown) => void;

async function startAll(networks: Networks, directory: string, end: Closing) {
  await Promise.all(servers.map((name) => startServer(networks, name, directory, end)));
  const monitors = servers.map((name) => urlOf(networks, name, 8222));
  const areHealthy = async () => (await Promise.all(monitors.map(isHealthy))).every(Boolean);
  await until('three servers', areHealthy);
  const under = networks.under('central');
  const books = { path: join(directory, 'erp.sqlite'), ...place };
  const sandbox = { name: 'erp', entry: 'central/sandbox/main.ts', config: books };
  const erp = await startProgram({ ...sandbox, directory, under });
  end(() => erp.stop());
  const urls = servers.map((name) => urlOf(networks, name, 4222, 'nats'));
  const config = {
    ...{ storePath: join(directory, 'ledger.sqlite'), logLevel: 'warn', httpPort: 8081 },
    ...{ natsUrl: urls.join(','), hubMonitorUrl: monitors.join(',') },
    ...{ stream: { replicas: 3 }, erp: { url: erp.url, ...place } },
  };
  const central = await startProgram({
    ...{ name: 'central', entry: 'central/main.ts', config, directory, under },
  });
  end(() => central.stop());
  const swarm = childIn(networks, 'region', 'swarm.ts');
  end(() => void swarm.kill());
  await tell(swarm, { urls, from: 0, edges, lines, rate, burst: 1 });
  const order = (what: Order) => tell<unknown>(swarm, what);
  return { central, order, told: async () => (await order('told')) as Told };
}

type Running = Awaited<ReturnType<typeof startAll>>;

/** Parts the leader, looks at both sides, and heals. */
async function part(networks: Networks, { told }: Running, leader: string, end: Closing) {
  const inside = childIn(networks, leader, 'witness.ts');
  end(() => void inside.kill());
  const subject = eventSubject('acme/nobody/hall/L1');
  const url = urlOf(networks, leader, 4222, 'nats');
  const before = await told();
  networks.part(leader);
  const [minority, onS] = await Promise.all([
    asking(inside)({ ask: 'publish', url, subject }),
    until('facts without the leader', async () => {
      return (await told()).kept > before.kept + edges * lines * rate * 2;
    }),
  ]);
  if (minority.failed === undefined) throw new Error('the side without a majority took a message');
  say(`parted from the leader: 2 s of facts are in the ledger ${onS.toFixed(1)} s later`);
  say(`  the side without a majority takes nothing: ${minority.failed}`);
  await delay(Math.max(0, partedS - onS) * 1_000);
  networks.heal(leader);
  const whole = async () => isHealthy(urlOf(networks, leader, 8222));
  say(`healed: the server is whole after ${(await until('healing', whole)).toFixed(1)} s`);
  const last = await asking(inside)({ ask: 'last', url, subject });
  if (last.value !== null) throw new Error(`what was refused is in the stream: ${last.value}`);
}

async function measure(networks: Networks, directory: string, end: Closing): Promise<void> {
  const running = await startAll(networks, directory, end);
  const { order, told, central } = running;
  say(`the region's way: ${networks.spoil('region')}`);
  await order('connect');
  const entered = async () => (await told()).entered >= edges * lines;
  say(
    `all ${edges * lines} lines are let in ` +
      `after ${(await until('coming in', entered)).toFixed(1)} s`,
  );
  await order('begin');
  await delay(2_000);
  const before = await told();
  await delay(5_000);
  const now = await told();
  const at = (share: number) => thousands(percentile(now.agesMs, share));
  const age = `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
  say(`  ${thousands((now.kept - before.kept) / 5)} facts/s in the ledger, ${age} late`);
  say(`  ${networks.lost('region')} packets were lost`);
  const witness = childIn(networks, 'central', 'witness.ts');
  end(() => void witness.kill());
  const url = servers.map((name) => urlOf(networks, name, 4222, 'nats'))[0]!;
  const { value: leader } = await asking(witness)({ ask: 'leader', url });
  await part(networks, running, String(leader), end);
  await order('freeze');
  await until('the end', async () => {
    const { stated, kept } = await told();
    return stated === kept;
  });
  const { stated, doubts } = await told();
  await order('stop');
  await central.stop();
  const { facts, broken } = readChains(join(directory, 'ledger.sqlite'), 'ledger');
  say(`stated ${thousands(stated)}, in the ledger ${thousands(facts)}, doubts ${doubts}`);
  say(`  chains broken, or facts twice: ${broken.length}`);
  if (facts !== stated || broken.length > 0) throw new Error('the ledger is not what was stated');
}

if (values.help) say(usage);
else {
  const why = whyNot();
  if (why !== undefined) say(`not run: ${why}`);
  else {
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-network-'));
    const networks = await openNetworks([...servers, 'central', 'region']);
    const closing: (() => unknown)[] = [];
    try {
      await measure(networks, directory, (end) => closing.push(end));
    } finally {
      for (const end of closing.reverse()) await end();
      networks.close();
      rmSync(directory, { recursive: true });
    }
  }
}
