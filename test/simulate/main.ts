import { parseArgs } from 'node:util';
import { bugs } from './bugs.ts';
import { corpus } from './corpus.ts';
import { draw } from './faults.ts';
import { boxNames, edgeLines, live, type Outcome, type Scenario } from './plant.ts';
import { shrink } from './shrink.ts';
import { tell } from './story.ts';

const usage = `npm run simulate -- [options]
  --seeds N    so many days of plants, each made of its own seed; 20
  --seed S     the first of them; alone, that one day
  --hours H    how long a day is; 6
  --bug NAME   with a bug on purpose, until it is found: ${Object.keys(bugs).join(', ')}
  --busy       days on which much goes wrong, as with a bug on purpose, but without one
  --trace      tells what happened, also where nothing failed
  --corpus     the days that once failed
  --whole      tells a failure as it came, and does not make it smaller
`;
const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    seed: { type: 'string' },
    hours: { type: 'string', default: '6' },
    bug: { type: 'string' },
    busy: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    corpus: { type: 'boolean', default: false },
    whole: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const hours = Number(values.hours);
const first = Number(values.seed ?? 1);
const count = Number(values.seeds ?? (values.seed === undefined ? 20 : 1));
const say = (text: string) => process.stdout.write(`${text}\n`);

const days = values.corpus
  ? corpus
  : Array.from({ length: count }, (_, index) => ({ seed: first + index, hours }));

function scenarioOf(seed: number, hours: number): Scenario {
  const mishaps = draw(seed, boxNames.length, hours, values.busy || values.bug !== undefined);
  const wishes = edgeLines.flatMap((lines, index) => tell(seed, boxNames[index]!, lines, hours));
  return { seed, hours, mishaps, wishes, bug: values.bug };
}

/** Tells a failure as short as it can be made. */
async function tellFailure(scenario: Scenario, lived: Outcome): Promise<void> {
  const failure = lived.failure!;
  say(`seed ${scenario.seed}: ${failure.invariant}: ${failure.detail}`);
  if (values.whole) return;
  const { scenario: small, outcome, tries } = await shrink(scenario, { ...lived, failure });
  const [mishaps, wishes] = [small.mishaps.length, small.wishes.length];
  say(`in short (${tries} tries): ${mishaps} mishaps, ${wishes} commands`);
  for (const line of outcome.trace) say(`  ${line}`);
  say(`  ${outcome.failure!.invariant}: ${outcome.failure!.detail}`);
}

async function main(): Promise<void> {
  const startMs = performance.now();
  const startCpu = process.cpuUsage();
  const sum = { seeds: 0, virtualMs: 0, steps: 0, facts: 0, documents: 0, known: 0, failures: 0 };
  for (const { seed, hours } of days) {
    const scenario = scenarioOf(seed, hours);
    const outcome = await live(scenario);
    sum.seeds += 1;
    for (const part of ['virtualMs', 'steps', 'facts', 'documents', 'known'] as const) {
      sum[part] += outcome[part];
    }
    if (values.trace) say(outcome.trace.join('\n'));
    if (days.length === 1) say(`seed ${seed}: digest ${outcome.digest}`);
    if (!outcome.failure) continue;
    sum.failures += 1;
    await tellFailure(scenario, outcome);
    if (values.bug) break;
  }
  const { user, system } = process.cpuUsage(startCpu);
  const plantHours = sum.virtualMs / 3_600_000;
  const { seeds, failures, facts, documents, steps, known } = sum;
  say(
    `${seeds} seeds, ${failures} failures: ${plantHours.toFixed(0)} plant-hours, ${facts} facts, ` +
      `${documents} documents, ${steps} steps in ` +
      `${((performance.now() - startMs) / 1000).toFixed(1)} s; ` +
      `${((plantHours * 60e6) / (user + system)).toFixed(0)} plant-hours a minute of one core; ` +
      `known: ${known}`,
  );
  process.exitCode = failures > 0 ? 1 : 0;
}

if (values.help || (values.bug !== undefined && !bugs[values.bug])) process.stdout.write(usage);
else await main();
