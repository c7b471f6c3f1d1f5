// Goal: at a hub that keeps accounts apart, central is told by the server who asks the desk: nobody
// asks in the name of another, hears another's answers, or puts anything under a plant's subject.
// Method: a real hub with the accounts that we write; requests with forged headers, by two people.
import { headers, type Msg, type NatsConnection, nkeyAuthenticator } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { expect, onTestFinished, test } from 'vitest';
import { hubAccounts, withReaders } from '../cli/accounts.ts';
import { startHub } from '../cli/broker.ts';
import { withDesk } from '../cli/deskaccounts.ts';
import { startHubs } from '../cli/hubs.ts';
import { opsPermissions, viewerPermissions } from '../cli/permissions.ts';
import { deskApi, deskInbox, keptSubject } from '../shared/subject.ts';
import { testFolder } from './helpers/folder.ts';
import { waitFor } from './helpers/plantnet.ts';
import { newKey } from './helpers/rogue.ts';

const m01 = 'acme/lyon/turning/M01';
const kept = keptSubject(m01);
type Told = { subject: string; info: string[]; given: string };

const keys = { central: newKey(), leaf: newKey(), qms: newKey(), ada: newKey(), lims: newKey() };
type Who = keyof typeof keys;
const guests = [
  { name: 'person:17', nkeys: [keys.ada.nkey], may: 'act' as const },
  { name: 'system:lims', nkeys: [keys.lims.nkey], may: ['inspection', 'held'] as const },
];
const plant = () =>
  withReaders(hubAccounts([keys.central.nkey], [{ nkeys: [keys.leaf.nkey], edges: [[m01]] }]), [
    { name: 'qms', nkeys: [keys.qms.nkey] },
  ]);

/** What central would be told of a request, as the answer to it. */
function answer(message: Msg): void {
  const info = message.headers?.values('Nats-Request-Info') ?? [];
  message.respond(JSON.stringify({ subject: message.subject, info, given: message.string() }));
}

async function enterAt(servers: string, who: Who, inboxPrefix = deskInbox, name = 'x') {
  const authenticator = nkeyAuthenticator(Buffer.from(keys[who].seed));
  const connection = await connect({ servers, authenticator, inboxPrefix, name });
  onTestFinished(() => connection.close());
  return connection;
}

async function open(isApart: boolean) {
  const hub = await startHub({
    directory: testFolder(),
    ...(isApart
      ? { accounts: withDesk(plant(), guests) }
      : {
          users: [
            { nkey: keys.central.nkey },
            { nkey: keys.ada.nkey, permissions: opsPermissions() },
            { nkey: keys.lims.nkey, permissions: viewerPermissions() },
          ],
        }),
  });
  onTestFinished(() => hub.stop());
  const enter = (who: Who, inboxPrefix = deskInbox, name = 'x') =>
    enterAt(hub.url, who, inboxPrefix, name);
  const central = await enter('central', '_INBOX_central');
  for (const subject of ['hf.desk.*', 'hf.asked.*']) {
    central.subscribe(subject, { callback: (_, message) => answer(message) });
  }
  await central.flush();
  return { hub, central, enter };
}

const forgedBy = (name: string) => JSON.stringify({ acc: `desk/${name}`, user: keys.lims.nkey });
const timeout = 5_000;
async function ask(from: NatsConnection, subject: string, forged: readonly string[] = []) {
  const said = headers();
  for (const one of forged) said.append('Nats-Request-Info', one);
  const options = { timeout, ...(forged.length > 0 ? { headers: said } : {}) };
  return (await from.request(subject, 'x', options)).json<Told>();
}
const noAnswer = (asking: Promise<unknown>) =>
  expect(asking).rejects.toThrow(/permission|timeout|no responders|closed/i);

test('the server says who asks, over whatever the request says of it', async () => {
  const { enter } = await open(true);
  const ada = await enter('ada', deskInbox, 'desk/system:lims');
  const forged = forgedBy('system:lims');
  for (const words of [[], [forged], [forged, forged]]) {
    const { subject, info } = await ask(ada, 'hf.desk.retry', words);
    expect([subject, info.length]).toEqual(['hf.asked.retry', 1]);
    expect(JSON.parse(info[0]!)).toMatchObject({ acc: 'desk/person:17', user: keys.ada.nkey });
  }
  const lims = await enter('lims');
  const { info } = await ask(lims, 'hf.desk.inspection', [forged.replace('system:lims', 'x')]);
  expect(JSON.parse(info[0]!)).toMatchObject({ acc: 'desk/system:lims', user: keys.lims.nkey });
  await noAnswer(ask(lims, 'hf.desk.retry'));
});

test('nobody comes by another way to where the names are proved', async () => {
  const { central, enter } = await open(true);
  const [ada, qms] = [await enter('ada'), await enter('qms', '_INBOX_feed_qms')];
  await noAnswer(ask(ada, 'hf.asked.retry'));
  await noAnswer(ask(qms, 'hf.asked.retry'));
  await noAnswer(ask(qms, 'hf.desk.retry'));
  const seen: string[] = [];
  central.subscribe(kept, { callback: (_, { subject }) => void seen.push(subject) });
  const others: string[] = [];
  const lims = await enter('lims');
  lims.subscribe(`${deskInbox}.>`, { callback: (_, { subject }) => void others.push(subject) });
  await Promise.all([central.flush(), lims.flush()]);
  ada.publish('hf.desk.retry', 'x', { reply: kept });
  ada.publish('hf.desk.retry', 'x', { reply: `${deskInbox}.other` });
  await ask(ada, 'hf.desk.retry');
  await Promise.all([central.flush(), lims.flush()]);
  expect([seen, others]).toEqual([[], []]);
});

test('what services and streams there are is read under names of one’s own', async () => {
  const { central, enter } = await open(true);
  for (const text of ['one', 'two']) {
    central.subscribe('$SRV.PING', { callback: (_, message) => void message.respond(text) });
  }
  await central.flush();
  const ada = await enter('ada');
  const names = await ada.request(`${deskApi}.STREAM.NAMES`, '', { timeout });
  expect(names.json()).toMatchObject({ streams: null });
  await noAnswer(ada.request(`${deskApi}.STREAM.DELETE.HF_EVT`, '', { timeout: 1_000 }));
  const pongs: string[] = [];
  const both = { maxMessages: 2, maxWait: 30_000 }; // it waits a second if nothing is said
  for await (const one of await ada.requestMany('$SRV.PING', '', both)) {
    pongs.push(one.string());
  }
  expect(pongs.sort()).toEqual(['one', 'two']);
  const facts: string[] = [];
  ada.subscribe('hf.fact.>', { callback: (_, { subject }) => void facts.push(subject) });
  await ada.flush();
  central.publish('hf.fact.acme.lyon.turning.M01.LotProduced', '{}');
  await waitFor(() => facts.length === 1, 30_000, 'a fact');
});

test('whose key is taken out is cut off at once, and the others stay', async () => {
  const { hub, enter } = await open(true);
  const [ada, lims] = [await enter('ada'), await enter('lims')];
  const next = newKey();
  const renewed = [{ ...guests[0]!, nkeys: [next.nkey] }, guests[1]!];
  hub.adopt({ accounts: withDesk(plant(), renewed) });
  const authenticator = nkeyAuthenticator(Buffer.from(next.seed));
  const enterAnew = async () => {
    try {
      const connection = await connect({ servers: hub.url, authenticator, inboxPrefix: deskInbox });
      onTestFinished(() => connection.close());
      return connection;
    } catch {
      return undefined;
    }
  };
  let anew: NatsConnection | undefined;
  const isIn = async () => {
    anew = await enterAnew();
    return anew !== undefined;
  };
  await waitFor(isIn, 30_000, 'the next key');
  expect(JSON.parse((await ask(anew!, 'hf.desk.retry')).info[0]!)).toMatchObject({
    ...{ acc: 'desk/person:17', user: next.nkey },
  });
  await noAnswer(ask(ada, 'hf.desk.retry'));
  expect((await ask(lims, 'hf.desk.held')).info).toHaveLength(1);
});

test('at a hub without accounts whoever asks says what they like, unbelieved', async () => {
  const { enter } = await open(false);
  const [ada, lims] = [await enter('ada'), await enter('lims')];
  const { subject, info } = await ask(ada, 'hf.desk.retry', ['{"acc":"desk/person:9"}']);
  expect([subject, info]).toEqual(['hf.desk.retry', ['{"acc":"desk/person:9"}']]);
  for (const from of [ada, lims]) await noAnswer(ask(from, 'hf.asked.retry'));
});

test('a hub of three says it too, whichever of its servers each is at', async () => {
  const accounts = withDesk(plant(), guests);
  const hubs = await startHubs({ directory: testFolder(), members: 3, accounts });
  onTestFinished(async () => {
    await Promise.all(hubs.map((hub) => hub.stop()));
  });
  const central = await enterAt(hubs[0]!.url, 'central', '_INBOX_central');
  central.subscribe('hf.asked.*', { callback: (_, message) => answer(message) });
  await central.flush();
  const ada = await enterAt(hubs[1]!.url, 'ada');
  const isHeard = () =>
    ask(ada, 'hf.desk.retry').then(
      () => true,
      () => false,
    );
  await waitFor(isHeard, 30_000, 'interest to go round');
  const { info } = await ask(ada, 'hf.desk.retry', [forgedBy('system:lims')]);
  expect(info.map((one) => JSON.parse(one))).toMatchObject([{ acc: 'desk/person:17' }]);
});

test('names and keys of people are checked', () => {
  const [ada, lims] = guests as [(typeof guests)[0], (typeof guests)[1]];
  const wrong = (...people: Parameters<typeof withDesk>[1]) =>
    expect(() => withDesk(plant(), people));
  wrong({ ...ada, name: 'ada' }).toThrow(/people\[0\]\.name: must be "person:" or "system:"/);
  wrong({ ...ada, name: `person:${'x'.repeat(51)}` }).toThrow(/1 to 50 letters/);
  wrong(ada, { ...lims, nkeys: [] }).toThrow(/people\[1\]\.nkeys: must be 1 to 2/);
  wrong(ada, { ...ada, nkeys: ['UX'] }).toThrow(/each name once/);
  wrong(ada, { ...lims, nkeys: ada.nkeys }).toThrow(/each key once/);
  expect(withDesk(plant(), [])).toEqual(plant());
});
