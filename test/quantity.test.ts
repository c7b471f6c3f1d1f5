import { expect, test } from 'vitest';
import { amount } from '../shared/field.ts';
import { quantity, quantityText } from '../shared/quantity.ts';
import fc from './helpers/check.ts';

const limit = 'good: must be a decimal text or a whole number, at most 12 digits and 6 decimals';
const sum = (...texts: unknown[]): string =>
  quantityText(texts.map((text) => quantity(text, 'good')).reduce((a, b) => a + b, 0n));

const accepted: [unknown, string][] = [
  ['0.1', '0.1'],
  ['007', '7'],
  ['12.500000', '12.5'],
  ['0.000001', '0.000001'],
  ['-1.5', '-1.5'],
  ['-0', '0'],
  ['-0.000', '0'],
  [-0, '0'],
  [12, '12'],
  ['12345678901.234', '12345678901.234'],
  ['999999999999.999999', '999999999999.999999'],
];
test.each(accepted)('Q3: %j is kept as %s', (given, text) => {
  expect(quantityText(quantity(given, 'good'))).toBe(text);
});

// Q3 and its cousins: nothing is guessed, nothing is rounded.
const refused: unknown[] = [
  ...[
    Number.NaN,
    Number.POSITIVE_INFINITY,
    JSON.parse('1e400'),
    0.5,
    JSON.parse('[9007199254740993]')[0],
  ],
  ...[
    'NaN',
    'Infinity',
    '1e3',
    '1_000',
    '0x10',
    '1,5',
    '٣',
    '１',
    '',
    ' ',
    ' 1',
    '1 ',
    '1\n',
    '+1',
  ],
  ...['.5', '5.', '--1', '1.2.3', '1.2345678', '1234567890123', '9007199254740993'],
  ...[null, undefined, true, {}, [], ['1'], 5n],
];
test.each(refused.map((value) => ({ value })))('Q3: $value is refused by name', ({ value }) => {
  expect(() => quantity(value, 'good')).toThrow(limit);
});

test('Q1: 0.1 + 0.2 is 0.3, and ten times 0.1 is 1', () => {
  expect(sum('0.1', '0.2')).toBe('0.3');
  expect(sum(...Array(10).fill('0.1'))).toBe('1');
});

test('Q2: more than 2^53 is refused as a number and as a text, and never another number', () => {
  const given = JSON.parse('{"number":9007199254740993,"text":"9007199254740993"}');
  expect(() => quantity(given.number, 'good')).toThrow(limit);
  expect(() => quantity(given.text, 'good')).toThrow(limit);
  expect(sum('999999999999', '999999999999')).toBe('1999999999998');
});

test('Q2: 2,000 times 0.0005 is 1, and a sum may outgrow what one report may say', () => {
  expect(sum(...Array(2_000).fill('0.0005'))).toBe('1');
  expect(sum('999999999999.999999', '0.000001')).toBe('1000000000000');
});

const micros = fc.bigInt({ min: -(10n ** 18n) + 1n, max: 10n ** 18n - 1n });

test('what is written can be read again, and there is one spelling of it', () => {
  fc.assert(
    fc.property(micros, (value) => {
      const text = quantityText(value);
      expect(quantity(text, 'good')).toBe(value);
      expect(text).toMatch(/^(0|-?[1-9]\d*|-?(0|[1-9]\d*)\.\d*[1-9])$/);
    }),
  );
});

test('a whole number is read as it stands, with zeros in front or none', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^\d{1,12}$/), (text) => {
      expect(quantity(text, 'good')).toBe(BigInt(text) * 1_000_000n);
      expect(amount('').read(text, 'good')).toBe(`${BigInt(text)}`);
    }),
  );
});

/** The sum of two decimal texts as at school: digit under digit, with a carry. */
function add(one: string, other: string): string {
  const columns = (text: string): string => {
    const [whole, fraction = ''] = text.split('.');
    return whole!.padStart(20, '0') + fraction.padEnd(6, '0');
  };
  const [above, below] = [columns(one), columns(other)];
  let carry = 0;
  let digits = '';
  for (let place = above.length - 1; place >= 0; place--) {
    const total = Number(above[place]) + Number(below[place]) + carry;
    carry = total > 9 ? 1 : 0;
    digits = `${total % 10}${digits}`;
  }
  const whole = digits.slice(0, -6).replace(/^0+(?=\d)/, '');
  const fraction = digits.slice(-6).replace(/0+$/, '');
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

test('a sum of many is exact to the last digit', () => {
  const text = fc.stringMatching(/^\d{1,12}(\.\d{1,6})?$/);
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 50 }), (texts) => {
      expect(sum(...texts)).toBe(texts.reduce(add, '0'));
    }),
  );
});
