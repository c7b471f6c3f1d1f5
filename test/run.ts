// All that must hold before a change is good: form and lint, types, then every test, or those that
// the arguments name. Says what ran and what did not, and ends with one line that counts it all.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wholeVariable } from './helpers/draw.ts';
import { type Outcome, outcomeVariable } from './helpers/outcome.ts';
import { seedsVariable } from './helpers/random.ts';

const root = join(import.meta.dirname, '..');
const totalTimeoutMs = (process.env[wholeVariable] ? 90 : 28.5) * 60_000;
const began = performance.now();
const seconds = (sinceMs: number): string =>
  `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;

let running: ChildProcess | undefined;

/** Ends the step and all that it started. */
function stopStep(): void {
  if (running?.pid) process.kill(-running.pid, 'SIGKILL');
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stopStep();
    process.exit(1);
  });
}

/** Runs one program of node_modules under our own Node; passed if it ends with 0. */
async function step(name: string, program: string, args: string[], env = {}): Promise<Outcome> {
  console.log(`\n── ${name}`);
  const beganMs = performance.now();
  running = spawn(process.execPath, [join('node_modules', program), ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
    detached: true,
  });
  const timer = setTimeout(stopStep, totalTimeoutMs - (beganMs - began));
  const [code, signal] = (await once(running, 'exit')) as [number | null, string | null];
  running = undefined;
  clearTimeout(timer);
  const reason = signal ? `stopped, all of it may take ${totalTimeoutMs / 60_000} min` : '';
  const state = code === 0 ? 'passed' : 'failed';
  console.log(`── ${name}: ${reason || state} in ${seconds(beganMs)}`);
  return { file: name, name: reason || 'all of it', state, reason };
}

const tests = process.argv.slice(2);
const files = globSync('test/**/*.test.ts', { cwd: root });
const isAny = (name: string): boolean =>
  files.some((file) => file.includes(name.replace(/^\.\//, '')));
// A word behind an option may be the option's own.
const nowhere = tests.some((arg) => arg.startsWith('-')) ? [] : tests.filter((arg) => !isAny(arg));
if (nowhere.length > 0) {
  console.error(
    `npm test: no test file has ${nowhere.join(' or ')} in its name; see test/*.test.ts`,
  );
  process.exit(1);
}

/**
 * Examples and stories are drawn anew for each change of the code, and are the same wherever that
 * code is tested: a run that fails can be run again. SEEDS=123 draws others, SEEDS=0 by the clock.
 */
function seedsOfCode(): string {
  const given = process.env[seedsVariable];
  if (given !== undefined) return given;
  const parts = ['central', 'cli', 'edge', 'shared', 'test'].map((part) => `HEAD:${part}`);
  const { status, stdout } = spawnSync('git', ['rev-parse', ...parts], { cwd: root });
  if (status !== 0) return '0';
  return `${(createHash('sha256').update(stdout).digest().readUInt32BE() % 1e9) + 1}`;
}
const drawn = seedsOfCode();
console.log(`${seedsVariable}=${drawn}`);

const folder = mkdtempSync(join(tmpdir(), 'outcomes-'));
const outcomeFile = join(folder, 'outcomes.jsonl');
const reporters = ['default', join(root, 'test/helpers/outcome.ts')].map(
  (name) => `--reporter=${name}`,
);
const steps = [
  await step('form and lint (biome)', '@biomejs/biome/bin/biome', ['check', '.']),
  await step('types (tsc)', 'typescript/bin/tsc', []),
];
const whole = await step('tests (vitest)', 'vitest/vitest.mjs', ['run', ...reporters, ...tests], {
  [outcomeVariable]: outcomeFile,
  [seedsVariable]: drawn,
  // Hundreds of programs are started: what one of them has compiled the next one takes.
  NODE_COMPILE_CACHE: join(folder, 'compiled'),
});
const kept = existsSync(outcomeFile) ? readFileSync(outcomeFile, 'utf8') : '';
const lines = kept.split('\n').filter((line) => line !== '');
rmSync(folder, { recursive: true, force: true });

const outcomes = [...steps, ...lines.map((line) => JSON.parse(line) as Outcome)];
// A run that fails as a whole counts where no single test tells of it.
const told = outcomes.some(({ file, state }) => state === 'failed' && file.endsWith('.ts'));
if (whole.state === 'failed' && (whole.reason || !told)) outcomes.push(whole);
const which = (wanted: Outcome['state']) => outcomes.filter(({ state }) => state === wanted);
const [passed, failed, skipped] = [which('passed'), which('failed'), which('skipped')];

console.log(
  `\nRan in ${seconds(began)}, the two checks and ${lines.length - skipped.length} tests:`,
);
for (const file of new Set(outcomes.map((outcome) => outcome.file))) {
  const own = outcomes.filter((outcome) => outcome.file === file);
  const count = (state: Outcome['state']) =>
    own.filter((outcome) => outcome.state === state).length;
  const words = (['passed', 'failed', 'skipped'] as const)
    .filter((state) => count(state) > 0)
    .map((state) => `${count(state)} ${state}`);
  console.log(`  ${file.padEnd(36)} ${words.join(', ')}`);
}
if (skipped.length > 0) console.log('\nNot run:');
for (const { file, name, reason } of skipped) {
  console.log(`  ${file}: ${name}${reason ? `: ${reason}` : ''}`);
}
if (failed.length > 0) console.log('\nFailed:');
for (const { file, name, reason = '' } of failed) {
  const lines = reason.split('\n').filter((line) => line.trim() !== '');
  console.log([`  ${file}: ${name}`, ...lines.map((line) => `      ${line}`)].join('\n'));
}

const ending = skipped.length > 0 ? `, ${skipped.length} skipped` : '';
console.log(`\n${passed.length} passed, ${failed.length} failed${ending}`);
process.exit(failed.length > 0 ? 1 : 0);
