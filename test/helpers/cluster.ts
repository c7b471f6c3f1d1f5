// PostgreSQL for tests: the machine's own from version 15 on, else Debian's packages, unpacked into
// the project's cache without root. A test that cannot have one says why and is not run.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import pg from 'pg';
import { unpackPackages } from '../../cli/debian.ts';
import { freePorts } from '../../cli/port.ts';
import { Fault } from '../../shared/fault.ts';

const leastMajor = 15;
const readyTimeoutMs = 30_000;
const stopTimeoutMs = 10_000;
/** initdb refuses root, and so does the server. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const superuser = 'holdfast';
const password = 'in-tests-only';

type Programs = { bin: string; libraries: string | undefined };

/** Folders of programs under a root, the newest version first. */
function versionsIn(root: string): string[] {
  if (!existsSync(root)) return [];
  const majors = readdirSync(root).map(Number);
  const fit = majors.filter((major) => major >= leastMajor).sort((a, b) => b - a);
  return fit.map((major) => join(root, `${major}`, 'bin'));
}

/** The server and the libraries that it needs, but for those that every machine has. */
async function unpack(folder: string): Promise<void> {
  const [, name = 'stable'] =
    /^VERSION_CODENAME=(\w+)/m.exec(readFileSync('/etc/os-release', 'utf8')) ?? [];
  await unpackPackages(folder, name, async (cache) => {
    const [major] = /\bpostgresql-(\d+)\b/.exec(await cache('depends', 'postgresql')) ?? [];
    if (!major) throw new Fault('UNREACHABLE', `Debian ${name} has no postgresql`);
    const no = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'];
    const options = ['--recurse', ...no.map((word) => `--no-${word}`)];
    const all = (await cache('depends', ...options, major)).split('\n');
    const libraries = all.filter((line) =>
      /^lib(?!c6$|c-bin$|gcc|crypt1$|llvm)[\w.+-]+$/.test(line),
    );
    return [...new Set([major, ...libraries])];
  });
}

/** Throws Fault UNREACHABLE where none is there and none can be fetched. */
async function findPrograms(): Promise<Programs> {
  const [own] = process.env['HOLDFAST_UNPACK'] ? [] : versionsIn('/usr/lib/postgresql');
  if (own) return { bin: own, libraries: undefined };
  const cache = resolve(
    process.env['HOLDFAST_CACHE'] || join(import.meta.dirname, '../../.cache'),
    'postgres',
  );
  const kept = join(cache, 'unpacked');
  if (!existsSync(kept)) {
    mkdirSync(cache, { recursive: true });
    const folder = mkdtempSync(join(cache, 'new-'));
    try {
      await unpack(folder);
      renameSync(folder, kept);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const [bin] = versionsIn(join(kept, 'usr/lib/postgresql'));
  if (!bin) throw new Fault('UNREACHABLE', `${kept}: has no PostgreSQL ${leastMajor} or later`);
  const triplet = readdirSync(join(kept, 'usr/lib')).find((name) => name.endsWith('-linux-gnu'));
  return { bin, libraries: triplet && join(kept, 'usr/lib', triplet) };
}

export type Cluster = Awaited<ReturnType<typeof startCluster>>;

/**
 * A server of its own on 127.0.0.1, with its files below `within`, else in memory where the machine
 * has room for that; it syncs as in earnest. Throws Fault UNREACHABLE, in words, where that cannot
 * be had here.
 */
export async function startCluster(within = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()) {
  const { bin, libraries } = await findPrograms();
  const folder = mkdtempSync(join(within, 'postgres-'));
  const data = join(folder, 'data');
  const path = libraries === undefined ? {} : { LD_LIBRARY_PATH: libraries };
  const options = { cwd: folder, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', ...path }, ...nobody };
  const pwfile = join(folder, 'password');
  writeFileSync(pwfile, `${password}\n`);
  if (nobody.uid !== undefined)
    for (const own of [folder, pwfile]) chownSync(own, nobody.uid, nobody.gid);
  const how = ['--auth=scram-sha-256', `--pwfile=${pwfile}`, '--encoding=UTF8', '--no-sync'];
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', superuser, ...how], {
    ...options,
    stdio: 'pipe',
    timeout: 60_000,
  });
  const [port] = await freePorts(1);
  const log = join(folder, 'server.log');
  const settings = {
    ...{ listen_addresses: '127.0.0.1', port, unix_socket_directories: folder },
    ...{ max_connections: 200, shared_buffers: '64MB', jit: 'off' },
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  let child: ChildProcess;
  const url = `postgres://${superuser}@127.0.0.1:${port}/postgres`;

  async function start(): Promise<void> {
    const output = openSync(log, 'a');
    child = spawn(join(bin, 'postgres'), ['-D', data, ...args], {
      ...options,
      stdio: ['ignore', output, output],
      detached: true,
    });
    closeSync(output);
    child.unref();
    guard(child);
    const deadlineMs = performance.now() + readyTimeoutMs;
    while (performance.now() < deadlineMs && child.exitCode === null) {
      if (await answers(url)) return;
      await delay(50);
    }
    child.kill('SIGQUIT');
    const words = readFileSync(log, 'utf8').trim().split('\n').slice(-3).join('\n');
    throw new Fault('UNREACHABLE', `PostgreSQL did not get ready:\n${words}`);
  }
  /** SIGINT lets clients go at once and writes all back; SIGQUIT is a power cut for the server. */
  async function end(signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.ref(); // or nobody would wait for its end
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    await gone;
    clearTimeout(timer);
  }
  await start();

  return {
    ...{ url, password, passwordPath: pwfile, port: port! },
    /** The server and the processes that it has for its clients, as they are now; on Linux. */
    pids(): number[] {
      const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
      return [child.pid!, ...children.trim().split(' ').filter(Boolean).map(Number)];
    },
    start,
    end,
    /** From now on it shows this certificate to who asks for TLS; both as PEM. */
    async serveTls(certificate: string, key: string): Promise<void> {
      for (const [name, pem] of Object.entries({ 'server.crt': certificate, 'server.key': key })) {
        const path = join(data, name);
        writeFileSync(path, pem, { mode: 0o600 });
        if (nobody.uid !== undefined) chownSync(path, nobody.uid, nobody.gid);
      }
      await asked(url, 'ALTER SYSTEM SET ssl = on');
      await asked(url, 'SELECT pg_reload_conf()');
      const shown = new X509Certificate(certificate).fingerprint256;
      for (let tries = 0; (await shownBy(url)) !== shown; tries++) {
        if (tries === 100) throw new Error('the server does not show the new certificate');
        await delay(50);
      }
    },
    /** Runs SQL as the superuser, over a connection of its own. */
    query: (text: string) => asked(url, text),
    async stop(): Promise<void> {
      await end('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function asked(url: string, text: string): Promise<Record<string, unknown>[]> {
  const connectionString = url.replace('@', `:${password}@`);
  const times = { connectionTimeoutMillis: 5_000, query_timeout: 30_000 };
  const client = new pg.Client({ connectionString, ...times });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(text)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

/** Of the certificate that it shows, whoever has signed it; undefined if it shows none. */
async function shownBy(url: string): Promise<string | undefined> {
  const connectionString = url.replace('@', `:${password}@`);
  const client = new pg.Client({ connectionString, ssl: { rejectUnauthorized: false } });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { stream } = (client as unknown as { connection: { stream: TLSSocket } }).connection;
    return stream.getPeerX509Certificate()?.fingerprint256;
  } catch {
    return undefined; // it offers no TLS yet
  } finally {
    await client.end();
  }
}

const answers = (url: string): Promise<boolean> =>
  asked(url, 'SELECT 1').then(
    () => true,
    () => false,
  );

/** Lets no server outlive us, however we end: a shell that waits on a pipe from us. */
function guard(child: ChildProcess): void {
  const script = 'read -r _; kill -QUIT "$1"';
  const shell = spawn('/bin/sh', ['-c', script, 'guard', `${child.pid}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.unref();
  (shell.stdin as unknown as { unref(): void }).unref();
  child.once('exit', () => shell.kill('SIGKILL'));
}
