// Goal: a reader of the feed can put nothing under any subject of the plant, not even by the way.
// Method: a real hub; a request for facts that names a subject of the plant for its answer, from
// the plant's own account, where the server puts it there, and from an account of the reader's.
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { nkeyAuthenticator, nkeys } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { expect, onTestFinished, test } from 'vitest';
import { ensureFeed } from '../central/feed/stream.ts';
import { hubAccounts, withReaders } from '../cli/accounts.ts';
import { startHub } from '../cli/broker.ts';
import { feedPermissions } from '../cli/permissions.ts';
import { factStream, feedApi, feedInbox } from '../shared/subject.ts';
import { configOf } from './helpers/feedbox.ts';
import { testFolder } from './helpers/folder.ts';
import { waitFor } from './helpers/plantnet.ts';

const kept = 'hf.kept.acme.lyon.a.M01';
const asks = `$JS.API.CONSUMER.MSG.NEXT.${factStream}.qms`;

async function openPlant(isApart: boolean) {
  const [central, qms] = [nkeys.createUser(), nkeys.createUser()];
  const [own, theirs] = [central.getPublicKey(), qms.getPublicKey()];
  const permissions = feedPermissions('qms');
  const hub = await startHub({
    directory: testFolder(),
    ...(isApart
      ? { accounts: withReaders(hubAccounts([own], []), [{ name: 'qms', nkeys: [theirs] }]) }
      : { users: [{ nkey: own }, { nkey: theirs, permissions }] }),
  });
  onTestFinished(() => hub.stop());
  const enter = async (pair: typeof qms, inboxPrefix: string) => {
    const authenticator = nkeyAuthenticator(pair.getSeed());
    const connection = await connect({ servers: hub.url, authenticator, inboxPrefix });
    onTestFinished(() => connection.close());
    return connection;
  };
  const plant = await enter(central, '_INBOX_central');
  const manager = await jetstreamManager(plant);
  const config = configOf({ consumers: [{ name: 'qms' }], megabytesMax: 10 });
  await ensureFeed({ manager, config, replicas: 1 });
  for (const text of ['1', '2']) {
    await jetstream(plant).publish('hf.fact.acme.lyon.a.M01.LotProduced', text);
  }
  const heard: string[] = [];
  plant.subscribe(kept, { callback: (_, message) => void heard.push(message.string()) });
  await plant.flush();
  return { plant, manager, heard, reader: await enter(qms, feedInbox('qms')) };
}

test('in the plant’s own account a reader has facts put where it likes', async () => {
  const { reader, heard } = await openPlant(false);
  reader.publish(asks, '1', { reply: kept });
  await waitFor(() => heard.length > 0, 30_000, 'a fact where none belongs');
});

test('in an account of its own it reads, and nothing else', async () => {
  const { reader, heard, manager, plant } = await openPlant(true);
  const consumer = await jetstream(reader, { apiPrefix: feedApi }).consumers.get(factStream, 'qms');
  const texts: string[] = [];
  for await (const message of await consumer.fetch({ max_messages: 2, expires: 30_000 })) {
    texts.push(message.string());
    if (texts.length === 1) expect(await message.ackAck()).toBe(true);
  }
  expect(texts).toEqual(['1', '2']);
  const resets = `${feedApi}.CONSUMER.RESET.${factStream}.qms`;
  const reset = await reader.request(resets, '', { timeout: 30_000 });
  expect(reset.json()).toMatchObject({ num_ack_pending: 0, ack_floor: { stream_seq: 1 } });
  reader.publish(asks.replace('$JS.API', feedApi), '1', { reply: kept });
  await reader.flush();
  const pending = async () => (await manager.consumers.info(factStream, 'qms')).num_ack_pending;
  await waitFor(async () => (await pending()) === 1, 30_000, 'the fact to be on its way');
  await plant.flush();
  expect(heard).toEqual([]);
});
