// Goal: a rehearsal of what a person may do leaves nothing behind, neither on disk nor in memory.
// Method: a parked posting that is changed, and changed back.
import { expect, test } from 'vitest';
import { openRehearsal } from '../central/desk/rehearsal.ts';
import { Fault } from '../shared/fault.ts';
import { refused } from './helpers/central.ts';
import { deskAfter } from './helpers/deskbox.ts';

const said = { by: 'person:17', reason: 'master data is mended' };

test('after a rehearsal what is remembered beside the tables is dropped, once', () => {
  const { db, key } = deskAfter(refused);
  const told: string[] = [];
  const { rehearse, moved } = openRehearsal({
    ...{ db, undone: () => told.push('undone'), moved: () => told.push('moved') },
  });
  const act = (work = () => 'done') =>
    rehearse(() => {
      db.prepare("UPDATE posting SET reason = 'x' WHERE key = ?").run(key);
      moved();
      return work();
    });
  expect([act(), told]).toEqual(['done', ['undone']]);
  const fail = () => {
    throw new Fault('REFUSED', 'no');
  };
  expect(() => act(fail)).toThrow('no');
  moved();
  expect(told).toEqual(['undone', 'undone', 'moved']);
  expect(db.prepare("SELECT count(*) FROM posting WHERE reason = 'x'").pluck().get()).toBe(0);
});

test('what stands in the address stands neither in the body nor in the query', async () => {
  const { app, key } = deskAfter(refused);
  const payload = { ...said, key: 'another' };
  const reply = await app.inject({ method: 'POST', url: `/v1/desk/${key}/retry`, payload });
  expect([reply.statusCode, reply.json()]).toEqual([
    ...[400, { code: 'INVALID', message: 'body.key: stands in the address already' }],
  ]);
  const asked = await app.inject({ url: `/v1/desk/${key}?key=another` });
  expect([asked.statusCode, asked.json()]).toEqual([
    ...[400, { code: 'INVALID', message: 'show.key: stands in the address already' }],
  ]);
});
