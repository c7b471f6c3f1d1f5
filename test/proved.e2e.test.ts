// Goal: who acts at the desk is who the hub, or a token, says; at a hub that we make nobody moves
// money or quality in a name that is not proved, and a flat hub says of each name that it is not.
// Method: a real hub with the accounts that we write, or without, and a real central; people ask
// over NATS and HTTP, in their own name and in another, with forged headers.
import { hash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { headers, type NatsConnection, nkeyAuthenticator } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { expect, onTestFinished, test } from 'vitest';
import { readCentralConfig } from '../central/config.ts';
import { startCentral } from '../central/main.ts';
import { type Accounts, hubAccounts } from '../cli/accounts.ts';
import { startHub } from '../cli/broker.ts';
import { withDesk } from '../cli/deskaccounts.ts';
import { opsPermissions } from '../cli/permissions.ts';
import { deskApi, deskInbox } from '../shared/subject.ts';
import { testFolder } from './helpers/folder.ts';
import { openNatsCli, wordsOf } from './helpers/natscli.ts';
import { newKey } from './helpers/rogue.ts';

const timeoutMs = 300_000;
const keys = {
  ...{ central: newKey(), ada: newKey(), bob: newKey(), lims: newKey() },
  ...{ old: newKey() }, // of somebody who was left in the plant's own account
};
type Who = keyof typeof keys;
const people = [
  { name: 'person:17', nkeys: [keys.ada.nkey], may: 'act' as const },
  { name: 'person:9', nkeys: [keys.bob.nkey], may: 'act' as const },
  { name: 'system:lims', nkeys: [keys.lims.nkey], may: ['hold', 'release'] as const },
];
const token = 'a-token-that-nobody-guesses';
const tokens = { tokens: [{ name: 'person:4', id: 'four', sha256: hash('sha256', token) }] };

/** With a user in the plant's own account who may ask the desk, as before there were others. */
function besides({ HF, ...others }: Accounts): Accounts {
  const permissions = opsPermissions();
  const user = {
    nkey: keys.old.nkey,
    permissions,
    allowed_connection_types: ['STANDARD'] as const,
  };
  return { HF: { ...HF!, users: [...HF!.users, user] }, ...others };
}

/** A hub, apart or flat, and central at it; what is asked of it is answered as JSON. */
async function open(isApart: boolean) {
  const directory = testFolder();
  const own = { nkey: keys.central.nkey };
  const flat = Object.values(keys).map(({ nkey }) => ({ nkey, permissions: opsPermissions() }));
  const hub = await startHub({
    directory: join(directory, 'hub'),
    ...(isApart
      ? { accounts: besides(withDesk(hubAccounts([own.nkey], []), people)) }
      : { users: [own, ...flat.slice(1)] }),
  });
  onTestFinished(() => hub.stop());
  const [nkeyPath, tokensPath] = [join(directory, 'central.nk'), join(directory, 'tokens.json')];
  writeFileSync(nkeyPath, keys.central.seed, { mode: 0o600 });
  writeFileSync(tokensPath, JSON.stringify(tokens));
  const central = await startCentral(
    readCentralConfig({
      ...{ storePath: join(directory, 'ledger.db'), natsUrl: hub.url, natsNkeyPath: nkeyPath },
      ...{ hubMonitorUrl: hub.httpUrl, httpPort: 0, logLevel: 'silent', tokensPath },
      stream: { megabytesMax: 100, keepDays: 1 },
      erp: { url: 'http://127.0.0.1:9', plant: 'HF01', storageLocation: '0001' },
    }),
  );
  onTestFinished(() => central.close());

  const enter = async (who: Who): Promise<NatsConnection> => {
    const authenticator = nkeyAuthenticator(Buffer.from(keys[who].seed));
    const servers = hub.url;
    const connection = await connect({ servers, authenticator, inboxPrefix: deskInbox });
    onTestFinished(() => connection.close());
    return connection;
  };
  async function ask(from: NatsConnection, name: string, fields: object, forged?: string) {
    const given = headers();
    if (forged !== undefined) given.set('Nats-Request-Info', forged);
    const options = { timeout: 10_000, headers: given };
    return (await from.request(`hf.desk.${name}`, JSON.stringify(fields), options)).json();
  }
  async function post(path: string, fields: object, authorization?: string) {
    const said = authorization === undefined ? {} : { authorization };
    const response = await fetch(new URL(path, central.url), {
      ...{ method: 'POST', headers: { 'content-type': 'application/json', ...said } },
      body: JSON.stringify(fields),
    });
    return response.json();
  }
  return { enter, ask, post };
}

test(
  'at a hub with accounts each act is in the name that the server says',
  async () => {
    const { enter, ask, post } = await open(true);
    const [ada, bob, lims] = [await enter('ada'), await enter('bob'), await enter('lims')];
    expect(await ask(lims, 'hold', { lot: 'L-1', reason: 'assay' })).toMatchObject({
      ...{ hold: 'C-1', by: 'system:lims', recorded: 1, proved: true },
    });
    const forged = JSON.stringify({ acc: 'desk/person:9', user: keys.bob.nkey });
    const asBob = { hold: 'C-1', by: 'person:9', reason: 'tested' };
    expect(await ask(ada, 'release', asBob, forged)).toMatchObject({
      code: 'REFUSED',
      message: 'request.by: must be person:17, who is proved to ask, not person:9',
    });
    const own = { hold: 'C-1', by: 'person:17', reason: 'tested' };
    expect(await ask(ada, 'release', own, forged)).toMatchObject({ recorded: 2, proved: true });
    expect(await post('/v1/holds/C-1/approve', { by: 'person:4', reason: 'seen' })).toMatchObject({
      message: expect.stringMatching(/^body\.by: person:4 is not proved, and this act needs it/),
    });
    expect(await ask(ada, 'approve-hold', { hold: 'C-1', reason: 'mine' })).toMatchObject({
      message: expect.stringMatching(/a second person must approve/),
    });
    expect(await ask(bob, 'approve-hold', { hold: 'C-1', reason: 'seen' })).toMatchObject({
      ...{ state: 'released', recorded: 3, proved: true },
    });
    const old = await enter('old');
    expect(
      await ask(old, 'release', { hold: 'C-1', by: 'person:9', reason: 'x' }, forged),
    ).toMatchObject({
      message: expect.stringMatching(/^request\.by: person:9 is not proved/),
    });
    const held = await post('/v1/holds', { lot: 'L-2', by: 'person:4', reason: 'rust' });
    expect(held).toMatchObject({ hold: 'C-2', proved: false });
    const nats = openNatsCli(bob, deskApi);
    for (const row of [
      ...['nats micro ls', 'nats micro stats holdfast-desk', 'nats stream ls', 'nats kv ls'],
      ...['nats stream info HF_EVT', 'nats consumer ls HF_EVT', 'nats server check jetstream'],
    ]) {
      const { json } = await nats(wordsOf(row));
      expect(json, row).toMatchObject({ type: expect.stringMatching(/^io\.nats\./) });
      expect(json, row).not.toHaveProperty('error');
    }
    const { acts } = (await ask(bob, 'acts', { limit: 10 })) as { acts: object[] };
    expect(acts).toMatchObject([
      { act: 'hold', by: 'person:4', proved: false, way: 'http' },
      { act: 'approve-hold', by: 'person:9', proved: true, credential: keys.bob.nkey },
      { act: 'release', by: 'person:17', proved: true, credential: keys.ada.nkey },
      { act: 'hold', by: 'system:lims', proved: true, way: 'nats' },
    ]);
  },
  timeoutMs,
);

test(
  'over HTTP a token proves who acts, and a wrong one is refused whatever is asked',
  async () => {
    const { enter, ask, post } = await open(true);
    await ask(await enter('ada'), 'hold', { lot: 'L-1', reason: 'crack' });
    const fields = { reason: 'tested' };
    const told = await post('/v1/holds/C-1/release', fields, `Bearer ${token}`);
    expect(told).toMatchObject({ proved: true, acts: [{}, { by: 'person:4' }] });
    const other = { by: 'person:9', reason: 'x' };
    expect(await post('/v1/holds/C-1/reject', other, `Bearer ${token}`)).toMatchObject({
      message: 'body.by: must be person:4, who is proved to ask, not person:9',
    });
    for (const wrong of [`Bearer ${token}x`, 'Bearer ', token, `Basic ${token}`]) {
      expect(await post('/v1/holds/C-1/reject', other, wrong)).toMatchObject({
        message: 'authorization: must be a bearer token known here',
      });
    }
  },
  timeoutMs,
);

test(
  'at a flat hub names are not proved: that is said, and nothing is refused for it',
  async () => {
    const { enter, ask } = await open(false);
    const [ada, bob] = [await enter('ada'), await enter('bob')];
    const forged = JSON.stringify({ acc: 'desk/person:9' });
    const said = { by: 'person:17', reason: 'crack' };
    expect(await ask(ada, 'hold', { lot: 'L-1', ...said }, forged)).toMatchObject({
      ...{ hold: 'C-1', by: 'person:17', proved: false },
    });
    expect(await ask(ada, 'release', { hold: 'C-1', ...said })).toMatchObject({ proved: false });
    const second = { hold: 'C-1', by: 'person:9', reason: 'seen' };
    expect(await ask(bob, 'approve-hold', second)).toMatchObject({ proved: false });
    // Whoever may do everything there can ask where a hub with accounts brings proved names.
    const any = await enter('central');
    const given = headers();
    given.set('Nats-Request-Info', forged);
    const asked = JSON.stringify({ lot: 'L-2', ...said });
    const answer = await any.request('hf.asked.hold', asked, { timeout: 10_000, headers: given });
    expect(answer.json()).toMatchObject({ hold: 'C-2', by: 'person:17', proved: false });
    const { acts } = (await ask(ada, 'acts', {})) as { acts: { proved: boolean }[] };
    expect(acts.map(({ proved }) => proved)).toEqual([false, false, false, false]);
  },
  timeoutMs,
);
