// Goal: nobody comes in at the hub's entrance for leaves who is not who they say: by TLS, by key,
// by claim, or with a key that was revoked. Method: as rogue.test.ts; each attempt beside the same
// without what is wrong with it, and the honest site works throughout.

import { nkeyAuthenticator } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHub, startLeaf } from '../cli/broker.ts';
import { edgeInbox, eventSubject, liveSubject } from '../shared/subject.ts';
import { type Authority, openAuthority } from './helpers/authority.ts';
import { testFolder } from './helpers/folder.ts';
import { waitFor } from './helpers/plantnet.ts';
import { openRawleaf, type Way } from './helpers/rawleaf.ts';
import { newKey, openPlant, type Plant } from './helpers/rogue.ts';

let plant: Plant;
let stranger: Authority;
beforeAll(async () => {
  plant = await openPlant();
  stranger = openAuthority('stranger');
});
afterAll(async () => {
  stranger.close();
  await plant.close();
});

/** Lyon's own way in, from which each attempt differs. */
const right = (): Way => ({
  ...{ port: plant.hub.leafPort, seed: plant.keys.lyon.seed },
  tls: plant.authority.issue('leaf'),
});

const wrongs: [string, () => Partial<Way>][] = [
  ['without TLS', () => ({ tls: undefined as never })],
  ['without a certificate', () => ({ tls: { caPath: plant.authority.caPath } })],
  ["by a stranger's certificate", () => ({ tls: stranger.issue('leaf') })],
  ['by a certificate that is over', () => ({ tls: plant.authority.issue('leaf', -1) })],
  ['without a key', () => ({ seed: undefined as never })],
  ['with a key that nobody knows', () => ({ seed: newKey().seed })],
  ["under another's key", () => ({ nkey: plant.keys.paris.nkey })],
  ['under the key of central', () => ({ nkey: 'UNOBODY' })],
  ['with a signature of something else', () => ({ more: { sig: 'AAAA' } })],
  ['by a password', () => ({ seed: undefined as never, more: { user: 'HF', pass: '' } })],
  ['by a server that is too old', () => ({ more: { version: '2.10.0' } })],
];

test.each(wrongs)('%s nobody is let in', async (_name, wrong) => {
  await expect(openRawleaf({ ...right(), ...wrong() })).rejects.toThrow();
  const leaf = await openRawleaf(right());
  expect(leaf.isOpen()).toBe(true);
  leaf.close();
});

const claims: [string, Record<string, unknown>][] = [
  ['to be in the account of the plant', { remote_account: 'HF', account: 'HF', acc: 'HF' }],
  ["to be in another's account", { remote_account: 'acme/paris/turning/M01' }],
  ['to be in that of the system', { remote_account: 'SYS', is_system: true }],
  ['to have the streams', { jetstream: true, domain: 'hub' }],
  ['to be a hub itself', { hub: true, is_hub: true, is_spoke: false, remote_hub: true }],
  ['to be in the same cluster', { cluster: 'hub', name: 'hub' }],
  ['to have other permissions', { permissions: { import: ['>'], export: ['>'] }, deny_pub: [] }],
];

test.each(claims)('who claims %s reaches no more', async (name, more) => {
  const leaf = await openRawleaf({ ...right(), more }).catch(() => undefined); // or is not let in
  if (leaf) {
    for (const of of [eventSubject, liveSubject]) leaf.publish(of('acme/paris/turning/M01'), 'x');
    leaf.publish(liveSubject('acme/lyon/turning/M01'), `claims ${name}`);
    const came = () => plant.seen.some(({ text }) => text === `claims ${name}`);
    await waitFor(() => came() || !leaf.isOpen(), 30_000, 'its words to be dealt with');
    leaf.close();
  }
  const { paris } = plant.sites;
  await plant.settled(paris);
  expect(plant.seen.filter(({ text }) => text === 'x')).toEqual([]);
  expect(paris.leaf.isOpen()).toBe(true);
});

test("who takes another leaf's name does not cut it off", async () => {
  const { paris } = plant.sites;
  const name = { name: paris.leaf.name, server_id: paris.leaf.serverId };
  const twin = await openRawleaf({ ...right(), more: name }).catch(() => undefined);
  await plant.settled(paris);
  expect(paris.leaf.isOpen()).toBe(true);
  twin?.close();
});

test("a leaf's key opens no other door of the hub, and central's not the leaves'", async () => {
  const authenticator = nkeyAuthenticator(Buffer.from(plant.keys.lyon.seed));
  const dial = (servers: string, timeout: number) =>
    connect({ servers, authenticator, reconnect: false, timeout });
  await expect(dial(plant.hub.url, 30_000)).rejects.toThrow(/Authorization/);
  await expect(dial(`nats://127.0.0.1:${plant.hub.leafPort}`, 2_000)).rejects.toThrow();
  await expect(openRawleaf({ ...right(), seed: plant.central.seed })).rejects.toThrow();
  expect(await plant.plantCount()).toBeGreaterThanOrEqual(0); // central's own way is open
});

test.each([
  ['of a stranger', () => stranger.issue('hub')],
  ['that is over', () => plant.authority.issue('hub', -1)],
])('a leaf gives itself to no hub with a certificate %s', async (_name, wrong) => {
  const folder = testFolder();
  const hub = await startHub({ directory: `${folder}/hub`, tls: wrong() });
  const tls = plant.authority.issue('leaf');
  const leaf = await startLeaf({
    ...{ directory: `${folder}/leaf`, hubLeafPort: hub.leafPort, tls },
  });
  const linked = async (): Promise<boolean> => {
    const { leafs } = (await (await fetch(`${leaf.httpUrl}/leafz`)).json()) as {
      leafs?: unknown[];
    };
    return (leafs?.length ?? 0) > 0;
  };
  const refused = () => leaf.log().includes('TLS leafnode handshake error');
  try {
    await waitFor(refused, 30_000, 'the leaf to refuse the hub');
    expect(await linked()).toBe(false);
    hub.adopt({});
  } finally {
    await Promise.all([leaf.stop(), hub.stop()]);
  }
});

const nice = (...nkeys: string[]) => ({ nkeys, edges: [['acme/nice/turning/M01']] });
const isLetIn = (key: { nkey: string; seed: string }): Promise<boolean> =>
  plant.enter(key).then(
    (leaf) => {
      leaf.close();
      return true;
    },
    () => false,
  );

test('a new key is let in beside the former one, and nobody is cut off', async () => {
  const renewed = newKey();
  const { lyon, paris } = plant.sites;
  const others = plant.guests.filter(({ nkeys }) => nkeys[0] !== plant.spare.nkey);
  const both = nice(renewed.nkey, plant.spare.nkey);
  expect(await isLetIn(renewed)).toBe(false);
  plant.hub.adopt({ accounts: plant.asConfigured([...others, both]) });
  await waitFor(() => isLetIn(renewed), 30_000, 'the new key to be let in');
  expect(await isLetIn(plant.spare)).toBe(true);
  for (const site of [lyon, paris]) await plant.told(site);
  expect([lyon.leaf.isOpen(), paris.leaf.isOpen()]).toEqual([true, true]);
});

test('a leaf that is new is heard once the hub has read its accounts twice', async () => {
  const [added, line] = [newKey(), 'acme/lille/turning/M01'];
  const accounts = plant.asConfigured([...plant.guests, { nkeys: [added.nkey], edges: [[line]] }]);
  plant.hub.adopt({ accounts });
  await waitFor(() => isLetIn(added), 30_000, 'the new leaf to be let in');
  plant.hub.adopt({ accounts }); // what it imports is bound by this one
  const leaf = await plant.enter(added);
  const reply = `${edgeInbox(line)}.kept`;
  leaf.listen(`${edgeInbox(line)}.>`);
  const isAnswered = async (): Promise<boolean> => {
    leaf.publish(eventSubject(line), 'stated', reply);
    await new Promise((resolve) => setTimeout(resolve, 250));
    return leaf.heard().some(({ subject, text }) => subject === reply && text.includes('HF_EVT'));
  };
  await waitFor(isAnswered, 30_000, 'the stream to answer the new leaf');
  for (const site of Object.values(plant.sites)) await plant.told(site);
  leaf.close();
});

test('a revoked key is let in no more, and is cut off when the hub is restarted', async () => {
  const leaf = await plant.enter(plant.spare);
  const others = plant.guests.filter(({ nkeys }) => nkeys[0] !== plant.spare.nkey);
  plant.hub.adopt({ accounts: plant.asConfigured(others) });
  await waitFor(async () => !(await isLetIn(plant.spare)), 30_000, 'the hub to refuse it');
  await plant.hub.restart(); // the server asks nobody again who is in already
  await waitFor(() => !leaf.isOpen(), 30_000, 'the hub to cut it off');
  expect(await isLetIn(plant.spare)).toBe(false);
  await waitFor(() => isLetIn(plant.keys.paris), 30_000, 'others to come in again');
});
