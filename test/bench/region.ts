// A region that is played for real, on this machine: a hub, a central with its ledger, an ERP, and
// the wire of many edges. Each is a process, or several; what they use of the processor is told.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startHub } from '../../cli/broker.ts';
import { startHubs } from '../../cli/hubs.ts';
import type { Broker } from '../../cli/natsserver.ts';
import { freePorts } from '../../cli/port.ts';
import { startProgram } from '../../cli/program.ts';
import type { Order, Task, Told } from './swarm.ts';

const childEdges = 250;
/** Longest that anything is waited for, s. */
const waitMaxS = 900;
const place = { plant: 'HF01', storageLocation: '0001' };

/** Processor time of a process so far, s: fields 14 and 15 of its stat, in ticks of 10 ms. */
export function cpuS(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
export const rssMb = (pid: number): number =>
  Math.round(
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1_024,
  );
/** Processor time that the whole machine has spent so far, s. */
export function machineS(): number {
  const [, ...fields] = readFileSync('/proc/stat', 'utf8').split('\n')[0]!.split(/\s+/);
  const [user, nice, system, , , irq, softirq, steal] = fields.map(Number);
  return (user! + nice! + system! + irq! + softirq! + steal!) / 100;
}

async function startSwarm(edges: number, task: Omit<Task, 'from' | 'edges'>) {
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
        segments: sum((one) => one.segments),
        doubts: sum((one) => one.doubts),
        agesMs: all.flatMap(({ agesMs }) => agesMs),
      };
    },
    /** Seconds until it holds. Throws after 900 s. */
    async until(what: string, holds: (told: Told) => boolean): Promise<number> {
      const startMs = performance.now();
      for (;;) {
        const told = await this.told();
        const seconds = (performance.now() - startMs) / 1_000;
        if (holds(told)) return seconds;
        if (seconds > waitMaxS) throw new Error(`${what}: not after ${waitMaxS} s`);
        await delay(100);
      }
    },
  };
}

type Parts = Omit<Task, 'from' | 'urls'> & {
  directory: string;
  /** Servers of the hub: 1 or 3. */
  members: number;
  /** What central is told beside, or instead. */
  config?: object;
  /** Called with what is to be ended, the last first. */
  closing: (end: () => unknown) => void;
};
export type Region = Awaited<ReturnType<typeof startRegion>>;

export async function startRegion(parts: Parts) {
  const { directory, members, edges, closing, config = {}, ...task } = parts;
  const hubs: Broker[] =
    members === 1
      ? [await startHub({ directory: join(directory, 'hub') })]
      : await startHubs({ directory: join(directory, 'hub'), members });
  closing(() => Promise.all(hubs.map((hub) => hub.stop())));
  const entry = 'central/sandbox/main.ts';
  const books = { path: join(directory, 'erp.sqlite'), ...place };
  const erp = await startProgram({ name: 'erp', entry, config: books, directory });
  closing(() => erp.stop());
  const usual = {
    ...{ storePath: join(directory, 'ledger.sqlite'), logLevel: 'warn' },
    natsUrl: hubs.map(({ url }) => url).join(','),
    hubMonitorUrl: hubs.map(({ httpUrl }) => httpUrl).join(','),
    stream: { replicas: members, megabytesMax: 8_192 },
    erp: { url: erp.url, ...place },
    ...config,
  };
  async function startCentral(name: string) {
    const [httpPort] = await freePorts(1);
    const own = { ...usual, httpPort };
    return startProgram({ name, entry: 'central/main.ts', config: own, directory });
  }
  const central = await startCentral('central');
  closing(() => central.stop());
  const swarm = await startSwarm(edges, { ...task, urls: hubs.map(({ url }) => url) });
  closing(() => swarm.order('stop').catch(() => undefined));
  const pids = { hub: hubs.map(({ pid }) => pid), central: [central.pid], edges: swarm.pids };
  return {
    ...{ hubs, central, swarm, startCentral, pids, erpUrl: erp.url },
    /** Ends the ERP, whose file nobody else can read while it runs. */
    stopErp: () => erp.stop(),
    /** Processor time so far of each part, s, and of all that is not ours. */
    spent() {
      const of = (all: readonly number[]) => all.reduce((sum, pid) => sum + cpuS(pid), 0);
      const own = { hub: of(pids.hub), central: of(pids.central), edges: of(pids.edges) };
      const bench = process.cpuUsage();
      const ours = own.hub + own.central + own.edges + (bench.user + bench.system) / 1e6;
      return { ...own, others: machineS() - ours - cpuS(erp.pid) };
    },
  };
}
