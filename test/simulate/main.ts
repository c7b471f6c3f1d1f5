import { parseArgs } from 'node:util';
import { draw } from './faults.ts';
import { boxNames, edgeLines, live, type Scenario } from './plant.ts';
import { tell } from './story.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    seed: { type: 'string' },
    hours: { type: 'string', default: '24' },
    bug: { type: 'string' },
    trace: { type: 'boolean', default: false },
  },
});

const hours = Number(values.hours);
const first = Number(values.seed ?? 1);
const count = Number(values.seeds ?? (values.seed === undefined ? 20 : 1));

export function scenarioOf(seed: number): Scenario {
  const mishaps = draw(seed, boxNames.length, hours);
  const wishes = edgeLines.flatMap((lines, index) => tell(seed, boxNames[index]!, lines, hours));
  return { seed, hours, mishaps, wishes, bug: values.bug };
}

const startMs = performance.now();
const startCpu = process.cpuUsage();
const sum = { virtualMs: 0, steps: 0, facts: 0, documents: 0, failures: 0 };
for (let seed = first; seed < first + count; seed++) {
  const outcome = await live(scenarioOf(seed));
  sum.virtualMs += outcome.virtualMs;
  sum.steps += outcome.steps;
  sum.facts += outcome.facts;
  sum.documents += outcome.documents;
  if (values.trace) process.stdout.write(`${outcome.trace.join('\n')}\n`);
  if (values.seed) process.stdout.write(`digest ${outcome.digest}\n`);
  if (!outcome.failure) continue;
  sum.failures += 1;
  const { invariant, detail } = outcome.failure;
  process.stdout.write(`seed ${seed}: ${invariant}: ${detail}\n`);
}
const { user, system } = process.cpuUsage(startCpu);
const cpuMinutes = (user + system) / 60e6;
const plantHours = sum.virtualMs / 3_600_000;
process.stdout.write(
  `${count} seeds, ${sum.failures} failures, ${plantHours.toFixed(0)} plant-hours, ` +
    `${sum.facts} facts, ${sum.documents} documents, ${sum.steps} steps, ` +
    `${((performance.now() - startMs) / 1000).toFixed(1)} s, ` +
    `${(plantHours / cpuMinutes).toFixed(0)} plant-hours a minute of one core\n`,
);
process.exitCode = sum.failures > 0 ? 1 : 0;
