import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ask, read } from '../../cli/drive.ts';
import { freePorts } from '../../cli/port.ts';
import { type Program, startProgram } from '../../cli/program.ts';
import { type LinkProxy, startProxy } from '../../cli/proxy.ts';
import type { MachinesStatus } from '../../edge/machine/report.ts';
import type { Status } from '../../edge/status.ts';
import { testFolder } from './folder.ts';
import { waitFor } from './plantnet.ts';
import { m01, shop } from './shop.ts';

export type EdgeStatus = Status & { machines: MachinesStatus };
export type MachineLine = Awaited<ReturnType<typeof startMachineLine>>;
type Told = { machines: { made: { good: number; scrap: number }; calls: string[] }[] };

/** A mapping of machine M1 of the simulator, by our own names of its tags. */
export const simulated = (port: number, endpoint = '{ mode: None, policy: None, url: "URL" }') => `
version: 1
line: ${m01}
endpoint: ${endpoint.replace('URL', `opc.tcp://127.0.0.1:${port}`)}
session: { bookMs: 200, publishingMs: 200, keepAliveCount: 5 }
namespaces: { m: "http://holdfast.example/machines/" }
units:
  press:
    profile: packml-tags
    root: "m;s=M1."
    counters:
      good: { at: "m;s=M1.Good", counts: good, maxPerSec: 50, slack: 50 }
      scrap: { at: "m;s=M1.Scrap", counts: scrap, maxPerSec: 50, slack: 50 }
`;

/** A machine that makes what it is told to, in a process of its own that can be killed. */
export async function startMachine(directory: string, config: object = {}) {
  const [port, controlPort] = await freePorts(2);
  const about = { folder: join(directory, 'machine'), port, controlPort, machines: ['M1'] };
  const start = (more: object): Promise<Program> =>
    startProgram({
      ...{ name: 'machines', entry: 'cli/simulator/main.ts', directory },
      config: { ...about, ...config, ...more },
    });
  let program = await start({});
  onTestFinished(() => program.kill());
  const told = async (body?: object): Promise<Told['machines'][0]['made']> => {
    const given = body && { method: 'POST', body: JSON.stringify({ machine: 'M1', ...body }) };
    const response = await fetch(program.url, given);
    return ((await response.json()) as Told).machines[0]!.made;
  };
  return {
    port: port!,
    make: (good: number, scrap = 0) => told({ good, scrap }),
    set: (change: object) => told(change),
    made: () => told(),
    async calls(): Promise<string[]> {
      const response = await fetch(program.url);
      return ((await response.json()) as Told).machines[0]!.calls;
    },
    freeze: () => process.kill(program.pid, 'SIGSTOP'),
    thaw: () => process.kill(program.pid, 'SIGCONT'),
    kill: () => program.kill(),
    async start(more: object = {}): Promise<void> {
      program = await start(more);
    },
  };
}

/** An edge without a hub, one line of which listens to a server behind a link that may fail. */
export async function startMachineLine(directory: string, port: number, text = simulated) {
  const link = await startProxy({ targetPort: port });
  onTestFinished(() => link.close());
  const [natsPort, httpPort] = await freePorts(2);
  const mapping = join(directory, 'M01.yaml');
  writeFileSync(mapping, text(link.port));
  const config = {
    storePath: join(directory, 'edge.sqlite'),
    natsUrl: `nats://127.0.0.1:${natsPort}`,
    httpPort,
    lines: [{ line: m01, lanes: 2, machine: mapping }],
  };
  const start = () => startProgram({ name: 'edge', entry: 'edge/main.ts', config, directory });
  let edge = await start();
  onTestFinished(() => edge.stop());
  const status = () => read<EdgeStatus>(edge.url, '/v1/status');
  const decide = (...commands: object[]) => ask(edge.url, commands, new AbortController().signal);
  return {
    ...({ link, status, decide, directory } satisfies { link: LinkProxy; [name: string]: unknown }),
    url: () => edge.url,
    pid: () => edge.pid,
    kill: () => edge.kill(),
    async start(): Promise<void> {
      edge = await start();
    },
    /** Order WO-1 with run R1 open. */
    work: () => decide(shop.release({ quantity: '100000' }), shop.start(), shop.phase('R1')),

    async link_(): Promise<string> {
      return (await status()).machines.lines[0]!.link;
    },
    async until(state: string, timeoutMs = 30_000): Promise<void> {
      let detail: unknown;
      const is = async () => {
        const now = (await status()).machines.lines[0];
        detail = `${now?.link}: ${now?.detail}`;
        return now?.link === state;
      };
      await waitFor(is, timeoutMs, `the link to be ${state}`).catch((error: Error) => {
        throw new Error(`${error.message}; is ${detail}`);
      });
    },
    /** What the line has booked: good and scrap. */
    async booked(): Promise<string> {
      const [line] = (await status()).lines;
      return `${line!.good}/${line!.scrap}`;
    },
    async untilBooked(wanted: string, timeoutMs = 30_000): Promise<void> {
      const seen = new Set<string>();
      const is = async () => {
        const [line] = (await status()).lines;
        const now = `${line!.good}/${line!.scrap}`;
        seen.add(now);
        return now === wanted;
      };
      await waitFor(is, timeoutMs, `${wanted} to be booked`).catch((error: Error) => {
        throw new Error(`${error.message}; was ${[...seen].slice(-5)}`);
      });
    },
  };
}

/** An edge and the simulated machine, live, with run R1 open and its counters known. */
export async function startLive(config: object = {}, text = simulated) {
  const directory = testFolder();
  const machine = await startMachine(directory, config);
  const line = await startMachineLine(directory, machine.port, text);
  await line.work();
  await line.until('live');
  await waitFor(
    async () => (await line.status()).machines.lines[0]!.units[0]!.counters.length === 2,
    10_000,
    'the counters to be known',
  );
  return { machine, line, directory };
}
