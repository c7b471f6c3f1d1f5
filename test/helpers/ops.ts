import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jetstream } from '@nats-io/jetstream';
import { nkeyAuthenticator, nkeys } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { onTestFinished } from 'vitest';
import { migrations, openMemory } from '../../central/memory.ts';
import { edgePermissions, opsPermissions, viewerPermissions } from '../../cli/permissions.ts';
import { openDatabase } from '../../shared/database.ts';
import { encodeSegment } from '../../shared/segment.ts';
import { deskInbox, edgeInbox, eventSubject } from '../../shared/subject.ts';
import { stated } from './central.ts';
import { history } from './facts.ts';
import { testFolder } from './folder.ts';
import { waitFor } from './plantnet.ts';
import { m01 } from './shop.ts';
import { delivery, inboundConfig, receipt } from './supplier.ts';
import { openWire } from './wire.ts';

const { release, report, consume, produce } = stated;

/** A new user with its seed in a file. */
function newKey(name: string) {
  const pair = nkeys.createUser();
  const seed = Buffer.from(pair.getSeed());
  const path = join(testFolder(), `${name}.nk`);
  writeFileSync(path, seed, { mode: 0o600 });
  return { nkey: pair.getPublicKey(), seed, path };
}

/** A ledger with receipts of suppliers: of the second and third two people have said something. */
function seedReceipts(storePath: string): void {
  const db = openDatabase(storePath, migrations);
  const nowMs = Date.now;
  const limits = { waitMs: nowMs, maxInFlightMs: 500 };
  const { inbound, postings } = openMemory({ db, nowMs, ...limits, inbound: inboundConfig() });
  inbound.take([1, 2, 3, 4, 5].map((number) => delivery(number)));
  const bad = { accepted: '60', rejected: '40' };
  for (const number of [2, 3, 4, 5]) {
    inbound.propose(receipt(number), 'result', bad, { by: 'person:17', reason: 'measured' });
    if (number < 4) inbound.approve(receipt(number), { by: 'person:9', reason: 'seen' });
  }
  for (let at = 1, tasks = postings.next(new Set(), 50); tasks.length > 0; ) {
    for (const { posting } of tasks) {
      postings.settle(posting.key, { kind: 'posted', document: `D${at++}` });
    }
    tasks = postings.next(new Set(), 50);
  }
  db.close();
}
const buying = {
  inbound: { site: 'acme/lyon' },
  erp: {
    ...{ url: 'http://127.0.0.1:9', plant: 'HF01', storageLocation: '0001' },
    supplier: { companyCode: '1010', claimAccount: '0012', costAccount: '0051' },
  },
};

/**
 * A hub that knows its users, a real central at it, and a line with `parked` postings over
 * tolerance, each of an order of its own, and one order with a lot that is made of another; and
 * with `buys` what suppliers have delivered.
 */
export async function openPlantdesk(parked: number, buys = false) {
  const keys = {
    ...{ central: newKey('central'), ops: newKey('ops') },
    ...{ viewer: newKey('viewer'), edge: newKey('edge'), leaf: newKey('leaf') },
  };
  const hub = [
    { nkey: keys.central.nkey },
    { nkey: keys.leaf.nkey, permissions: edgePermissions([m01]) },
    { nkey: keys.ops.nkey, permissions: opsPermissions() },
    { nkey: keys.viewer.nkey, permissions: viewerPermissions() },
    { nkey: keys.edge.nkey, permissions: edgePermissions([m01]) },
  ];
  const wire = await openWire({ hub, seed: keys.leaf.seed.toString() });
  const feed = { consumers: [{ name: 'qms' }], megabytesMax: 50 };
  if (buys) seedReceipts(wire.ledgerPath());
  const own = { natsNkeyPath: keys.central.path, feed, ...(buys ? buying : {}) };
  const central = await wire.central('ledger', own);

  async function client(who: keyof typeof keys, servers = wire.hub.url) {
    const inboxPrefix = who === 'edge' ? edgeInbox(m01) : deskInbox;
    const authenticator = nkeyAuthenticator(keys[who].seed);
    const own = who === 'central' ? {} : { inboxPrefix };
    const connection = await connect({ servers, authenticator, ...own });
    onTestFinished(() => connection.close());
    return connection;
  }

  const orders = Array.from({ length: parked }, (_, at) => `WO-P${at + 1}`);
  const facts = [
    ...[release('WO-1'), consume('S-1', '5'), report('8'), produce('L-1', '8')],
    ...orders.flatMap((order) => [release(order), report('500', {}, { order })]),
  ];
  const segment = history(m01, facts).segment(1, facts.length);
  const bytes = encodeSegment(segment);
  await jetstream(await client('central')).publish(eventSubject(m01), bytes);
  await central.holds(facts.length);
  const parkedKeys = async (): Promise<string[]> => {
    const list = (await (await fetch(`${central.url}/v1/desk`)).json()) as {
      postings: { key: string }[];
    };
    return list.postings.map(({ key }) => key);
  };
  await waitFor(
    async () => (await parkedKeys()).length === parked,
    30_000,
    'postings to be parked',
  );
  return { wire, central, keys, client, facts, parkedKeys };
}
