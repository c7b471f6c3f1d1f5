// Goal: X3: what a scanner reads is taken apart as GS1 says, or rejected by name, never guessed.
// Method: examples of GS1's own publications, in every form in which a scan can come; and that what
// was put together comes apart again.
import { expect, test } from 'vitest';
import { checkDigit, readGs1 } from '../shared/gs1.ts';
import fc from './helpers/check.ts';

const gs = '\u001d';
/** As GS1 prints it in its DataMatrix guideline: GTIN, expiry, lot. */
const printed = '(01)09501101530003(17)140704(10)AB-123';
const elements = { '01': '09501101530003', '17': '140704', '10': 'AB-123' };

test.each([
  ['printed', printed],
  ['GS1-128', ']C101095011015300031714070410AB-123'],
  ['GS1 DataMatrix', ']d201095011015300031714070410AB-123'],
  ['GS1 QR code', ']Q301095011015300031714070410AB-123'],
  ['GS1 DataBar', ']e001095011015300031714070410AB-123'],
  ['FNC1 first', `${gs}01095011015300031714070410AB-123`],
  ['lot before expiry, with FNC1 between', `]C1010950110153000310AB-123${gs}17140704`],
  ['FNC1 spelt out', ']C1010950110153000310AB-123<GS>17140704'],
  ['FNC1 where none need be', `]C10109501101530003${gs}17140704${gs}10AB-123${gs}`],
  ['no mark at all', '01095011015300031714070410AB-123'],
])('X3: %s', (_name, code) => {
  expect(readGs1(code)).toEqual({ elements });
});

test.each([
  // In the manner of the GS1 General Specifications: SSCC, serial, measure, count, location.
  ['(00)395011015300000011', { '00': '395011015300000011' }],
  ['(01)09506000134352(21)SERIAL-1', { '01': '09506000134352', '21': 'SERIAL-1' }],
  ['(01)95012345678903(3103)000189', { '01': '95012345678903', '3103': '000189' }],
  [']C102095060001343523730', { '02': '09506000134352', '37': '30' }],
  ['(414)9501101530003(254)A-1', { '414': '9501101530003', '254': 'A-1' }],
  ['(8003)09501101530003ABC', { '8003': '09501101530003ABC' }],
  [']E09506000134352', { '01': '09506000134352' }],
  [']E495012346', { '01': '00000095012346' }],
  // X3: a lot with a bracket in it, one of 20 characters, and AIs that nobody has given out yet.
  ['(10)LOT)7(21)S1', { '10': 'LOT)7', '21': 'S1' }],
  ['(10)LOT\\(21)7(21)S1', { '10': 'LOT(21)7', '21': 'S1' }],
  [`]C110${'L'.repeat(20)}${gs}21S`, { '10': 'L'.repeat(20), '21': 'S' }],
  [`]C1238X1${gs}7199Y`, { '238': 'X1', '719': '9Y' }],
])('X3: %s comes apart', (code, expected) => {
  expect(readGs1(code)).toEqual({ elements: expected });
});

test.each([
  ['(01)09501101530004', '(01) has a wrong check digit'],
  ['(00)395011015300000012', '(00) has a wrong check digit'],
  [']E09506000134353', '(01) has a wrong check digit'],
  [`]C110${'L'.repeat(21)}`, '(10) must have 1 to 20 characters'],
  ['(01)0950110153000', '(01) must have 14 characters'],
  ['(17)141304', '(17) is no date'],
  ['(17)150229', '(17) is no date'],
  ['(37)12A', '(37) must be digits'],
  ['(10)', '(10) has no value'],
  ['(10)Ä1', '(10) has a character that is not allowed'],
  ['(10)A(10)B', '(10) stands there twice'],
  [']C15512345', 'no AI begins with "55"'],
  [']C1', 'no AI'],
  [']E0123', 'a GTIN has 8, 12 or 13 digits'],
])('X3: %s is rejected: %s', (code, problem) => {
  expect(readGs1(code)).toEqual({ problem });
});

test.each([
  'WO-1',
  '1000234',
  '',
  '09501101530004',
  '0109501101530004',
  ']C0WO-1',
  ']d1X',
  '(WO)1',
])('%j is no element string', (code) => {
  expect(readGs1(code)).toBeUndefined();
});

test('a day may be left open in a date, and a leap day has its year', () => {
  expect(readGs1('(17)140700')).toEqual({ elements: { '17': '140700' } });
  expect(readGs1('(17)160229')).toEqual({ elements: { '17': '160229' } });
});

test('check digits are those of GS1', () => {
  // The examples of GS1's own calculator: a GTIN-13 and an SSCC.
  expect(checkDigit('629104150021')).toBe('3');
  expect(checkDigit('37610425002123456')).toBe('9');
});

test('what is put together comes apart again, in any order of its parts', () => {
  const text = fc.stringMatching(/^[A-Za-z0-9./_-]{1,20}$/);
  const digits = (length: number) => fc.stringMatching(new RegExp(`^\\d{${length}}$`));
  const gtin = digits(13).map((body) => body + checkDigit(body));
  const all = fc.record(
    { '01': gtin, '10': text, '21': text, '3102': digits(6), '37': digits(3), '91': text },
    { requiredKeys: ['01'] },
  );
  fc.assert(
    fc.property(all, fc.integer({ min: 0, max: 719 }), (given, turn) => {
      const pairs = Object.entries(given);
      const order = [...pairs.slice(turn % pairs.length), ...pairs.slice(0, turn % pairs.length)];
      const code = `]C1${order.map(([ai, value]) => `${ai}${value}${gs}`).join('')}`;
      expect(readGs1(code)).toEqual({ elements: given });
      const brackets = order.map(([ai, value]) => `(${ai})${value}`).join('');
      expect(readGs1(brackets)).toEqual({ elements: given });
    }),
  );
});

test('nothing that can be typed breaks it', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (code) => void readGs1(code)));
  const marked = fc.constantFrom(']C1', ']d2', '(01)', gs, ']E0');
  fc.assert(
    fc.property(marked, fc.stringMatching(/^[\dA-Z()~]*$/), (mark, code) => {
      expect(readGs1(mark + code.replaceAll('~', gs))).toBeDefined();
    }),
  );
});
