import { describe, expect, test } from 'vitest';
import {
  amount,
  choice,
  fallback,
  flag,
  id,
  integer,
  list,
  optional,
  prose,
  readFields,
  record,
  someAmount,
  text,
} from '../shared/field.ts';
import { sample } from '../shared/sample.ts';

const idOf = (value: unknown) => id('Lot.').read(value, 'lot');
const complaint =
  'lot: must be 1 to 40 characters, no control or format characters, no blank at an end';

describe('X1: ids as they are written', () => {
  test('two spellings of one lot are one lot', () => {
    expect(idOf('A\u0308-01')).toBe('\u00c4-01');
    expect(idOf('\u00c4-01')).toBe('\u00c4-01');
  });

  test('look-alikes are two, and nothing inside is trimmed', () => {
    expect(idOf('\u0410')).not.toBe(idOf('A'));
    expect(idOf('SETUP     Turning')).toBe('SETUP     Turning');
    expect(idOf('007')).not.toBe(idOf('7'));
  });

  const kept = ['🔩-1', '../../x', 'a.b.*.>', '"; DROP TABLE event', '0x', '007', 'ط١'];
  test.each(kept)('%s stays as it is', (value) => {
    expect(idOf(value)).toBe(value);
  });

  const refused = {
    'a zero-width space': 'A\u200b1',
    'a right-to-left override': '\u202eA1',
    'a lone surrogate': 'A\ud800',
    'a line break': 'A\n1',
    'a group separator': 'A\u001d1',
    'a blank at the end': 'A1 ',
    'a blank at the beginning': '\u00a0A1',
    'blanks alone': '   ',
    nothing: '',
    'a number': 4711,
    null: null,
    'a list': ['A1'],
  };
  test.each(Object.entries(refused))('%s is refused', (_name, value) => {
    expect(() => idOf(value)).toThrow(complaint);
  });
});

test('X2: 40 characters are an id, 41 are not; a bolt counts as one', () => {
  expect(idOf('x'.repeat(40))).toHaveLength(40);
  expect([...idOf('🔩'.repeat(40))]).toHaveLength(40);
  expect(() => idOf('x'.repeat(41))).toThrow(complaint);
});

const table = {
  order: id('Order number.'),
  good: amount('Good quantity.'),
  count: someAmount('More than none.'),
  lane: integer('Lane.', 1, 3),
  rework: flag('In rework.'),
  phase: choice('Kind of work.', ['setup', 'run']),
  note: optional(prose('For people.', 5)),
  port: fallback(integer('Port.', 0, 9), 8),
  place: text('Where.', 5),
  steps: list(record('A step.', { name: id('Name.') }), 3),
};
const good = {
  ...{ order: 'WO-1', good: '1.50', count: 2, lane: 3, rework: false, phase: 'run' },
  ...{ place: 'here', steps: [{ name: 'saw' }] },
};
const read = (changed: object) => readFields(table, { ...good, ...changed }, 'body');

test('a record comes back in our spelling, frozen, without what is absent', () => {
  const result = read({ note: null });
  expect(result).toEqual({ ...good, good: '1.5', count: '2', port: 8 });
  expect(Object.isFrozen(result)).toBe(true);
  expect(Object.hasOwn(result, 'note')).toBe(false);
});

const mistakes: [object, string][] = [
  [{ order: undefined }, complaint.replace('lot', 'body.order')],
  [{ good: '-1' }, 'body.good: must not be negative; a correction names the original report'],
  [{ count: '0.0' }, 'body.count: must be more than 0'],
  [{ lane: 4 }, 'body.lane: must be a whole number from 1 to 3'],
  [{ lane: 1.5 }, 'body.lane: must be a whole number from 1 to 3'],
  [{ lane: '1' }, 'body.lane: must be a whole number from 1 to 3'],
  [{ rework: 1 }, 'body.rework: must be true or false'],
  [{ phase: 'Run' }, 'body.phase: must be one of setup, run'],
  [{ phase: 'toString' }, 'body.phase: must be one of setup, run'],
  [
    { note: '123456' },
    'body.note: must be a text of at most 5 characters without control characters',
  ],
  [
    { note: 'a\tb' },
    'body.note: must be a text of at most 5 characters without control characters',
  ],
  [
    { note: '\udc00' },
    'body.note: must be a text of at most 5 characters without control characters',
  ],
  [{ port: null }, 'body.port: must be a whole number from 0 to 9'],
  [{ place: '' }, 'body.place: must not be empty'],
  [{ steps: 'saw' }, 'body.steps: must be a list of at most 3'],
  [{ steps: [1, 2, 3, 4] }, 'body.steps: must be a list of at most 3'],
  [{ steps: [{ name: 'saw' }, null] }, 'body.steps[1]: must be an object'],
  [{ typo: 1 }, 'body.typo: unknown'],
  [JSON.parse('{"__proto__":{"order":"WO-2"}}'), 'body.__proto__: unknown'],
  [{ toString: 1 }, 'body.toString: unknown'],
];
test.each(mistakes)('%j is refused by name and limit', (changed, message) => {
  const given = Object.defineProperties({ ...good }, Object.getOwnPropertyDescriptors(changed));
  expect(() => readFields(table, given, 'body')).toThrow(
    expect.objectContaining({ code: 'INVALID', message }),
  );
});

test('every mistake is named at once, the unknown keys first', () => {
  const changed = { typo: 1, lane: 0, steps: [{}, { name: 'a', b: 1 }], rework: 'no' };
  expect(() => read(changed)).toThrow(
    [
      'body.typo: unknown',
      'body.lane: must be a whole number from 1 to 3',
      'body.rework: must be true or false',
      complaint.replace('lot', 'body.steps[0].name'),
      'body.steps[1].b: unknown',
    ].join('; '),
  );
});

test('what is inherited is not given', () => {
  expect(() => readFields({ order: id('') }, Object.create({ order: 'WO-1' }), 'body')).toThrow(
    complaint.replace('lot', 'body.order'),
  );
});

test.each([null, 1, 'x', [], undefined])('%j is no record', (given) => {
  expect(() => readFields(table, given, 'body')).toThrow('body: must be an object');
});

test('minus zero is zero', () => {
  expect(Object.is(integer('', 0, 9).read(-0, 'x'), 0)).toBe(true);
});

test('the sample is printed from the table', () => {
  const { lane, port, phase, note } = table;
  expect(sample({ lane, port, phase, note })).toBe(
    [
      '# Lane. 1 to 3.\nlane:\n',
      '# Port. 0 to 9. 8 if absent.\nport:\n',
      '# Kind of work. One of setup, run.\nphase:\n',
      '# For people. May be absent.\nnote:\n',
    ].join('\n'),
  );
});

test('of the 128 ASCII characters those may begin and end an id that are seen', () => {
  const seen = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).filter(
    (text) => {
      try {
        return id('').read(text, 'id') === text;
      } catch {
        return false;
      }
    },
  );
  expect(seen.join('')).toMatch(/^!.*~$/);
  expect(seen).toHaveLength(94);
  expect(id('').read('a b', 'id')).toBe('a b');
  expect(id('', 3).read('abc', 'id')).toBe('abc');
  expect(() => id('', 3).read('abcd', 'id')).toThrow('1 to 3 characters');
});
