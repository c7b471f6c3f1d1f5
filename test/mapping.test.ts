import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mappingBytesMax, readMapping } from '../edge/machine/mapping.ts';
import { nestedState } from '../edge/machine/packml.ts';
import { addressOf, tagsOf } from '../edge/machine/tags.ts';
import { mappingText } from './helpers/machine.ts';

const read = (text: string) => readMapping(text, 'M01.yaml');
const fault = (text: string): string => {
  try {
    tagsOf(read(text), 'M01.yaml');
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

test('a mapping is read, and what it does not say has its documented value', () => {
  const { session, endpoint, units } = read(mappingText());
  expect(session).toMatchObject({ bookMs: 100, staleAfterMs: 6_000, publishingMs: 250 });
  expect(endpoint).toMatchObject({ mode: 'SignAndEncrypt', policy: 'Basic256Sha256' });
  expect(units.get('press')).toMatchObject({ lane: 1, produceIn: [1], rules: [] });
});

const swap = (from: string, to: string) => mappingText().replace(from, to);
const refused: [string, string, string][] = [
  ['no YAML', 'units: {', 'M01.yaml: '],
  ['a key twice', `${mappingText()}version: 1\n`, 'Map keys must be unique'],
  ['a list', '- 1', 'M01.yaml: must be an object'],
  ['nothing', '', 'M01.yaml: must be an object'],
  ['an alias, which may grow without end', 'a: &a 1\nb: *a', 'M01.yaml: '],
  ['another version', swap('version: 1', 'version: 2'), 'M01.yaml.version: must be a whole number'],
  ['a typo', swap('bookMs', 'bookMS'), 'M01.yaml.session.bookMS: unknown'],
  ['a line that is none', swap('acme/lyon', 'acme'), 'M01.yaml.line: must be enterprise'],
  ['a counter without its speed', swap(', maxPerSec: 20', ''), 'good.maxPerSec: must be given'],
  [
    'a counter that is nowhere',
    swap('at: "m;s=Good", ', ''),
    'must have one of at, from, derive and pulse',
  ],
  ['a name that no metric takes', swap('  press:', '  "a b":'), 'must be a letter'],
  [
    'a state that PackML has not',
    swap('execute', 'running'),
    'state.map.1: must be one of clearing',
  ],
  ['an unknown namespace', swap('m;s=Good', 'x;s=Good'), 'x is no namespace of the mapping'],
  ['an address that is none', swap('m;s=Good', 'Good'), 'must begin with "/"'],
  ['half a fingerprint', swap('{ url:', '{ serverCertificate: ab, url:'), 'must be a SHA-256'],
  ['a user without a password', swap('{ url:', '{ user: edge, url:'), 'endpoint.passwordPath'],
  [
    'no protection, half said',
    swap('{ url:', '{ mode: None, url:'),
    'endpoint.policy: must be None',
  ],
  ['more than can be read', `${' '.repeat(mappingBytesMax)}${mappingText()}`, 'must be at most'],
];
test.each(refused)('%s is refused in words', (_name, text, words) => {
  expect(fault(text)).toContain(words);
});

test('the example of the guide is a mapping', () => {
  const guide = readFileSync(join(import.meta.dirname, '../docs/opcua.md'), 'utf8');
  const [, example] = /```yaml\n([\s\S]*?)```/.exec(guide)!;
  const mapping = read(example!);
  expect(tagsOf(mapping, 'guide').map(({ tag }) => tag)).toEqual([
    ...['job', 'consumed film', 'counter total', 'counter scrap', 'counter film'],
    ...['result leak', 'sequence leak', 'level seal', 'state', 'mode', 'lot', 'stop reason'],
    'events plc',
  ]);
});

test('what the guide says of a part of a unit is one', () => {
  const guide = readFileSync(join(import.meta.dirname, '../docs/opcua.md'), 'utf8');
  const blocks = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => block!);
  const parts = blocks.filter((block) => !block.startsWith('version'));
  const names = ['good', 'reasons', 'events', 'jobs', 'writes'];
  expect(parts.map((block) => block.split(':')[0]).sort()).toEqual(names.sort());
  for (const part of parts) {
    const indented = part.replace(/^/gm, part.startsWith('good') ? '      ' : '    ').trimEnd();
    const counters = part.startsWith('good') ? `    counters:\n${indented}` : indented;
    const text = `${packml('packml-tags', '/m:Line1.').split('    counters:')[0]}${counters}\n`;
    expect(fault(text)).toBe('');
  }
});

test('every mistake is told at once', () => {
  const message = fault(swap('bookMs', 'bookMS').replace('maxPerSec: 5', 'maxPerSec: 0'));
  expect(message).toContain('bookMS');
  expect(message).toContain('scrap.maxPerSec: must be a number from 0.001 to 1000000');
});

const derived = `
      total: { at: "m;s=Total", maxPerSec: 20 }
      made: { derive: { from: total, less: [scrap] }, counts: good }
`;
test('a derived counter names counters that are read, and nothing counts twice', () => {
  const good = '      good: { at: "m;s=Good", counts: good, maxPerSec: 20, slack: 20 }';
  expect(fault(swap(good, derived.slice(1)))).toBe('');
  expect(fault(swap(good, derived.slice(1).replace('[scrap]', '[none]')))).toContain('none is no');
  const twice = derived.slice(1).replace('"m;s=Total",', '"m;s=Total", counts: good,');
  expect(fault(swap(good, twice))).toContain('total must not count by itself as well');
});

const packml = (profile: string, root: string) => `
version: 1
line: acme/lyon/turning/M01
endpoint: { url: "opc.tcp://127.0.0.1:4840" }
namespaces: { m: "http://oem/" }
units:
  filler:
    profile: ${profile}
    root: "${root}"
    counters:
      total: { from: ProdProcessedCount, maxPerSec: 20 }
`;
const placesOf = (text: string) =>
  tagsOf(read(text), 'M01.yaml').map(({ tag, at }) => {
    const where = 'id' in at ? at.id : at.path.map(({ name }) => name).join('/');
    return `${tag}: ${where}`;
  });

test('PackTags are found as one name, as one identifier, or level by level', () => {
  const flat = [
    'state: Line1.Status.StateCurrent',
    'mode: Line1.Status.UnitModeCurrent',
    'counter total: Line1.Admin.ProdProcessedCount[0].AccCount',
  ];
  expect(placesOf(packml('packml-tags', '/m:Line1.'))).toEqual(flat);
  const named = flat.map((place) => place.replace(': ', ': s='));
  expect(placesOf(packml('packml-tags', 'm;s=Line1.'))).toEqual(named);
  const levels = flat.map((place) => place.replaceAll('.', '/'));
  expect(placesOf(packml('packml-tags', '/m:Line1/'))).toEqual(levels);
});

test('OPC 30050 is bound by its browse paths, namespaces by their URI', () => {
  const text = packml('packml-opc30050', '/pk:PackMLObjects/m:Filler');
  const places = placesOf(text);
  const machine = 'PackMLObjects/Filler/BaseStateMachine/MachineState';
  expect(places).toContain(`state execute: ${machine}/ExecuteState/CurrentState/Id`);
  expect(places).toContain('counter total: PackMLObjects/Filler/Admin/ProdProcessedCount');
  expect(addressOf('/pk:PackMLObjects', new Map(), 'x')).toEqual({
    path: [{ uri: 'http://opcfoundation.org/UA/PackML/', name: 'PackMLObjects' }],
  });
});

test('the three state machines of OPC 30050 are one state', () => {
  expect(nestedState('i=62', 'i=53', 'i=34')).toBe('aborted');
  expect(nestedState('i=71', 'i=53', 'i=34')).toBe('stopped');
  expect(nestedState('i=71', 'i=75', 'i=34')).toBe('held');
  expect(nestedState('i=71', 'i=75', 6n)).toBe('execute');
  expect(nestedState('i=71', 'i=75', undefined)).toBeUndefined();
  expect(nestedState('i=999', 'i=75', 'i=36')).toBeUndefined();
});
