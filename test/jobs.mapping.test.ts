// Goal: a mapping can name no more of a machine than jobs, products and parameters, and every
// mistake is told with its place. Method: mappings that a person might write.
import { expect, test } from 'vitest';
import { readMapping } from '../edge/machine/mapping.ts';
import { checkTargets, placesOf } from '../edge/machine/targets.ts';
import { variantOf } from '../edge/opcua/writes.ts';
import { mappingText } from './helpers/machine.ts';

const read = (more: string, profile = 'generic') => {
  const text = mappingText(more).replace('profile: generic', `profile: ${profile}`);
  const packml = `root: "m;s=Filler."\n    counters:`;
  return readMapping(
    profile === 'generic'
      ? text
      : text.replace('counters:', packml).replace(/\n {4}state: .*\n/, '\n'),
    'm',
  );
};
const writes = (values: string, more = 'allow: [x]') =>
  `    writes: { ${more}, values: { x: { ${values} } } }\n`;
const at = (name: string) => writes(`at: "m;s=${name}", readBack: "m;s=Back", from: job`);

test.each([
  ['Filler.Command.CntrlCmd', 'Cntrl'],
  ['Filler.Command.CmdChangeRequest', 'Cmd'],
  ['Filler.Command.UnitMode', 'Mode'],
  ['Filler.Command.MachSpeed', 'Speed'],
  ['Filler.Command.Interlock[0].Value', 'Interlock'],
  ['DB1.unit_mode', 'mode'],
  ['DB1.CNTRLCMD', 'CNTRLCMD'],
  ['DB1.Start', 'Start'],
  ['DB1.EStop.Reset', 'EStop'],
])('%s is never written', (name, word) => {
  const why = `at: must be no command, state, mode, speed or interlock, and is "${word}"`;
  expect(() => read(at(name))).toThrow(`m.units.press.writes.values.x.${why}`);
});

test.each(['Filler.JobOrder', 'StopStation.Line.Model', 'Modes.Estate.Product', 'DB1.Restarts'])(
  '%s may be',
  (name) => {
    expect(placesOf(read(at(name)), 'press')).toHaveLength(1);
  },
);

test.each([
  ['one way', writes('from: job'), 'values.x: must have one of product, parameter and at'],
  ['a way back', writes('at: "m;s=A", from: job'), 'readBack: must be given with at'],
  ['a profile', writes('product: 0, from: order'), 'x: needs a PackML profile, give at'],
  ['one source', writes('at: "m;s=A", readBack: "m;s=B", from: job, value: 1'), 'both from and'],
  ['map with from', writes('at: "m;s=A", readBack: "m;s=B", map: { a: 1 }'), 'map: must be given'],
  ['limits', writes('at: "m;s=A", readBack: "m;s=B", value: 1, low: 0'), 'must have low and high'],
  ['its names', at('A').replace('[x]', '[y]'), 'writes.allow: y is none of its values'],
  ['no values but these', writes('value: []'), 'must be a number, true, false or a text'],
  ['one manner', `${at('A')}    jobs: { object: "/m:J" }\n`, 'must not have both jobs and writes'],
  ['a state', at('A').replace('allow:', 'when: [running], allow:'), 'must be one of clearing'],
])('writes need %s', (_, more, why) => {
  expect(() => read(more)).toThrow(why);
});

test('a generic machine is written to only if its state, and its mode, are known', () => {
  const text = mappingText(at('A').replace('allow:', 'modes: [1], allow:'));
  const bare = text.replace(/\n {4}(state|mode): .*/g, '');
  expect(() => readMapping(bare, 'm')).toThrow('writes: needs the state of the machine');
  expect(() => readMapping(bare, 'm')).toThrow('writes.modes: needs the mode of the machine');
});

test('PackML: product and parameters by their tags, or by the methods of OPC 30050', () => {
  const both = `    writes:
      allow: [product, dose]
      values:
        product: { product: 0, from: order }
        dose: { parameter: 3 }
        other: { parameter: 4 }
`;
  const uri = 'http://example.org/press/';
  const tag = (name: string) => ({ uri, id: `s=Filler.${name}` });
  expect(placesOf(read(both, 'packml-tags'), 'press')).toEqual([
    {
      name: 'product',
      target: { way: 'variable', at: tag('Command.Product[0].ProductID') },
      readBack: { at: tag('Status.Product[0].ProductID') },
    },
    {
      name: 'dose',
      target: { way: 'variable', at: tag('Command.Parameter[3].Value') },
      readBack: { at: tag('Status.Parameter[3].Value') },
    },
  ]);
  const nested = read(both, 'packml-opc30050');
  const rooted = { ...nested.units.get('press')!, root: '/m:Filler' };
  const places = placesOf({ ...nested, units: new Map([['press', rooted]]) }, 'press');
  expect(places).toMatchObject([
    { target: { way: 'product' }, readBack: { pick: { product: 0 } } },
    { target: { way: 'parameter', id: 3, name: 'dose' }, readBack: { pick: { parameter: 3 } } },
  ]);
  expect(() => read(both.replace('product: 0', 'product: 1'), 'packml-opc30050')).toThrow(
    'product: must be 0, SetProduct sets the first',
  );
});

test('an address that is none is told at the start, also of what may not be written yet', () => {
  const mapping = read(writes('at: "z;s=A", readBack: "m;s=B", from: job', 'allow: []'));
  expect(() => checkTargets(mapping, 'm')).toThrow(
    'm.units.press.writes.values.x: z is no namespace of the mapping',
  );
  const jobs = read('    jobs: { object: "/m:J", results: "nothing" }\n');
  expect(() => checkTargets(jobs, 'm')).toThrow('m.units.press.jobs.results: must begin with');
});

// Built-in types of OPC UA by their numbers: Boolean 1, Int16 4, UInt16 5, Int32 6, Float 10,
// String 12, DateTime 13.
test.each([
  [1, true, true],
  [4, 32_767, 32_767],
  [6, '1000731', 1_000_731],
  [10, 1.5, 1.5],
  [10, '-2', -2],
  [12, 7, '7'],
  [12, '', ''],
])('a variable of type %i holds %j', (type, value, held) => {
  expect(variantOf(type, value).value).toBe(held);
});
test.each([
  [1, 1],
  [4, 32_768],
  [5, -1],
  [6, 1.5],
  [6, '0042'],
  [6, ''],
  [6, true],
  [10, 'fast'],
  [13, 'today'],
])('a variable of type %i does not hold %j', (type, value) => {
  expect(() => variantOf(type, value)).toThrow('is no value of a');
});
