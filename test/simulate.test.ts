// Goal: whatever fails, no fact is lost, doubled or out of order, and no document is posted twice.
// Method: the real edge and central in a simulated plant; each seed is a day with its own mishaps.
// A bug on purpose shows that the simulator would see it.
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { isDrawn, leftOut } from './helpers/draw.ts';
import { bugs } from './simulate/bugs.ts';
import { corpus } from './simulate/corpus.ts';

const timeoutMs = 600_000;
const simulate = (...given: string[]) =>
  spawnSync(process.execPath, ['test/simulate/main.ts', ...given], { encoding: 'utf8' });

test.each([
  ['the first days', 8, ['--seeds', '8', '--hours', '1']],
  ['the days that once failed', corpus.length, ['--corpus']],
])('%s end as they must', { timeout: timeoutMs }, (_name, count, days) => {
  const { stdout, stderr } = simulate(...days);
  expect(stderr).toBe('');
  expect(stdout).toMatch(new RegExp(`^${count} seeds, 0 failures: `));
});

test('a seed tells everything', { timeout: timeoutMs }, () => {
  const digests = [0, 1].map(() => simulate('--seed', '7', '--hours', '1').stdout.split('\n')[0]);
  expect(digests[0]).toMatch(/^seed 7: digest [0-9a-f]{8}$/);
  expect(digests[1]).toBe(digests[0]);
});

/** For each bug the day to begin with; whatever is changed in the code makes other days of it. */
const known: Record<string, number> = {
  notSynced: 1,
  answersBeforeCommit: 55,
  sendsWithoutCompare: 9,
  keepsOnStreamsWord: 1,
  ignoresGap: 10,
  ignoresEpoch: 2,
  reusesSequence: 4,
  postsWithoutLookUp: 5,
};
const daysMax = 60;

test('every bug has its day', () => {
  expect(Object.keys(known).sort()).toEqual(Object.keys(bugs).sort());
});

test.for(Object.entries(known).map(([bug, first], index) => ({ bug, first, index })))(
  'the bug $bug is found, on a day that is good without it',
  { timeout: timeoutMs },
  ({ bug, first, index }, { skip }) => {
    if (!isDrawn(index, 2)) skip(leftOut);
    const days = ['--seed', `${first}`, '--seeds', `${daysMax}`];
    const found = simulate('--bug', bug, ...days, '--hours', '2', '--whole');
    expect(found.status).toBe(1);
    const [, seed] = /^seed (\d+): (?!digest)/m.exec(found.stdout)!;
    const without = simulate('--busy', '--seed', seed!, '--hours', '2', '--whole');
    expect(without.stdout).toMatch(/^1 seeds, 0 failures: /m);
  },
);

test('a failure with an old disk is made small, and tells its day', { timeout: timeoutMs }, () => {
  const { stdout } = simulate('--bug', 'ignoresEpoch', '--seed', '3', '--hours', '1');
  expect(stdout).toMatch(/^seed 3: digest /);
  const [, mishaps, commands] = /tries\): (\d+) mishaps, (\d+) commands/.exec(stdout)!;
  expect(Number(mishaps)).toBeLessThanOrEqual(3);
  expect(Number(commands)).toBeLessThanOrEqual(5);
});
