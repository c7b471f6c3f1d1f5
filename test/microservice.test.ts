// Goal: central's services speak the protocol that every NATS client knows (ADR-32).
// Method: a real server, asked by the library of the NATS authors and by bare requests.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { headers, type NatsConnection } from '@nats-io/nats-core';
import { Svcm } from '@nats-io/services';
import { connect } from '@nats-io/transport-node';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { answerBytesMax, openServices, servedMax } from '../central/services.ts';
import { type Broker, startHub } from '../cli/broker.ts';
import { systemClock } from '../shared/clock.ts';
import { endpoints } from '../shared/endpoints.ts';
import { openLog } from '../shared/log.ts';
import { refused } from './helpers/central.ts';
import { deskAfter } from './helpers/deskbox.ts';

let hub: Broker;
beforeAll(async () => {
  const directory = mkdtempSync(join(tmpdir(), 'desk-'));
  hub = await startHub({ directory });
  return async () => {
    await hub.stop();
    rmSync(directory, { recursive: true, force: true });
  };
});

async function client(): Promise<NatsConnection> {
  const connection = await connect({ servers: hub.url });
  onTestFinished(() => connection.close());
  return connection;
}

/** Central's desk with a parked posting, served at the hub; and somebody who asks. */
async function served(more: Partial<Parameters<typeof openServices>[0]> = {}) {
  const desk = deskAfter(refused);
  const parts = { connection: await client(), bootId: 'boot_1', clock: systemClock };
  const services = openServices({
    ...parts,
    board: desk.board,
    log: openLog('test', 'silent'),
    ...more,
  });
  const asker = await client();
  await parts.connection.flush();
  async function ask(name: string, payload: object | string = '', kind?: string) {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
    const said = headers();
    if (kind !== undefined) said.set('Accept', kind);
    const answer = await asker.request(`hf.desk.${name}`, text, { timeout: 5_000, headers: said });
    const code = answer.headers?.get('Nats-Service-Error-Code');
    const words = answer.headers?.get('Nats-Service-Error');
    return { text: answer.string(), ...(code ? { code, words } : {}) };
  }
  return {
    ...desk,
    services,
    asker,
    ask,
    json: async (...a: Parameters<typeof ask>) => JSON.parse((await ask(...a)).text),
  };
}

const said = { by: 'person:17', reason: 'master data is mended' };

test("the library's client finds the service, and every operation is an endpoint", async () => {
  const { asker, ask } = await served();
  await ask('parked');
  await ask('show', 'nothing');
  const library = new Svcm(asker).client({ strategy: 'stall', maxWait: 3_000 });
  const all = async <T>(found: AsyncIterable<T>) => {
    const list: T[] = [];
    for await (const one of found) list.push(one);
    return list;
  };
  expect(await all(await library.ping('holdfast-desk'))).toMatchObject([{ id: 'boot_1' }]);
  const [info] = await all(await library.info('holdfast-desk', 'boot_1'));
  expect(info).toMatchObject({
    type: 'io.nats.micro.v1.info_response',
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
  });
  expect(info!.endpoints.map(({ name }) => name).sort()).toEqual(Object.keys(endpoints).sort());
  expect(info!.endpoints[0]).toMatchObject({ queue_group: 'q', subject: 'hf.desk.health' });
  const [stats] = await all(await library.stats());
  const of = (name: string) => stats!.endpoints!.find((one) => one.name === name);
  expect(of('parked')).toMatchObject({ num_requests: 1, num_errors: 0 });
  expect(of('show')).toMatchObject({
    num_requests: 1,
    num_errors: 1,
    last_error: 'posting: nothing is unknown',
  });
  expect(of('parked')!.processing_time).toBeGreaterThan(0);
  expect(of('lag')).toMatchObject({ num_requests: 0, average_processing_time: 0 });
});

test('HTTP and NATS give the same answer to the same question', async () => {
  const { app, json, key } = await served();
  const over = async (url: string) => (await app.inject({ url })).json();
  expect(await json('parked')).toEqual(await over('/v1/desk'));
  expect(await json('show', key)).toEqual(await over(`/v1/desk/${key}`));
  expect(await json('show', { key })).toEqual(await over(`/v1/desk/${key}`));
  expect(await json('lag', { limit: 1 })).toEqual(await over('/v1/lag?limit=1'));
  expect(await json('trace', { id: 'WO-1', limit: 2 })).toEqual(
    await over('/v1/trace/WO-1?limit=2'),
  );
});

test('a table is drawn for whoever asks for text, by a field or by a header', async () => {
  const { ask, key } = await served();
  const { text } = await ask('parked', { as: 'text' });
  expect(text).toContain(`1 parked\nconfirmation ${key}`);
  expect((await ask('parked', '', 'text/plain')).text).toBe(text);
  expect((await ask('parked', { as: 'json' }, 'text/plain')).text[0]).toBe('{');
  expect((await ask('lag', { as: 'text' })).text).toMatch(/line +sequence +behind/);
});

test('every act has a dry run that tells what would come of it, and changes nothing', async () => {
  const { json, ask, key, states, told, db } = await served();
  const before = db.prepare('SELECT * FROM posting ORDER BY id').all();
  const dry = { key, ...said, dryRun: true };
  expect(await json('settle', { ...dry, document: '4711' })).toMatchObject({
    ...{ dryRun: true, posting: { state: 'posted', document: '4711' } },
    acts: [{ act: 'settle' }],
  });
  expect(await json('give-up', dry)).toMatchObject({ dryRun: true, posting: { state: 'void' } });
  expect(await json('edit', { ...dry, changes: { unit: 'KG' } })).toMatchObject({
    edits: [{ changes: { unit: 'KG' }, decision: null }],
  });
  expect(await json('retry', dry)).toMatchObject({ found: { kind: 'silent' }, state: 'parked' });
  expect((await ask('give-up', { ...dry, as: 'text' })).text).toMatch(/^nothing was changed/);
  expect((await ask('approve', dry)).words).toMatch(/nobody has proposed another content/);
  expect(states()).toEqual(['parked', 'deferred']);
  expect(db.prepare('SELECT * FROM posting ORDER BY id').all()).toEqual(before);
  for (const table of ['act', 'amendment', 'loss']) {
    expect(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get(), table).toBe(0);
  }
  expect(told.moved).toBe(0);
  // What is remembered beside the tables was undone as well: the act itself goes as it must.
  expect(await json('give-up', { key, ...said })).toMatchObject({ posting: { state: 'void' } });
  expect(told.moved).toBe(1);
  expect((await json('parked')).kinds.confirmation).toBe(0);
  expect(await ask('retry', dry)).toMatchObject({
    ...{ code: '409', words: expect.stringMatching(/is void: no Retry/) },
  });
});

test('who has proposed it does not approve it, whichever way they ask', async () => {
  const { json, ask, key, app } = await served();
  await json('edit', { key, ...said, changes: { unit: 'KG' } });
  const own = await ask('approve', { key, ...said });
  expect(own).toMatchObject({
    code: '409',
    words: expect.stringMatching(/person:17 has proposed it: a second person/),
  });
  expect(JSON.parse(own.text)).toEqual({ code: 'REFUSED', message: own.words });
  const http = await app.inject({ method: 'POST', url: `/v1/desk/${key}/approve`, payload: said });
  expect([http.statusCode, http.json()]).toEqual([409, JSON.parse(own.text)]);
  const other = { key, by: 'person:9', reason: 'seen' };
  expect(await json('approve', other)).toMatchObject({ edits: [{ decision: 'approved' }] });
});

test('a request that is none is told which field is wrong, and the service goes on', async () => {
  const { ask, key } = await served();
  const wrong: [string, object | string, RegExp][] = [
    ['parked', '{"limit":', /^request: is not JSON$/],
    ['parked', '[1]', /^request: must be a JSON object$/],
    ['health', 'now', /^request: must be a JSON object$/],
    ['parked', { limit: 0 }, /^request\.limit: must be a whole number from 1 to 1000$/],
    ['parked', { after: 'nothing' }, /^posting: nothing is unknown$/],
    ['parked', { as: 'xml' }, /^request\.as: must be one of json, text$/],
    ['retry', { key }, /request\.by: .*request\.reason: /],
    ['settle', { key, ...said, more: 1 }, /request\.more: unknown.*request\.document/],
    ['line', 'nowhere', /^request\.line: must be enterprise\/site\/area\/line/],
    ['line', 'a/b/c/d', /^line: a\/b\/c\/d is unknown here$/],
    ['trace', 'nothing', /^id: nothing here bears nothing$/],
    ['trace', { id: 'x', after: -1 }, /^request\.after: must be a whole number/],
    ['show', 'x'.repeat(257 * 1024), /^request: must be at most 262144 bytes$/],
    ['reconcile', { from: 'yesterday' }, /^request\.from: must be a day or an instant in UTC/],
    ['postings', 'lost', /^state: must be one of /],
  ];
  for (const [name, payload, words] of wrong) {
    const answer = await ask(name, payload);
    expect(answer.words, name).toMatch(words);
    expect(['400', '404']).toContain(answer.code);
  }
  expect((await ask('health')).code).toBeUndefined();
});

test('too many at once, too large and a bug are told as errors to whoever asked', async () => {
  const { board } = deskAfter(refused);
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const status = () => {
    throw new TypeError('a bug');
  };
  const reconcile = () => gate.then(() => ({ facts: 'x'.repeat(answerBytesMax) }));
  const own = { ...board, status, reconcile } as unknown as typeof board;
  const { ask } = await served({ board: own });
  const waiting = Array.from({ length: servedMax }, () => ask('reconcile'));
  await expect.poll(async () => (await ask('health')).code).toBe('429');
  expect((await ask('health')).words).toBe(`${servedMax} requests are being answered: ask again`);
  release();
  for (const { words } of await Promise.all(waiting)) expect(words).toMatch(/^answer: \d+ bytes/);
  expect(await ask('status')).toMatchObject({
    code: '500',
    words: expect.stringMatching(/its log says why/),
  });
  expect((await ask('health')).code).toBeUndefined();
});

test('an answer that does not come in time is given up, and whoever asked is told', async () => {
  const { board } = deskAfter(refused);
  const never = { ...board, reconcile: () => new Promise<never>(() => undefined) };
  const clock = { ...systemClock, sleep: async () => undefined };
  const { ask } = await served({ board: never, clock });
  expect(await ask('reconcile')).toMatchObject({
    ...{ code: '503', words: 'no answer within 3600000 ms: look whether it was done' },
  });
});

test('when it stops, nobody serves any more', async () => {
  const { services, asker, ask } = await served();
  services.stop();
  await asker.flush();
  await expect
    .poll(() => ask('health').then(String, ({ name }: Error) => name))
    .toMatch(/NoResponders|RequestError/);
});
