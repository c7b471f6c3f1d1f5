import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { complaintOf } from '../../shared/feed/reading.ts';
import { invalid } from '../../shared/field.ts';
import type { Consumer } from './consumer.ts';
import { type Trial, trials } from './story.ts';

/** What became of one rule: kept, or how it was broken. */
export type Verdict = Readonly<{ name: string; says: string; broken?: string }>;

const canonical = (state: unknown): unknown => JSON.parse(JSON.stringify(state ?? null));

/** Where two states differ first, as a path. */
function differenceOf(one: unknown, other: unknown, at = 'state'): string {
  const isMap = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null;
  if (!isMap(one) || !isMap(other)) {
    return `${at}: ${JSON.stringify(one)} and not ${JSON.stringify(other)}`.slice(0, 300);
  }
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  const key = keys.find((each) => !isDeepStrictEqual(one[each], other[each]))!;
  return differenceOf(one[key], other[key], `${at}.${key}`);
}

async function judge({ name, says, messages, like }: Trial, consumer: Consumer): Promise<Verdict> {
  try {
    const state = canonical(await consumer(messages));
    if (like === undefined) return { name, says };
    const wanted = canonical(await consumer(like));
    if (isDeepStrictEqual(state, wanted)) return { name, says };
    return { name, says, broken: differenceOf(state, wanted) };
  } catch (error) {
    return { name, says, broken: `fails: ${(error as Error).message}`.slice(0, 300) };
  }
}

/**
 * Holds a consumer to every rule of the feed. The first rule is that its state tells something: of
 * one that always looks the same nothing could be proved.
 */
export async function checkConsumer(consumer: Consumer): Promise<readonly Verdict[]> {
  const all = trials();
  const verdicts: Verdict[] = [];
  const says = 'the state says what was read';
  try {
    const before = canonical(await consumer([]));
    const after = canonical(await consumer(all[0]!.messages));
    const isMute = isDeepStrictEqual(before, after);
    const broken = isMute ? { broken: 'it is the same with messages and without' } : {};
    verdicts.push({ name: 'state', says, ...broken });
  } catch (error) {
    verdicts.push({ name: 'state', says, broken: `fails: ${(error as Error).message}` });
  }
  for (const trial of all) verdicts.push(await judge(trial, consumer));
  return verdicts;
}

type Sample = Readonly<{ at: string; value: unknown }>;

function samplesIn(path: string): Sample[] {
  const text = readFileSync(path, 'utf8');
  const parse = (row: string, at: string): Sample => {
    try {
      return { at, value: JSON.parse(row) };
    } catch {
      throw invalid('--samples', `${at}: is not JSON`);
    }
  };
  if (path.endsWith('.json')) return [parse(text, path)];
  const rows = text.split('\n').map((row, at) => [row, `${path}:${at + 1}`] as const);
  return rows.filter(([row]) => row.trim() !== '').map(([row, at]) => parse(row, at));
}

/** What a sample says is a fact: as the kit writes it, or its data alone. */
const dataOf = (value: unknown): unknown => (value as { data?: unknown } | null)?.data ?? value;

/**
 * Holds a consumer's own samples to the schemas: a file of JSON, one of a sample a line, or a
 * folder of such. Throws Fault INVALID for what cannot be read.
 */
export function checkSamples(path: string): readonly Verdict[] {
  let files: string[];
  try {
    const isFolder = statSync(path).isDirectory();
    const named = isFolder ? readdirSync(path).map((name) => join(path, name)) : [path];
    files = named.filter((file) => !isFolder || /\.jsonl?$/.test(file)).sort();
  } catch (error) {
    throw invalid('--samples', (error as Error).message);
  }
  const samples = files.flatMap(samplesIn);
  if (samples.length === 0) throw invalid('--samples', `${path}: has no sample`);
  return samples.map(({ at, value }) => {
    const broken = complaintOf(dataOf(value));
    const says = 'could come from the feed';
    return broken === undefined ? { name: at, says } : { name: at, says, broken };
  });
}
