// Goal: a file that an older release has written means the same to this one, and what this one
// writes can still be worked on by the oldest release that its migrations promise it to.
// Method: a store and a ledger as each schema writes them, kept as SQL in test/data/schema. Where a
// schema has changed, GOLDEN=1 writes the one of today; those that are there are never changed.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { verifyLedger } from '../central/ledger/verification.ts';
import { migrations as ledgers, openMemory } from '../central/memory.ts';
import { migrations as stores } from '../edge/store/schema.ts';
import { verifyStore } from '../edge/verification.ts';
import { type Database, openDatabase } from '../shared/database.ts';
import { oldestReader } from '../shared/reader.ts';
import { openBox, outcome } from './helpers/box.ts';
import {
  columnsOf,
  copyRows,
  dumpOf,
  fileOf,
  goldenOf,
  keepGolden,
  schemaOf,
  tablesOf,
} from './helpers/dump.ts';
import { openFleet } from './helpers/fleet.ts';
import { testFolder } from './helpers/folder.ts';
import { bothKept, on2, op } from './helpers/restored.ts';
import { m01, m02, shop } from './helpers/shop.ts';

const both = [m01, m02];
const hint = 'the schema has changed: GOLDEN=1 vitest run test/schemas.golden.test.ts, and commit';

/** A plant that has worked: facts of two lines, all at central, but for the last ones. */
async function worked() {
  const fleet = openFleet();
  const box = fleet.box('golden');
  const about = { ...op, ...on2 };
  for (const asked of [
    ...[shop.release(), shop.start(about), shop.phase('R1', {}, about)],
    ...[shop.consume('S-1', {}, about), shop.report('R1', { good: '3', scrap: '1' }, about)],
    ...[
      shop.produce('L1', {}, about),
      shop.hold('H1', 'lot', { lot: 'L1', ...on2 }, { quantity: '2', unit: 'EA' }),
    ],
  ]) {
    expect(outcome(await box.ask(asked))).toBe('accepted');
  }
  expect(outcome(await box.ask(shop.start(about)))).not.toBe('accepted');
  await bothKept(box);
  fleet.away.central = true;
  await box.ask(shop.report('R1', { good: '4' }, about));
  return { store: box.db, ledger: fleet.db };
}

/** Writes the golden files that are not there: of today, and of the oldest reader of today's. */
async function keepWhatIsNew(): Promise<void> {
  const made = await worked();
  for (const [kind, db, migrations] of [
    ['edge', made.store, stores],
    ['central', made.ledger, ledgers],
  ] as const) {
    const has = goldenOf(kind);
    if (!has.includes(migrations.length)) keepGolden(kind, migrations.length, dumpOf(db));
    const from = oldestReader(migrations);
    if (has.includes(from) || from === migrations.length) continue;
    const old = openDatabase(':memory:', migrations.slice(0, from));
    copyRows(db, old);
    keepGolden(kind, from, dumpOf(old));
    old.close();
  }
}
if (process.env['GOLDEN'] === '1') test('what is missing is written', keepWhatIsNew);

/** Rows of these columns alone. */
const rowsOf = (db: Database, table: string, names: readonly string[]) =>
  db
    .prepare(`SELECT ${names.map((name) => `"${name}"`).join(', ')} FROM "${table}"`)
    .raw()
    .all();

const facts = (db: Database, table: string) =>
  rowsOf(
    db,
    table,
    columnsOf(db, table).map(({ name }) => name),
  );

function once<T>(make: () => T): () => T {
  let made: { it: T } | undefined;
  return () => {
    made ??= { it: make() };
    return made.it;
  };
}

const kinds = [
  ['edge', stores, 'event'],
  ['central', ledgers, 'fact'],
] as const;

describe.each(kinds)('of the %s', (kind, migrations, log) => {
  const oldest = oldestReader(migrations);
  const today = once(() => {
    const db = openDatabase(':memory:', migrations);
    const schema = schemaOf(db);
    db.close();
    return schema;
  });

  test('there is a golden file of today’s schema, and of the oldest that can read it', () => {
    expect(goldenOf(kind), hint).toEqual(expect.arrayContaining([oldest, migrations.length]));
    expect(goldenOf(kind).at(-1)).toBe(migrations.length);
    const kept = openDatabase(fileOf(kind, migrations.length), migrations);
    expect(schemaOf(kept), hint).toEqual(today());
    kept.close();
  });

  test.each(goldenOf(kind))('one of schema %i becomes one of today, with every fact', (schema) => {
    const path = fileOf(kind, schema);
    const before = openDatabase(fileOf(kind, schema), migrations.slice(0, schema));
    const kept = openDatabase(path, migrations);
    expect(schemaOf(kept)).toEqual(today());
    expect(kept.pragma('user_version', { simple: true })).toBe(migrations.length);
    expect(kept.pragma('application_id', { simple: true })).toBe(oldest);
    const names = columnsOf(before, log).map(({ name }) => name);
    expect(facts(before, log).length).toBeGreaterThan(6);
    expect(rowsOf(kept, log, names)).toEqual(facts(before, log));
    before.close();
    kept.close();
  });

  test('one of today is taken by the oldest release that it names, and by none before', () => {
    const path = fileOf(kind, migrations.length);
    openDatabase(path, migrations.slice(0, oldest)).close();
    expect(() => openDatabase(path, migrations.slice(0, oldest - 1))).toThrow(/a newer version/);
  });

  test('what the oldest reader asks for and writes is there, and is taken', () => {
    const old = openDatabase(fileOf(kind, oldest), migrations.slice(0, oldest));
    const now = openDatabase(fileOf(kind, migrations.length), migrations);
    for (const table of tablesOf(old)) {
      const columns = columnsOf(old, table);
      expect([table, columnsOf(now, table)]).toEqual([table, expect.arrayContaining(columns)]);
    }
    const blank = openDatabase(':memory:', migrations);
    copyRows(old, blank); // by the rules of today: its triggers, checks and unique indexes
    for (const table of tablesOf(old)) {
      const names = columnsOf(old, table).map(({ name }) => name);
      expect([table, rowsOf(blank, table, names)]).toEqual([table, rowsOf(old, table, names)]);
    }
    for (const db of [old, now, blank]) db.close();
  });
});

test.each(goldenOf('edge'))('a store of schema %i is read with the same fingerprints', (schema) => {
  const copy = join(testFolder(), 'copy.sqlite');
  copyFileSync(fileOf('edge', schema), copy);
  const { found, findings, facts: count } = verifyStore(copy);
  expect([found, findings]).toEqual([0, []]);
  const box = openBox(fileOf('edge', schema));
  expect(box.roster.actors.map(({ failure }) => failure())).toEqual([undefined, undefined]);
  expect([...box.store.history()].every(({ state }) => state !== null)).toBe(true);
  expect(both.map((line) => box.store.head(line).sequence)).toEqual([1, count - 1]);
  expect(box.book.tally('order', 'WO-1')).toMatchObject({ good: 7_000_000n, scrap: 1_000_000n });
  expect(box.outbox.marks(m02)).toMatchObject({ kept: count - 2, head: count - 1 });
  const end = { ...shop.end('R1', { ...op, ...on2 }), commandId: 'behind the golden file' };
  expect(outcome(box.decide(end))).toBe('accepted');
});

const opened: Database[] = [];
afterAll(() => {
  for (const db of opened) db.close();
});
test.each(goldenOf('central'))('a ledger of schema %i counts and posts the same', (schema) => {
  const copy = join(testFolder(), 'copy.sqlite');
  copyFileSync(fileOf('central', schema), copy);
  expect(verifyLedger(copy)).toMatchObject({ found: 0, findings: [] });
  const db = openDatabase(fileOf('central', schema), ledgers);
  opened.push(db);
  const memory = openMemory({ db, nowMs: Date.now, waitMs: Date.now, maxInFlightMs: 1 });
  const { ledger, totals, postings } = memory;
  expect(both.map((line) => ledger.head(line).sequence)).toEqual([1, ledger.facts() - 1]);
  expect(totals.all('order')[0]?.[1]).toMatchObject({ good: 3_000_000n, scrap: 1_000_000n });
  const counts = postings.counts();
  expect(counts.postings.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
    ...['blockStock deferred', 'confirmation parked', 'goodsIssue parked', 'goodsReceipt parked'],
  ]);
  expect(counts.unposted.map(({ facts: of }) => of)).toEqual([1, 1, 1]);
});
