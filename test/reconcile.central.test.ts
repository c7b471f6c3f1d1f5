// Goal: the books close only where every fact is in one account; what is in none is named, and so
// is what edge and ledger do not agree on.
// Method: central with facts in every account; then a document is taken away, or changed, by hand.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openMemory } from '../central/memory.ts';
import type { Switch } from '../central/posting/modes.ts';
import type { Reconciled } from '../central/reconcile/reconcile.ts';
import { against, floorOf } from '../cli/closing.ts';
import type { Content } from '../shared/event.ts';
import { openAsked } from './helpers/board.ts';
import { stated } from './helpers/central.ts';
import { history } from './helpers/facts.ts';
import { testFolder } from './helpers/folder.ts';
import { m01, m02 } from './helpers/shop.ts';

const { release, report, start, produce, consume, block, close, complete } = stated;

function centralWith(facts: readonly Content[], switches: readonly Switch[] = []) {
  const central = openAsked(switches);
  const hear = (line: string, own: readonly Content[]) =>
    central.ledger.accept([{ segment: history(line, own).segment(1, own.length) }]);
  hear(m01, facts);
  async function closeBooks(query = ''): Promise<Reconciled> {
    const reply = await central.app.inject(`/v1/reconcile${query}`);
    expect(reply.statusCode).toBe(200);
    return reply.json();
  }
  return { ...central, hear, closeBooks };
}

const used = consume('S1', '2');
const made = produce('L1', '6');
const facts = [
  ...[release(), start('R1'), report('5', { scrap: '1' }), used],
  ...[made, block('H1', 'L1', '6'), report('2', {}, { order: 'WO-9' }), complete()],
];

test('every fact is in one account, and what was made, used and produced with it', async () => {
  const central = centralWith(facts);
  central.postAll();
  const books = await central.closeBooks();
  expect(books).toMatchObject({ facts: 8, upTo: 8, gapsFound: 0, groupsLeftOut: 0 });
  expect(books.groups.line).toEqual([
    {
      ...{ name: m01, recorded: 8, by: { nothing: 3, posted: 3, waiting: 2 } },
      amounts: [
        { measure: 'consumed', unit: 'EA', stated: '2', by: { posted: '2' } },
        { measure: 'good', unit: 'EA', stated: '7', by: { posted: '5', waiting: '2' } },
        { measure: 'produced', unit: 'EA', stated: '6', by: { posted: '6' } },
        { measure: 'scrap', unit: 'EA', stated: '1', by: { posted: '1' } },
      ],
    },
  ]);
  expect(books.groups.order.map(({ name, recorded }) => [name, recorded])).toEqual([
    ['WO-1', 6],
    ['WO-9', 1],
  ]);
  expect(books.groups.material.map(({ name }) => name)).toEqual(['BOLT', 'STEEL']);
  expect(books.kept).toEqual({ documents: 6, without: 2 });
  expect(against(books, [])).toEqual([]);
  const [head] = central.ledger.lines();
  expect(books.chains).toEqual([
    {
      ...{ line: m01, epoch: 1, sequence: 8, hash: head!.hash.toString('hex') },
      ...{ good: '7', scrap: '1', rework: '0', held: '0' },
    },
  ]);
});

test('what is reversed or corrected is posted and taken back, and counts so', async () => {
  const [first, second] = [report('5'), report('7')];
  const { reverse, correct } = stated;
  const late = report('3');
  const central = centralWith([release(), first, second, reverse(late)]);
  central.postAll();
  const more = [reverse(first), correct(second, '6'), late];
  const all = [release(), first, second, reverse(late)];
  const { segment } = history(m02, [...more]);
  central.ledger.accept([{ segment: segment(1, 3) }]);
  for (let round = 0; round < 4; round++) central.postAll();
  const books = await central.closeBooks();
  expect(against(books, [])).toEqual([]);
  expect(books).toMatchObject({ facts: all.length + 3, gapsFound: 0 });
  const sums = books.groups.order.flatMap(({ amounts }) => amounts);
  expect(sums).toMatchObject([{ measure: 'good', stated: '9', by: { posted: '6', nothing: '3' } }]);
});

test('a decision goes by the modes of the order that its hold is about', async () => {
  const placed = block('H1', 'L9', '3', { order: 'WO-1' });
  const first = centralWith([release(), placed], [{ rule: 'quality', mode: 'off' }]);
  const times = { nowMs: () => 2_000, waitMs: () => 2_000, maxInFlightMs: 500 };
  const second = openMemory({ db: first.db, ...times, switches: [] }); // another edition
  const { segment } = history(m02, [stated.free('H1', '3')]);
  second.ledger.accept([{ segment: segment(1, 1) }]);
  const books = await second.reconcile({});
  expect(books.reasons.filter(({ account }) => account === 'off')).toMatchObject([{ facts: 2 }]);
  expect(books.gaps).toEqual([]);
});

test('a scope is only counted over its own facts', async () => {
  const central = centralWith(facts);
  central.time.nowMs = 5_000;
  central.hear(m02, [release('WO-2'), report('1', {}, { order: 'WO-2' })]);
  const of = async (query: string) => (await central.closeBooks(query)).facts;
  expect(await of('')).toBe(10);
  expect(await of(`?line=${m02}`)).toBe(2);
  expect(await of('?order=WO-1')).toBe(6);
  expect(await of('?from=1970-01-01T00:00:05Z')).toBe(2);
  expect(await of('?until=1970-01-01T00:00:05.000Z')).toBe(8);
  expect(await of('?from=1970-01-02')).toBe(0);
  expect((await central.closeBooks('?order=WO-1')).kept).toBeNull();
  for (const [query, words] of [
    ['?from=yesterday', 'reconcile.from: must be a day or an instant in UTC'],
    ['?from=2026-13-45', 'reconcile.from: must be a day'],
    ['?line=M01', 'reconcile.line: must be enterprise/site/area/line'],
    ['?shift=1', 'shift'],
  ]) {
    const reply = await central.app.inject(`/v1/reconcile${query}`);
    expect([reply.statusCode, reply.json().message]).toEqual([
      400,
      expect.stringContaining(words!),
    ]);
  }
});

test('what is off, a shadow or there a second time has an account of its own', async () => {
  const switches = [
    { rule: 'completion', mode: 'shadow' },
    { rule: 'consumption', mode: 'off' },
  ] as const;
  const central = centralWith(facts, switches);
  central.hear(m02, [made]);
  const books = await central.closeBooks();
  expect(books.groups.line.map(({ by }) => by)).toEqual([
    { nothing: 2, shadow: 4, off: 1, underway: 1 },
    { again: 1 },
  ]);
  expect(books.groups.line[1]!.amounts).toEqual([]);
  expect(against(books, [])).toEqual([]);
});

test('a document that lacks, or says something else, is a gap that names its fact', async () => {
  const central = centralWith(facts);
  central.postAll();
  central.db.exec('DROP TRIGGER posting_is_kept');
  const drop = central.db.prepare('DELETE FROM posting WHERE event_id = ?');
  expect(drop.run(used.eventId).changes).toBe(1);
  const change = central.db.prepare("UPDATE posting SET quantity = '7' WHERE event_id = ?");
  expect(change.run(made.eventId).changes).toBe(1);
  const books = await central.closeBooks();
  expect(books.gaps).toMatchObject([
    {
      ...{ eventId: used.eventId, type: 'MaterialConsumed', line: m01, epoch: 1, sequence: 4 },
      why: 'its rule calls for a goodsIssue, and there is none',
    },
    { eventId: made.eventId, why: 'its goodsReceipt says quantity 7, the fact 6' },
  ]);
  expect(against(books, [])).toEqual([
    expect.stringMatching(/^MaterialConsumed \S+, acme\S+ 1\/4: its rule calls for a goodsIssue/),
    expect.stringMatching(/^LotProduced \S+, acme\S+ 1\/5: its goodsReceipt says quantity 7/),
  ]);
});

test('what central has counted as it went must be what is there', async () => {
  const central = centralWith(facts);
  central.db.exec("UPDATE unposted SET facts = facts + 1 WHERE reason = 'the ERP owns the order'");
  expect(against(await central.closeBooks(), [])).toEqual([
    'central has counted 9 facts with and without a document, there are 8',
  ]);
});

test('chains and counts of edge and ledger must agree where both are as far', async () => {
  const books = await centralWith(facts).closeBooks();
  const [chain] = books.chains;
  const edge = { ...chain!, head: chain!.sequence };
  const check = (more: object) => floorOf([{ ...edge, ...more }], books)[0]!;
  expect(check({})).toMatchObject({ away: 0, against: [] });
  expect(check({ head: 10, hash: 'other', good: '9' })).toMatchObject({ away: 2, against: [] });
  expect(check({ epoch: 2, head: 3 })).toMatchObject({ away: 3, against: [] });
  expect(check({ line: m02 })).toMatchObject({ ledger: null, away: 8, against: [] });
  expect(check({ hash: 'other' }).against).toEqual(['the chains end differently at 8']);
  expect(check({ good: '6' }).against).toEqual(['good: 6 at the edge, 7 at central']);
  expect(check({ head: 7 }).against).toEqual(['central is at 1/8, the edge at 1/7']);
});

test('while the books are being closed nobody else closes them', async () => {
  const central = centralWith(facts);
  const [first, second] = await Promise.all([
    central.app.inject('/v1/reconcile'),
    central.app.inject('/v1/reconcile'),
  ]);
  expect([first.statusCode, second.statusCode].sort()).toEqual([200, 409]);
  expect((await central.closeBooks()).facts).toBe(8);
});

test('in words, as a page and for programs: holdfast reconcile', async () => {
  const central = centralWith([...facts, close()]);
  central.postAll();
  const url = await central.app.listen({ host: '127.0.0.1', port: 0 });
  const cli = async (...args: string[]) => {
    const asked = promisify(execFile)(process.execPath, ['cli/holdfast.ts', 'reconcile', ...args]);
    return asked.then(
      ({ stdout }) => ({ code: 0, said: stdout }),
      ({ code, stdout, stderr }) => ({ code, said: `${stdout}${stderr}` }),
    );
  };
  const page = join(testFolder(), 'books.html');
  const good = await cli('--central', url, '--page', page);
  expect(good.code).toBe(0);
  expect(good.said).toMatch(/^9 facts, up to position 9 of the ledger\n/);
  expect(good.said).toMatch(/acme\/lyon\/turning\/M01 +good +EA +7 +5 +2/);
  expect(good.said).toContain('✓ the books close');
  const html = readFileSync(page, 'utf8');
  expect(html).toContain('<p class="verdict">✓ the books close</p>');
  expect(html).toContain(central.ledger.lines()[0]!.hash.toString('hex'));
  central.db.exec("DROP TRIGGER posting_is_kept; DELETE FROM posting WHERE kind = 'goodsIssue'");
  const bad = await cli('--central', url, '--by', 'order', '--page', page);
  expect(bad.code).toBe(1);
  expect(bad.said).toContain(
    `✗ the books do not close\nMaterialConsumed ${used.eventId}, ${m01} 1/4`,
  );
  expect(readFileSync(page, 'utf8')).toContain('<p class="verdict open">✗ the books do not close');
  const { said } = await cli('--central', url, '--json');
  expect(JSON.parse(said)).toMatchObject({ closes: false, central: { gapsFound: 1 }, floor: [] });
  expect(await cli('--central', url, '--by', 'colour')).toMatchObject({ code: 2 });
  expect(await cli('--central', url, '--edge', 'http://127.0.0.1:1')).toMatchObject({ code: 2 });
});
