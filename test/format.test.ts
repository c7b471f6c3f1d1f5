// Goal: a quantity is written and read exactly, to its last digit, and never as a binary number.
import { expect, onTestFinished, test, vi } from 'vitest';
import { quantity, quantityText } from '../shared/quantity.ts';
import fc from './helpers/check.ts';

type Format = {
  number(value: string): string;
  typedDecimal(text: string): string | undefined;
  shownDecimal(value: string): string;
  millionths(text: string): bigint;
  ofMillionths(amount: bigint): string;
  share(part: string, whole: string): number;
  ageText(ms: number): string;
  lasting(days: number, before?: { text: string }): { text: string };
};
const file = new URL('../shared/page/format.js', import.meta.url).href;
const { number, typedDecimal, millionths, ofMillionths, share, ageText, lasting } = (await import(
  file
)) as Format;

test('more digits than a binary number has stay as they are', () => {
  expect(number('9007199254740993.000001')).toBe('9,007,199,254,740,993.000001');
  expect(number('0.000001')).toBe('0.000001');
  expect(number('-12.5')).toBe('-12.5');
});

test('what is no number is not made one', () => {
  for (const text of ['1e3', '0x10', 'NaN', '', ' 1', '1,000', 'Infinity', '١']) {
    expect(number(text)).toBe(text);
  }
});

test('what is typed is the decimal that the edge takes, or nothing', () => {
  expect(typedDecimal('012.50')).toBe('12.5');
  expect(typedDecimal('7.')).toBe(undefined);
  expect(typedDecimal('.5')).toBe(undefined);
  expect(typedDecimal('1.0000001')).toBe(undefined);
  expect(typedDecimal('1234567890123')).toBe(undefined);
  expect(typedDecimal('-1')).toBe(undefined);
  expect(typedDecimal('1e3')).toBe(undefined);
});

test('where a comma begins the fraction, a point is refused and not taken for one', async () => {
  vi.stubGlobal('document', { documentElement: { lang: 'de' } });
  onTestFinished(() => void vi.unstubAllGlobals());
  const german = (await import(`${file}?de`)) as Format;
  expect(german.typedDecimal('1000,5')).toBe('1000.5');
  expect(german.typedDecimal('1.000')).toBe(undefined);
  expect(german.typedDecimal('1.000,5')).toBe(undefined);
  expect(german.typedDecimal(german.shownDecimal('2.5'))).toBe('2.5');
  expect(typedDecimal('1,000')).toBe(undefined);
});

test('the page and the edge read the same millionths', () => {
  const amount = fc.bigInt({ min: 0n, max: 10n ** 18n - 1n });
  fc.assert(
    fc.property(amount, (given) => {
      const text = quantityText(given);
      expect(millionths(text)).toBe(quantity(text, 'given'));
      expect(ofMillionths(given)).toBe(text);
      expect(typedDecimal(text)).toBe(text);
    }),
  );
});

test('a share is for the length of a bar: from 0 to 1, and 0 of nothing', () => {
  expect(share('1', '4')).toBe(0.25);
  expect(share('9', '4')).toBe(1);
  expect(share('1', '0')).toBe(0);
});

test('an age is told in its two largest units', () => {
  expect(ageText(0)).toBe('0 sec');
  expect(ageText(-5)).toBe('0 sec');
  expect(ageText(61_000)).toBe('1 min 1 sec');
  expect(ageText(7_860_000)).toBe('2 hr 11 min');
  expect(ageText(90_000_000)).toBe('1 day 1 hr');
});

test('an estimate that moves a little is said as it was', () => {
  const said = (...days: number[]) => {
    let last: { text: string } | undefined;
    return days.map((day) => {
      last = lasting(day, last);
      return last.text;
    });
  };
  expect(said(412, 405, 380, 425)).toEqual(Array(4).fill('13 months'));
  expect(said(30.1, 27.4, 29, 24)).toEqual(['4 weeks', '4 weeks', '4 weeks', '3 weeks']);
  expect(said(0.2, 1.05, 1.5, 800)).toEqual(['< 1 day', '< 1 day', '1 day', '2 years']);
});
