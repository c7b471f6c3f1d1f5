import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { asyncApi } from '../shared/feed/asyncapi.ts';
import { type Change, changesOf, editionText, readEdition } from '../shared/feed/compat.ts';
import { goldenMessages } from '../shared/feed/golden.ts';
import { factSchemas } from '../shared/feed/schema.ts';
import { invalid } from '../shared/field.ts';
import { checkConsumer, checkSamples, type Verdict } from './feed/check.ts';
import { commandConsumer, moduleConsumer } from './feed/consumer.ts';

export const usage = `holdfast feed schemas --out FOLDER
holdfast feed golden --out FOLDER
holdfast feed check --handler FILE.js | --command COMMAND | --samples FILE
holdfast feed compare EDITION [EDITION]

For whoever reads the feed of facts. schemas writes the AsyncAPI document, a JSON Schema for each
type and version, and edition.jsonl, by which two releases are compared; golden writes messages as
the feed tells them, two for each type. check holds a consumer to the rules of the feed: what comes
twice or again, lines side by side, fields, types and versions that nobody knows yet.

  --handler FILE    a module with open(), which gives handle(message) and state()
  --command COMMAND a program: a message a line on stdin, its state as JSON on stdout
  --samples FILE    the consumer's own messages, JSON or a line each, or a folder of them
  --out FOLDER      where files go; made if absent

compare says what has changed between two editions, or since one, and what may break consumers.
Exit code 0: good. 1: a rule is broken, or a change may break consumers. 2: it could not be done.
`;

/** Exit code where it could not be done. */
export const failed = 2;

const options = {
  out: { type: 'string' },
  handler: { type: 'string' },
  command: { type: 'string' },
  samples: { type: 'string' },
} as const;
type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

function write(out: string | undefined, files: Readonly<Record<string, string>>): number {
  if (out === undefined) throw invalid('--out', 'must name a folder');
  try {
    mkdirSync(out, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(out, name), text);
  } catch (error) {
    throw invalid('--out', (error as Error).message);
  }
  process.stdout.write(`${out}: ${Object.keys(files).length} files\n`);
  return 0;
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const schemaFiles = (): Record<string, string> => ({
  'asyncapi.json': json(asyncApi()),
  'edition.jsonl': editionText(factSchemas()),
  ...Object.fromEntries(
    Object.entries(factSchemas()).map(([name, schema]) => [`${name}.schema.json`, json(schema)]),
  ),
});

const goldenFiles = (): Record<string, string> =>
  Object.fromEntries([...goldenMessages()].map(([name, one]) => [`${name}.json`, json(one)]));

async function verdictsOf({ handler, command, samples }: Values): Promise<readonly Verdict[]> {
  const given = [handler, command, samples].filter((one) => one !== undefined);
  if (given.length !== 1)
    throw invalid('check', 'must have one of --handler, --command, --samples');
  if (samples !== undefined) return checkSamples(samples);
  return checkConsumer(handler ? await moduleConsumer(handler) : commandConsumer(command!));
}

async function check(values: Values): Promise<number> {
  const verdicts = await verdictsOf(values);
  for (const { name, says, broken } of verdicts) {
    process.stdout.write(`${broken ? '✗' : '✓'} ${name}: ${broken ?? says}\n`);
  }
  return verdicts.some(({ broken }) => broken) ? 1 : 0;
}

function editionOf(file: string): ReturnType<typeof readEdition> {
  try {
    return readEdition(readFileSync(file, 'utf8'));
  } catch (error) {
    throw invalid('EDITION', `${file}: ${(error as Error).message}`);
  }
}

const changeText = ({ breaks, at, says }: Change): string =>
  `${breaks ? '✗ breaks' : '✓ compatible'}: ${at} ${says}\n`;

function compare(files: readonly string[]): number {
  const [before, after, ...more] = files;
  if (before === undefined || more.length > 0) throw invalid('EDITION', 'must be one or two files');
  const now = after === undefined ? readEdition(editionText(factSchemas())) : editionOf(after);
  const changes = changesOf(editionOf(before), now);
  process.stdout.write(changes.map(changeText).join('') || 'nothing has changed\n');
  return changes.some(({ breaks }) => breaks) ? 1 : 0;
}

/** The command line; resolves with the exit code. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const [act, ...rest] = positionals;
  if (act === 'compare') return compare(rest);
  if (rest.length > 0) throw invalid(rest[0]!, 'is one word too many');
  if (act === 'schemas') return write(values.out, schemaFiles());
  if (act === 'golden') return write(values.out, goldenFiles());
  if (act === 'check') return check(values);
  throw invalid('feed', 'must be told what to do: schemas, golden, check or compare');
}
