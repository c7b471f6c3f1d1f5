// Goal: an edge holds what was approved, makes it active at its time also without a network, and
// starts no order whose versions it lacks; a change to a running order is offered, not forced.
// Method: boxes and central in one process, over subjects that the test cuts; times are set, and
// what must come is waited for.
import { expect, test } from 'vitest';
import { openFleet } from './helpers/fleet.ts';
import { waitFor } from './helpers/plantnet.ts';
import { m01, m02 } from './helpers/shop.ts';

const site = 'acme/lyon';
const said = { by: 'person:9', reason: 'change 12' };
type Fleet = ReturnType<typeof openFleet>;
type Box = ReturnType<Fleet['box']>;

const item = (version: string, content: object = {}) => ({
  ...{ kind: 'item', record: 'BOLT', version },
  content: { unit: 'EA', ...content },
});
const routing = {
  ...{ kind: 'routing', record: 'R-7', version: '1' },
  content: { material: 'BOLT', operations: [{ operation: '0010', workCenter: 'SAW1' }] },
};
const center = (line: string) => ({
  ...{ kind: 'workCenter', record: 'SAW1', version: '1' },
  content: { line, operators: ['person:1'] },
});

/** Received, drafted and approved, to become active so many ms from now. */
function approve({ downlink, db }: Fleet, references: readonly object[], inMs = 0): void {
  db.transaction(() => {
    const { refused } = downlink.receiveReferences(site, 'test', references);
    expect(refused).toEqual([]);
    const activeMs = Date.now() + inMs;
    downlink.approve(downlink.propose({ site, activeMs, ...said }), said);
  })();
}
const order = (number: string, versions: readonly object[]) => ({
  ...{ commandId: `release ${number}`, line: m01, type: 'ReleaseOrder', order: number },
  ...{ actor: 'person:1' },
  body: { material: 'BOLT', quantity: '10', unit: 'EA', versions },
});
let asked = 0;
const start = (number: string, actor = 'person:1') => ({
  ...{ commandId: `start ${++asked}`, line: m01, type: 'StartOperation', order: number, actor },
  ...{ operation: '0010', body: {} },
});
const active = (box: Box, set: number) =>
  waitFor(() => box.status().head > 0 && setOf(box) === set, 30_000, `set ${set} to be active`);
const setOf = (box: Box) =>
  (box.whole().reference as { active: number }[]).map((one) => one.active)[0];
const applied = (box: Box, line = m01) =>
  box.recent(line).flatMap((fact) => (fact.type === 'ReferenceApplied' ? [fact.body.set] : []));
const a = { kind: 'item', record: 'BOLT', version: 'A' };
const r = { kind: 'routing', record: 'R-7', version: '1' };

test('without any set an order starts whatever it names, and no guard is asked', async () => {
  const box = openFleet([m01]).box('one');
  await box.ask(order('WO-1', [a]));
  expect(await box.ask(start('WO-1'))).toMatchObject({ status: 'accepted' });
  expect(box.recent(m01).at(-1)).not.toHaveProperty('checked');
});

test('each line states a set once, and what an order lacks is named', async () => {
  const fleet = openFleet();
  const box = fleet.box('one');
  await box.until('up');
  await box.until('up', m02);
  approve(fleet, [item('A'), routing, center(m01)]);
  await active(box, 1);
  await waitFor(() => applied(box, m02).length > 0, 30_000, 'the other line to state it');
  expect([applied(box), applied(box, m02)]).toEqual([[1], [1]]);
  await box.ask(order('WO-1', [a, r]));
  await box.ask(order('WO-2', [a, { ...r, version: '2' }]));
  expect(await box.ask(start('WO-2'))).toMatchObject({
    ...{ status: 'refused', rule: 'versionLacking' },
    reason: 'version 2 of routing R-7 is lacking here',
  });
  expect(await box.ask(start('WO-1', 'person:2'))).toMatchObject({ rule: 'operatorQualified' });
  expect(await box.ask(start('WO-1'))).toMatchObject({ status: 'accepted' });
  expect(box.recent(m01).at(-1)).toMatchObject({ type: 'OperationStarted', checked: '1' });
  await box.kept();
  expect(fleet.downlink.differences({ after: 0, limit: 9 }).differences).toEqual([]);
  const known = () => fleet.downlink.shown().lines.map(({ line, number }) => [line, number]);
  await waitFor(() => known().length === 2, 30_000, 'central to hear it');
  expect(known()).toEqual([m01, m02].map((line) => [line, 1]));
});

test('a set becomes active without a network, and holds at the next start, too', async () => {
  const fleet = openFleet([m01]);
  const box = fleet.box('one');
  await box.until('up');
  approve(fleet, [item('A')]);
  await active(box, 1);
  approve(fleet, [item('B')], 400);
  approve(fleet, [item('C')], 3_600_000);
  await waitFor(() => heldBy(box) === 3, 30_000, 'the sets to be held');
  box.link.cut = true;
  await box.ask(order('WO-1', [a]));
  await active(box, 2);
  expect(await box.ask(start('WO-1'))).toMatchObject({
    ...{ status: 'refused', rule: 'itemRevision' },
    reason: 'the order is made by revision A of BOLT, and B is in force',
  });
  await box.stop();
  const again = fleet.box('one');
  again.link.cut = true;
  expect(await again.ask(start('WO-1'))).toMatchObject({ rule: 'itemRevision' });
  expect([applied(again), setOf(again)]).toEqual([[1, 2], 2]);
});
const heldBy = (box: Box) => (box.whole().reference as { held: number }[])[0]?.held;

test('an edge that was away takes all sets in their order, each once', async () => {
  const fleet = openFleet([m01]);
  const box = fleet.box('one');
  await box.until('up');
  box.link.cut = true;
  approve(fleet, [item('A', { earlier: 'allowed' })]);
  approve(fleet, [item('B', { earlier: 'allowed' })]);
  approve(fleet, [item('C', { status: 'blocked' })]);
  box.link.cut = false;
  await active(box, 3);
  expect(applied(box)).toEqual([1, 2, 3]);
  await box.ask(order('WO-1', [a]));
  expect(await box.ask(start('WO-1'))).toMatchObject({
    ...{ rule: 'recordBlocked', reason: 'version C of item BOLT is blocked' },
  });
});

test('codes of reasons are those that are in force', async () => {
  const fleet = openFleet([m01]);
  const box = fleet.box('one');
  await box.until('up');
  expect(box.references.reasons(m01)).toBeUndefined();
  const code = (record: string, version: string, more: object = {}) => ({
    ...{ kind: 'reasonCode', record, version },
    content: { group: 'bad', texts: { en: 'Crack', de: 'Riss' }, ...more },
  });
  approve(fleet, [code('S1', '1'), code('S2', '1')]);
  approve(fleet, [code('S2', '2', { status: 'blocked' })]);
  await active(box, 2);
  expect(box.references.reasons(m01)).toEqual([
    { code: 'S1', group: 'bad', texts: { en: 'Crack', de: 'Riss' } },
  ]);
});

test('what is not as it was approved is not taken', async () => {
  const fleet = openFleet([m01]);
  const box = fleet.box('one');
  await box.until('up');
  const { answer } = fleet.downlink;
  const set = { number: 1, activeMs: 0, records: 1, digest: 'ab' };
  Object.assign(fleet.downlink, {
    answer: () => ({ newest: 1, set, references: [item('A')] }),
  });
  const waits = () => (box.whole().reference as { waits: string | null }[])[0]?.waits;
  box.link.cut = true;
  await waitFor(() => box.way().state === 'down', 30_000, 'the link to be down');
  box.link.cut = false;
  await waitFor(() => waits() !== null, 30_000, 'the set to be refused');
  expect(waits()).toBe(`set 1 of ${site} is not what central has approved`);
  Object.assign(fleet.downlink, { answer });
});

test('a change to a running order is offered, and done when a person takes it', async () => {
  const fleet = openFleet([m01]);
  const box = fleet.box('one');
  await box.until('up');
  const give = (more: object) =>
    fleet.db.transaction(() => fleet.downlink.receiveOrders(site, 'test', [{ ...erp, ...more }]))();
  const erp = {
    ...{ order: 'WO-1', status: 'released', material: 'BOLT', quantity: '10', unit: 'EA' },
    operations: [{ operation: '0010', workCenter: 'SAW1' }],
  };
  approve(fleet, [item('A'), routing, center(m01)]);
  await active(box, 1);
  give({});
  const quantity = () => box.book.look('order', 'WO-1')?.quantity;
  await waitFor(() => quantity() === 10_000_000n, 30_000, 'the order to be released');
  give({ quantity: '12' });
  await waitFor(() => quantity() === 12_000_000n, 30_000, 'the order to be changed');
  await box.ask(start('WO-1'));
  give({ quantity: '15' });
  await waitFor(() => box.offers.of(m01).length > 0, 30_000, 'the offer');
  expect(quantity()).toBe(12_000_000n);
  const [offer] = box.offers.of(m01);
  expect(offer).toMatchObject({ order: 'WO-1', action: 'ChangeOrder', body: { quantity: '15' } });
  const row = () => fleet.dispatch.ofLine(m01, 99, 99)[0];
  await waitFor(() => row()?.state === 'refused', 30_000, 'central to hear of the offer');
  expect(row()).toMatchObject({ rule: 'offered' });
  const { action: type, body, commandId: causationId } = offer!;
  const taken = { commandId: 'take', line: m01, type, order: 'WO-1', body, causationId };
  expect(await box.ask({ ...taken, actor: 'person:1' })).toMatchObject({ status: 'accepted' });
  expect([quantity(), box.offers.of(m01)]).toEqual([15_000_000n, []]);
});
