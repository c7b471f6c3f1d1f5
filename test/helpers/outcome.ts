import { appendFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Environment variable with the file that the outcomes go to, one JSON text a line. */
export const outcomeVariable = 'HOLDFAST_OUTCOMES';

/** What became of one test, or of a file or a group that could not run its tests. */
export type Outcome = {
  file: string;
  name: string;
  state: 'passed' | 'failed' | 'skipped';
  /** Why it was not run. */
  reason?: string;
};

const outcomeOf = (file: string, test: TestCase): Outcome => {
  const result = test.result();
  const name = test.fullName;
  if (result.state !== 'skipped') {
    return { file, name, state: result.state === 'passed' ? 'passed' : 'failed' };
  }
  const { note } = result;
  return { file, name, state: 'skipped', ...(note === undefined ? {} : { reason: note }) };
};

function outcomesOf(module: TestModule): Outcome[] {
  const file = module.relativeModuleId;
  const broken = [...module.children.allSuites()].filter((suite) => suite.errors().length > 0);
  const names = broken.map((suite) => suite.fullName);
  if (module.errors().length > 0) names.push('the file itself');
  return [
    ...names.map((name): Outcome => ({ file, name, state: 'failed' })),
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
