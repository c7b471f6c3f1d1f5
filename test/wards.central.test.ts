// Goal: a hold of central is in force there at once, reaches every line that has the lot or what
// was made of it, also later, is told as each line says, and is ended by others than its placer.
// Method: the ledger and the desk over HTTP; lines are what the test says of them.
import { expect, test } from 'vitest';
import { stated } from './helpers/central.ts';
import { m01, m02 } from './helpers/shop.ts';
import { openPlant } from './helpers/wardbox.ts';

const op = { order: 'WO-1', operation: '0010' };

const said = { by: 'person:qa', reason: 'supplier warns' };

test('a hold reaches the lines that have the lot or what is made of it, also later', async () => {
  const { hear, say, answer, sent, lineStates } = openPlant();
  hear(m01, stated.release(), stated.consume('L-7', '5'), stated.produce('P-1', '10'));
  const placed = await say('holds', { lot: 'L-7', ...said });
  expect(placed).toMatchObject({ http: 200, hold: 'C-1', state: 'held', by: 'person:qa' });
  expect(await lineStates('C-1')).toEqual(['M01 lot:L-7 not yet held', 'M01 lot:P-1 not yet held']);
  expect(sent(m01)).toEqual(['PlaceHold', 'PlaceHold']);
  // The same material comes to another line, and something new is made of it, while it stands.
  hear(m02, stated.release('WO-2'), stated.consume('P-1', '3', { order: 'WO-2' }));
  hear(m01, stated.produce('P-2', '4'));
  expect(await lineStates('C-1')).toEqual([
    'M01 lot:L-7 not yet held',
    'M01 lot:P-1 not yet held',
    'M01 lot:P-2 not yet held',
    'M02 lot:P-1 not yet held',
  ]);
  answer(m02);
  answer(m01, 'refused');
  const { lines } = await say('holds/C-1');
  expect(lines.at(-1)).toMatchObject({ line: m02, state: 'held' });
  expect(lines[0]).toMatchObject({ state: 'refused', why: 'not here' });
  expect(await say('holds', { lot: 'L-7', hold: 'C-1', ...said })).toMatchObject({ http: 409 });
});

test('its postings stop at central at once, though no line has answered', async () => {
  const { hear, say, postAll, states, postings } = openPlant();
  hear(m01, stated.release(), stated.consume('L-7', '5'), stated.produce('P-1', '10'));
  expect((await say('holds', { lot: 'L-7', ...said })).http).toBe(200);
  postAll();
  expect(states()).toEqual(['goodsIssue L-7', 'goodsReceipt P-1']);
  await say('holds/C-1/release', { ...said, by: 'person:a' });
  postAll();
  expect(states()).toHaveLength(2);
  const freed = await say('holds/C-1/approve', { by: 'person:b', reason: 'tested' });
  expect(freed).toMatchObject({ http: 200, state: 'released' });
  postAll();
  expect(states()).toEqual([]);
  expect(postings.list('held', 9)).toEqual([]);
});

test('what was received is blocked by central itself, and free when its hold ends', async () => {
  const { hear, say, postAll, postings, db } = openPlant();
  hear(m01, stated.release(), stated.produce('P-1', '10'));
  postAll();
  await say('holds', { lot: 'P-1', ...said });
  postAll();
  await say('holds/C-1/release', { ...said, by: 'person:a' });
  await say('holds/C-1/approve', { ...said, by: 'person:b' });
  postAll();
  const rows = db.prepare('SELECT kind, state, quantity FROM posting ORDER BY id').all();
  expect(rows).toMatchObject([
    { kind: 'goodsReceipt', state: 'posted' },
    { kind: 'blockStock', state: 'posted', quantity: '10' },
    { kind: 'unblockStock', state: 'posted', quantity: '10' },
  ]);
  expect(postings.counts().unposted).toBeDefined();
});

test('an order is held with every lot that it has made and makes', async () => {
  const { hear, say, states, postAll, lineStates } = openPlant();
  hear(m01, stated.release(), stated.produce('P-1', '10'));
  await say('holds', { order: 'WO-1', ...said });
  hear(m01, stated.produce('P-2', '5'));
  postAll();
  expect(states()).toEqual(['goodsReceipt P-1', 'goodsReceipt P-2']);
  expect(await lineStates('C-1')).toEqual([
    'M01 lot:P-1 not yet held',
    'M01 lot:P-2 not yet held',
    'M01 order:WO-1 not yet held',
  ]);
  await say('holds/C-1/release', { ...said, by: 'person:a' });
  await say('holds/C-1/approve', { ...said, by: 'person:b' });
  postAll();
  expect(states()).toEqual([]);
});

test('who places does not end it, who proposes does not approve; each act is kept', async () => {
  const { hear, say, answer, sent, lineStates } = openPlant();
  hear(m01, stated.release(), stated.consume('L-7', '5'));
  await say('holds', { lot: 'L-7', ...said });
  answer(m01);
  const a = { by: 'person:a', reason: 'tested' };
  expect(await say('holds/C-1/approve', a)).toMatchObject({ http: 409 });
  expect((await say('holds/C-1/release', { ...a, dryRun: true })).dryRun).toBe(true);
  expect((await say('holds/C-1')).acts).toHaveLength(1);
  expect((await say('holds/C-1/release', a)).http).toBe(200);
  expect(await say('holds/C-1/release', a)).toMatchObject({ http: 409 });
  expect(await say('holds/C-1/approve', a)).toMatchObject({ http: 409 });
  expect(await say('holds/C-1/approve', said)).toMatchObject({
    ...{ http: 409, message: expect.stringContaining('has placed it') },
  });
  expect((await say('holds')).waiting).toMatchObject([{ act: 'release', about: 'C-1' }]);
  await say('holds/C-1/reject', { by: 'person:c', reason: 'not all tested' });
  await say('holds/C-1/release', a);
  expect((await say('holds/C-1/approve', { by: 'person:b', reason: 'yes' })).http).toBe(200);
  expect(sent(m01)).toEqual(['PlaceHold', 'StartHoldReview', 'ReleaseHold']);
  expect(await lineStates('C-1')).toEqual(['M01 lot:L-7 held, not yet released']);
  answer(m01);
  const { acts } = await say('holds/C-1');
  expect(
    acts.map(({ act, decision }: { act: string; decision: string }) => [act, decision]),
  ).toEqual([
    ['hold', 'done'],
    ['release', 'rejected'],
    ['release', 'approved'],
  ]);
  expect(await say('holds/C-1/release', a)).toMatchObject({ http: 409 });
});

test("a line's hold is disposed of, rework authorised, a result recorded from here", async () => {
  const { hear, say, sent } = openPlant();
  hear(m01, stated.release(), stated.keep('H-1', '6', op));
  const deciding = { disposition: 'scrap', quantity: '6', unit: 'EA', by: 'person:a', reason: 'x' };
  expect((await say('holds/H-1/dispose', deciding)).http).toBe(200);
  const approved = await say('holds/H-1/approve', { by: 'person:b', reason: 'seen' });
  expect(approved).toMatchObject({ http: 200, sent: { type: 'DispositionHold', by: 'person:b' } });
  const rework = { line: m01, ...op, rework: 'RW-1', quantity: '2', unit: 'EA', ...said };
  expect(await say('reworks', rework)).toMatchObject({ http: 200, state: 'pending' });
  const result = { line: m01, inspection: 'I-1', result: 'passed', lot: 'P-1', ...said };
  expect(await say('inspections', result)).toMatchObject({ http: 200, type: 'RecordInspection' });
  expect(await say('reworks', { ...rework, line: 'acme/lyon/turning/M99' })).toMatchObject({
    http: 404,
  });
  expect(sent(m01)).toEqual([
    ...['StartHoldReview', 'ProposeDisposition', 'ApproveDisposition', 'DispositionHold'],
    ...['AuthoriseRework', 'RecordInspection'],
  ]);
  expect(await say('sent?state=pending')).toMatchObject({ commands: { length: 6 } });
  expect(await say(`sent?line=${encodeURIComponent(m01)}&limit=2`)).toMatchObject({
    ...{ newest: 6, waiting: 6, commands: { length: 2 } },
  });
  expect((await say('lines')).lines).toMatchObject([{ line: m01, sent: 6 }]);
});

test('what was held and said is never edited or deleted', async () => {
  const { db, say, hear } = openPlant();
  hear(m01, stated.release(), stated.consume('L-7', '5'));
  await say('holds', { lot: 'L-7', ...said });
  expect(() => db.exec("UPDATE ward SET name = 'L-8'")).toThrow('edited');
  expect(() => db.exec('DELETE FROM ward')).toThrow('deleted');
  expect(() => db.exec('DELETE FROM ward_line')).toThrow('deleted');
  expect(() => db.exec("UPDATE quality_act SET reason = 'x'")).toThrow('edited');
  expect(() => db.exec('DELETE FROM quality_act')).toThrow('deleted');
});
