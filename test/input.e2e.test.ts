// Goal: whatever nonsense comes in, the answer names the field and the limit, nothing of it is
// stored, and the edge stays up. Method: a real edge as a process, asked over HTTP.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Answer, ask, read } from '../cli/drive.ts';
import { startProgram } from '../cli/program.ts';
import { testFolder } from './helpers/folder.ts';
import { runToEnd } from './helpers/outside.ts';
import { m01, shop } from './helpers/shop.ts';

const { signal } = new AbortController();
const bodyMax = 1024 * 1024;
const edgeEntry = 'edge/main.ts';

/** An edge as a process of its own, with one line, an open run on it, and no hub in reach. */
async function startBox(more: object = {}) {
  const directory = testFolder();
  const config = {
    ...{ storePath: join(directory, 'edge.sqlite'), natsUrl: 'nats://127.0.0.1:9', httpPort: 0 },
    lines: [{ line: m01, lanes: 2 }],
    ...more,
  };
  const edge = await startProgram({ name: 'edge', entry: edgeEntry, config, directory });
  onTestFinished(() => edge.stop());
  const head = async () => {
    const { lines } = await read<{ lines: { head: number }[] }>(edge.url, '/v1/status');
    return lines[0]!.head;
  };
  const post = async (body: string, type = 'application/json') => {
    const headers = { 'content-type': type };
    const url = new URL('/v1/commands', edge.url);
    const response = await fetch(url, { method: 'POST', headers, body });
    const { code, message } = (await response.json()) as { code: string; message: string };
    return { status: response.status, code, message };
  };
  const answers = await ask(edge.url, [shop.release(), shop.start(), shop.phase('R1')], signal);
  expect(answers.map(({ status }) => status)).toEqual(Array(3).fill('accepted'));
  return { url: edge.url, directory, config, head, post };
}

const decimals = 'must be a decimal text or a whole number, at most 12 digits and 6 decimals';
const name = 'characters, no control or format characters, no blank at an end';
const [good, about] = [
  (value: unknown) => shop.report('R1', { good: value }),
  (given: Record<string, unknown>) => shop.report('R1', {}, given),
];
const path = 'enterprise/site/area/line, each of 1 to 40 letters, digits, blanks, "_" or "-"';

/** What is wrong, the command, and how its refusal begins. */
const bad: [string, object | null, string, string][] = [
  [
    'a line of another edge',
    about({ line: 'acme/lyon/turning/M99' }),
    'UNKNOWN',
    `command.line: acme/lyon/turning/M99 is no line of this edge; known: ${m01}`,
  ],
  ['a line that is no path', about({ line: 'M01' }), 'INVALID', `command.line: must be ${path}`],
  ['a word for a quantity', good('many'), 'INVALID', `command.body.good: ${decimals}`],
  ['NaN as text', good('NaN'), 'INVALID', `command.body.good: ${decimals}`],
  ['NaN as JSON has it', good(Number.NaN), 'INVALID', `command.body.good: ${decimals}`],
  ['a float', good(0.1), 'INVALID', `command.body.good: ${decimals}`],
  ['an exponent', good('1e3'), 'INVALID', `command.body.good: ${decimals}`],
  ['13 digits', good('1000000000000'), 'INVALID', `command.body.good: ${decimals}`],
  ['7 decimals', good('0.0000001'), 'INVALID', `command.body.good: ${decimals}`],
  ['less than nothing', good('-1'), 'INVALID', 'command.body.good: must not be negative'],
  [
    'a unit too long',
    shop.report('R1', { unit: 'KILOGRAM' }),
    'INVALID',
    `command.body.unit: must be 1 to 6 ${name}`,
  ],
  [
    'an order too long',
    about({ order: 'W'.repeat(41) }),
    'INVALID',
    `command.order: must be 1 to 40 ${name}`,
  ],
  ['a line feed', about({ order: 'WO\n1' }), 'INVALID', `command.order: must be 1 to 40 ${name}`],
  [
    'a time beyond reason',
    about({ atMs: 1e20 }),
    'INVALID',
    'command.atMs: must be a whole number from 0 to 4102444800000',
  ],
  [
    'a local time where there is no calendar',
    about({ atMs: undefined, atLocal: '2012-10-28T02:30' }),
    'INVALID',
    'command.atLocal: must not be given to an edge without a calendar: give atMs instead',
  ],
  [
    'two times',
    about({ atLocal: '2012-10-28T02:30' }),
    'INVALID',
    'command.atMs, command.atLocal: must not both be given',
  ],
  [
    'a local time with its offset',
    about({ atMs: undefined, atLocal: '2012-10-28T02:30+02:00' }),
    'INVALID',
    'command.atLocal: must be a local time like 2012-10-28T02:30, ',
  ],
  [
    'a command that there is not',
    about({ type: 'ExplodeLine' }),
    'INVALID',
    'command.type: "ExplodeLine" is no command; known are ReleaseOrder, ',
  ],
  [
    'a name of every object',
    about({ type: 'constructor' }),
    'INVALID',
    'command.type: "constructor" is no command; known are ReleaseOrder, ',
  ],
  ['a field with a typo', about({ oder: 'WO-1' }), 'INVALID', 'command.oder: unknown'],
  [
    'a fact without its body',
    { ...about({}), body: {} },
    'INVALID',
    'command.body.run: must be 1 to 40',
  ],
  ['no command at all', null, 'INVALID', 'command: must be an object'],
];

test('a bad command is refused by its field and limit, and stores nothing', async () => {
  const { url, head } = await startBox();
  const before = await head();
  const commands = bad.map(([, command]) => command);
  const answers = await ask(url, commands, signal);
  const begin = ({ status, code, reason }: Answer, [what, , , begins]: (typeof bad)[number]) => [
    ...[what, status, code, reason?.slice(0, begins.length)],
  ];
  expect(answers.map((answer, index) => begin(answer, bad[index]!))).toEqual(
    bad.map(([what, , code, reason]) => [what, 'refused', code, reason]),
  );
  expect(await head()).toBe(before);

  const among = bad.flatMap(([, command]) => [command, good('1')]);
  const mixed = await ask(url, among, signal);
  expect(mixed.map(({ status }) => status)).toEqual(bad.flatMap(() => ['refused', 'accepted']));
  expect(await head()).toBe(before + bad.length);
});

test('T3: an edge with a calendar tells a local time, and says if it stands twice', async () => {
  const { url } = await startBox({ calendar: { timeZone: 'Europe/Paris', dayStart: '06:00' } });
  const at = (atLocal: string) => about({ atMs: undefined, atLocal });
  const given = [at('2012-10-28T02:30'), at('2012-10-28T03:00'), at('2012-03-25T02:30')];
  const [twice, once, never] = await ask(url, given, signal);
  expect(twice).toMatchObject({
    status: 'accepted',
    facts: [{ flags: 'clockSuspect ambiguousTime' }],
  });
  expect(once).toMatchObject({
    status: 'accepted',
    facts: [{ sequence: 5, flags: 'clockSuspect' }],
  });
  expect(never).toMatchObject({
    ...{ status: 'refused', code: 'INVALID' },
    reason: 'command.atLocal: 2012-03-25T02:30 does not exist in Europe/Paris',
  });
});

test('a command id that was used for another command is refused', async () => {
  const { url, head } = await startBox();
  const before = await head();
  const first = good('1');
  const { commandId } = first;
  const answers = await ask(url, [first, { ...good('2'), commandId }, first], signal);
  expect(answers).toMatchObject([
    { status: 'accepted' },
    {
      ...{ status: 'refused', code: 'CONFLICT' },
      reason: `command.commandId: ${commandId} was used for another command`,
    },
    { status: 'accepted' },
  ]);
  expect(await head()).toBe(before + 1);
});

test('a body that is too large, no JSON or no list is refused whole', async () => {
  const { head, post } = await startBox();
  const before = await head();
  const invalid = (status: number, message: string) => ({ status, code: 'INVALID', message });
  const list = 'commands: must be a list of 1 to 500';
  const padded = JSON.stringify({ commands: [good('1')] }).padEnd(bodyMax + 1);
  expect(await post(padded)).toEqual(invalid(413, `body: must be at most ${bodyMax} bytes`));
  const many = JSON.stringify({ commands: Array.from({ length: 501 }, () => good('1')) });
  expect(await post(many)).toEqual(invalid(400, list));
  for (const given of ['{}', '[]', 'null', '{"commands":[]}', '{"commands":{"length":1}}']) {
    expect(await post(given), given).toEqual(invalid(400, list));
  }
  for (const given of ['', '{"commands":[NaN]}', '{"commands":[']) {
    const { message, ...rest } = await post(given);
    expect(rest, given).toEqual({ status: 400, code: 'INVALID' });
    expect(message).toMatch(/^body: /i);
  }
  expect(await post('x', 'text/csv')).toMatchObject({ status: 415, code: 'INVALID' });
  expect(await head()).toBe(before);
  expect(await post(padded.trimEnd())).toMatchObject({ status: 200 });
  expect(await head()).toBe(before + 1);
});

test('a second edge on the same store does not start, and the first goes on', async () => {
  const { url, config, directory, head } = await startBox();
  const file = join(directory, 'second.json');
  writeFileSync(file, JSON.stringify(config));
  expect(await runToEnd(edgeEntry, '--config', file)).toEqual({
    ...{ code: 1, stdout: '' },
    stderr: `edge: ${config.storePath}: another process has it open\n`,
  });
  const before = await head();
  expect(await ask(url, [good('1')], signal)).toMatchObject([{ status: 'accepted' }]);
  expect(await head()).toBe(before + 1);
});
