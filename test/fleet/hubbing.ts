// What a hub of three servers is there for, and what else is with it: the folder of quality and the
// bridge to MQTT.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { nkeyAuthenticator } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { connectAsync, type MqttClient } from 'mqtt';
import { askMonitor } from '../../shared/monitor.ts';
import { mosquittoOrWhy } from '../helpers/mosquittobox.ts';
import { working } from './changing.ts';
import { controllerAddress, type Host } from './hosts.ts';
import { dropPath, mqttUrl, person } from './inventory.ts';
import type { Fleet, Story } from './story.ts';

/** What a server of the hub tells of itself. */
export const monitored = (
  { inventory }: Fleet,
  { address }: Host,
  what: string,
): Promise<unknown> =>
  askMonitor(new URL(`https://${address}:8222/${what}`), {
    ...{ ca: inventory.authority(), answerMs: 10_000, bytesMax: 16_777_216 },
  });

/** Nobody who speaks no TLS is told anything. */
async function plainly({ address }: Host): Promise<void> {
  await assert.rejects(
    fetch(`http://${address}:8222/varz`, { signal: AbortSignal.timeout(5_000) }).then((answer) => {
      assert.equal(answer.status, 200);
    }),
  );
  const socket = createConnection({ host: address, port: 4222 });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  let heard = 0;
  socket.on('data', ({ length }) => {
    heard += length;
  });
  await delay(2_000);
  socket.destroy();
  assert.equal(heard, 0, 'a server says nothing before TLS');
}

type Routez = { routes: { remote_name: string }[] };
type Copy = { name: string; current: boolean };
type Stream = { name: string; cluster?: { leader?: string; replicas?: Copy[] } };
type Jsz = { account_details?: { stream_detail?: Stream[] }[] };

/** The streams of the hub, each as its leader knows it. */
async function streamsOf(fleet: Fleet): Promise<Stream[]> {
  const asked = 'jsz?accounts=true&streams=true&stream-leader-only=true';
  const told = await Promise.all(fleet.hubs.map((hub) => monitored(fleet, hub, asked)));
  const details = (told as Jsz[]).flatMap(({ account_details = [] }) => account_details);
  return details.flatMap(({ stream_detail = [] }) => stream_detail);
}

/** Waits until all three have every copy, as the one that leads says. */
export async function whole(fleet: Fleet): Promise<Stream[]> {
  for (let attempt = 1; ; attempt++) {
    const streams = await streamsOf(fleet).catch(() => []);
    const isWhole = ({ cluster: { replicas = [] } = {} }: Stream) =>
      replicas.length === fleet.hubs.length - 1 && replicas.every(({ current }) => current);
    if (streams.length >= 3 && streams.every(isWhole)) return streams;
    assert(attempt < 120, `the hub is not whole: ${JSON.stringify(streams)}`);
    await delay(1_000);
  }
}

async function cluster(fleet: Fleet): Promise<string> {
  const { hubs, edges } = fleet;
  const names = (await whole(fleet)).map(({ name }) => name).sort();
  for (const hub of hubs) {
    const { routes } = (await monitored(fleet, hub, 'routez')) as Routez;
    const others = new Set(routes.map(({ remote_name: name }) => name));
    assert.equal(others.size, hubs.length - 1, hub.address);
    await plainly(hub);
  }
  const [{ host: edge }] = edges as [Fleet['edges'][0]];
  const said = await intrude(fleet, edge, hubs[0]!);
  // A server of Go does not even show what the other says that it would not believe.
  assert.match(said, /provide a certificate|unknown authority/);
  return [
    `${hubs.length} servers know each other; each has every stream: ${names.join(', ')}`,
    'whoever comes without TLS hears nothing of any',
    `a server with the certificate of a leaf is not let in: ${said.trim()}`,
  ].join('\n');
}

/** A server of somebody who has taken over a leaf: what the hub says of it. */
async function intrude(fleet: Fleet, edge: Host, hub: Host): Promise<string> {
  const files = '/etc/holdfast/credentials/nats-leaf';
  const pair = { cert_file: `${files}/leaf.crt`, key_file: `${files}/leaf.key` };
  const tls = { ca_file: `${files}/ca.crt`, ...pair, insecure: true };
  const config = {
    ...{ server_name: 'hub-4', listen: '127.0.0.1:14222' },
    jetstream: { store_dir: '/run/intruder', domain: 'hub' },
    cluster: {
      ...{ name: 'hub', listen: '127.0.0.1:16222', tls },
      routes: [`nats-route://${hub.address}:6222`],
    },
  };
  await edge.ssh(
    `echo '${JSON.stringify(config)}' > /run/intruder.conf;` +
      ' cd /opt/holdfast/current/bin;' +
      ' timeout 5 ./nats-server -c /run/intruder.conf 2>/dev/null || true;' +
      ' rm -rf /run/intruder /run/intruder.conf',
  );
  const { routes } = (await monitored(fleet, hub, 'routez')) as Routez;
  assert(routes.every(({ remote_name: name }) => name !== 'hub-4'));
  return hub.ssh(
    'journalctl -u nats-hub --no-pager --since -60s' +
      " | grep -oE 'TLS route handshake error: .*' | tail -n 1",
  );
}

async function survive(fleet: Fleet): Promise<string> {
  const { hubs } = fleet;
  const streams = await whole(fleet);
  const leader = streams.find(({ name }) => name === 'HF_EVT')?.cluster?.leader;
  // Central is with the first; of the others the one that leads, or the last.
  const victim = hubs.slice(1).find(({ name }) => name === leader) ?? hubs.at(-1)!;
  const { told } = await working(fleet, async () => {
    await victim.cut();
    await delay(5_000);
    await victim.boot();
    await whole(fleet);
  });
  return [
    `${victim.name} lost its power and came back (HF_EVT was led by ${leader})`,
    ...told,
  ].join('\n');
}

async function drop({ hub }: Fleet): Promise<string> {
  const row = { operation: 'hold', lot: 'L-7', by: 'system:lims', reason: 'assay' };
  await hub.ssh(
    'id lims >/dev/null 2>&1 || useradd --system --groups holdfast-central lims;' +
      ` echo '${JSON.stringify(row)}' > /run/row.json;` +
      ` runuser -u lims -- cp /run/row.json ${dropPath}/row.json`,
  );
  for (let attempt = 1; ; attempt++) {
    const found = await hub.ssh(
      `runuser -u lims -- sh -c 'cat ${dropPath}/done/*.result.json' || true`,
    );
    if (found.includes('"state": "held"')) break;
    assert(attempt < 60, `not taken: ${await hub.ssh(`ls -lR ${dropPath}`)}`);
    await delay(1_000);
  }
  return 'a hold of lot L-7 was taken, and who dropped it can read what became of it';
}

async function refuseSetting(fleet: Fleet): Promise<string> {
  const { inventory, hub } = fleet;
  const config = '/etc/holdfast/central/central.json';
  const pid = () => hub.ssh(`systemctl show holdfast-central -p MainPID --value; md5sum ${config}`);
  const before = await pid();
  const wrong = { central_settings: { figures: { sights: [] } } };
  const args = ['--limit', hub.name, '-e', JSON.stringify(wrong)];
  const { code, out } = await inventory.play('site.yml', ...args);
  assert.notEqual(code, 0);
  const words = /config\.figures[^"\\]{0,80}/.exec(out)?.[0] ?? assert.fail(out.slice(-2_000));
  assert.equal(await pid(), before, 'central runs on, with the config that it had');
  assert.match(await hub.ssh(`cat ${config}`), /"downlink"/);
  const leaves = JSON.stringify({ nats_hub_route_ca: '{{ nats_hub_ca }}' });
  const open = await inventory.play(
    'site.yml',
    '--limit',
    hub.name,
    '--tags',
    'nats_hub',
    '-e',
    leaves,
  );
  assert.match(open.out, /nats_hub_route_ca must be another authority/);
  return [
    `refused before anything is written: ${words}`,
    'and so is a hub whose servers trust the authority that signs for leaves',
  ].join('\n');
}

async function desk({ hubs, inventory }: Fleet): Promise<string> {
  const { seed } = inventory.keys[person]!;
  const connection = await connect({
    servers: hubs.map(({ address }) => `tls://${address}:4222`),
    tls: { handshakeFirst: true, ca: inventory.authority() },
    authenticator: nkeyAuthenticator(Buffer.from(seed)),
  });
  try {
    const told = (await connection.request('hf.desk.health', '', { timeout: 10_000 })).json();
    assert.match(JSON.stringify(told), /"state"/);
    await assert.rejects(
      connection.request('hf.evt.acme.lyon.turning.M01', '', { timeout: 2_000 }),
    );
    return `${person} asks the desk, and can state no fact`;
  } finally {
    await connection.close();
  }
}

async function bridge(fleet: Fleet): Promise<string> {
  const programs = await mosquittoOrWhy();
  if (typeof programs === 'string') return `skipped: ${programs}`;
  const { folder, edges } = fleet;
  const conf = join(folder, 'mosquitto.conf');
  writeFileSync(conf, `listener 1883 ${controllerAddress}\nallow_anonymous true\nuser root\n`);
  const broker = spawn(join(programs.sbin, 'mosquitto'), ['-c', conf], {
    ...{ env: programs.env, stdio: 'ignore' },
  });
  let client: MqttClient | undefined;
  try {
    client = await connectAsync(mqttUrl, { connectTimeout: 10_000 });
    const heard = new Map<string, number>();
    client.on('message', (topic) => heard.set(topic, (heard.get(topic) ?? 0) + 1));
    await client.subscribeAsync('#', { qos: 1 });
    const { told } = await working(fleet, () => delay(5_000));
    const topics = edges.map(({ lines }) => `${lines[0]}/QuantityReported`);
    for (let attempt = 1; !topics.every((topic) => heard.has(topic)); attempt++) {
      assert(attempt < 120, `heard: ${JSON.stringify([...heard])}`);
      await delay(1_000);
    }
    const count = [...heard.values()].reduce((sum, one) => sum + one, 0);
    return [`${count} messages at the broker, of every edge`, ...told].join('\n');
  } finally {
    await client?.endAsync(true);
    await end(broker);
  }
}

async function end(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return;
  const gone = once(program, 'exit');
  program.kill('SIGKILL');
  await gone;
}

export const hubbing: readonly Story[] = [
  { name: 'the hub is three servers that let nobody else in', story: cluster },
  { name: 'who asks the desk is let in under a name', story: desk },
  { name: 'a setting that central does not know is refused', story: refuseSetting },
  { name: 'files of quality are taken from their folder', story: drop },
  { name: 'the bridge carries facts to an MQTT broker', story: bridge },
  { name: 'a power cut of one server of the hub loses nothing', story: survive },
];
