// Goal: a hub of three servers loses and doubles nothing when any one of them dies or is cut off,
// and central says so meanwhile.
// Method: a plant of real processes works a generated shop behind a real JetStream cluster. The
// leader of the stream of facts, the server that central talks to and the leaf's way to the first
// server are taken away in turn while it works; then the books are closed and all chains compared.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { expect, onTestFinished, test } from 'vitest';
import { claimHub } from '../central/environment.ts';
import { openHubWatch, verifyHub } from '../central/ledger/hub.ts';
import { ensureStreams } from '../central/ledger/stream.ts';
import { usualThresholds } from '../central/ledger/thresholds.ts';
import { audit } from '../cli/audit.ts';
import { ask, read } from '../cli/drive.ts';
import { startHubs } from '../cli/hubs.ts';
import { loadShop } from '../cli/load.ts';
import type { Broker } from '../cli/natsserver.ts';
import { closeBooks } from '../cli/report.ts';
import { generateShop, type Shop } from '../cli/shop.ts';
import { startStage } from '../cli/stage.ts';
import { openLog } from '../shared/log.ts';
import { eventStream } from '../shared/subject.ts';
import { readChains } from './helpers/chains.ts';
import { testFolder } from './helpers/folder.ts';
import { checkStream } from './helpers/natscheck.ts';
import { waitFor } from './helpers/plantnet.ts';
import { rest } from './helpers/rest.ts';

const log = openLog('test', 'silent');
const batchSize = 50;
const pauseMs = 150;

/** Asks the edge for everything, a batch every so often, until all is done. */
async function work(edgeUrl: string, shop: Shop): Promise<void> {
  const { signal } = new AbortController();
  const all = [...shop.commands];
  for (let at = 0; at < all.length; at += batchSize) {
    const pause = delay(pauseMs);
    const batch = all.slice(at, at + batchSize);
    const commands = batch.map(({ command }) => command);
    const answers = await ask(edgeUrl, commands, signal);
    for (const [index, { status }] of answers.entries()) {
      expect(status === 'refused').toBe(batch[index]!.expectRefused ?? false);
    }
    await pause;
  }
}

type Health = { state: string; says: readonly string[] };

async function leaderOf(hubs: readonly Broker[]): Promise<Broker> {
  const connection = await connect({ servers: hubs.map(({ url }) => url) });
  const { cluster } = await (await jetstreamManager(connection)).streams.info(eventStream);
  await connection.close();
  expect(cluster!.replicas).toHaveLength(2);
  return hubs[Number(cluster!.leader!.replace('hub-', '')) - 1]!;
}

test('three servers of a hub: any one dies, nothing is lost or doubled', async () => {
  const directory = testFolder();
  const shop = generateShop({ seed: 11, orders: 60 });
  const lanes = shop.lines.map((line) => ({ line, lanes: shop.lanes[line]! }));
  const stage = await startStage({ directory, lines: lanes, hubs: 3 });
  onTestFinished(() => stage.close());
  await loadShop(stage.erpUrl, shop);
  const { hubs, link } = stage;
  const working = work(stage.edgeUrl, shop);
  working.catch(() => undefined);
  const health = () => read<Health>(stage.centralUrl, '/v1/health');

  const leader = await leaderOf(hubs);
  leader.kill();
  await delay(3_000);
  await leader.restart();
  link.cut();
  await delay(1_500);
  link.heal();
  await stage.killCentral();
  hubs[0]!.kill(); // central begins while one is away
  await stage.startCentral();
  expect((await health()).says).toContainEqual(
    `hub: 1 of 3 servers do not answer: ${hubs[0]!.httpUrl}`,
  );
  await hubs[0]!.restart();
  await working;
  await rest(stage, 240_000);
  const checks = audit(await closeBooks(stage), shop);
  expect(checks.filter(({ against }) => against.length > 0)).toEqual([]);
  await stage.close();
  const edge = readChains(join(directory, 'edge.sqlite'), 'edge');
  expect(edge).toMatchObject({ broken: [] });
  expect(readChains(join(directory, 'ledger.sqlite'), 'ledger')).toEqual(edge);
});

test('each server of a hub is looked at, again and again', async () => {
  const hubs = await startHubs({ directory: testFolder(), members: 3 });
  onTestFinished(async () => void (await Promise.all(hubs.map((hub) => hub.stop()))));
  const connection = await connect({ servers: hubs.map(({ url }) => url) });
  onTestFinished(() => connection.close());
  const urls = hubs.map(({ httpUrl }) => httpUrl);
  const seen = await verifyHub(connection, urls, undefined);
  expect(seen).toEqual({ members: 3, silent: [] });
  await expect(verifyHub(connection, urls.slice(0, 2), undefined)).rejects.toMatchObject({
    message: 'hub: hubMonitorUrl names 2 of its 3 servers; must name each',
  });
  const nobody = 'http://127.0.0.1:9';
  await expect(verifyHub(connection, [urls[0]!, nobody, nobody], undefined)).rejects.toMatchObject({
    ...{ code: 'UNREACHABLE', message: `hub: no answer from ${nobody}, ${nobody}` },
  });
  const sleep = async () => undefined;
  const watch = openHubWatch({
    ...{ connection, monitorUrls: urls, ca: undefined, seen, clock: { sleep }, log },
  });
  expect(watch.trouble()).toBe(undefined);
  await hubs[2]!.stop();
  await watch.look();
  expect(watch.trouble()).toBe(`hub: 1 of 3 servers do not answer: ${urls[2]}`);
  hubs[2]!.change((config) => ({ ...config, jetstream: { store_dir: testFolder() } }));
  await hubs[2]!.restart();
  await watch.look();
  expect(watch.trouble()).toBe('hub: hub-3: jetstream.sync_interval must be "always"');
});

test('a hub that becomes a cluster: its streams are kept by as many servers', async () => {
  const hubs = await startHubs({ directory: testFolder(), members: 3 });
  onTestFinished(async () => void (await Promise.all(hubs.map((hub) => hub.stop()))));
  const connection = await connect({ servers: hubs.map(({ url }) => url) });
  onTestFinished(() => connection.close());
  const manager = await jetstreamManager(connection);
  const thresholds = { ...usualThresholds, peerSilentCriticalS: 1 };
  const wanted = { bytesMax: 1e7, keepDays: 1, thresholds };
  await waitFor(() => ready(ensureStreams(manager, { ...wanted, replicas: 1 })), 30_000);
  await ensureStreams(manager, { ...wanted, replicas: 3 });
  const isWhole = async () => {
    const { cluster } = await manager.streams.info(eventStream);
    return cluster?.replicas?.length === 2 && cluster.replicas.every(({ current }) => current);
  };
  // Until then it may have no leader, and is not answered for. Nor has a copy that its leader has
  // never heard an age, so the CLI says nothing of it (docs/alerts.md).
  await waitFor(() => isWhole().catch(() => false), 60_000, 'three copies to be current');
  const copies = async () => (await manager.streams.info(eventStream)).config.num_replicas;
  expect(await copies()).toBe(3);
  await claimHub(manager, 'test');
  await ensureStreams(manager, { ...wanted, replicas: 3 });
  await claimHub(manager, 'test');
  await expect(claimHub(manager, 'production')).rejects.toThrow(/hub there is of test/);
  expect(await copies()).toBe(3);

  // What `nats server check stream` says, by the metadata alone.
  const status = async () => {
    const info = await manager.streams.info(eventStream).catch(() => undefined);
    return info && checkStream(info).status;
  };
  await waitFor(async () => (await status()) === 'OK', 30_000, 'all to be well');
  const { cluster } = await manager.streams.info(eventStream);
  hubs[cluster?.leader === 'hub-3' ? 1 : 2]!.kill();
  await waitFor(async () => (await status()) === 'CRITICAL', 30_000, 'a copy to be missed');
});

const ready = (asked: Promise<void>): Promise<boolean> =>
  asked.then(
    () => true,
    () => false,
  );
