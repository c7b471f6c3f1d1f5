// Goal: material that a machine uses is consumed by the operation it was used for, exactly.
import { expect, test } from 'vitest';
import { readMapping } from '../edge/machine/mapping.ts';
import { mappingText } from './helpers/machine.ts';
import { running } from './helpers/machinebox.ts';
import { shop } from './helpers/shop.ts';

const used = (about: string) =>
  mappingText().replace(
    '      scrap:',
    `      used:
        { at: "m;s=Used", counts: consumed, material: STEEL, unit: kg, decimals: 3, ${about} }
      scrap:`,
  );
const fixed = used('maxPerSec: 10, lot: L1');
const told = used('maxPerSec: 10, lotAt: "m;s=Lot"');

/** The press with a totaliser of the steel it uses, known at 12.5 kg, run R1 open. */
function using(mapping: string, stopped = () => false) {
  const box = running({ mapping, stopped });
  const use = (kg: number, ms = 1_000): boolean => {
    box.say('counter used', kg);
    return box.pass(ms);
  };
  const consumed = () =>
    box.facts().flatMap((fact) => {
      if (fact.type !== 'MaterialConsumed') return [];
      const { order, operation, lot, flags = '', body } = fact;
      const { material, quantity, unit } = body;
      return [`${order}/${operation} ${quantity} ${unit} ${material} ${lot} ${flags}`.trim()];
    });
  return { ...box, use, consumed };
}

test('what a totaliser rose is consumed, of its lot, by the open operation', () => {
  const box = using(fixed);
  box.use(12.5);
  box.use(14.125);
  expect(box.consumed()).toEqual(['WO-1/0010 1.625 kg STEEL L1']);
  const fact = box.facts().findLast(({ type }) => type === 'MaterialConsumed');
  expect(fact).toMatchObject({ actor: 'machine:press', body: { given: 'used 12500→14125' } });
  expect(box.reports()).toEqual([]);
  expect(box.status().lines[0]).toMatchObject({ good: '0', scrap: '0' });
});

test('pieces and material of one round are two facts, and each says its own counters', () => {
  const box = using(fixed);
  box.use(12.5);
  box.say('counter good', 103n);
  box.use(13);
  expect(box.reports()).toEqual(['R1 3/0']);
  expect(box.consumed()).toEqual(['WO-1/0010 0.5 kg STEEL L1']);
  const report = box.facts().findLast(({ type }) => type === 'QuantityReported');
  expect(report).toMatchObject({ body: { given: 'good 100→103' } });
});

test('the lot is the one that the machine names; where it names none a person does', () => {
  const box = using(told);
  box.use(1);
  box.use(2);
  expect(box.loose()).toEqual(['lotUnknown consumed 1']);
  box.say('consumed used', 'L7');
  box.use(4);
  expect(box.consumed()).toEqual(['WO-1/0010 2 kg STEEL L7']);
  const [row] = box.machines.ledger.loose();
  expect(row).toMatchObject({ kind: 'consumed', material: 'STEEL', measure: 'kg', lot: '' });
  const about = { id: row!.id, run: 'R1', by: 'person:7' };
  expect(() => box.desk.pieces(about)).toThrow('pieces.lot: must be given: of which STEEL?');
  expect(box.desk.pieces({ ...about, lot: 'L6' })).toMatchObject({ status: 'accepted' });
  expect(box.consumed()).toContain('WO-1/0010 1 kg STEEL L6');
  expect(box.facts().at(-1)).toMatchObject({ actor: 'person:7' });
  expect(box.loose()).toEqual([]);
});

test('behind a gap: the lot must be the same at both ends', () => {
  const box = using(told);
  box.say('consumed used', 'L7');
  box.use(1);
  box.pass(3_000);
  box.lose();
  box.use(6, 30_000);
  box.live();
  box.pass(3_000);
  expect(box.consumed()).toEqual(['WO-1/0010 5 kg STEEL L7 catchUp']);
  box.lose();
  box.pass(30_000);
  box.say('consumed used', 'L8');
  box.say('counter used', 9);
  box.live();
  box.pass(3_000);
  expect(box.loose()).toEqual(['lotUnknown consumed 3']);
  expect(box.machines.ledger.loose()[0]).toMatchObject({ lot: 'L8' });
});

test('used while no run is open: it waits, with its material and lot', () => {
  const box = using(fixed);
  box.use(1);
  box.decide(shop.end('R1'));
  box.use(3);
  expect(box.consumed()).toEqual([]);
  const [row] = box.machines.ledger.loose();
  expect(row).toMatchObject({ why: 'noRun', kind: 'consumed', pieces: '2', lot: 'L1' });
  box.decide(shop.phase('R2'));
  box.desk.pieces({ id: row!.id, run: 'R2', by: 'person:7' });
  expect(box.consumed()).toEqual(['WO-1/0010 2 kg STEEL L1']);
});

test('a person names a lot for material only', () => {
  const box = using(fixed);
  box.decide(shop.end('R1'));
  box.say('counter good', 102n);
  box.pass(1_000);
  box.decide(shop.phase('R2'));
  const [{ id } = { id: 0 }] = box.machines.ledger.loose();
  const about = { id, run: 'R2', lot: 'L1', by: 'person:7' };
  expect(() => box.desk.pieces(about)).toThrow('must be given for consumed material only');
});

test('a consumption that the charts refuse waits, and the mark has moved with it', () => {
  const box = using(fixed);
  box.use(1);
  const actor = box.roster.actor(box.mapping.line);
  const { decide } = actor;
  actor.decide = ({ commandId }) => {
    return { commandId, status: 'refused', code: 'REFUSED', reason: 'the lot is held' };
  };
  box.use(3);
  actor.decide = decide;
  expect(box.loose()).toEqual(['refused consumed 2']);
  box.use(4);
  expect(box.consumed()).toEqual(['WO-1/0010 1 kg STEEL L1']);
});

test('S3: a disk without room takes neither the material nor the mark', () => {
  let isFull = false;
  const box = using(fixed, () => isFull);
  box.use(1);
  isFull = true;
  box.use(3);
  expect(box.consumed()).toEqual([]);
  isFull = false;
  box.pass(1_000);
  expect(box.consumed()).toEqual(['WO-1/0010 2 kg STEEL L1']);
});

test('a totaliser that jumped: what a person accepts waits as material', () => {
  const box = using(fixed);
  box.use(1);
  box.use(90_000);
  box.desk.accept({ line: box.mapping.line, unit: 'press', counter: 'used', by: 'person:7' });
  expect(box.machines.ledger.loose()).toMatchObject([
    { kind: 'consumed', why: 'implausible', pieces: '89999', material: 'STEEL', lot: 'L1' },
  ]);
});

const wrong: [string, string][] = [
  [used('maxPerSec: 1').replace('material: STEEL, ', ''), 'used.material: must be given'],
  [used('maxPerSec: 1').replace('unit: kg, ', ''), 'used.unit: must be given'],
  [used('maxPerSec: 1, lot: L1, lotAt: "m;s=Lot"'), 'used: must have one of lot and lotAt'],
  [
    used('derive: { from: good, less: [scrap] }').replace('at: "m;s=Used", ', ''),
    'is not consumed',
  ],
  [fixed.replace('counts: consumed', 'counts: good'), 'used.material: must be given with consumed'],
];
test.each(wrong)('a mapping that says it wrong is refused in words', (text, words) => {
  expect(() => readMapping(text, 'mapping')).toThrow(words);
});
