// Goal: a hub of three that was set up without TLS gets it, and nothing is lost or doubled by it.
// Method: a plant of real processes; facts in the stream that central has not read; all servers are
// stopped, and started with certificates on what they have on disk; the chains in the end.
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { CentralStatus, EdgeStatus } from '../cli/answers.ts';
import { ask, read } from '../cli/drive.ts';
import type { Broker } from '../cli/natsserver.ts';
import { startStage } from '../cli/stage.ts';
import { openAuthority } from './helpers/authority.ts';
import { readChains } from './helpers/chains.ts';
import { testFolder } from './helpers/folder.ts';
import { waitFor } from './helpers/plantnet.ts';
import { launchSecured } from './helpers/securehub.ts';
import { command, m01 } from './helpers/shop.ts';

const waitMs = 60_000;
const part = 100;

/** Writes a server's configuration as the role does where it listens beyond its machine. */
function secure(hub: Broker, { certPath, keyPath, caPath }: ReturnType<Authority['issue']>): void {
  const shown = { cert_file: certPath, key_file: keyPath };
  hub.change(({ http, cluster, ...config }) => ({
    ...config,
    https: http,
    tls: { ...shown, handshake_first: true, timeout: 5 },
    cluster: { ...(cluster as object), tls: { ...shown, ca_file: caPath, verify: true } },
  }));
}
type Authority = ReturnType<typeof openAuthority>;

test('three servers that are stopped come back by TLS with all that they had', async () => {
  const directory = testFolder();
  const plant = openAuthority();
  onTestFinished(() => plant.close());
  const stage = await startStage({ directory, lines: [{ line: m01, lanes: 1 }], hubs: 3 });
  onTestFinished(() => stage.close());
  const { hubs } = stage;
  const state = () =>
    ask(
      stage.edgeUrl,
      Array.from({ length: part }, () => command('StartShift', { line: m01 }, { people: ['1'] })),
      AbortSignal.timeout(waitMs),
    );
  const line = async () => (await read<EdgeStatus>(stage.edgeUrl, '/v1/status')).lines[0]!;
  const kept = (facts: number) =>
    waitFor(async () => (await line()).kept === facts, waitMs, `${facts} facts to be kept`);

  await state();
  await kept(part);
  await stage.killCentral();
  await state();
  await waitFor(async () => (await line()).sent === 2 * part, waitMs, 'the hub to have them');

  await Promise.all(hubs.map((hub) => hub.stop()));
  hubs.forEach((hub, at) => {
    secure(hub, plant.issue(`hub-${at + 1}`));
  });
  await Promise.all(
    hubs.map(({ ports }, at) =>
      launchSecured(join(directory, 'hub', `hub-${at + 1}`, 'server.conf'), ports.http),
    ),
  );
  Object.assign(stage.centralConfig, {
    natsUrl: hubs.map(({ ports }) => `tls://127.0.0.1:${ports.client}`).join(','),
    hubMonitorUrl: hubs.map(({ ports }) => `https://127.0.0.1:${ports.http}`).join(','),
    natsCaPath: plant.caPath,
  });
  await stage.startCentral();
  await state();
  await kept(3 * part);
  const status = await read<CentralStatus>(stage.centralUrl, '/v1/status');
  expect(status).toMatchObject({ facts: 3 * part, gaps: [] });

  await stage.edge.stop();
  await stage.central.stop();
  const chains = readChains(join(directory, 'ledger.sqlite'), 'ledger');
  expect(chains).toMatchObject({ broken: [], facts: 3 * part });
  expect(chains).toEqual(readChains(join(directory, 'edge.sqlite'), 'edge'));
}, 300_000);
