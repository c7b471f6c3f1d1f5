// Goal: the order guard objects to what it must, by name, and to nothing else; a set says what is
// in force by all sets up to it.
// Method: the pure guard and sets, each rule by an order that breaks it and one that does not.
import { expect, test } from 'vitest';
import { digestOf as centralDigest } from '../central/downlink/records.ts';
import { digestOf as edgeDigest, openShelf } from '../edge/reference/shelf.ts';
import { migrations } from '../edge/store/schema.ts';
import { openDatabase } from '../shared/database.ts';
import type { Reference } from '../shared/reference.ts';
import { readReference } from '../shared/reference.ts';
import { openSets } from '../statecharts/inforce.ts';
import {
  checkedText,
  type Guarded,
  isRefusable,
  orderGuard,
  type Released,
  readChecked,
} from '../statecharts/orderguard.ts';
import { content } from './helpers/facts.ts';

const read = (kind: string, record: string, version: string, given: object) =>
  readReference({ kind, record, version, content: given }, 'reference');
const sets: Reference[][] = [
  [
    read('item', 'BOLT', 'A', { unit: 'EA', lots: { prefix: 'B', charactersMax: 4 } }),
    read('bom', 'B-1', '1', {
      material: 'BOLT',
      components: [{ material: 'STEEL', quantity: '1', unit: 'KG' }],
    }),
    read('routing', 'R-7', '1', {
      material: 'BOLT',
      operations: [{ operation: '0010', workCenter: 'SAW1' }],
    }),
    read('workCenter', 'SAW1', '1', { line: 'a/b/c/d', operators: ['person:1'] }),
    read('item', 'STEEL', '1', { unit: 'KG', lots: { charactersMin: 3 } }),
  ],
  [read('item', 'BOLT', 'B', { unit: 'EA' })],
  [read('item', 'BOLT', 'C', { unit: 'EA', earlier: 'allowed' })],
  [read('bom', 'B-1', '2', { material: 'BOLT', components: [], status: 'blocked' })],
];
function by(number: number) {
  const all = sets.flat();
  const known = openSets(
    ({ kind, record, version }) =>
      all.find((one) => one.kind === kind && one.record === record && one.version === version)
        ?.content,
  );
  sets.forEach((versions, at) => {
    known.add(at + 1, versions);
  });
  return known.by(number);
}

const a = { kind: 'item', record: 'BOLT', version: 'A' } as const;
const bom = { kind: 'bom', record: 'B-1', version: '1' } as const;
const routing = { kind: 'routing', record: 'R-7', version: '1' } as const;
const order = (...versions: Released['versions']): Released => ({ material: 'BOLT', versions });
const about = { order: 'WO-1', operation: '0010' };
const start = (actor = 'person:1') =>
  content('start', 'OperationStarted', {}, { ...about, actor }) as Guarded;
const consume = (material: string, lot: string, actor = 'person:1') => {
  const body = { material, quantity: '1', unit: 'KG' };
  return content('use', 'MaterialConsumed', body, { ...about, lot, actor }) as Guarded;
};
const produce = (lot: string) => {
  const body = { material: 'BOLT', quantity: '1', unit: 'EA' };
  return content('make', 'LotProduced', body, { ...about, lot }) as Guarded;
};
const rule = (set: number, released: Released | undefined, fact: Guarded) =>
  orderGuard(by(set), released, fact)?.rule;

test.each([
  ['nothing is known of the order', 1, undefined, start(), undefined],
  ['the order names nothing', 1, order(), start('person:9'), undefined],
  ['all is in force', 1, order(a, bom, routing), start(), undefined],
  ['a version comes with a later set', 1, order({ ...a, version: 'B' }), start(), 'versionLacking'],
  ['another revision is in force', 2, order(a), start(), 'itemRevision'],
  ['earlier revisions are allowed', 3, order(a), start(), undefined],
  ['a later version blocks the record', 4, order(a, bom), start(), 'recordBlocked'],
  ['who asks is not qualified', 1, order(routing), start('person:2'), 'operatorQualified'],
  ['a machine needs no qualification', 1, order(routing), start('machine:plc'), undefined],
  ['nobody is known yet', 1, order(routing), start('person:'), undefined],
  ['it is a component', 1, order(bom), consume('STEEL', 'S12'), undefined],
  ['it is no component', 1, order(bom), consume('BRASS', 'S12'), 'component'],
  ['the lot is too short', 1, order(bom), consume('STEEL', 'S1'), 'lotNumber'],
  ['the lot begins otherwise', 1, order(a), produce('L1'), 'lotNumber'],
  ['the lot is too long', 1, order(a), produce('B1234'), 'lotNumber'],
  ['the lot fits', 1, order(a), produce('B123'), undefined],
  ['a later revision has no rule for lots', 2, order(a), produce('L1'), undefined],
] as const)('%s', (_what, set, released, fact, expected) => {
  expect(rule(set, released, fact)).toBe(expected);
});

const { thingOf } = (await import(new URL('../shared/page/thing.js', import.meta.url).href)) as {
  thingOf: (rule: string, reason: string) => string;
};

test.each([
  ['the version that lacks', 1, order({ ...a, version: 'B 2' }), start(), ' (BOLT, B 2)'],
  ['the revision of the order', 2, order(a), start(), ' (BOLT, A)'],
  ['what is blocked', 4, order(a, bom), start(), ' (B-1, 2)'],
  ['what is no component', 1, order(bom), consume('BRASS', 'S12'), ' (BRASS)'],
  ['how a lot begins', 1, order(a), produce('L1'), ' (B)'],
  ['how long a lot is', 1, order(a), produce('B1234'), ' (1–4)'],
  ['nothing of a person', 1, order(routing), start('person:2'), ''],
] as const)('the page reads out of the objection %s', (_what, set, released, fact, told) => {
  const { rule: name, reason } = orderGuard(by(set), released, fact)!;
  expect(thingOf(name, reason)).toBe(told);
});

test('what a machine says of material is not refused; what was found is told', () => {
  expect(isRefusable(consume('BRASS', 'S1', 'machine:plc'))).toBe(false);
  expect(isRefusable(start('machine:plc'))).toBe(true);
  const found = orderGuard(by(2), order(a), start());
  expect(checkedText(2, found)).toBe('2 itemRevision');
  expect(readChecked('2 itemRevision')).toEqual({ set: 2, rule: 'itemRevision' });
  expect(readChecked(checkedText(7, undefined))).toEqual({ set: 7 });
  for (const none of [undefined, '', 'x', '3 ', '-1']) expect(readChecked(none)).toBeUndefined();
});

test('edge and central know a set by one digest', () => {
  expect(edgeDigest(sets[0]!)).toBe(centralDigest(sets[0]!));
});

test('room is made of what is superseded and no open order needs, and of nothing else', () => {
  const db = openDatabase(':memory:', migrations);
  const shelf = openShelf(db, 1_000);
  const site = 'acme/lyon';
  const item = (version: string) => [
    read('item', 'BOLT', version, { unit: 'EA', name: version.repeat(90) }),
  ];
  const take = (number: number, references: Reference[]): boolean => {
    const digest = edgeDigest(references);
    const set = { number, activeMs: number, records: 1, digest };
    shelf.check(site, set, references);
    return shelf.take(site, set, references, 1, (order) => order === 'WO-1');
  };
  shelf.name('WO-1', [{ ...a, version: 'A' }], () => true);
  shelf.name('WO-2', [{ ...a, version: 'B' }], () => true);
  let number = 0;
  for (const version of ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H']) {
    expect(take(++number, item(version))).toBe(true);
    shelf.activate(site, number);
  }
  const held = (version: string) => shelf.content(site, { ...a, version }) !== undefined;
  expect(['A', 'B', 'C', 'H'].map(held)).toEqual([true, false, false, true]);
  const large = [read('item', 'BOLT', 'Z', { unit: 'EA', name: 'é'.repeat(99) })];
  expect(
    openShelf(db, 100).take(
      site,
      { number: 9, activeMs: 9, records: 1, digest: '' },
      large,
      1,
      () => true,
    ),
  ).toBe(false);
  expect(() =>
    shelf.check(site, { number: 9, activeMs: 9, records: 2, digest: '' }, large),
  ).toThrow('set 9 of acme/lyon is not what central has approved');
  expect(() => db.exec('DELETE FROM reference')).toThrow('is not forgotten');
  expect(() => db.exec('UPDATE reference_active SET number = 1')).toThrow('so again');
  db.close();
});
