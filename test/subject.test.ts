import { expect, test } from 'vitest';
import { eventSubject, keptSubject, linePath, refillSubject, token } from '../shared/subject.ts';
import fc from './helpers/check.ts';

const kept = [
  'acme/lyon/turning/M03',
  'acme/lyon/turning/M-03_b',
  '株式会社/東京/旋盤/1',
  'a/b c/d/e',
];
test.each(kept)('%s is a line', (path) => {
  expect(linePath(path, 'line')).toBe(path);
});

test('two spellings of one line are one line', () => {
  expect(linePath('acme/lyon/A\u0308/1', 'line')).toBe('acme/lyon/\u00c4/1');
});

const refused = [
  ...[
    '',
    'M03',
    'acme/lyon/turning',
    'acme/lyon/turning/M03/x',
    'acme/lyon//M03',
    '/a/b/c',
    'a/b/c/',
  ],
  ...['a/b/c/*', 'a/b/c/>', 'a/b/../c', 'a/b/c/M.3', 'a/b/c/ M3', 'a/b/c/M3 ', 'a/b/c/-M3'],
  ...['a/b/c/M\n3', 'a/b/c/M\u200b3', `a/b/c/${'x'.repeat(41)}`, 7, null, ['a', 'b', 'c', 'd']],
];
test.each(refused)('%j is no line', (path) => {
  expect(() => linePath(path, 'config.line')).toThrow(
    'config.line: must be enterprise/site/area/line, each of 1 to 40 letters',
  );
});

test('X2: a name of 40 is a name', () => {
  const path = `a/b/c/${'x'.repeat(40)}`;
  expect(linePath(path, 'line')).toBe(path);
});

test('subjects of a line', () => {
  const line = 'acme/lyon/A b/\u00c4_1-x';
  expect(eventSubject(line)).toBe('hf.evt.acme.lyon.A=20b.=c3=84_1-x');
  expect(keptSubject(line)).toBe('hf.kept.acme.lyon.A=20b.=c3=84_1-x');
  expect(refillSubject(line)).toBe('hf.refill.acme.lyon.A=20b.=c3=84_1-x');
});

test('a name is one token, and no two names are the same one', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (one, other) => {
      expect(token(one)).toMatch(/^[A-Za-z0-9_=-]*$/);
      expect(token(one) === token(other)).toBe(one === other);
      expect(token(`${one}.*>=20`)).not.toBe(token(`${one}.*> `));
    }),
  );
});
