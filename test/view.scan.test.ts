// Goal: X3: a scan says what it is at this edge, by name first and then by its GS1 label; what
// breaks a rule is unknown, with the reason, and the raw scan is always there.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readScan } from '../edge/view/scan.ts';
import { openBox } from './helpers/box.ts';
import fc from './helpers/check.ts';
import { testShared } from './helpers/shared.ts';
import { shop } from './helpers/shop.ts';

const gtin = '09501101530003';

function openShop() {
  const box = openBox();
  const routing = { operations: [{ operation: '0010', name: 'x' }] };
  for (const given of [
    ...[shop.release(routing), shop.start(), shop.phase('R1'), shop.consume('AB-123')],
    shop.release({ material: gtin }, '123/4 5'),
  ]) {
    box.decide(given);
  }
  return { box, scan: (code: unknown) => readScan(box.book, code) };
}

describe('X3: a code is', () => {
  test.each([
    ['WO-1', { is: 'order', order: 'WO-1', known: true, gs1: null }],
    ['WO-1/0010', { is: 'operation', order: 'WO-1', operation: '0010' }],
    ['123/4 5', { is: 'order', order: '123/4 5' }],
    ['AB-123', { is: 'lot', lot: 'AB-123', material: 'STEEL' }],
    ['person:17', { is: 'person', person: 'person:17' }],
    ['BOLT', { is: 'material', material: 'BOLT' }],
    ['WO-9', { is: 'unknown', known: false, problem: null }],
    [`(01)${gtin}`, { is: 'material', material: gtin, known: true, gs1: { '01': gtin } }],
    [`]C101${gtin}1714070410AB-123`, { is: 'lot', lot: 'AB-123', material: 'STEEL', known: true }],
    [`(01)${gtin}(10)NEW(37)12`, { is: 'lot', lot: 'NEW', known: false, quantity: '12' }],
    [`(01)${gtin}(21)S-1`, { is: 'serial', serial: 'S-1', material: gtin, known: false }],
    ['(21)AB-123', { is: 'serial', serial: 'AB-123', known: true }],
    ['(400)WO-1', { is: 'order', order: 'WO-1' }],
    ['(90)WO-1/0010', { is: 'operation', operation: '0010' }],
    ['(10)L7(3102)001250', { is: 'lot', lot: 'L7', quantity: '12.5', unit: 'KGM' }],
    ['(10)L7(3100)000007', { quantity: '7', unit: 'KGM' }],
    ['(01)09501101530004', { is: 'unknown', gs1: null, problem: '(01) has a wrong check digit' }],
    [`(10)${'L'.repeat(21)}`, { is: 'unknown', problem: '(10) must have 1 to 20 characters' }],
  ])('%s', (code, expected) => {
    const { scan } = openShop();
    expect(scan(code)).toMatchObject({ raw: code, ...expected });
  });
});

test('a code of no or too many characters is refused', () => {
  const { scan } = openShop();
  for (const code of ['', 'x'.repeat(301), undefined, ['a']]) {
    expect(() => scan(code)).toThrow('code: must be a text of 1 to 300 characters');
  }
});

testShared('vectors/blns', 'X1: naughty strings are scanned as what they are', (folder) => {
  const { scan } = openShop();
  const strings = JSON.parse(readFileSync(join(folder, 'blns.json'), 'utf8')) as string[];
  for (const text of strings.filter((one) => one !== '' && one.length <= 300)) {
    expect(scan(text)).toMatchObject({ raw: text, is: 'unknown' });
  }
  expect(strings.length).toBeGreaterThan(400);
});

test('whatever is scanned, the raw scan comes back', () => {
  const { scan } = openShop();
  const code = fc.string({ unit: 'binary', minLength: 1, maxLength: 100 });
  fc.assert(
    fc.property(code, (text) => {
      expect(scan(text).raw).toBe(text);
    }),
  );
});
