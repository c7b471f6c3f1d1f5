import { describe, expect, test } from 'vitest';
import { type CommandType, commands, commandTypes, readCommand } from '../shared/command.ts';
import { bolts, type Given, least, more, work } from './helpers/asking.ts';
import { m01 } from './helpers/shop.ts';

const envelope = { commandId: 'c-1', line: m01, actor: 'person:4445' };
const context = {
  ...{ correlationId: 'x', causationId: 'y', shift: 'early', workCenter: 'WC', costObject: 'CO' },
  serial: '000123',
};
const json = (type: CommandType, { about, body }: Given = least[type]) => ({
  ...{ ...envelope, type, ...about },
  body,
});
const complaint = (given: unknown): string => {
  try {
    readCommand(given);
    return '';
  } catch (error) {
    expect(error).toMatchObject({ name: 'Fault', code: 'INVALID' });
    return (error as Error).message;
  }
};

test('there is one command for each fact a line can state', () => {
  expect(Object.keys(least).sort()).toEqual([...commandTypes].sort());
});

test.each(commandTypes)('%s becomes its fact, about what it names', (type) => {
  const { commandId, line, statement } = readCommand(json(type));
  const { about, body } = least[type];
  expect([commandId, line]).toEqual(['c-1', m01]);
  expect(statement).toEqual({
    ...{ type: commands[type], version: 1, actor: 'person:4445', ...about, body },
    ...{ commandId: 'c-1', correlationId: 'c-1' },
  });
});

test.each(commandTypes)('%s may say more, and nothing of it is lost', (type) => {
  const { about, body } = more[type] ?? { about: {}, body: {} };
  const all = { about: { ...least[type].about, ...about }, body: { ...least[type].body, ...body } };
  const { statement } = readCommand({ ...json(type, all), ...context, atMs: 1_325_458_800_000 });
  expect(statement).toMatchObject({ ...all.about, ...context, atMs: 1_325_458_800_000 });
  expect(statement.body).toEqual(all.body);
});

const inAbout = commandTypes.flatMap((type) =>
  Object.keys({ ...envelope, ...least[type].about }).map((key) => ({ type, key })),
);
test.each(inAbout)('$type without $key is refused', ({ type, key }) => {
  expect(complaint({ ...json(type), [key]: undefined })).toMatch(
    new RegExp(`^command\\.${key}: must be [^;]*$`),
  );
});

const inBody = commandTypes.flatMap((type) =>
  Object.keys(least[type].body).map((key) => ({ type, key })),
);
test.each(inBody)('$type without body.$key is refused', ({ type, key }) => {
  const body = { ...least[type].body, [key]: undefined };
  expect(complaint({ ...json(type), body })).toMatch(
    new RegExp(`^command\\.body\\.${key}: must be [^;]*$`),
  );
});

test.each(commandTypes)('%s with a field it does not have is refused', (type) => {
  const { body } = least[type];
  expect(complaint({ ...json(type), colour: 'red' })).toBe('command.colour: unknown');
  expect(complaint({ ...json(type), body: { ...body, colour: 'red' } })).toBe(
    'command.body.colour: unknown',
  );
});

test('a command says only what it is about', () => {
  expect(complaint({ ...json('StartShift'), order: 'WO-1' })).toBe('command.order: unknown');
  expect(complaint({ ...json('CloseOrder'), lot: 'L-1' })).toBe('command.lot: unknown');
});

const amounts: { type: CommandType; key: string }[] = [
  ...['good', 'scrap', 'rework', 'held'].map((key) => ({ type: 'ReportQuantity' as const, key })),
  ...(['ReleaseOrder', 'ConsumeMaterial', 'ProduceLot', 'DispositionHold'] as const).map(
    (type) => ({ type, key: 'quantity' }),
  ),
];
describe.each(amounts)('Q3, Q4: $type: $key', ({ type, key }) => {
  const given = (text: string) => {
    const body = JSON.parse(`{"${key}":${text}}`);
    return { ...json(type), body: { ...least[type].body, ...body } };
  };
  const bad = ['1e400', '-1', '"-0.5"', '0.5', '"0x10"', '"٣"', '"1,5"', '"1_000"', '""', 'null'];
  test.each([...bad, '"NaN"', '[1]', '9007199254740993'])('%s is refused by name', (text) => {
    expect(complaint(given(text))).toMatch(new RegExp(`^command\\.body\\.${key}: must `));
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('%d is refused by name', (value) => {
    const body = { ...least[type].body, [key]: value };
    expect(complaint({ ...json(type), body })).toContain(`command.body.${key}: must be a decimal`);
  });
});

test('Q3, Q7: nothing, also written "-0", is a report of nothing', () => {
  const body = { ...least.ReportQuantity.body, good: '-0', scrap: -0 };
  const { statement } = readCommand({ ...json('ReportQuantity'), body });
  expect(statement.body).toMatchObject({ good: '0', scrap: '0' });
});

test('an order over nothing is none', () => {
  expect(complaint({ ...json('ReleaseOrder'), body: { ...bolts, quantity: '0.00' } })).toBe(
    'command.body.quantity: must be more than 0',
  );
});

const numbers: [CommandType, string, unknown, string][] = [
  ['StartPhase', 'lane', 0, 'must be a whole number from 1 to 1000'],
  ['StartPhase', 'lane', '1', 'must be a whole number from 1 to 1000'],
  ['StartPhase', 'rework', 'false', 'must be true or false'],
  ['EndPhase', 'statedMs', -1, 'must be a whole number from 0 to 1000000000000'],
  ['ReleaseOrder', 'tolerancePercent', 101, 'must be a whole number from 0 to 100'],
  ['ReleaseOrder', 'operations', Array(101).fill({}), 'must be a list of at most 100'],
  ['StartShift', 'people', '4445', 'must be a list of at most 100'],
];
test.each(numbers)('%s: %s of %j is refused', (type, key, value, limit) => {
  const body = { ...least[type].body, [key]: value };
  expect(complaint({ ...json(type), body })).toBe(`command.body.${key}: ${limit}`);
});

const quantity = { quantity: '5', unit: 'EA' };
const unmeasured = 'command.body.quantity: and unit must be given for what is measured';
const noLot = 'command.lot: must not be given for a hold of scope quantity: hold the lot';
const without = (key: string, scope: string) =>
  `command.${key}: must be given for a hold of scope ${scope}`;
const holds: [string, object, object, string][] = [
  ['quantity', work, quantity, ''],
  ['quantity', { order: 'WO-1' }, quantity, without('operation', 'quantity')],
  ['quantity', { ...work, lot: 'L-1' }, quantity, noLot],
  ['quantity', work, { unit: 'EA' }, unmeasured],
  ['quantity', work, { quantity: '5' }, unmeasured],
  ['quantity', work, {}, unmeasured],
  ['lot', { lot: 'L-1' }, quantity, ''],
  ['lot', work, quantity, without('lot', 'lot')],
  ['lot', { lot: 'L-1' }, {}, unmeasured],
  ['operation', work, {}, ''],
  ['operation', { order: 'WO-1' }, {}, without('operation', 'operation')],
  ['order', { order: 'WO-1' }, {}, ''],
  ['order', {}, {}, without('order', 'order')],
  ['order', { order: 'WO-1' }, { quantity: '5' }, unmeasured],
  ['line', {}, {}, ''],
  ['line', { operation: '0010' }, {}, 'command.order: must be given with an operation'],
  ['shift', {}, {}, 'command.body.scope: must be one of quantity, lot, operation, order, line'],
];
test.each(holds)('a hold of scope %s about %j with %j', (scope, about, body, expected) => {
  const given = { about, body: { hold: 'H1', scope, reason: 'crack', ...body } };
  expect(complaint(json('PlaceHold', given))).toBe(expected);
});

const strange: [unknown, string][] = [
  [null, 'command: must be an object'],
  ['StartShift', 'command: must be an object'],
  [[], 'command.type: undefined is no command; known are ReleaseOrder'],
  [{ type: 'Explode' }, 'command.type: "Explode" is no command; known are ReleaseOrder'],
  [{ type: 'toString' }, 'command.type: "toString" is no command'],
  [{ type: 'x'.repeat(9_999) }, `command.type: "${'x'.repeat(40)}" is no command`],
  [{ type: 'StartShift', body: 7 }, 'command.body: must be an object'],
  [{ ...json('StartShift'), line: 'M01' }, 'command.line: must be enterprise/site/area/line'],
  [{ ...json('StartShift'), atMs: -1 }, 'command.atMs: must be a whole number from 0 to 41024448'],
  [{ ...json('StartShift'), commandId: 'x'.repeat(65) }, 'command.commandId: must be 1 to 64'],
  [JSON.parse('{"type":"StartShift","__proto__":{"line":1}}'), 'command.__proto__: unknown'],
];
test.each(strange)('%j is refused', (given, message) => {
  expect(complaint(given)).toContain(message);
});

test('every mistake is named at once, in the envelope and in the body', () => {
  const given = { ...json('EndPhase'), order: '', line: 'x', body: { statedMs: '1' } };
  expect(complaint(given)).toMatch(
    /^command\.line: .*; command\.order: .*; command\.body\.run: .*; command\.body\.statedMs: /,
  );
});

test('D2: other key order and other spellings are the same command', () => {
  const { body } = least.ConsumeMaterial;
  const one = { ...json('ConsumeMaterial'), lot: '\u00c4-01', body: { ...body, quantity: '10.0' } };
  const respelt = { lot: 'A\u0308-01', body: { unit: 'EA', quantity: 10, material: 'BOLT' } };
  const other = Object.fromEntries(Object.entries({ ...one, ...respelt }).reverse());
  expect(JSON.stringify(readCommand(one))).toBe(JSON.stringify(readCommand(other)));
});
