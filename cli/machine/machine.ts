import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault, type FaultCode } from '../../shared/fault.ts';
import { freePorts } from '../port.ts';
import { type Program, startProgram } from '../program.ts';
import { type LinkProxy, startProxy } from '../proxy.ts';
import type { Act, Told } from './acts.ts';
import type { MachineOptions } from './config.ts';
import { rewrite } from './retained.ts';
import type { Truth } from './station.ts';

/** How the counters are when a machine comes back. */
export type Counters = 'kept' | 'zeroed' | 'wrapped';

/** What can be done to any machine, whatever it is built of. */
export type Controlled<T> = Readonly<{
  /** Where clients connect: the near end of `link`. */
  url: string;
  /** The network before it, which can be cut, frozen, healed, slowed and reset. */
  link: LinkProxy;
  /** Does an act, and gives what is true after it. Throws the Fault that it was answered with. */
  perform<A extends Act>(act: A, told?: Told<A>): Promise<T>;
  truth(): Promise<T>;
  /** It takes connections and answers nothing, until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** After `kill`: it is back at the same address when this resolves. */
  restart(counters?: Counters): Promise<T>;
  /** Ends it, and forgets all that it kept. */
  stop(): Promise<void>;
}>;
/** A unit of a machine, as a test or the demo leads it. */
export type Led = Pick<Controlled<Truth>, 'perform' | 'truth'>;
export type Machine = Controlled<Truth> &
  Readonly<{
    pid(): number;
    /** Its unit of that name; the first has the machine's own `perform` and `truth`. */
    unit(name: string): Led;
  }>;

const answerMaxMs = 30_000;

/**
 * A simulated machine as a process of its own, behind a link that can fail. `folder` may be absent:
 * then all it keeps is gone at `stop`. Throws Fault UNREACHABLE if it does not start.
 */
export async function startMachine(options: MachineOptions): Promise<Machine> {
  const own = options.folder === undefined;
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'machine-'));
  mkdirSync(folder, { recursive: true });
  const [port = 0] = options.port ? [options.port] : await freePorts(1);
  const link = await startProxy({ targetPort: port });
  const config = { ...options, folder, port, advertised: link.port };
  const begin = () =>
    startProgram({ name: 'machine', entry: 'cli/machine/main.ts', config, directory: folder });
  let program: Program | undefined;
  const forget = () => own && rmSync(folder, { recursive: true, force: true });
  try {
    program = await begin();
  } catch (error) {
    await link.close();
    throw error;
  }
  const running = (): Program => {
    if (program) return program;
    throw new Fault('REFUSED', 'the machine was killed; restart it first');
  };
  const unit = (name: string) => ledAt(() => running().url, [name]);
  return {
    ...{ url: `opc.tcp://127.0.0.1:${link.port}`, link },
    pid: () => running().pid,
    ...ledAt(() => running().url, []),
    unit,
    freeze: () => void process.kill(running().pid, 'SIGSTOP'),
    thaw: () => void process.kill(running().pid, 'SIGCONT'),
    async kill() {
      const killed = running();
      program = undefined;
      await killed.kill();
    },
    async restart(counters = 'kept') {
      if (program) throw new Fault('REFUSED', 'the machine runs; kill it first');
      rewrite(folder, options, counters);
      program = await begin();
      return answerOf(running().url, {});
    },
    async stop() {
      await link.close();
      await program?.kill();
      program = undefined;
      forget();
    },
  };
}

/** A machine of a hall: what is shared by all, such as killing it, it has not. */
export type HallMachine = Led & Pick<Machine, 'url' | 'link' | 'unit'>;
export type Hall<Name extends string> = Readonly<{
  machines: Readonly<Record<Name, HallMachine>>;
  pid(): number;
  stop(): Promise<void>;
}>;

/**
 * Machines by their names, all in one process, each with a server of its own behind a link of its
 * own. All they keep is below `folder`. Throws Fault UNREACHABLE if one does not start.
 */
export async function startHall<Name extends string>(
  folder: string,
  options: Readonly<Record<Name, MachineOptions>>,
): Promise<Hall<Name>> {
  mkdirSync(folder, { recursive: true });
  const names = Object.keys(options) as Name[];
  const ports = await freePorts(names.length);
  const links = await Promise.all(ports.map((port) => startProxy({ targetPort: port })));
  const closeLinks = () => Promise.all(links.map((link) => link.close()));
  const all = names.map((name, index) => {
    const place = {
      folder: join(folder, name),
      port: ports[index],
      advertised: links[index]!.port,
    };
    return [name, { ...options[name], ...place }] as const;
  });
  const config = { machines: Object.fromEntries(all) };
  const program = await startProgram({
    ...{ name: 'hall', entry: 'cli/machine/main.ts', config, directory: folder },
  }).catch(async (error: unknown) => {
    await closeLinks();
    throw error;
  });
  const url = () => program.url;
  const machines = names.map((name, index): [Name, HallMachine] => {
    const link = links[index]!;
    const unit = (one: string) => ledAt(url, [name, one]);
    return [name, { ...ledAt(url, [name]), unit, link, url: `opc.tcp://127.0.0.1:${link.port}` }];
  });
  return {
    machines: Object.fromEntries(machines) as Record<Name, HallMachine>,
    pid: () => program.pid,
    async stop() {
      await closeLinks();
      await program.kill();
    },
  };
}

/** What the control at `url` leads at a path. */
function ledAt(url: () => string, path: readonly string[]): Led {
  const at = (names: readonly string[]) => `${url()}/${names.map(encodeURIComponent).join('/')}`;
  return {
    perform: (act, told = {}) =>
      answerOf(at([...path, act]), { method: 'POST', body: JSON.stringify(told) }),
    truth: () => answerOf(at(path), {}),
  };
}

async function answerOf(url: string, init: RequestInit): Promise<Truth> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(answerMaxMs) }).catch(
    (cause: Error) => {
      throw new Fault('UNREACHABLE', `the machine's control: ${cause.message}`, { cause });
    },
  );
  const body: unknown = await response.json();
  if (response.ok) return body as Truth;
  const { code, message } = body as { code: FaultCode; message: string };
  throw new Fault(code, message);
}
