// Goal: a parked posting says something else only after two people have said so; all of it is kept.
// Method: over HTTP and by the command for people, on a confirmation that the ERP has refused.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { refused } from './helpers/central.ts';
import { deskAfter } from './helpers/deskbox.ts';

const first = { by: 'person:17', reason: 'counted again' };
const second = { by: 'person:9', reason: 'seen' };
const changes = { yield: '4', unit: 'PC' };

test('an edit changes nothing until a second person approves; then it is posted so', async () => {
  const { key, ask, postings, take, time } = deskAfter(refused);
  const [status, proposed] = await ask(`/${key}/edit`, { ...first, changes });
  expect([status, proposed.posting.yield, proposed.posting.unit]).toEqual([200, '5', 'EA']);
  expect(proposed.edits).toMatchObject([
    { ...first, changes, before: { yield: '5', unit: 'EA' }, decision: null, decidedBy: null },
  ]);
  time.nowMs = 3_000;
  const [, approved] = await ask(`/${key}/approve`, second);
  expect(approved).toMatchObject({
    posting: { state: 'parked', yield: '4', unit: 'PC', scrap: '0' },
    edits: [{ decision: 'approved', decidedMs: 3_000, decidedBy: 'person:9', words: 'seen' }],
  });
  await ask(`/${key}/retry`, first);
  expect(take()).toMatchObject({ do: 'lookUp', posting: { key, yield: '4', unit: 'PC' } });
  postings.found(key, []);
  expect(take()).toMatchObject({ do: 'post', posting: { key, yield: '4', unit: 'PC' } });
});

test.each([
  ['the same person', 'approve', first, 409, /person:17 has proposed it: a second person/],
  ['the same person in capitals', 'approve', { ...first, by: 'PERSON:17' }, 409, /a second person/],
  ['another proposal', 'edit', { ...second, changes }, 409, /person:17 has proposed another/],
  ['nobody', 'approve', { reason: 'seen' }, 400, /body\.by: must be 1 to 64/],
])('%s may not: %s', async (_name, act, body, status, words) => {
  const { key, ask } = deskAfter(refused);
  await ask(`/${key}/edit`, { ...first, changes });
  const [code, told] = await ask(`/${key}/${act}`, body);
  expect([code, told.message]).toEqual([status, expect.stringMatching(words)]);
  const [, shown] = await ask(`/${key}`);
  expect(shown).toMatchObject({ posting: { yield: '5' }, edits: [{ decision: null }] });
});

test.each([
  [{}, /changes: must change one or more of operation, unit, yield, scrap, rework$/],
  [{ quantity: '3' }, /of operation, unit, yield, scrap, rework, not quantity$/],
  [{ yield: '-1' }, /body\.changes\.yield/],
  [{ order: 'WO-2' }, /order/],
])('what a confirmation does not say is refused by name: %j', async (wrong, words) => {
  const { key, ask } = deskAfter(refused);
  const [code, told] = await ask(`/${key}/edit`, { ...first, changes: wrong });
  expect([code, told.message]).toEqual([400, expect.stringMatching(words)]);
});

test('a rejected edit changes nothing, another may follow, while it is parked', async () => {
  const { key, ask, postings, take, db } = deskAfter(refused);
  await ask(`/${key}/edit`, { ...first, changes });
  const [, rejected] = await ask(`/${key}/reject`, first);
  expect(rejected).toMatchObject({ posting: { yield: '5' }, edits: [{ decision: 'rejected' }] });
  expect(await ask(`/${key}/approve`, second)).toMatchObject([409, { code: 'REFUSED' }]);
  await ask(`/${key}/edit`, { ...second, changes: { yield: '3' } });
  const [, told] = await ask(`/${key}/approve`, first);
  expect(told).toMatchObject({ posting: { yield: '3' }, edits: [{}, { decision: 'approved' }] });
  expect(() => db.exec("UPDATE amendment SET reason = 'x'")).toThrow(/never edited/);
  expect(() => db.exec('DELETE FROM amendment')).toThrow(/never deleted/);
  await ask(`/${key}/settle`, { ...first, document: '4711' });
  expect(take()).toBeDefined();
  const late = await ask(`/${key}/edit`, { ...first, changes });
  expect(late).toMatchObject([409, { message: `posting: ${key} is posted, not parked` }]);
  expect(await ask('/nothing/edit', { ...first, changes })).toMatchObject([404, {}]);
  expect(postings.one(key).yield).toBe('3');
});

test('what may be in the ERP already says what it said: it is looked up first', async () => {
  const { key, ask, postings, take, time } = deskAfter({ kind: 'unknown', reason: 'no answer' });
  time.nowMs += 1_000;
  expect(take()).toMatchObject({ do: 'lookUp' });
  postings.found(key, ['D1', 'D2']); // a person must say which
  const [code, told] = await ask(`/${key}/edit`, { ...first, changes });
  expect([code, told.message]).toEqual([
    409,
    expect.stringMatching(/may be in the ERP: settle it/),
  ]);
  await ask(`/${key}/retry`, first);
  postings.found(key, []);
  take();
  postings.settle(key, refused);
  expect(await ask(`/${key}/edit`, { ...first, changes })).toMatchObject([200, {}]);
});

test('in words: holdfast desk edit, approve and show', async () => {
  const { app, key } = deskAfter(refused);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const cli = async (...args: string[]) => {
    const asked = promisify(execFile)(process.execPath, [
      ...['cli/holdfast.ts', 'desk', ...args, '--central', url],
    ]);
    return asked.then(
      ({ stdout }) => [0, stdout],
      ({ code, stderr }) => [code, stderr],
    );
  };
  const by = (name: string) => ['--by', name, '--reason', 'counted again'];
  const edit = await cli('edit', key, '--set', 'yield=4', '--set', 'unit=PC', ...by('person:17'));
  expect(edit[1]).toMatch(
    /edit by person:17: unit EA → PC, yield 5 → 4: counted again\n {4}waits for/,
  );
  expect(await cli('approve', key, ...by('person:17'))).toEqual([
    1,
    expect.stringMatching(/a second person must approve\n$/),
  ]);
  expect((await cli('approve', key, ...by('person:9')))[1]).toMatch(
    /approved by person:9: counted/,
  );
  expect(await cli('edit', key, '--set', 'yield', ...by('person:17'))).toEqual([
    2,
    expect.stringMatching(/--set: must be NAME=VALUE, not yield\n$/),
  ]);
});
