import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Act, acts, type Told } from '../../cli/machine/acts.ts';
import type { Controlled, Counters } from '../../cli/machine/machine.ts';
import { numberOf } from '../../cli/machine/packml.ts';
import { advance, lastOf, type Width } from '../../cli/machine/register.ts';
import type { Truth } from '../../cli/machine/station.ts';
import { freePorts } from '../../cli/port.ts';
import { startProxy } from '../../cli/proxy.ts';
import { equipmentStates } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import { readFields } from '../../shared/field.ts';
import { makeIdentity } from './identity.ts';
import { buildPeer, type Peer } from './packages.ts';

/** What is known of it; its certificate is empty if it has none. */
export type PeerTruth = Pick<Truth, 'state' | 'mode' | 'shown' | 'made' | 'certificate'>;
export type PeerOptions = Readonly<{
  security?: 'encrypted' | 'none';
  user?: string;
  password?: string;
  bits?: number;
  signed?: boolean;
  counterFrom?: number;
  trustAll?: boolean; // else only the client that it was told to trust
}>;

/** A machine, whoever built its server: its PackTags and counters are at the same nodes. */
export type Server = Controlled<PeerTruth> &
  Readonly<{
    /** With `trustAll` false: this client's certificate (PEM) is trusted from its next start on. */
    trust(certificate: string): void;
  }>;

const answerMaxMs = 10_000;
const qualities = {
  ...{ Good: 0, UncertainLastUsableValue: 0x40900000, BadNoCommunication: 0x80310000 },
} as const;

/** Where its registers are in its memory: see `Memory` in peer.c. */
const shownAt = 16;
const madeAt = 40;

/** What it is told on its stdin for an act, or why it is not. */
function lineOf<A extends Act>(act: A, given: Told<A>): string {
  const told = readFields(acts[act], given, act) as Record<string, string | number>;
  if (act === 'password' && /\s/.test(`${told['password']}`)) {
    throw new Fault('INVALID', 'password.password: must have no blanks');
  }
  if (act === 'make' && told['rework'] !== 0) {
    throw new Fault('REFUSED', 'make: the foreign server has no rework');
  }
  if (act === 'make') return `make ${told['good']} ${told['bad']}`;
  if (act === 'produce') return `produce ${told['perS']} ${told['badPerMille']}`;
  if (act === 'state')
    return `state ${numberOf(told['state'] as (typeof equipmentStates)[number])}`;
  if (act === 'mode' || act === 'level' || act === 'shiftTime' || act === 'password') {
    return `${act} ${Object.values(told)[0]}`;
  }
  if (act === 'quality') return `quality ${qualities[told['quality'] as keyof typeof qualities]}`;
  if (act === 'flood')
    return `flood${told['of'] === 'level' ? 'Level' : 'Pieces'} ${told['values']}`;
  if (act === 'repeat') return `repeat ${told['last']}`;
  if (act === 'expireSessions') return act;
  throw new Fault('REFUSED', `${act}: the foreign server cannot do that`);
}

type Running = Readonly<{
  pid: number;
  ask(line: string): Promise<PeerTruth>;
  kill(): Promise<void>;
}>;

/** The program with an answer for each line. Resolves when it has said that it is ready. */
async function run(
  { program, libraries }: Peer,
  args: string[],
  { certificate, logPath }: Readonly<{ certificate: string; logPath: string }>,
): Promise<Running> {
  const log = openSync(logPath, 'a');
  const env = { ...process.env, LD_LIBRARY_PATH: libraries };
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', log] });
  closeSync(log);
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  const gone = new Promise<void>((resolve) => {
    child.once('error', () => resolve()).once('exit', () => resolve());
  }).then(() => void process.off('exit', end));
  child.stdin!.on('error', () => undefined);
  const waiting: ((line: string) => void)[] = [];
  createInterface({ input: child.stdout! }).on('line', (line) => waiting.shift()?.(line));
  const answer = async (what: string): Promise<PeerTruth> => {
    const line = new Promise<string>((resolve) => waiting.push(resolve));
    const late = AbortSignal.timeout(answerMaxMs);
    const never = new Promise<undefined>((resolve) => {
      late.addEventListener('abort', () => resolve(undefined));
      void gone.then(() => resolve(undefined));
    });
    const said = await Promise.race([line, never]);
    if (said === undefined) {
      throw new Fault('UNREACHABLE', `open62541: no answer to ${what}, see ${logPath}`);
    }
    const { state, ...rest } = JSON.parse(said) as PeerTruth & { state: unknown };
    return { ...rest, certificate, state: equipmentStates[Number(state) - 1]! };
  };
  const ready = answer('its start').catch(async (error) => {
    child.kill('SIGKILL');
    await gone;
    throw error;
  });
  await ready;
  return {
    pid: child.pid!,
    ask(line) {
      const answered = answer(line);
      child.stdin!.write(`${line}\n`);
      return answered;
    },
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/**
 * A machine whose server shares no code with ours: open62541, behind a link that can fail. Throws
 * Fault UNREACHABLE with the reason where it cannot be had: a test is then to be skipped with it.
 */
export async function startPeer(options: PeerOptions = {}): Promise<Server> {
  const { security = 'encrypted', user = 'edge', bits = 32, signed = true } = options;
  const { counterFrom = 0, trustAll = true } = options;
  let { password = 'edge-password' } = options;
  const peer = await buildPeer();
  const folder = mkdtempSync(join(tmpdir(), 'peer-'));
  const memory = join(folder, 'memory');
  const logPath = join(folder, 'peer.log');
  const trusted = join(folder, 'client.der');
  const [port = 0] = await freePorts(1);
  const link = await startProxy({ targetPort: port });
  const width = [bits, signed ? 1 : 0, counterFrom];
  let identities = 0;
  let secrets: string[] = [];
  let shows = '';
  const identify = async (): Promise<void> => {
    if (security === 'none') return;
    identities += 1;
    const made = await makeIdentity(join(folder, `identity-${identities}`));
    secrets = [made.certificate, made.key];
    shows = made.thumbprint;
  };
  const begin = (): Promise<Running> => {
    const plain = [port, memory, ...width, link.port].map(String);
    const client = trustAll ? '*' : trusted;
    const login = secrets.length > 0 ? [...secrets, user, password, client] : [];
    return run(peer, [...plain, ...login], { certificate: shows, logPath });
  };
  let running: Running | undefined;
  const present = (): Running => {
    if (running) return running;
    throw new Fault('REFUSED', 'the foreign server was killed; restart it first');
  };
  const stop = async (): Promise<void> => {
    await link.close();
    await running?.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await identify();
    running = await begin();
  } catch (error) {
    await stop();
    throw error;
  }
  const renew = async (): Promise<PeerTruth> => {
    await present().kill();
    await identify();
    running = await begin();
    return running.ask('truth');
  };
  return {
    ...{ url: `opc.tcp://127.0.0.1:${link.port}`, link, stop },
    async perform(act, told = {}) {
      if (act === 'certificate') return renew();
      const answered = await present().ask(lineOf(act, told));
      if (act === 'password') password = (told as Told<'password'>).password!;
      return answered;
    },
    trust: (certificate) => writeFileSync(trusted, new X509Certificate(certificate).raw),
    truth: async () => present().ask('truth'),
    freeze: () => void process.kill(present().pid, 'SIGSTOP'),
    thaw: () => void process.kill(present().pid, 'SIGCONT'),
    async kill() {
      const killed = present();
      running = undefined;
      await killed.kill();
    },
    async restart(counters = 'kept') {
      if (running) throw new Fault('REFUSED', 'the foreign server runs; kill it first');
      rewrite(memory, counters, { bits, signed });
      running = await begin();
      return running.ask('truth');
    },
  };
}

/** As `rewrite` of a simulated machine: what became of the counters while it was off. */
function rewrite(memory: string, counters: Counters, width: Width): void {
  if (counters === 'kept') return;
  const bytes = readFileSync(memory);
  const registers = [0, 2]; // all pieces, and the good ones
  if (counters === 'zeroed') bytes.fill(0, shownAt, madeAt);
  else {
    const pieces = lastOf(width) - Number(bytes.readBigInt64LE(shownAt)) + 1 + 3;
    if (pieces > 10_000) {
      throw new Fault('REFUSED', `counterFrom: is too far, ${pieces} pieces, from a wrap`);
    }
    for (const register of registers) {
      const at = shownAt + 8 * register;
      const shown = advance(Number(bytes.readBigInt64LE(at)), pieces, width);
      bytes.writeBigInt64LE(BigInt(shown), at);
      const made = bytes.readBigInt64LE(madeAt + 8 * register) + BigInt(pieces);
      bytes.writeBigInt64LE(made, madeAt + 8 * register);
    }
  }
  writeFileSync(memory, bytes);
}
