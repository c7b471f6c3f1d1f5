// Machines to install on: a fresh Debian each, with systemd as the first process, in a container
// with a network of its own that leads nowhere else.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { mirrorHere } from '../../cli/debian.ts';
import { run, said } from './shell.ts';

const bridge = 'hfleet0';
export const controllerAddress = '10.77.0.1';
const packages = 'systemd,openssh-server,python3,iproute2,procps';
const needed = ['debootstrap', 'systemd-nspawn', 'ip', 'ssh', 'ssh-keygen', 'openssl'];
const ansible = ['ansible-playbook', 'ansible-vault'];
const bootTimeoutMs = 120_000;
const stopTimeoutMs = 60_000;

/** What this machine lacks for a lab, in words; empty if it has all. */
export async function lacking(): Promise<string[]> {
  const found: string[] = [];
  for (const name of [...needed, ...ansible]) {
    if ((await said('sh', ['-c', `command -v ${name}`])).code !== 0) found.push(name);
  }
  if (process.getuid?.() !== 0) found.push('root');
  return found;
}

/** A Debian with what a fresh installation has, and SSH; made once, and kept in the cache. */
export async function makeBase(folder: string): Promise<void> {
  if (existsSync(join(folder, 'made'))) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const options = ['--variant=minbase', `--include=${packages}`];
  await run('debootstrap', [...options, 'bookworm', join(folder, 'root'), await mirrorHere()]);
  await run('systemctl', [`--root=${join(folder, 'root')}`, 'enable', 'systemd-networkd']);
  writeFileSync(join(folder, 'made'), '');
}

export type Host = Readonly<{
  name: string;
  address: string;
  /** Runs a command there. */
  ssh(command: string): Promise<string>;
  /** Switches it off as a power cut would, and keeps its disk. */
  cut(): Promise<void>;
  boot(): Promise<void>;
  stop(): Promise<void>;
  root: string;
}>;

export async function openLab(folder: string, base: string) {
  mkdirSync(folder, { recursive: true });
  const key = join(folder, 'ssh.key');
  if (!existsSync(key)) await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  await said('ip', ['link', 'del', bridge]);
  await run('ip', ['link', 'add', bridge, 'type', 'bridge']);
  await run('ip', ['addr', 'add', `${controllerAddress}/24`, 'dev', bridge]);
  await run('ip', ['link', 'set', bridge, 'up']);
  const hosts: Host[] = [];
  return {
    key,
    /** A machine booted; with the disk that it had if it is kept. */
    async host(name: string, address: string, isKept = false): Promise<Host> {
      const host = makeHost({ name, address, folder, base, key, isKept });
      hosts.push(host);
      await host.boot();
      return host;
    },
    async close(): Promise<void> {
      await Promise.all(hosts.map((host) => host.stop()));
      await said('ip', ['link', 'del', bridge]);
    },
  };
}

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);

type Parts = { name: string; address: string; folder: string; base: string; key: string };

/** The disk of a machine that nobody has touched yet. */
function makeDisk(root: string, { name, address, base }: Parts): void {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(dirname(root), { recursive: true });
  execFileSync('cp', ['--archive', '--reflink=auto', join(base, 'root'), root]);
  const put = (path: string, content: string, mode = 0o644) => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content, { mode });
  };
  put('etc/hostname', `${name}\n`);
  put('etc/machine-id', '');
  const network = [`[Match]`, 'Name=host0', '[Network]', `Address=${address}/24`, ''];
  put('etc/systemd/network/10-host0.network', network.join('\n'));
}

function makeHost({ isKept, ...parts }: Parts & { isKept: boolean }): Host {
  const { name, address, folder, key } = parts;
  const root = join(folder, 'hosts', name);
  if (!isKept) makeDisk(root, parts);
  let child: ChildProcess | undefined;

  const options = ['-q', '-i', key, '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=5'];
  const trusting = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'];
  const ask = (command: string) =>
    said('ssh', [...options, ...trusting, `root@${address}`, command]);

  /** Ends the machine: asked, or by the death of its first process, of which all others die. */
  async function end(isAsked: boolean): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    const kill = () => {
      for (const pid of childrenOf(child!.pid!)) process.kill(pid, 'SIGKILL');
    };
    if (isAsked) child.kill('SIGTERM');
    else kill();
    const timer = setTimeout(kill, stopTimeoutMs);
    await gone;
    clearTimeout(timer);
  }

  return {
    ...{ name, address, root },
    async ssh(command) {
      const { code, out } = await ask(command);
      if (code === 0) return out;
      throw new Error(`${name}: ${command} ended with ${code}:\n${out.slice(-3_000)}`);
    },
    async boot() {
      await run('install', [
        '-D',
        '-m',
        '600',
        `${key}.pub`,
        join(root, 'root/.ssh/authorized_keys'),
      ]);
      const log = openSync(join(folder, `${name}.log`), 'a');
      const where = ['--directory', root, '--machine', `hf-${name}`, `--network-bridge=${bridge}`];
      child = spawn(
        'systemd-nspawn',
        [...where, '--register=no', '--keep-unit', '--quiet', '--boot'],
        {
          stdio: ['ignore', log, log],
        },
      );
      closeSync(log);
      const deadlineMs = performance.now() + bootTimeoutMs;
      while ((await ask('true')).code !== 0) {
        if (performance.now() > deadlineMs || child.exitCode !== null) {
          throw new Error(`${name}: did not boot, see ${folder}/${name}.log`);
        }
        await delay(500);
      }
    },
    cut: () => end(false),
    stop: () => end(true),
  };
}
