// Goal: of a bad lot every lot, order, serial and document is told that it went into, and no other.
// Method: a generated year of three plants; what central tells is compared with a walk through the
// record of the generator, for supplier lots by chance, and page by page.
import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openRecall } from '../central/story/recall.ts';
import { type Recalled, type RecalledRow, recallCsv, recallText } from '../shared/recalltext.ts';
import { openAsked } from './helpers/board.ts';
import { stated } from './helpers/central.ts';
import { history } from './helpers/facts.ts';
import { testFolder } from './helpers/folder.ts';
import { onPostgres } from './helpers/medium.ts';
import { random, seeds } from './helpers/random.ts';
import { m01 } from './helpers/shop.ts';
import { openYear } from './helpers/year.ts';

const { release, consume, produce, report, split, merge, block, reverse } = stated;
const off = { rule: 'QuantityReported', mode: 'off' } as const;

type World = ReturnType<typeof openAsked>;
const askOf =
  ({ app }: Pick<World, 'app'>) =>
  async (id: string, query = '') => {
    const reply = await app.inject({ url: `/v1/recall/${encodeURIComponent(id)}${query}` });
    return [reply.statusCode, reply.json() as Recalled & { message: string }] as const;
  };

/** More pages than any recall here has: the next one is named without end. */
const pagesMax = 10_000;

/** All rows, by pages of so many. */
async function allOf(world: World, id: string, limit: number) {
  const ask = askOf(world);
  const rows: RecalledRow[] = [];
  for (let after: string | null | undefined, page = 0; after !== null; page++) {
    expect(page).toBeLessThan(pagesMax);
    const from = after === undefined ? '' : `&after=${encodeURIComponent(after)}`;
    const [status, told] = await ask(id, `?limit=${limit}${from}`);
    expect([status, told.notYet, told.isCut]).toEqual([200, 0, false]);
    rows.push(...told.rows);
    after = told.next;
    if (after === null) {
      const { lots, orders, serials, documents } = told.counts;
      expect(rows).toHaveLength(lots + orders + serials + documents);
    }
  }
  return rows;
}
const named = (rows: readonly RecalledRow[], kind: RecalledRow['kind']) =>
  rows.filter((row) => row.kind === kind).map(({ name }) => name);

/** A year's facts in a ledger, what may be posted is posted. */
function lived(facts: number, seed: number) {
  const world = openAsked([off]);
  const year = openYear({ facts, seed, linesEach: 2 });
  for (const { endMs, segments } of year.days()) {
    if (segments.length === 0) continue;
    world.time.nowMs = endMs;
    world.ledger.accept(segments.map((segment) => ({ segment })));
    world.postAll();
  }
  return { world, year };
}

for (const seed of seeds(1)) {
  test(`what is recalled is what can be reached, seed ${seed}`, async () => {
    const { world, year } = lived(onPostgres() ? 1_000 : 4_000, seed);
    const { below } = random(seed);
    const used = year.suppliers.filter((lot) => year.into.has(lot));
    const lots = Array.from({ length: 6 }, () => used[below(used.length)]!);
    for (const lot of [used[0]!, ...lots]) {
      const rows = await allOf(world, lot, 1 + below(700));
      const things = rows.filter(({ kind }) => kind !== 'document').map(({ name }) => name);
      expect(new Set(things)).toEqual(year.reached(lot));
      expect(things).toHaveLength(year.reached(lot).size);
      const orders = new Set(named(rows, 'order'));
      const all = world.db
        .prepare<[], { document: string; order: string | null; lot: string | null }>(
          `SELECT document, order_number AS "order", lot FROM posting WHERE state = 'posted'`,
        )
        .all();
      const touched = all.filter(
        (one) => orders.has(one.order ?? '') || things.includes(one.lot ?? ''),
      );
      expect(named(rows, 'document').sort()).toEqual(touched.map((one) => one.document).sort());
    }
  });
}

const hear = ({ ledger }: World, ...facts: Parameters<typeof history>[1][number][]) =>
  ledger.accept([{ segment: history(m01, facts).segment(1, facts.length) }]);
const lotOf = ({ rows }: Recalled, lot: string) =>
  rows.find(({ kind, name }) => kind === 'lot' && name === lot)!;

test('of a lot is told what was made, used, parted and is left, and where it is', async () => {
  const world = openAsked();
  const used = consume('L-1', '3', { order: 'WO-2' });
  hear(
    world,
    ...[release('WO-1'), release('WO-2'), consume('S-1', '5'), produce('L-1', '8')],
    ...[used, consume('L-1', '2', { order: 'WO-2' }), reverse(used)],
    ...[split('L-1', 'L-2', 'L-3'), merge('L-4', 'L-2', 'L-3'), block('H-1', 'L-1', '1')],
  );
  world.postAll();
  const [, told] = await askOf(world)('S-1');
  expect(told.counts).toMatchObject({ lots: 5, orders: 2, serials: 0 });
  expect(lotOf(told, 'S-1')).toMatchObject({
    ...{ there: 'unknown', material: 'STEEL', line: m01, lines: [m01] },
    figures: { made: '0', used: '5', left: null },
  });
  expect(lotOf(told, 'L-1')).toMatchObject({
    ...{ there: 'there', material: 'BOLT', unit: 'EA', order: 'WO-1' },
    figures: { made: '8', used: '2', parted: '2', left: '4', blocked: '1' },
  });
  expect(lotOf(told, 'L-2')).toMatchObject({ there: 'gone', figures: { left: '0', parted: '1' } });
  expect(lotOf(told, 'L-4')).toMatchObject({ there: 'there', figures: { made: '2', left: '2' } });
});

test('a serial is found in its order, and goes on as a lot where it is consumed', async () => {
  const world = openAsked();
  const two = { order: 'WO-2' };
  const bad = report('0', { scrap: '1' }, { serial: 'SN-2' });
  hear(
    world,
    ...[consume('S-1', '5'), report('1', {}, { serial: 'SN-1' }), bad],
    ...[consume('SN-1', '1', two), report('1', {}, { ...two, serial: 'SN-9' })],
    consume('S-2', '5', { order: 'WO-3' }),
  );
  const ask = askOf(world);
  const [, told] = await ask('S-1');
  expect(named(told.rows, 'serial')).toEqual(['SN-1', 'SN-2', 'SN-9']);
  expect(named(told.rows, 'order')).toEqual(['WO-1', 'WO-2']);
  const serials = told.rows.filter(({ kind }) => kind === 'serial');
  expect(serials.map(({ state, there, order }) => [state, there, order])).toEqual([
    ['MaterialConsumed', 'gone', 'WO-2'],
    ['scrap', 'gone', 'WO-1'],
    ['good', 'unknown', 'WO-2'],
  ]);
  expect(named((await ask('SN-1'))[1].rows, 'order')).toEqual(['WO-2']);
  expect(named((await ask('WO-3'))[1].rows, 'lot')).toEqual([]);
});

test('holds that reach a lot are named, and what nobody knows is unknown', async () => {
  const world = openAsked();
  const all = block('H-1', 'S-1', '5');
  hear(world, consume('S-1', '5'), produce('L-1', '8'), all);
  const ask = askOf(world);
  expect(lotOf((await ask('S-1'))[1], 'L-1').holds).toEqual(['H-1']);
  expect(await ask('S-9')).toMatchObject([
    404,
    { message: 'id: no lot, serial or order here is S-9' },
  ]);
  expect((await ask('S-1', '?after=L-1'))[1].message).toMatch(/^after: must be the next/);
  expect((await ask('S-1', '?limit=2001'))[1].message).toMatch(/from 1 to 2000/);
});

test('the report for the authority is CSV as RFC 4180 has it', async () => {
  const world = openAsked();
  const name = 'S "1", red';
  hear(world, consume(name, '5'));
  const [, told] = await askOf(world)(name);
  const csv = recallCsv(told.rows);
  expect(csv.split('\r\n').slice(1)).toEqual([
    expect.stringMatching(/^lot,"S ""1"", red",unknown,,STEEL,EA,acme\//),
    expect.stringMatching(/^order,WO-1,,released,,,acme\//),
    '',
  ]);
  expect(recallText(told)).toContain(
    'touches 1 lots, 1 orders, 0 serials, 0 documents, at 1 lines',
  );
});

test('what is more than is walked is cut, and said so', async () => {
  const world = openAsked();
  const children = Array.from({ length: 20 }, (_, at) => `L-${at}`);
  hear(world, split('L', ...children));
  const reaching = () => [];
  const most = { nodes: 10, documents: 10 };
  const recall = openRecall({ ...world, reaching, nowMs: () => 0, most });
  const told = await recall({ id: 'L', limit: 100 });
  expect([told.isCut, told.counts.lots, told.rows.length]).toEqual([true, 10, 10]);
  const whole = await recall({ id: 'L-1', limit: 100 });
  expect([whole.isCut, whole.counts.lots]).toEqual([false, 1]);
});

test('in words: holdfast recall, with a report as a file', async () => {
  const world = openAsked();
  hear(world, release('WO-1'), consume('S-1', '5'), produce('L-1', '8'));
  world.postAll();
  const url = await world.app.listen({ host: '127.0.0.1', port: 0 });
  const file = join(testFolder(), 'recall.csv');
  const cli = (...args: string[]) =>
    promisify(execFile)(process.execPath, ['cli/holdfast.ts', 'recall', ...args, '--central', url])
      .then(({ stdout }) => [0, stdout] as const)
      .catch((error: { code: number; stderr: string }) => [error.code, error.stderr] as const);
  const [code, text] = await cli('S-1', '--csv', file);
  const csv = readFileSync(file, 'utf8');
  expect([code, text]).toEqual([
    0,
    expect.stringContaining('touches 2 lots, 1 orders, 0 serials, 2'),
  ]);
  expect(text).toContain(`5 rows, SHA-256 as CSV: ${hash('sha256', csv)}`);
  expect(csv.split('\r\n')).toHaveLength(7);
  expect(await cli('S-9')).toEqual([1, expect.stringContaining('no lot, serial or order here')]);
  const who = ['--by', 'person:17', '--reason', 'crack'];
  const holds = () => world.db.prepare('SELECT hold, kind, name FROM ward ORDER BY hold').all();
  expect((await cli('S-1', '--hold', ...who, '--dry-run'))[1]).toContain('held: C-1');
  expect(holds()).toEqual([]);
  expect((await cli('S-1', '--hold', ...who))[1]).toContain('held: C-1, told to 1 lines so far');
  expect(holds()).toEqual([{ hold: 'C-1', kind: 'lot', name: 'S-1' }]);
  const held = await askOf(world)('S-1');
  expect(lotOf(held[1], 'L-1').holds).toEqual(['C-1']);
  expect(await cli('S-1', '--hold')).toEqual([2, expect.stringMatching(/--hold: needs --by/)]);
  const none = join(file, 'none.csv');
  expect(await cli('S-1', '--csv', none)).toEqual([2, expect.stringMatching(/--csv: .*none.csv/)]);
});
