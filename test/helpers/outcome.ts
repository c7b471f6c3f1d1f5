import { appendFileSync } from 'node:fs';
import { basename } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Environment variable with the file that the outcomes go to, one JSON text a line. */
export const outcomeVariable = 'HOLDFAST_OUTCOMES';

/** What became of one test, or of a file or a group that could not run its tests. */
export type Outcome = {
  file: string;
  name: string;
  state: 'passed' | 'failed' | 'skipped';
  /** Why it was not run; or what it failed of, at most `reasonMax` characters. */
  reason?: string;
};

const reasonMax = 2_000;

type Told = Readonly<{ message: string; diff?: string | undefined; stacks?: readonly Place[] }>;
type Place = Readonly<{ file: string; line: number }>;

/** What failed, where, and how what came differs from what should have. */
export function reasonOf(errors: readonly Told[]): string {
  const texts = errors.map(({ message, diff, stacks = [] }) => {
    const [place] = stacks;
    const at = place ? [`at ${basename(place.file)}:${place.line}`] : [];
    return [message, ...at, ...(diff ? [diff] : [])].join('\n');
  });
  return stripVTControlCharacters(texts.join('\n')).slice(0, reasonMax);
}

const outcomeOf = (file: string, test: TestCase): Outcome => {
  const result = test.result();
  const name = test.fullName;
  if (result.state === 'passed') return { file, name, state: 'passed' };
  if (result.state !== 'skipped') {
    return { file, name, state: 'failed', reason: reasonOf(result.errors ?? []) };
  }
  const { note } = result;
  return { file, name, state: 'skipped', ...(note === undefined ? {} : { reason: note }) };
};

function outcomesOf(module: TestModule): Outcome[] {
  const file = module.relativeModuleId;
  const suites = [...module.children.allSuites()];
  const broken = suites.map((suite) => ({ name: suite.fullName, errors: suite.errors() }));
  broken.push({ name: 'the file itself', errors: module.errors() });
  return [
    ...broken.flatMap(({ name, errors }): Outcome[] =>
      errors.length > 0 ? [{ file, name, state: 'failed', reason: reasonOf(errors) }] : [],
    ),
    ...[...module.children.allTests()].map((test) => outcomeOf(file, test)),
  ];
}

/** A reporter that keeps the outcome of each test for `test/run.ts`, file by file as they end. */
export default function keepOutcomes(): Reporter {
  const path = process.env[outcomeVariable];
  return {
    onTestModuleEnd(module) {
      const lines = outcomesOf(module).map((outcome) => `${JSON.stringify(outcome)}\n`);
      if (path) appendFileSync(path, lines.join(''));
    },
  };
}
