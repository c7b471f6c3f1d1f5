// Goal: central's services speak the protocol that every NATS client knows (ADR-32).
// Method: a real server, asked by the library of the NATS authors and by bare requests.
import { Svcm } from '@nats-io/services';
import { expect, test } from 'vitest';
import { endpoints } from '../shared/endpoints.ts';
import { openServicebox } from './helpers/servicebox.ts';

const { served } = openServicebox();
const said = { by: 'person:17', reason: 'master data is mended' };

test("the library's client finds the service, and every operation is an endpoint", async () => {
  const { asker, ask } = await served();
  await ask('parked');
  await ask('show', 'nothing');
  const library = new Svcm(asker).client({ strategy: 'stall', maxWait: 20_000 });
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
