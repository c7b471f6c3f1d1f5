// Goal: with any id in hand a person gets the whole story, forwards and backwards, over all plants.
// Method: two plants, the second made of what the first has made; asked by every id there is.
import { expect, test } from 'vitest';
import { openThread } from '../central/story/thread.ts';
import type { Traced } from '../central/story/trace.ts';
import type { Content } from '../shared/event.ts';
import { traceText } from '../shared/tracetext.ts';
import { openAsked } from './helpers/board.ts';
import { stated } from './helpers/central.ts';
import { history } from './helpers/facts.ts';
import { m01 } from './helpers/shop.ts';

const nantes = 'acme/nantes/assembly/A01';
const two = { order: 'WO-2' };
const { release, consume, produce, report, split, merge, block } = stated;

/** Steel becomes bolts in Lyon; half of them go into an order of Nantes. */
function twoPlants() {
  const world = openAsked();
  const { ledger, app, time } = world;
  const hear = (line: string, facts: readonly Content[]) =>
    ledger.accept([{ segment: history(line, [...facts]).segment(1, facts.length) }]);
  const tapped = { serial: 'SN-1', correlationId: 'tap-7', commandId: 'command-7' };
  const first = [
    release('WO-1'),
    consume('S-1', '5'),
    report('8', {}, tapped),
    produce('L-1', '8'),
    split('L-1', 'L-1a'),
  ].map((fact, at) => ({ ...fact, correlationId: at === 2 ? 'tap-7' : `tap ${at}` }) as Content);
  const second = [release('WO-2'), consume('L-1a', '1', two), produce('L-2', '1', two)].map(
    (fact) => ({ ...fact, correlationId: 'nantes' }),
  );
  time.nowMs = 2_000;
  hear(m01, first);
  time.nowMs = 3_000;
  hear(nantes, second);
  world.postAll();
  const ask = async (id: string, query = '') => {
    const url = `/v1/trace/${encodeURIComponent(id)}${query}`;
    const reply = await app.inject({ url });
    return [reply.statusCode, reply.json() as Traced & { message: string }] as const;
  };
  return { ...world, first, second, ask, hear };
}
const idsOf = ({ facts }: Traced) => facts.map(({ fact }) => fact.eventId!);
const idOf = ({ eventId }: Content) => eventId;
const names = (all: Traced['kin']['from']) => all.map(({ kind, name }) => `${kind} ${name}`);

test('a fact, its correlation, its serial and its documents tell one story', async () => {
  const { first, ask, db } = twoPlants();
  const tapped = first[2]!;
  const { key, document } = db
    .prepare<[string], { key: string; document: string }>(
      'SELECT key, document FROM posting WHERE event_id = ?',
    )
    .get(tapped.eventId)!;
  const ids = [tapped.eventId, 'tap-7', 'command-7', 'SN-1', key, document];
  const as = ['fact', 'correlation', 'correlation', 'serial', 'posting', 'document'];
  for (const [at, id] of ids.entries()) {
    const [status, told] = await ask(id);
    expect([status, idsOf(told)], id).toEqual([200, [tapped.eventId]]);
    expect(told.is[0]).toMatchObject({ as: as[at] });
    expect(names(told.kin.from), id).toEqual(['lot S-1']);
  }
});

test('every mark of a fact has its time: machine, edge, ledger and each try', async () => {
  const { first, ask, time } = twoPlants();
  const [, { facts }] = await ask('SN-1');
  const { atMs, recordedMs } = first[2]!;
  const [{ fact, rule, postings }] = facts as [Traced['facts'][number]];
  expect(fact).toMatchObject({ atMs, recordedMs, receivedMs: 2_000, line: m01, sequence: 3 });
  expect(rule).toMatchObject({ calls: 'document', kind: 'confirmation', mode: 'live' });
  expect(postings).toMatchObject([
    { state: 'posted', attempts: [{ atMs: time.nowMs, outcome: 'posted' }] },
  ]);
});

test('a lot is traced back to what it was made of and on to what it went into', async () => {
  const { ask } = twoPlants();
  const [, told] = await ask('L-1a');
  expect(names(told.kin.from)).toEqual(['lot L-1', 'order WO-1', 'lot S-1']);
  expect(names(told.kin.into)).toEqual(['order WO-2', 'lot L-2']);
  expect(told.kin.from.map(({ steps }) => steps)).toEqual([1, 2, 3]);
  expect(told.kin.into.map(({ lines }) => lines)).toEqual([[nantes], [nantes]]);
  expect(told.kin.into[1]!.documents).toMatchObject([{ kind: 'goodsReceipt', state: 'posted' }]);
  expect(told.facts.map(({ fact }) => [fact.type, fact.line])).toEqual([
    ['LotSplit', m01],
    ['MaterialConsumed', nantes],
  ]);
  const text = traceText(told as unknown as Parameters<typeof traceText>[0]);
  expect(text).toContain('made of:\n  lot L-1 at acme/lyon/turning/M01: goodsReceipt D');
  expect(text).toContain('went into:\n  order WO-2 at acme/nantes/assembly/A01');
});

test('of a lot or an order is told what was posted, and nothing that waits', async () => {
  const world = openAsked();
  const facts = [release('WO-1'), report('8'), produce('L-1', '8'), split('L-1', 'L-2')];
  world.ledger.accept([{ segment: history(m01, facts).segment(1, 4) }]);
  const documents = async () => {
    const { kin } = (await world.app.inject({ url: '/v1/trace/L-2' })).json() as Traced;
    return kin.from.map((one) => [one.name, one.documents.map(({ kind, state }) => [kind, state])]);
  };
  expect(await documents()).toEqual([
    ['L-1', []],
    ['WO-1', []],
  ]);
  world.postAll();
  const posted = [['goodsReceipt', 'posted']];
  expect(await documents()).toEqual([
    ['L-1', posted],
    ['WO-1', [['confirmation', 'posted'], ...posted]],
  ]);
});

test('an order of many facts is told page by page, none twice and none left out', async () => {
  const { first, ask } = twoPlants();
  const [, all] = await ask('WO-1');
  expect(idsOf(all)).toEqual(first.slice(0, 4).map(idOf));
  expect(all.next).toBeNull();
  const pages: string[] = [];
  for (let after = 0, at = 0; at < 10; at++) {
    const [, page] = await ask('WO-1', `?limit=3&after=${after}`);
    pages.push(...idsOf(page));
    if (page.next === null) break;
    after = page.next;
  }
  expect(pages).toEqual(idsOf(all));
});

test('a hold, and a number that the ERP has put a year behind, are found as well', async () => {
  const { ask, hear, second, db, postings } = twoPlants();
  hear(nantes, [...second, block('H-1', 'L-2', '1')].slice(0, 4));
  expect((await ask('H-1'))[1]).toMatchObject({ is: [{ as: 'hold' }], next: null });
  const { posting } = postings.next(new Set(), 10)[0]!;
  postings.settle(posting.key, { kind: 'posted', document: '4900000001/2026' });
  for (const id of ['4900000001', '4900000001/2026']) {
    expect((await ask(id))[1].is).toMatchObject([{ as: 'document', key: posting.key }]);
  }
  expect((await ask('490000000'))[0]).toBe(404);
  expect(db.prepare('SELECT count(*) FROM posting').pluck().get()).toBeGreaterThan(4);
});

test('the index has a cursor of its own, and a fact that is read again adds nothing', async () => {
  const { db, ask, hear, second } = twoPlants();
  const thread = openThread(db);
  expect(thread.behind()).toBe(8);
  expect(thread.readOn()).toBe(8);
  expect([thread.behind(), thread.readOn()]).toEqual([0, 0]);
  const before = db.prepare('SELECT * FROM thread ORDER BY word, position').all();
  db.exec('UPDATE threaded SET position = 0'); // as from a backup of the index alone
  expect((await ask('WO-1'))[0]).toBe(200);
  expect(db.prepare('SELECT * FROM thread ORDER BY word, position').all()).toEqual(before);
  hear(nantes, [...second, report('1', {}, two)]);
  expect((await ask('WO-2'))[1].facts).toHaveLength(4);
  expect(thread.behind()).toBe(0);
});

test('the ledger is read on as far as was said, and kin are told to a bound', async () => {
  const { db, ledger, app } = openAsked();
  const thread = openThread(db);
  const children = (of: string) => Array.from({ length: 100 }, (_, at) => `${of}.${at}`);
  const splits = ['L', 'L.0', 'L.1'].map((lot) => split(lot, ...children(lot)));
  const facts = [...splits, ...Array.from({ length: 600 }, () => report('1'))];
  ledger.accept([{ segment: history(m01, facts).segment(1, facts.length) }]);
  await thread.catchUp(500);
  expect(thread.behind()).toBe(103);
  const told = (await app.inject({ url: '/v1/trace/L' })).json() as Traced;
  expect(thread.behind()).toBe(0);
  expect([told.kin.into.length, told.kin.isCut]).toEqual([250, true]);
  expect(told.kin.into.slice(0, 100).every(({ steps }) => steps === 1)).toBe(true);
});

test('material that came by two ways is told once, behind the last fact is nothing', async () => {
  const { ledger, app } = openAsked();
  const facts = [split('L', 'L.a', 'L.b'), merge('L.c', 'L.a', 'L.b')];
  ledger.accept([{ segment: history(m01, facts).segment(1, 2) }]);
  const get = async (url: string) => (await app.inject({ url })).json() as Traced;
  const { kin } = await get('/v1/trace/L');
  expect(names(kin.into)).toEqual(['lot L.a', 'lot L.b', 'lot L.c']);
  const { eventId } = facts[0]!;
  expect(await get(`/v1/trace/${eventId}?after=2`)).toMatchObject({ facts: [], next: null });
});

test('what nothing bears is unknown, and what is no page is refused', async () => {
  const { ask } = twoPlants();
  expect(await ask('L-9')).toMatchObject([404, { message: 'id: nothing here bears L-9' }]);
  expect(await ask('WO-1', '?limit=101')).toMatchObject([400, { code: 'INVALID' }]);
  expect((await ask('WO-1', '?limit=101'))[1].message).toMatch(/whole number from 1 to 100/);
});
