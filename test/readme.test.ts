// Goal: what README and docs tell a new user is there.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { faultFields } from '../central/sandbox/faults.ts';
import { sapFields } from '../central/sap/connector.ts';
import { acts } from '../cli/machine/acts.ts';
import { machineFields } from '../cli/machine/config.ts';
import { edgeHeap } from '../cli/program.ts';
import { troubles } from './contract/bench.ts';

const pages = ['README.md', ...globSync('docs/**/*.md')];
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  scripts: Record<string, string>;
};
const matches = (page: string, pattern: RegExp): string[] =>
  [...readFileSync(page, 'utf8').matchAll(pattern)].map(([, found]) => found!);

test.each(pages)('every npm script that %s names is in package.json', (page) => {
  const named = matches(page, /npm run ([a-z]+)/g);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

test.each(pages)('every link of %s leads somewhere', (page) => {
  const links = matches(page, /\]\(([^)#]+)\)/g).filter((link) => !link.includes('://'));
  expect(links.filter((link) => !existsSync(join(dirname(page), link)))).toEqual([]);
});

test.each(pages)('every source file that %s names exists', (page) => {
  const named = matches(page, /`((?:shared|statecharts|edge|central|cli|test)\/[\w./-]+)`/g);
  expect(named.filter((path) => !existsSync(path))).toEqual([]);
});

test('the guide of connectors names every outcome, trouble and setting', () => {
  const guide = readFileSync('docs/connectors.md', 'utf8');
  const outcomes = ['posted', 'differs', 'refused', 'busy', 'unknown'];
  const plain = ['url', 'client', 'plant', 'storageLocation', 'costCenter', 'timeZone'];
  const settings = Object.keys(sapFields).filter((name) => !plain.includes(name));
  const faults = Object.keys(faultFields).flatMap((name) => /^(.*)Percent$/.exec(name)?.[1] ?? []);
  const named = [...outcomes, ...Object.keys(troubles), ...settings, ...faults];
  expect(named.filter((name) => name !== 'answer' && !guide.includes(`\`${name}\``))).toEqual([]);
});

test('the page about machines names every act and every field of a simulated one', () => {
  const page = readFileSync('docs/machines.md', 'utf8');
  const named = [...Object.keys(acts), ...Object.keys(machineFields)];
  expect(named.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

test('the two commands of the first screen are real', () => {
  expect(matches('README.md', /```sh\n(.+)\n```/g)).toEqual(['npm run demo', 'npm test']);
  expect(scripts['demo']).toContain('setup.mjs');
  expect(scripts['test']).toContain('setup.mjs');
});

test('a name that no test file has is told at once, before anything runs', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['test/run.ts', 'floors', 'wrongname'],
    { encoding: 'utf8' },
  );
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(/^npm test: no test file has wrongname in its name/);
});

test('README names every command and every option of each', async () => {
  const readme = readFileSync('README.md', 'utf8');
  const known = globSync('cli/*.ts').filter((path) =>
    /^export const usage/m.test(readFileSync(path, 'utf8')),
  );
  for (const path of known) {
    const from = `../${path}`;
    const { usage } = (await import(from)) as { usage: string };
    const [, name] = /^holdfast ([a-z-]+)/.exec(usage)!;
    expect(readme, path).toMatch(name === 'demo' ? /npm run demo/ : `npm run holdfast -- ${name}`);
    const options = [...usage.matchAll(/^ +(--[a-z-]+)/gm)].map(([, option]) => option!);
    expect(options.filter((option) => !readme.includes(option))).toEqual([]);
  }
});

test('an edge has the same heap by its script as where we start one', () => {
  expect(scripts['edge']).toContain(`node ${edgeHeap.join(' ')} edge/main.ts`);
});
