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
import type { Truth } from './simulated.ts';

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
export type Machine = Controlled<Truth> & Readonly<{ pid(): number }>;

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
  const ask = (path: string, init: RequestInit) => answerOf(`${running().url}/${path}`, init);
  return {
    ...{ url: `opc.tcp://127.0.0.1:${link.port}`, link },
    pid: () => running().pid,
    perform: (act, told = {}) => ask(act, { method: 'POST', body: JSON.stringify(told) }),
    truth: () => ask('', {}),
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
      return ask('', {});
    },
    async stop() {
      await link.close();
      await program?.kill();
      program = undefined;
      forget();
    },
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
