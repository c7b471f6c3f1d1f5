// Goal: what a person should look at is told, in words, and nothing else is.
// Method: a ledger with a gap, a silent edge, one whose clock is off, and an ERP that is down.
import { expect, test } from 'vitest';
import { plainText } from '../shared/table.ts';
import { openAsked } from './helpers/board.ts';
import { refused, stated } from './helpers/central.ts';
import { deskAfter } from './helpers/deskbox.ts';
import { history } from './helpers/facts.ts';
import { m01, m02 } from './helpers/shop.ts';

const { release, report } = stated;
const clock = (state: 'ok' | 'suspect') => ({ state, says: 'clock unknown' }) as const;

function threeLines(more: Parameters<typeof openAsked>[1] = {}) {
  const world = openAsked([], more);
  const facts = [release(), report('5'), report('6')];
  const line = (name: string) => history(name, facts);
  world.time.nowMs = 100_000;
  world.ledger.accept([{ segment: line(m01).segment(1, 3) }]);
  world.ledger.accept([{ segment: history(m02, [release('WO-9')]).segment(1, 1) }]);
  const get = async (url: string) => (await world.app.inject({ url })).json();
  return { ...world, get, line };
}
const edge = (line: string, heardMs: number, state: 'ok' | 'suspect' = 'ok') => {
  return { line, nowMs: heardMs, unsent: 7, heardMs, skewMs: 0, clock: clock(state) };
};

test('where nothing waits for a person, nothing is said', async () => {
  const { get } = threeLines({ edges: () => [edge(m01, 99_000)] });
  expect(await get('/v1/health')).toEqual({
    ...{ environment: 'production', state: 'ok', says: [], facts: 4, lines: 2 },
  });
  const { lines } = await get('/v1/lines');
  expect(lines).toMatchObject([
    { line: m01, sequence: 3, unsent: 7, silentMs: 1_000, clock: 'ok', missing: null },
    { line: m02, sequence: 1, unsent: null, silentMs: null, clock: null },
  ]);
});

test('each thing that a person should look at is told', async () => {
  const erpStanding = () => ({ state: 'down', sinceMs: 1, reason: 'no answer' }) as const;
  const edges = () => [edge(m01, 30_000), edge(m02, 99_000, 'suspect')];
  const { get, ledger } = threeLines({ edges, erpStanding });
  const gap = history('acme/lyon/turning/M03', [release('WO-5'), report('1'), report('2')]);
  ledger.accept([
    { segment: gap.segment(3, 3) },
    { line: m01, broken: 'torn', bytes: Buffer.of(1) },
  ]);
  expect(await get('/v1/health')).toMatchObject({
    state: 'attention',
    says: [
      'the ERP is down: no answer',
      '1 arrivals are parked: hf.desk.status',
      '1 lines lack facts in between: hf.desk.lines',
      '1 edges are silent',
      '1 clocks of edges are off',
    ],
  });
  expect((await get('/v1/lines')).lines[2]).toMatchObject({ sequence: 0, missing: '1 to 2' });
  const parked = deskAfter(refused);
  const health = (await parked.app.inject({ url: '/v1/health' })).json();
  expect(health.says).toEqual(['1 postings are parked: hf.desk.parked']);
});

test('lines come page by page, and the lag the worst first', async () => {
  const { get } = threeLines({ edges: () => [edge(m02, 1_000)] });
  expect((await get('/v1/lag')).lag.map(({ line }: { line: string }) => line)).toEqual([m02, m01]);
  const first = await get('/v1/lines?limit=1');
  expect([first.lines.length, first.next]).toEqual([1, m01]);
  const second = await get(`/v1/lines?limit=1&after=${first.next}`);
  expect([second.lines[0].line, second.next]).toEqual([m02, null]);
  expect(await get('/v1/lines?after=a/b/c/d')).toMatchObject({ code: 'UNKNOWN' });
  expect(await get('/v1/lines?limit=1001')).toMatchObject({
    message: 'lines.limit: must be a whole number from 1 to 1000',
  });
});

test('parked postings come page by page, in the order of the facts', async () => {
  const world = openAsked();
  const orders = ['WO-1', 'WO-2', 'WO-3'];
  const facts = orders.flatMap((order) => [release(order), report('500', {}, { order })]);
  world.ledger.accept([{ segment: history(m01, facts).segment(1, 6) }]);
  world.postings.next(new Set(), 10);
  const get = async (query: string) => (await world.app.inject({ url: `/v1/desk${query}` })).json();
  const seen: string[] = [];
  for (let after = '', at = 0; at < 5; at++) {
    const page = await get(`?limit=2${after}`);
    seen.push(...page.postings.map(({ order }: { order: string }) => order));
    if (page.next === null) break;
    after = `&after=${page.next}`;
  }
  expect(seen).toEqual(orders);
});

test('any answer is drawn as text, and no more of it than a person reads', () => {
  const rows = Array.from({ length: 250 }, (_, at) => ({ at, sinceMs: 1_800_000_000_000 }));
  const text = plainText({ state: 'ok', none: [], rows, words: 'x'.repeat(100), waitMs: 5_000 });
  expect(text).toContain('state: ok\nnone: none\n');
  expect(text).toContain(`words: ${'x'.repeat(79)}…\n`);
  expect(text).toContain('waitMs: 5,000');
  expect(text).toContain(' 0  2027-01-15T08:00:00.000Z\n');
  expect(text).toContain('\nand 50 more\n');
  expect(text).not.toContain('\n249  ');
  expect(plainText({ says: ['a', 'b\u001b[2J'] })).toBe('\nsays:\na\nb [2J\n');
  expect(plainText([{ a: 1 }, { b: null }])).toBe('a  b\n1  –\n–  –\n');
});
