// A hub that nobody reaches without TLS, neither for facts nor to look at it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Tls } from '../../cli/leaftls.ts';
import { freePorts } from '../../cli/port.ts';
import { findNatsServer } from '../../cli/provision.ts';
import { testFolder } from './folder.ts';

const answers = async (url: string): Promise<boolean> => {
  const request = get(url, { rejectUnauthorized: false, agent: false, timeout: 1_000 });
  try {
    const [response] = await once(request, 'response');
    response.resume();
    return response.statusCode === 200;
  } catch {
    return false;
  }
};

/** Runs until the test is over; `nkey` is the only one that is let in, if it is given. */
export async function startSecureHub(shown: Tls, nkey?: string) {
  const binary = await findNatsServer();
  const [client, https] = await freePorts(2);
  const directory = testFolder();
  const file = join(directory, 'server.conf');
  let child: ChildProcess | undefined;

  async function stop(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  onTestFinished(stop);

  /** Anew on the same ports, with this certificate. */
  async function start({ certPath, keyPath }: Tls): Promise<void> {
    await stop();
    const config = {
      ...{ server_name: 'hub', listen: `127.0.0.1:${client}`, https: `127.0.0.1:${https}` },
      tls: { cert_file: certPath, key_file: keyPath, handshake_first: true, timeout: 5 },
      jetstream: { store_dir: directory, domain: 'hub', sync_interval: 'always' },
      ...(nkey === undefined ? {} : { authorization: { users: [{ nkey }] } }),
    };
    writeFileSync(file, JSON.stringify(config));
    child = spawn(binary, ['-c', file], { stdio: 'ignore' });
    for (let look = 0; look < 300; look++) {
      if (await answers(`https://127.0.0.1:${https}/healthz`)) return;
      await delay(50);
    }
    throw new Error('the hub does not come up');
  }

  await start(shown);
  return { url: `tls://127.0.0.1:${client}`, httpUrl: `https://127.0.0.1:${https}`, start };
}
