// Goal: what an ERP hands over is kept for ever or refused by field and limit; a change set is
// approved as a whole, numbered without holes, and active at its time; central judges orders again.
// Method: central's real tables, asked over HTTP; the test is the clock, the ERP and the line.
import { expect, test } from 'vitest';
import type { Content } from '../shared/event.ts';
import { openAsked } from './helpers/board.ts';
import { stated } from './helpers/central.ts';
import { history } from './helpers/facts.ts';

const site = 'acme/lyon';
const line = 'acme/lyon/turning/M01';
const by = 'person:17';
const said = { by, reason: 'change 12' };

const item = (version: string, content: object = {}) => ({
  ...{ kind: 'item', record: 'BOLT', version },
  content: { unit: 'EA', ...content },
});
const center = (record = 'SAW1', operators?: string[]) => ({
  ...{ kind: 'workCenter', record, version: '1' },
  content: { line, ...(operators ? { operators } : {}) },
});
const routing = {
  ...{ kind: 'routing', record: 'R-7', version: '1' },
  content: { material: 'BOLT', operations: [{ operation: '0010', workCenter: 'SAW1' }] },
};
const bom = (record = 'B-1') => ({
  ...{ kind: 'bom', record, version: 'C' },
  content: { material: 'BOLT', components: [{ material: 'STEEL', quantity: '2', unit: 'KG' }] },
});

function opened(secondPerson: readonly string[] = []) {
  const box = openAsked([], { secondPerson });
  const post = async (url: string, payload: object) => {
    const reply = await box.app.inject({ method: 'POST', url: `/v1/downlink${url}`, payload });
    return reply.json();
  };
  const receive = (...references: object[]) => post('/references', { site, ...said, references });
  const draft = (more: object = {}) => post('/sets', { site, ...said, ...more });
  const approve = (id: number, more: object = {}) =>
    post(`/sets/${id}/approve`, { ...said, ...more });
  /** Received, drafted and approved at once. */
  async function active(...references: object[]) {
    await receive(...references);
    return approve((await draft()).draft);
  }
  const sentTo = () => box.downlink.answer(line, { after: 0, from: 0 });
  const shown = async () => (await box.app.inject('/v1/downlink')).json();
  return { ...box, post, receive, draft, approve, active, shown, sentTo };
}

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

/** With what the lines were asked for. */
function withSent() {
  const box = opened();
  const rows = box.db.prepare<[], { line: string; type: string; source: string; content: string }>(
    'SELECT line, type, source, content FROM dispatch ORDER BY number',
  );
  const sent = () => rows.all().map(({ content, ...row }) => ({ ...row, ...JSON.parse(content) }));
  return { ...box, sent };
}

const order = (more: object = {}) => ({
  ...{ order: 'WO-9', status: 'released', material: 'BOLT', quantity: '10', unit: 'EA' },
  operations: [{ operation: '0010', workCenter: 'SAW1' }],
  ...more,
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
});
