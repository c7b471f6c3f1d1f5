// Goal: an edge that was written by version 1 of the charts goes on under today's, with nothing
// lost, nothing judged anew, and every new command decided by today's rules.
// Method: a store that version 1 wrote, and what its book said, kept in test/data/v1.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { rehearseFile } from '../edge/store/rehearsal.ts';
import { encodeContent } from '../shared/codec.ts';
import type { Content } from '../shared/event.ts';
import { emptyTally } from '../statecharts/tally.ts';
import { type Box, openBox, outcome } from './helpers/box.ts';
import { testFolder } from './helpers/folder.ts';
import { command as commandOf, m01, shop } from './helpers/shop.ts';

type Cells = Record<string, unknown>;
type TableName = 'line' | 'order' | 'operation' | 'run' | 'lane' | 'hold' | 'lot' | 'held';
type Kept = {
  lines: Record<string, { lanes: number; epoch: number; sequence: number; hash: string }>;
  tables: Record<TableName, [key: string, row: unknown][]>;
  tallies: [key: string[], tally: Cells][];
};

/** Under an id that version 1 cannot have used. */
const command = (...given: Parameters<typeof commandOf>) => {
  const asked = commandOf(...given);
  return { ...asked, commandId: `today-${asked.commandId}` };
};

const data = (name: string) => readFileSync(new URL(`data/v1/${name}`, import.meta.url));
const kept = JSON.parse(data('book.json').toString(), (_key, value) =>
  typeof value === 'string' && /^-?\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
) as Kept;
const { tallies } = kept;
const lines = Object.entries(kept.lines).map(([line, of]) => ({ line, ...of }));
const tableNames = Object.keys(kept.tables) as TableName[];
const tables = Object.fromEntries(
  tableNames.map((table) => [table, Object.fromEntries(kept.tables[table])]),
) as Record<TableName, Cells>;

/** The store of version 1, in a folder of its own for this test. */
function storeOfOld(): string {
  const path = join(testFolder(), 'edge.sqlite');
  writeFileSync(path, gunzipSync(data('store.sqlite.gz')));
  return path;
}

/** Names that have changed since: what each state of version 1 may be called today. */
const names: Record<string, Record<string, readonly string[]>> = {
  hold: { open: ['active'], settled: ['closed'], released: ['closed'] },
  lot: { unknown: ['planned'], available: ['unrestricted', 'closed'] },
};

/** What the book says of the fields that version 1 had, and which of its states each row had. */
function asOfOld({ book }: Box, table: TableName): Cells {
  return Object.fromEntries(
    [...book.rows(table)].map(([key, row]) => {
      const old = tables[table][key];
      if (typeof row !== 'object' || Array.isArray(row) || old === undefined) return [key, row];
      const fields = Object.keys(old as Cells).map((field) => [field, (row as Cells)[field]]);
      const values = Object.fromEntries(fields) as Cells;
      const was = (old as Cells).state as string;
      const known = names[table]?.[was] ?? [was];
      return [key, { ...values, state: known.includes(`${values.state}`) ? was : values.state }];
    }),
  );
}

/** What decisions on holds let go, which version 1 did not count. */
const [freedGood, freedScrap, freedRework] = Array.from({ length: 3 }, () => expect.any(BigInt));

/** Everything that a box says, to compare it with itself after a restart. */
const everything = ({ book, roster }: Box) => ({
  heads: roster.actors.map((actor) => actor.head()),
  tables: tableNames.map((table) => new Map(book.rows(table))),
  tallies: tallies.map(([key]) => ({ ...book.tally(...key) })),
});

test("facts written by version 1 of the charts run under today's", () => {
  const box = openBox(storeOfOld(), lines);
  expect(box.roster.actors.map((actor) => actor.failure())).toEqual(lines.map(() => undefined));
  const heads = box.roster.actors.map((actor) => actor.head());
  expect(heads.map(({ epoch, sequence, hash }) => [epoch, sequence, hash.toString('hex')])).toEqual(
    lines.map(({ epoch, sequence, hash }) => [epoch, sequence, hash]),
  );
  for (const table of tableNames) {
    expect([table, asOfOld(box, table)]).toEqual([table, tables[table]]);
  }
  const since = { freedGood, freedScrap, freedRework };
  for (const [key, tally] of tallies) {
    expect([key, box.book.tally(...key)]).toEqual([key, { ...emptyTally(), ...tally, ...since }]);
  }
});

test("work goes on: a run of version 1 ends, a hold of version 1 meets today's rules", () => {
  const path = storeOfOld();
  const box = openBox(path, lines);
  const [runKey, run] = Object.entries(tables.run)[0] as [string, Cells];
  const [line, name] = runKey.split('\n') as [string, string];
  const { order, operation } = run;
  const open = Object.entries(tables.hold).find(([, row]) => (row as Cells).state === 'open');
  const [hold, { placedBy }] = open as [string, { placedBy: string }];
  const free = (actor: string) =>
    command('ReleaseHold', { line, actor }, { hold, reason: 'measured again' });
  const head = () => box.store.head(line);
  const before = head();

  expect(outcome(box.decide(command('EndPhase', { line, order, operation }, { run: name })))).toBe(
    'accepted',
  );
  expect(box.book.rows('run').has(runKey)).toBe(false);
  expect(outcome(box.decide(free(placedBy)))).toBe(
    `REFUSED hold ${hold} was placed by ${placedBy}: another person must decide it`,
  );
  expect(outcome(box.decide(free('person:another')))).toBe('accepted');
  expect(box.book.rows('hold').get(hold)?.state).toBe('closed');

  const rows = [...box.store.history()].filter((row) => row.line === before.line);
  expect(rows.slice(0, before.sequence).every(({ state }) => state === null)).toBe(true);
  expect(rows.slice(before.sequence).map(({ state }) => state?.length)).toEqual([8, 8]);
  const said = everything(box);
  box.db.close();
  const again = openBox(path, lines);
  expect(again.roster.actors.map((actor) => actor.failure())).toEqual(lines.map(() => undefined));
  expect(everything(again)).toEqual(said);
});

test("a dry run lists what today's rules would not have allowed", async () => {
  const found = await rehearseFile(storeOfOld());
  expect(found.facts).toBe(lines.reduce((sum, { sequence }) => sum + sequence, 0));
  expect(found.counts).toMatchObject({ changed: 0, stopped: 0, accepted: 0, otherwise: 0 });
  const own = found.differences.filter(({ type }) => type === 'HoldReleased');
  expect(own.length).toBeGreaterThan(0);
  for (const { kind, reason } of own) {
    expect(kind).toBe('refused');
    expect(reason).toMatch(/^hold .* was placed by .*: another person must decide it$/);
  }
});

// Version 1 did not follow a hold into what was made of the held lot.
test('a use that only version 1 allowed is read as stated; a dry run tells of it', async () => {
  const path = join(testFolder(), 'edge.sqlite');
  const old = openBox(path);
  const held = shop.hold('H1', 'lot', { lot: 'L1' }, { quantity: '2', unit: 'EA' });
  for (const asked of [
    ...[shop.release(), shop.start(), shop.consume('L1'), shop.produce('L7'), held],
    ...[shop.release({}, 'WO-2'), shop.start({ order: 'WO-2' })],
  ]) {
    expect(outcome(old.decide(asked))).toBe('accepted');
  }
  const used = {
    ...{ eventId: '01890a5d-ac96-774b-bcce-b302099a8057', type: 'MaterialConsumed', version: 1 },
    ...{ atMs: 1_000, recordedMs: 1_000, clock: 'source', actor: 'person:1', correlationId: 'c' },
    ...{ order: 'WO-2', operation: '0010', lot: 'L7' },
    body: { material: 'BOLT', quantity: '1', unit: 'EA' },
  } as Content;
  old.store.commit(() => void old.store.append(old.store.head(m01), encodeContent(used), null));
  old.db.close();

  const found = await rehearseFile(path);
  expect(found.counts).toMatchObject({ stopped: 0, refused: 1 });
  const [first, second] = openBox(path).roster.actors;
  expect(first!.failure()).toBeUndefined();
  expect(second!.failure()).toBeUndefined();
});
