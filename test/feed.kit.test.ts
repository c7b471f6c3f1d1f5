// Goal: the kit finds a consumer that breaks any rule of the feed, and passes one that keeps them.
// Method: the example of the documentation, whole and with one thing broken at a time; programs
// that read lines; samples good and bad; editions.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkConsumer, checkSamples } from '../cli/feed/check.ts';
import { commandConsumer, moduleConsumer } from '../cli/feed/consumer.ts';
import { run } from '../cli/feed.ts';
import { factTypes } from '../shared/event.ts';
import { goldenMessages } from '../shared/feed/golden.ts';
import { complaintOf } from '../shared/feed/reading.ts';
import { testFolder } from './helpers/folder.ts';

const example = readFileSync('docs/examples/feed-consumer.js', 'utf8');
const brokenBy = async (text: string): Promise<string[]> => {
  const file = join(testFolder(), 'consumer.mjs');
  writeFileSync(file, text);
  const verdicts = await checkConsumer(await moduleConsumer(file));
  return verdicts.filter(({ broken }) => broken).map(({ name }) => name);
};

test('the example keeps every rule', async () => {
  expect(await brokenBy(example)).toEqual([]);
});

const again = 'export function open() {\n  let n = 0;\n  let sum = 0;\n';
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is a line of the example.
const calls = 'known[`${data.type}.v${data.version}`]?.(data)';
const broken: [string, string, string[]][] = [
  [
    'counts twice',
    example
      .replace('if (!isOld(data)) known', 'known')
      .replace(
        'reports.set(eventId, { order, good: body.good })',
        'reports.set(reports.size, { order, good: body.good })',
      ),
    ['duplicates', 'redelivery', 'from the start'],
  ],
  [
    'drops only what it has just seen',
    `${again}  let last;
  return {
    handle({ data }) { if (data.eventId !== last) n += 1; last = data.eventId; },
    state: () => n,
  };
}`,
    ['redelivery', 'from the start', 'new types', 'new versions'],
  ],
  [
    'minds one order over all lines',
    `${again}  const seen = []; let at = 0;
  return {
    handle({ data: { sequence, eventId } }) {
      if (sequence > at) seen.push(eventId);
      at = Math.max(at, sequence);
    },
    state: () => seen,
  };
}`,
    ['order'],
  ],
  [
    'knows every field',
    example.replace(
      'handle({ data }) {',
      `handle({ data }) {
      if ('added' in data || 'added' in data.body) throw new Error('what is added?');`,
    ),
    ['unknown fields'],
  ],
  [
    'knows every type',
    example.replace(calls, calls.replace('?.', '')),
    [
      ...['golden', 'duplicates', 'redelivery', 'from the start', 'order', 'unknown fields'],
      ...['new types', 'new versions', 'holes', 'people'],
    ],
  ],
  [
    'knows one version',
    example.replaceAll('.v1', '').replace(calls, 'known[data.type]?.(data)'),
    ['new versions'],
  ],
  [
    'counts what it does not know',
    `${again}  const ids = new Set();
  return { handle({ data }) { ids.add(data.eventId); }, state: () => ids.size };
}`,
    ['new types', 'new versions'],
  ],
  [
    'wants no holes',
    `${again}  const at = new Map();
  return {
    handle({ data: { line, sequence } }) {
      const before = at.get(line) ?? 0;
      if (sequence > before + 1) throw new Error('a hole');
      at.set(line, Math.max(before, sequence));
    },
    state: () => Object.fromEntries(at),
  };
}`,
    ['holes'],
  ],
  [
    'wants names',
    example.replace(
      'handle({ data }) {',
      `handle({ data }) {
      if (data.type === 'PersonSigned') data.body.name.trim();`,
    ),
    ['people'],
  ],
  [
    'wants a trace',
    example.replace(
      'handle({ data }) {',
      `handle({ data, headers }) {
      headers.traceparent.trim();`,
    ),
    ['traces'],
  ],
  [
    'knows one form of a trace',
    example.replace(
      'handle({ data }) {',
      `handle({ data, headers: { traceparent = '00' } }) {
      if (!traceparent.startsWith('00')) throw new Error('what is that?');`,
    ),
    ['traces'],
  ],
  ['says nothing', `${again}  return { handle() {}, state: () => 'ok' };\n}`, ['state']],
];
test.each(broken)('one that %s is found', async (_name, text, rules) => {
  const found = await brokenBy(text);
  expect(found.sort()).toEqual(expect.arrayContaining([...rules].sort()));
  expect(found.length).toBeGreaterThan(0);
});

const inNode = (program: string): string => {
  const file = join(testFolder(), 'program.mjs');
  writeFileSync(file, program);
  return `"${process.execPath}" ${file}`;
};

test('a program in any language is held to the same, and told how it ended', async () => {
  const messages = [...goldenMessages().values()].slice(0, 5);
  const counting = inNode(`import { createInterface } from 'node:readline';
    const ids = new Set();
    const lines = createInterface({ input: process.stdin });
    for await (const line of lines) ids.add(JSON.parse(line).data.eventId);
    console.log(JSON.stringify({ ids: ids.size }));`);
  expect(await commandConsumer(counting)(messages)).toEqual({ ids: 5 });
  await expect(commandConsumer('exit 3')(messages)).rejects.toThrow('exit code 3');
  await expect(commandConsumer('cat >/dev/null')(messages)).rejects.toThrow('its state as JSON');
});

test('samples of a consumer are held to the schemas, field by field', () => {
  const folder = testFolder();
  const one = goldenMessages().get('LotProduced.v1.full')!;
  const bad = { ...one.data, sequence: 0, body: { ...one.data.body, quantity: 12.5 } };
  writeFileSync(join(folder, 'a.json'), JSON.stringify(one));
  writeFileSync(join(folder, 'b.jsonl'), `${JSON.stringify(one.data)}\n\n${JSON.stringify(bad)}\n`);
  const verdicts = checkSamples(folder);
  expect(verdicts.map(({ broken: words }) => words?.split(';')[0])).toEqual([
    ...[undefined, undefined],
    'fact.sequence: must be a whole number from 1 to 9007199254740991',
  ]);
  expect(complaintOf({ ...bad, sequence: 1 })).toMatch(/LotProduced.quantity: must be a decimal/);
  writeFileSync(join(folder, 'c.jsonl'), '{');
  expect(() => checkSamples(folder)).toThrow('c.jsonl:1: is not JSON');
  expect(() => checkSamples(join(folder, 'none'))).toThrow('--samples: ENOENT');
  mkdirSync(join(folder, 'empty'));
  expect(() => checkSamples(join(folder, 'empty'))).toThrow('has no sample');
});

test('whatever the feed may tell is a good sample, and bad ones are named', () => {
  for (const { data } of goldenMessages().values()) expect(complaintOf(data)).toBeUndefined();
  const { data } = goldenMessages().get('PersonSigned.v1.full')!;
  const { name: _, ...nameless } = data.body;
  expect(complaintOf({ ...data, body: nameless })).toBeUndefined();
  expect(complaintOf({ ...data, type: 'RobotDanced', body: { any: 1 } })).toBeUndefined();
  expect(complaintOf({ ...data, version: 9, body: {} })).toBeUndefined();
  for (const odd of [null, [], 'x', 7, {}]) expect(complaintOf(odd)).toMatch(/^fact/);
});

test('the command writes schemas and messages, and compares editions', async () => {
  const folder = testFolder();
  const holdfast = (...args: string[]) =>
    spawnSync(process.execPath, ['cli/holdfast.ts', 'feed', ...args], { encoding: 'utf8' });
  expect(await run(['schemas', '--out', join(folder, 's')])).toBe(0);
  expect(await run(['golden', '--out', join(folder, 'g')])).toBe(0);
  expect(readdirSync(join(folder, 's'))).toHaveLength(factTypes.length + 2);
  expect(readdirSync(join(folder, 'g'))).toHaveLength(2 * factTypes.length);
  expect(checkSamples(join(folder, 'g')).filter((one) => one.broken)).toEqual([]);
  const edition = join(folder, 's', 'edition.jsonl');
  expect(await run(['compare', edition])).toBe(0);
  const older = readFileSync(edition, 'utf8').replace('"LotProduced.v1"', '"LotForged.v1"');
  writeFileSync(join(folder, 'older.jsonl'), older);
  const compared = holdfast('compare', join(folder, 'older.jsonl'));
  expect([compared.status, compared.stdout]).toEqual([
    1,
    '✗ breaks: LotForged.v1 is gone\n✓ compatible: LotProduced.v1 is a new type\n',
  ]);
  const { stderr, status } = holdfast('check');
  expect([status, stderr]).toEqual([
    2,
    'holdfast feed: check: must have one of --handler, --command, --samples\n',
  ]);
});
