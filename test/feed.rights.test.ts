// Goal: whoever reads the feed reads what is theirs, and can do nothing else on the hub.
// Method: a real hub that knows a consumer of the feed and central; everything is tried that might
// hurt, and beside it the one permission that is not given, to show what it would open.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { headers, type NatsConnection, nkeyAuthenticator, nkeys } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { expect, onTestFinished, test } from 'vitest';
import { ensureFeed } from '../central/feed/stream.ts';
import { ensureStreams } from '../central/ledger/stream.ts';
import { startHub } from '../cli/broker.ts';
import { feedPermissions } from '../cli/permissions.ts';
import { factStream, feedInbox } from '../shared/subject.ts';
import { configOf } from './helpers/feedbox.ts';
import { testFolder } from './helpers/folder.ts';
import { waitFor } from './helpers/plantnet.ts';

const asked = { timeout: 20_000 };

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

async function openHub() {
  const [central, qms, maker] = [nkeys.createUser(), nkeys.createUser(), nkeys.createUser()];
  const create = { publish: { allow: [`$JS.API.CONSUMER.CREATE.${factStream}.>`] } };
  const hub = await startHub({
    directory: testFolder(),
    users: [
      { nkey: central!.getPublicKey() },
      { nkey: qms!.getPublicKey(), permissions: feedPermissions('qms') },
      { nkey: maker!.getPublicKey(), permissions: { ...create, subscribe: { allow: ['_X.>'] } } },
    ],
  });
  onTestFinished(() => hub.stop());
  const open = async (pair: typeof central, inboxPrefix: string): Promise<NatsConnection> => {
    const authenticator = nkeyAuthenticator(pair!.getSeed());
    const connection = await connect({ servers: hub.url, authenticator, inboxPrefix });
    onTestFinished(() => connection.close());
    return connection;
  };
  const own = await open(central, '_INBOX_central');
  const manager = await jetstreamManager(own);
  await ensureStreams(manager, { replicas: 1, bytesMax: 1e7, keepDays: 1 });
  const consumers = [
    // Longer than anybody here waits: nothing comes again by itself.
    { name: 'qms', subjects: ['hf.fact.acme.lyon.*.*.*'], ackWaitS: 60 },
    { name: 'lake' },
  ];
  await ensureFeed({ manager, config: configOf({ consumers, megabytesMax: 10 }), replicas: 1 });
  const stream = jetstream(own);
  for (const site of ['lyon', 'lyon', 'graz', 'lyon']) {
    const said = headers();
    said.set('traceparent', traceparent);
    const subject = `hf.fact.acme.${site}.a.M01.LotProduced`;
    await stream.publish(subject, JSON.stringify({ site }), { headers: said });
  }
  const seedPath = join(testFolder(), 'qms.nk');
  writeFileSync(seedPath, qms!.getSeed());
  const read = { servers: hub.url, name: 'qms', seedPath };
  const users = { qms: await open(qms, feedInbox('qms')), maker: await open(maker, '_X') };
  return { own, manager, read, ...users };
}

test('a consumer reads what is its own, acknowledges, and begins again where it was', async () => {
  const { qms, manager } = await openHub();
  const consumer = await jetstream(qms).consumers.get(factStream, 'qms');
  const read = async (count: number) => {
    const seen: number[] = [];
    const some = { max_messages: count, expires: 20_000 }; // over as soon as so many are there
    for await (const message of await consumer.fetch(some)) {
      seen.push(message.seq);
      if (seen.length === 1) expect(await message.ackAck()).toBe(true);
    }
    return seen;
  };
  expect(await read(3)).toEqual([1, 2, 4]); // not that of the other site
  const again = `$JS.API.CONSUMER.RESET.${factStream}.qms`;
  expect((await qms.request(again, '', asked)).json()).toMatchObject({ num_ack_pending: 0 });
  expect(await read(2)).toEqual([2, 4]); // at once, without waiting for its time
  const { ack_floor } = await manager.consumers.info(factStream, 'qms');
  expect(ack_floor.stream_seq).toBe(3); // behind it comes its own, the 4th
});

test('the reader of the documentation reads on where it was, whatever became of it', async () => {
  const { read: about, manager } = await openHub();
  const { read } = (await import(resolve('docs/examples/feed-reader.js'))) as {
    read: (given: object) => Promise<void>;
  };
  const seen: string[] = [];
  const dies = read({
    ...{ ...about, signal: new AbortController().signal },
    handle({ subject }: { subject: string }) {
      if (seen.push(subject) === 2) throw new Error('the disk is full');
    },
  });
  await expect(dies).rejects.toThrow('the disk is full');
  const stop = new AbortController();
  const places = new Set<string | undefined>();
  type Told = { subject: string; headers: Record<string, string> };
  const handle = ({ subject, headers: said }: Told) => {
    seen.push(subject);
    places.add(said['traceparent']);
  };
  const goesOn = (async () => {
    for (let tries = 0; tries < 5 && !stop.signal.aborted; tries++) {
      await read({ ...about, signal: stop.signal, handle }).catch(() => undefined);
    }
  })();
  onTestFinished(() => stop.abort());
  const isDone = async () => {
    const { num_ack_pending, num_pending } = await manager.consumers.info(factStream, 'qms');
    return num_ack_pending === 0 && num_pending === 0;
  };
  await waitFor(isDone, 30_000, 'all to be acknowledged');
  stop.abort();
  await goesOn;
  expect(seen).toHaveLength(4);
  expect(places).toEqual(new Set([traceparent]));
  expect(new Set(seen)).toEqual(new Set(['hf.fact.acme.lyon.a.M01.LotProduced']));
});

const forbidden = [
  'hf.fact.acme.lyon.a.M01.LotProduced',
  ...['hf.evt.acme.lyon.a.M01', 'hf.kept.acme.lyon.a.M01', 'hf.desk.health', 'hf.live.a.b.c.d'],
  ...['$SRV.PING', '_INBOX_central.x', '$JS.API.INFO', '$JS.API.STREAM.NAMES'],
  ...['INFO', 'PURGE', 'DELETE', 'UPDATE', 'MSG.GET', 'MSG.DELETE', 'SNAPSHOT'].map(
    (what) => `$JS.API.STREAM.${what}.${factStream}`,
  ),
  ...['HF_FACT', 'HF_EVT'].map((stream) => `$JS.API.DIRECT.GET.${stream}`),
  ...['CREATE.HF_FACT', 'CREATE.HF_FACT.mine', 'DURABLE.CREATE.HF_FACT.mine'].map(
    (what) => `$JS.API.CONSUMER.${what}`,
  ),
  ...['LIST.HF_FACT', 'NAMES.HF_FACT', 'DELETE.HF_FACT.qms', 'PAUSE.HF_FACT.qms'].map(
    (what) => `$JS.API.CONSUMER.${what}`,
  ),
  ...['INFO.HF_FACT.lake', 'MSG.NEXT.HF_FACT.lake', 'RESET.HF_FACT.lake'].map(
    (what) => `$JS.API.CONSUMER.${what}`,
  ),
  ...['$JS.API.CONSUMER.MSG.NEXT.HF_EVT.qms', '$JS.ACK.HF_FACT.lake.1.1.1.1.1'],
];

test('everything else is refused: to write, make, look, listen, read for others', async () => {
  const { qms, own } = await openHub();
  const refused: string[] = [];
  const heard: string[] = [];
  const spying = own.subscribe('>');
  void (async () => {
    for await (const { subject } of spying) heard.push(subject);
  })();
  await own.flush();
  const status = (async () => {
    for await (const { type, ...event } of qms.status()) {
      if (type === 'error') refused.push(`${(event as { error: Error }).error.message}`);
    }
  })();
  for (const subject of forbidden) qms.publish(subject, '{}');
  const subjects = ['hf.fact.>', 'hf.>', '>', '_INBOX_central.>', '_INBOX_feed_lake.>', '$JS.>'];
  for (const subject of subjects) qms.subscribe(subject, { callback: () => undefined });
  await qms.flush();
  await own.flush();
  const wanted = [
    ...forbidden.map((subject) => `Publish to "${subject}"`),
    ...subjects.map((subject) => `Subscription to "${subject}"`),
  ];
  // The client tells of an error in a turn of its own.
  const missing = () => wanted.filter((words) => !refused.join('\n').includes(words));
  await expect.poll(missing, { timeout: 20_000 }).toEqual([]);
  expect(heard.filter((subject) => forbidden.includes(subject))).toEqual([]);
  await qms.close();
  await status;
});

test('whoever may make a consumer has the server speak on any subject', async () => {
  const { own, maker } = await openHub();
  const said: string[] = [];
  own.subscribe('hf.kept.acme.lyon.a.M01', {
    callback: (_, { data }) => void said.push(`${data}`),
  });
  await own.flush();
  const config = { name: 'evil', deliver_subject: 'hf.kept.acme.lyon.a.M01', ack_policy: 'none' };
  const body = JSON.stringify({ stream_name: factStream, config });
  const answer = await maker.request(`$JS.API.CONSUMER.CREATE.${factStream}.evil`, body, asked);
  expect(answer.json()).toMatchObject({ name: 'evil' });
  // The server has made it, and begins to deliver after it has said so.
  await waitFor(() => said.length > 0, 20_000, 'the server to speak');
});

test('`nkey --feed` prints the user as the hub’s configuration has it', () => {
  const path = `${testFolder()}/qms.nk`;
  const made = (name: string, to: string) =>
    spawnSync(process.execPath, ['cli/holdfast.ts', 'nkey', '--to', to, '--feed', name], {
      encoding: 'utf8',
    });
  const user = JSON.parse(made('qms', path).stdout);
  expect(user.permissions).toEqual(feedPermissions('qms'));
  const pair = nkeys.fromSeed(Buffer.from(readFileSync(path, 'utf8').trim()));
  expect(pair.getPublicKey()).toBe(user.nkey);
  expect(made('q.m>s', `${path}2`).stderr).toContain('--feed: must be 1 to 40 letters');
});
