// Goal: one thing has one name in the logs of every program, and no line holds a secret.
// Method: every log call in the sources is read: its fields stand there by name, and its message is
// a text without anything put into it; what pino is told to hide, it hides.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { logFields, openLog } from '../shared/log.ts';

const root = join(import.meta.dirname, '..');
const sources = ['edge', 'central', 'cli', 'shared', 'statecharts'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name)),
);

type Call = { at: string; fields: string | undefined; message: string; source: string };
const call = /\blog\.(?:trace|debug|info|warn|error|fatal)\(/g;

/** The text from `at` to the end of what is open there, cut at commas that nothing encloses. */
function argumentsFrom(text: string, at: number): string[] {
  const found: string[] = [];
  let [depth, begun, quote] = [0, at, ''];
  for (let here = at; here < text.length; here++) {
    const letter = text[here]!;
    if (quote !== '') {
      if (letter === '\\') here += 1;
      else if (letter === quote) quote = '';
    } else if ('\'"`'.includes(letter)) quote = letter;
    else if ('([{'.includes(letter)) depth += 1;
    else if (depth === 0 && (letter === ')' || letter === '}' || letter === ',')) {
      found.push(text.slice(begun, here).trim());
      if (letter !== ',') return found.filter((one) => one !== '');
      begun = here + 1;
    } else if (')]}'.includes(letter)) depth -= 1;
  }
  throw new Error(`nothing ends what begins with ${text.slice(at, at + 40)}`);
}

function callsIn(path: string): Call[] {
  const source = readFileSync(join(root, path), 'utf8');
  return [...source.matchAll(call)].map(({ index, 0: { length } }) => {
    const given = argumentsFrom(source, index + length);
    const line = source.slice(0, index).split('\n').length;
    const [fields, message] = given.length === 1 ? [undefined, given[0]!] : [given[0], given[1]!];
    return { at: `${path}:${line}`, fields, message, source };
  });
}

/** The names in an object that is written there; what is spread must be one in the same file. */
function namesIn(object: string, source: string): string[] {
  if (!object.startsWith('{')) return [`no names: ${object}`];
  return argumentsFrom(object, 1).flatMap((entry) => {
    const spread = /^\.\.\.(\w+)$/.exec(entry)?.[1];
    if (spread === undefined) return [/^(\w+)(?=$|\s*:)/.exec(entry)?.[1] ?? `no name: ${entry}`];
    const defined = source.indexOf(`const ${spread} = {`);
    if (defined === -1) return [`not seen here: ${entry}`];
    return namesIn(source.slice(source.indexOf('{', defined)), source);
  });
}

const calls = sources.flatMap(callsIn);
const known = new Set<string>(logFields);

test('every field of every log line is one that is known', () => {
  expect(calls.length).toBeGreaterThan(60);
  const wrong = calls.flatMap(({ at, fields, source }) =>
    (fields === undefined ? [] : namesIn(fields, source))
      .filter((name) => !known.has(name))
      .map((name) => `${at}: ${name}`),
  );
  expect(wrong).toEqual([]);
});

test('every field that is known is used, and told of in docs/logs.md', () => {
  const used = new Set(
    calls.flatMap(({ fields, source }) => (fields === undefined ? [] : namesIn(fields, source))),
  );
  expect([...used].sort()).toEqual([...logFields].sort());
  const page = readFileSync(join(root, 'docs/logs.md'), 'utf8');
  const told = [...page.matchAll(/^\| (`[^|]+)\|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`(\w+)`/g)].map(([, name]) => name!),
  );
  const always = ['level', 'time', 'name', 'msg'];
  expect([...told].sort()).toEqual([...logFields, ...always].sort());
});

test('messages are texts as they stand there: nothing is put into them', () => {
  const wrong = calls.filter(({ message }) => !/^(['"]).*\1$/s.test(message));
  expect(wrong.map(({ at, message }) => `${at}: ${message}`)).toEqual([]);
});

test('a program writes to its log, and not to the console', () => {
  const programs = sources.filter((path) => !path.startsWith('cli'));
  const wrong = programs.filter((path) =>
    /console\.\w+\(/.test(readFileSync(join(root, path), 'utf8')),
  );
  expect(wrong).toEqual([]);
});

test('what is secret is not written, wherever it stands', () => {
  const lines: string[] = [];
  const log = openLog('test', 'info', { write: (text) => void lines.push(text) });
  const secret = 'hunter2';
  log.info({ password: secret, outcome: { token: secret, pin: secret, kind: 'x' } }, 'a');
  log.warn({ seed: secret, err: Object.assign(new Error('b'), { authorization: secret }) }, 'b');
  expect(lines).toHaveLength(2);
  expect(lines.join('')).not.toContain(secret);
  expect(JSON.parse(lines[0]!)).toMatchObject({ name: 'test', level: 30, msg: 'a', password: '…' });
  expect(JSON.parse(lines[0]!).time).toMatch(/^\d{4}-\d{2}-\d{2}T/);
});
