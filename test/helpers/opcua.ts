import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ask, read } from '../../cli/drive.ts';
import { type Controlled, type Machine, startMachine } from '../../cli/machine/machine.ts';
import { freePorts } from '../../cli/port.ts';
import { startProgram } from '../../cli/program.ts';
import type { LinkProxy } from '../../cli/proxy.ts';
import type { Status } from '../../edge/http/status.ts';
import type { MachinesStatus } from '../../edge/machine/report.ts';
import type { PeerTruth } from '../machine/peer.ts';
import { testFolder } from './folder.ts';
import { waitFor } from './plantnet.ts';
import { m01, shop } from './shop.ts';

export type EdgeStatus = Status & { machines: MachinesStatus };
export type MachineLine = Awaited<ReturnType<typeof startMachineLine>>;
type Options = Partial<Parameters<typeof startMachine>[0]>;

const open = '{ mode: None, policy: None, url: "URL" }';

/** How a mapping of a machine of ours, or of the foreign one, begins: up to its units. */
export const headOf = (port: number, session = '', endpoint = open) => `
version: 1
line: ${m01}
endpoint: ${endpoint.replace('URL', `opc.tcp://127.0.0.1:${port}`)}
session: { bookMs: 200, publishingMs: 200, keepAliveCount: 5${session && `, ${session}`} }
namespaces: { m: "urn:holdfast:machine" }
units:
`;

/** A mapping of a machine with PackTags, by its own counters beside them; of both servers. */
export const simulated = (port: number, endpoint = open) => `${headOf(port, '', endpoint)}  press:
    profile: packml-tags
    root: "m;s=Filler."
    counters:
      good: { at: "m;s=Filler.Good", counts: good, maxPerSec: 50, slack: 50 }
      scrap: { at: "m;s=Filler.Scrap", counts: scrap, maxPerSec: 50, slack: 50 }
`;

/** The same, with more said of its session. */
export const withSession = (more: string) => (port: number) =>
  simulated(port).replace('{ bookMs', `{ ${more}, bookMs`);

/** A machine in a process of its own, gone when the test ends; without encryption unless told. */
export async function openMachine(options: Options = {}): Promise<Machine> {
  const machine = await startMachine({ profile: 'packml-tags', security: 'none', ...options });
  onTestFinished(() => machine.stop());
  return machine;
}

/** Where an edge finds a hub, and a line that is nobody else's. */
export type Site = Readonly<{ natsUrl(): string; newLine(): string }>;

/** An edge, one line of which listens to a machine by way of its link; without a hub at no site. */
export async function startMachineLine(
  directory: string,
  { link }: Readonly<{ link: LinkProxy }>,
  text = simulated,
  site?: Site,
) {
  const [natsPort, httpPort] = await freePorts(2);
  const path = site?.newLine() ?? m01;
  const mapping = join(directory, 'M01.yaml');
  /** Read at the edge's next start. */
  const map = (told: typeof text) =>
    writeFileSync(mapping, told(link.port).replace(`line: ${m01}`, `line: ${path}`));
  map(text);
  const storePath = join(directory, 'edge.sqlite');
  const config = {
    storePath,
    natsUrl: site?.natsUrl() ?? `nats://127.0.0.1:${natsPort}`,
    httpPort,
    lines: [{ line: path, lanes: 2, machine: mapping }],
  };
  const start = () => startProgram({ name: 'edge', entry: 'edge/main.ts', config, directory });
  let edge = await start();
  onTestFinished(() => edge.stop());
  const status = () => read<EdgeStatus>(edge.url, '/v1/status');
  /** As people ask: what they do is done now. */
  const decide = (...commands: object[]) => {
    const now = commands.map((one) => ({ ...one, atMs: undefined }));
    return ask(edge.url, now, new AbortController().signal);
  };
  const about = { line: path, order: `WO-${path.split('/').at(-1)!.replace('M0', '')}` };
  return {
    ...({ link, status, decide, directory } satisfies { link: LinkProxy; [name: string]: unknown }),
    ...{ path, storePath, map },
    certificateFile: join(`${storePath}.pki`, 'own', 'certs', 'edge.pem'),
    url: () => edge.url,
    pid: () => edge.pid,
    kill: () => edge.kill(),
    async start(): Promise<void> {
      edge = await start();
    },
    /** An order of its own, WO-1 without a site, with run R1 open. */
    work: () =>
      decide(
        shop.release({ quantity: '100000' }, about.order, about),
        shop.start(about),
        shop.phase('R1', {}, about),
      ),

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

type Going = { text?: typeof simulated; counters?: number; site?: Site | undefined };

/** An edge that listens to a machine, live, with run R1 open and its counters known. */
export async function goLive<M extends Controlled<PeerTruth>>(
  machine: M,
  { text = simulated, counters = 2, site }: Going = {},
) {
  const directory = testFolder();
  const line = await startMachineLine(directory, machine, text, site);
  await line.work();
  await line.until('live', 60_000);
  const known = async () => (await line.status()).machines.lines[0]!.units[0]!.counters.length;
  await waitFor(async () => (await known()) === counters, 60_000, 'the counters to be known');
  return { machine, line, directory, began: await machine.truth(), make: makerOf(machine) };
}

/** Lets a machine make pieces, at once. */
export const makerOf =
  (machine: Controlled<unknown>) =>
  (good: number, bad = 0): Promise<unknown> =>
    machine.perform('make', { good, bad });

/** The same with a simulated machine. */
export const startLive = async (options: Options = {}, text = simulated, counters = 2) =>
  goLive(await openMachine(options), { text, counters });
