// A hub that nobody reaches without TLS, neither for facts nor to look at it.
import { spawn } from 'node:child_process';
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

const readyMaxMs = 60_000;

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

/**
 * A server on a configuration that answers at https alone. Resolves with what stops it, once it is
 * ready; throws after 60 s. It is killed when the test is over.
 */
export async function launchSecured(file: string, httpsPort: number): Promise<() => Promise<void>> {
  const child = spawn(await findNatsServer(), ['-c', file], { stdio: 'ignore' });
  async function stop(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  onTestFinished(stop);
  const deadlineMs = performance.now() + readyMaxMs;
  while (performance.now() < deadlineMs) {
    if (await answers(`https://127.0.0.1:${httpsPort}/healthz`)) return stop;
    await delay(50);
  }
  throw new Error(`the hub does not come up: ${file}`);
}

/** Runs until the test is over; `nkey` is the only one that is let in, if it is given. */
export async function startSecureHub(shown: Tls, nkey?: string) {
  const [client, https] = (await freePorts(2)) as [number, number];
  const directory = testFolder();
  const file = join(directory, 'server.conf');
  let stop = async () => {};

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
    stop = await launchSecured(file, https);
  }

  await start(shown);
  return { url: `tls://127.0.0.1:${client}`, httpUrl: `https://127.0.0.1:${https}`, start };
}
