// Goal: a hub of one server becomes one of three, and nothing is lost or doubled by it.
// Method: real servers; facts in the stream that central has not read; the chains in the end.
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { brokerBasics } from '../cli/broker.ts';
import { startBroker } from '../cli/natsserver.ts';
import { freePorts } from '../cli/port.ts';
import { hubDomain } from '../shared/subject.ts';
import { readChains } from './helpers/chains.ts';
import { testFolder } from './helpers/folder.ts';
import { isLinked, waitFor } from './helpers/plantnet.ts';
import { openWire } from './helpers/wire.ts';

/** Where nobody wins an election the next one is up to 9 s later, and again: ms. */
const electedMaxMs = 60_000;

test('one server becomes three: what was in its stream is at central in the end', async () => {
  const wire = await openWire();
  const before = await wire.central();
  const edge = await wire.edge();
  await edge.state(100);
  await before.holds(100);
  await before.close();
  await edge.state(100);
  await edge.until('sent', 200);

  const routes = (await freePorts(3)).map((port) => `nats-route://127.0.0.1:${port}`);
  const clusterOf = (at: number) => ({
    ...{ name: 'hub', listen: routes[at]!.replace('nats-route://', ''), routes },
  });
  const folder = testFolder();
  wire.hub.change((config) => ({ ...config, cluster: clusterOf(0) }));
  const starting = Promise.all(
    [1, 2].map((at) => {
      const directory = join(folder, `hub-${at + 1}`);
      const configure = (ports: Parameters<typeof brokerBasics>[1]) => ({
        ...brokerBasics(`hub-${at + 1}`, ports, undefined),
        jetstream: { store_dir: directory, domain: hubDomain, sync_interval: 'always' },
        cluster: clusterOf(at),
      });
      return startBroker(directory, undefined, configure, electedMaxMs);
    }),
  );
  // None is ready before most of them are there.
  const [others] = await Promise.all([starting, wire.hub.restart(electedMaxMs)]);
  onTestFinished(async () => void (await Promise.all(others.map((other) => other.stop()))));
  await waitFor(() => isLinked(wire.hub.httpUrl), 30_000, 'the leaf to come back');

  const hubs = [wire.hub, ...others];
  const central = await wire.central('ledger', {
    natsUrl: hubs.map(({ url }) => url).join(','),
    hubMonitorUrl: hubs.map(({ httpUrl }) => httpUrl).join(','),
    stream: { replicas: 3, megabytesMax: 100, keepDays: 1 },
  });
  await edge.state(100);
  await central.holds(300, electedMaxMs);
  await edge.until('kept', 300, electedMaxMs);
  expect((await central.status()).parked).toEqual([]);
  await edge.close();
  await central.close();
  const chains = readChains(wire.ledgerPath(), 'ledger');
  expect(chains).toMatchObject({ broken: [], facts: 300 });
  expect(chains).toEqual(readChains(wire.edgePath(), 'edge'));
});
