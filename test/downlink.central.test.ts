// Goal: what an ERP hands over is kept for ever or refused by field and limit; a change set is
// approved as a whole, numbered without holes, and active at its time; central judges orders again.
// Method: central's real tables, asked over HTTP; the test is the clock, the ERP and the line.
import { expect, test } from 'vitest';
import type { Content } from '../shared/event.ts';
import { stated } from './helpers/central.ts';
import {
  bom,
  by,
  center,
  item,
  line,
  opened,
  order,
  routing,
  said,
  site,
  withSent,
} from './helpers/changesets.ts';
import { history } from './helpers/facts.ts';

test('a set is numbered when it is approved, and known as a whole', async () => {
  const { receive, draft, approve, downlink, time, app } = opened();
  expect(await receive(item('A'), routing)).toMatchObject({ taken: 2, known: 0, refused: [] });
  expect(await receive(item('A'))).toMatchObject({ taken: 0, known: 1, refused: [] });
  expect(await draft()).toMatchObject({ draft: 1, records: 2, by });
  expect(await draft()).toMatchObject({ message: expect.stringContaining('nothing is new') });
  await receive(item('B'));
  expect(await draft({ activeMs: 9_000 })).toMatchObject({ draft: 2, activeMs: 9_000 });
  const rejected = await app.inject({
    ...{ method: 'POST', url: '/v1/downlink/sets/1/reject', payload: said },
  });
  expect(rejected.json()).toMatchObject({ sets: [], drafts: [{ id: 2 }] });
  expect(await approve(1)).toMatchObject({ message: `draft: 1 was rejected by ${by}` });
  const { sets } = await approve(2);
  expect(sets).toMatchObject([{ site, number: 1, activeMs: 9_000, records: 1, by }]);
  expect(downlink.answer(line, { after: 0, from: 0 })).toMatchObject({
    ...{ newest: 1, set: { number: 1, records: 1 }, references: [item('B')] },
  });
  time.nowMs = 2_000;
  await receive(item('C'));
  expect(await approve((await draft({ activeMs: 8_999 })).draft)).toMatchObject({
    message: expect.stringMatching(/set 1 becomes active only at 1970-01-01T00:00:09/),
  });
});

test('where two persons are asked for, nobody approves what is their own', async () => {
  const { receive, draft, approve } = opened([site]);
  await receive(item('A'));
  const { draft: id } = await draft();
  expect(await approve(id)).toMatchObject({
    message: `by: ${by} has drafted it, and ${site} asks for a second person`,
  });
  expect((await approve(id, { by: 'person:18' })).sets).toMatchObject([{ by: 'person:18' }]);
});

test('what a dry run approves is not approved', async () => {
  const { receive, draft, approve, shown, sentTo } = opened();
  await receive(item('A'));
  const { draft: id } = await draft();
  expect(await approve(id, { dryRun: true })).toMatchObject({ dryRun: true, sets: [{}] });
  expect(sentTo()).toEqual({ newest: 0, references: [] });
  expect((await shown()).sets).toEqual([]);
});

test('what is approved is never edited, and no number is left out', async () => {
  const { active, db } = opened();
  await active(item('A'));
  for (const [sql, why] of [
    ["UPDATE reference_record SET content = '{}'", /what a version says is never edited/],
    ['DELETE FROM reference_record', /never deleted/],
    ['UPDATE reference_set SET active_ms = 1', /never edited/],
    ["INSERT INTO reference_set VALUES ('acme/lyon', 3, 9, 9000, 1, 'x')", /no holes/],
    ["INSERT INTO reference_set VALUES ('acme/lyon', 2, 9, 1, 1, 'x')", /not become active ear/],
    ["INSERT INTO reference_member VALUES (1, 'item', 'X', '1')", /takes in nothing more/],
    ["UPDATE reference_decision SET by = 'x'", /never edited/],
  ] as const) {
    expect(() => db.exec(sql), sql).toThrow(why);
  }
});

test('another content under a version that is known is refused and told', async () => {
  const { receive, shown } = opened();
  await receive(item('A'));
  const { refused } = await receive(item('A', { name: 'Bolt' }));
  expect(refused).toEqual([
    {
      name: 'item BOLT A',
      reason: expect.stringMatching(/A of item BOLT is known at acme.lyon and says something else/),
    },
  ]);
  expect((await shown()).refused).toMatchObject([{ name: 'item BOLT A', times: 1 }]);
});

test('an order that cannot go waits with the reason, and goes when it can', async () => {
  const { post, active, shown, sent } = withSent();
  const give = (more: object = {}) => post('/orders', { site, ...said, orders: [order(more)] });
  const why = async () => (await shown()).orders.map(({ reason }: { reason: string }) => reason);
  await give();
  expect(await why()).toEqual([`no change set of reference data is active at ${site}`]);
  await active(item('A'));
  expect(await why()).toEqual([`work centre SAW1 is not in force at ${site}`]);
  await active(center(), bom(), bom('B-2'));
  expect(await why()).toEqual(['bom B-1, B-2 are all for BOLT: the order must say which']);
  expect(sent()).toEqual([]);
  const versions = [{ kind: 'bom', record: 'B-1', version: 'C' }];
  await give({ versions });
  expect(await why()).toEqual([]);
  expect(sent()).toMatchObject([{ line, type: 'ReleaseOrder', body: { versions } }]);
  await give({ versions });
  await give({ versions, quantity: '12' });
  await give({ versions, quantity: '12', unit: 'KG' });
  expect(await why()).toEqual([expect.stringContaining('cancel it and release another one')]);
  await give({ versions, quantity: '12', status: 'cancelled' });
  expect(sent().map(({ type, source }) => [type, source])).toEqual([
    ['ReleaseOrder', `erp order WO-9 release ${line}`],
    ['ChangeOrder', `erp order WO-9 ChangeOrder 2 ${line}`],
    ['CancelOrder', `erp order WO-9 CancelOrder 3 ${line}`],
  ]);
});

test('an order that names no versions is made by those in force', async () => {
  const { post, active, sent } = withSent();
  await active(item('A'), center(), routing, bom());
  await post('/orders', { site, ...said, orders: [order()] });
  expect(sent()[0]?.body).toMatchObject({
    operations: [{ operation: '0010', name: '' }],
    versions: [
      { kind: 'item', record: 'BOLT', version: 'A' },
      { kind: 'bom', record: 'B-1', version: 'C' },
      { kind: 'routing', record: 'R-7', version: '1' },
    ],
  });
});

test('what edge and central say of a fact is kept, and a difference told', async () => {
  const { active, ledger, app, shown } = opened();
  await active(item('A'), center('SAW1', ['person:1']), routing);
  await active(item('B'));
  const released = stated.release();
  const versions = [
    { kind: 'item', record: 'BOLT', version: 'A' },
    { kind: 'routing', record: 'R-7', version: '1' },
  ] as const;
  const start = (checked?: string): Content =>
    ({
      ...stated.complete(),
      ...{ type: 'OperationStarted', body: {}, recordedMs: 1_000 },
      ...(checked === undefined ? {} : { checked }),
    }) as Content;
  const facts = [
    { ...released, body: { ...released.body, versions } } as Content,
    ...[start('1'), start('2 itemRevision'), start()],
  ];
  ledger.accept([{ segment: history(line, facts).segment(1, facts.length) }]);
  const { differences } = (await app.inject('/v1/downlink/differences')).json();
  const central = { set: 2, rule: 'itemRevision', line, order: 'WO-1' };
  expect(differences).toMatchObject([
    { eventId: facts[1]!.eventId, edgeSet: 1, edgeRule: null, ...central },
    { eventId: facts[3]!.eventId, edgeSet: null, edgeRule: null, ...central },
  ]);
  expect(differences[0].reason).toBe('the order is made by revision A of BOLT, and B is in force');
  expect((await shown()).differences).toBe(2);
  const told = async (query = '') =>
    (await app.inject(`/v1/downlink/verdicts/WO-1${query}`)).json();
  const counts = { facts: 3, agree: 1, differ: 2, objected: 3 };
  const all = await told();
  expect(all).toMatchObject({ order: 'WO-1', ...counts, next: null });
  expect(all.verdicts).toMatchObject([
    { eventId: facts[1]!.eventId, differs: true },
    { eventId: facts[2]!.eventId, differs: false, edgeRule: 'itemRevision', rule: 'itemRevision' },
    { eventId: facts[3]!.eventId, differs: true },
  ]);
  const first = await told('?limit=2');
  expect([first.verdicts.length, first.facts]).toEqual([2, 3]);
  expect((await told(`?after=${first.next}`)).verdicts).toEqual([all.verdicts[2]]);
  expect((await app.inject('/v1/orders/WO-1')).json()).toMatchObject({ guard: counts });
  const none = { facts: 0, agree: 0, differ: 0, objected: 0, verdicts: [], next: null };
  expect((await app.inject('/v1/downlink/verdicts/WO-2')).json()).toEqual({
    order: 'WO-2',
    ...none,
  });
});

test('what nobody objects to is judged as well, and agrees', async () => {
  const { active, ledger, app } = opened();
  await active(item('A'), center());
  const start = (checked: string) =>
    ({
      ...{ ...stated.complete(), type: 'OperationStarted', body: {}, checked },
      recordedMs: 1_000,
    }) as Content;
  const facts = [stated.release(), start('1'), start('1 operatorQualified')];
  ledger.accept([{ segment: history(line, facts).segment(1, facts.length) }]);
  const told = (await app.inject('/v1/downlink/verdicts/WO-1')).json();
  expect(told).toMatchObject({ facts: 2, agree: 1, differ: 1, objected: 1 });
  expect(told.verdicts).toMatchObject([
    { differs: false, edgeSet: 1, set: 1, edgeRule: null, rule: null },
    { differs: true, edgeRule: 'operatorQualified', rule: null },
  ]);
});
