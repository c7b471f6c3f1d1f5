import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { systemClock } from '../shared/clock.ts';
import { Fault } from '../shared/fault.ts';
import { invalid } from '../shared/field.ts';
import { urlIn } from './central.ts';
import { read } from './drive.ts';
import { behind, hindrances, judge, type Stand } from './proof.ts';

export const usage = `holdfast prove --edge URL --save FILE [--idle]
holdfast prove --edge URL --against FILE [options]

Says whether an edge may be given another release, and whether the new one has taken over all that
the old one had: each line rebuilt from its facts, the same chain, central's ledger holding what was
stated, nothing piling up.

  --edge URL        a running edge, e.g. http://127.0.0.1:8080
  --save FILE       writes down how it stands; refused while a line has failed or is cut off
  --idle            also waits until no line has open work
  --against FILE    compares with that
  --release NAME    which release must run now
  --within SECONDS  how long it may take until all holds; 180 if absent
  --for SECONDS     how long it must hold then; 60 if absent

Exit code 0: proved. 1: not; what speaks against it is told. 2: it could not be asked.
`;

/** Longest pause between two questions, ms; a short watch asks eight times. */
const pauseMaxMs = 1_000;
const asksMin = 8;
const pauseOf = (watchMs: number): number => Math.min(pauseMaxMs, watchMs / asksMin);
const secondsMax = 86_400;

const options = {
  edge: { type: 'string' },
  save: { type: 'string' },
  against: { type: 'string' },
  idle: { type: 'boolean', default: false },
  release: { type: 'string' },
  within: { type: 'string', default: '180' },
  for: { type: 'string', default: '60' },
} as const;

function secondsIn(text: string, option: string): number {
  if (/^\d{1,5}(?:\.\d{1,3})?$/.test(text) && Number(text) <= secondsMax) return Number(text);
  throw invalid(option, `must be seconds, like 60 or 0.5, at most ${secondsMax}`);
}

function savedIn(file: string): Stand {
  try {
    const saved = JSON.parse(readFileSync(file, 'utf8')) as Stand;
    if (Array.isArray(saved.lines)) return saved;
    throw new Error('tells of no lines');
  } catch (error) {
    throw invalid('--against', `${file}: ${(error as Error).message}`);
  }
}

type Asked = () => Promise<Stand>;

/** Waits until nothing speaks against a change, and gives how the edge stands then. */
async function settled(ask: Asked, isIdle: boolean, withinMs: number): Promise<Stand | string[]> {
  const { monotonicMs } = systemClock;
  const endMs = monotonicMs() + withinMs;
  for (;;) {
    const stand = await ask();
    const found = hindrances(stand, isIdle);
    if (found.length === 0) return stand;
    if (monotonicMs() >= endMs) return found;
    await sleep(pauseOf(withinMs));
  }
}

type Watch = Readonly<{
  then: Stand;
  release?: string | undefined;
  withinMs: number;
  forMs: number;
}>;

/** How it stood when it began to hold, and half of the time later. */
type Held = { sinceMs: number; middle?: Stand };

/**
 * Watches until all has held for `forMs`, and the ledger has what was stated in the first half of
 * that; or until it is too late. Gives what speaks against it.
 */
async function watch(ask: Asked, { then, release, withinMs, forMs }: Watch): Promise<string[]> {
  const { monotonicMs } = systemClock;
  const endMs = monotonicMs() + withinMs;
  let first: Stand | undefined;
  let held: Held | undefined;
  for (;;) {
    const now = await ask().catch((error: unknown) => {
      if (error instanceof Fault) return error.message;
      throw error;
    });
    const atMs = monotonicMs();
    let against: readonly string[] = [];
    if (typeof now === 'string') against = [now];
    else {
      first ??= now;
      const { broken, waiting } = judge(then, first, now, release);
      if (broken.length > 0) return [...broken];
      against = waiting;
    }
    if (typeof now === 'string' || against.length > 0) held = undefined;
    else {
      held ??= { sinceMs: atMs };
      const heldMs = atMs - held.sinceMs;
      if (heldMs >= forMs / 2) held.middle ??= now;
      if (heldMs >= forMs && held.middle) against = behind(held.middle, now);
      if (heldMs >= forMs && against.length === 0) return [];
    }
    if (atMs >= endMs + (held ? 2 * forMs : 0)) {
      return against.length > 0 ? [...against] : ['it holds now and again, and never for long'];
    }
    await sleep(pauseOf(forMs));
  }
}

/** Exit code where it could not be done. */
export const failed = 2;

/** The command line; resolves with the exit code. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options });
  const { save, against, idle, release } = values;
  const url = urlIn(values.edge, '--edge');
  const withinMs = secondsIn(values.within, '--within') * 1_000;
  const forMs = secondsIn(values.for, '--for') * 1_000;
  if ((save === undefined) === (against === undefined)) {
    throw invalid('--save', 'or --against must be given, and not both');
  }
  const ask: Asked = () => read<Stand>(url, '/v1/status');
  if (against !== undefined) {
    const then = savedIn(against);
    const found = await watch(ask, { then, release, withinMs, forMs });
    return tell(found, `${then.lines.length} lines have taken over all they had`);
  }
  const stand = await settled(ask, idle, withinMs);
  if (Array.isArray(stand)) return tell(stand, '');
  writeFileSync(save!, `${JSON.stringify(stand)}\n`, { mode: 0o600 });
  return tell([], `${stand.lines.length} lines are written down in ${save}`);
}

function tell(found: readonly string[], good: string): number {
  const words = found.length === 0 ? [`✓ ${good}`] : found.map((what) => `✗ ${what}`);
  process.stdout.write(`${words.join('\n')}\n`);
  return found.length === 0 ? 0 : 1;
}
