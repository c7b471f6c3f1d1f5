// Goal: what we ship of others may be shipped, is the bytes that were looked at, and runs nothing
// when it is installed. Method: the lock file and the packages as they lie here; no network.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

type Locked = {
  version: string;
  integrity?: string;
  license?: string;
  hasInstallScript?: boolean;
  dev?: boolean;
  devOptional?: boolean;
};
const root = join(import.meta.dirname, '..');
const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const { packages } = read('package-lock.json') as { packages: Record<string, Locked> };
const all = Object.entries(packages).filter(([path]) => path !== '');
const shipped = all.filter(([, { dev, devOptional }]) => !dev && !devOptional);

/** May be shipped with an Apache-2.0 program, without a duty to open it. */
const allowed = [
  ...['MIT', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', '0BSD', 'Unlicense'],
  'BlueOak-1.0.0',
];
/** Says nothing in its package.json; the licence is the text that it brings along. */
const bySight: Readonly<Record<string, string>> = { 'node_modules/precond': 'MIT' };
/** Have an install script that we do not run: setup.mjs and the bundle say --ignore-scripts. */
const needless: Readonly<Record<string, string>> = {
  'node_modules/node': 'setup.mjs unpacks the binary; a bundle takes node-linux-* by its sum',
  'node_modules/msgpackr-extract': 'optional: an addon that msgpackr does without',
};

test('there are packages to look at', () => expect(shipped.length).toBeGreaterThan(100));

describe.each(shipped)('%s', (path, { license, integrity, hasInstallScript }) => {
  test('has a licence that lets us ship it', () => {
    expect(allowed).toContain(bySight[path] ?? license);
  });
  test('is the one whose sum was looked at', () => {
    expect(integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
  });
  test('runs nothing when it is installed', () => {
    if (hasInstallScript) expect(Object.keys(needless)).toContain(path);
  });
});

test('what is excused is still there, and still needs it', () => {
  for (const path of Object.keys(needless)) expect(packages[path]?.hasInstallScript).toBe(true);
  for (const path of Object.keys(bySight)) {
    expect(packages[path]?.license).toBeUndefined();
    const texts = readdirSync(join(root, path)).filter((name) => /licen[cs]e/i.test(name));
    expect(readFileSync(join(root, path, texts[0] ?? 'README.md'), 'utf8')).toMatch(
      /MIT|Permission/,
    );
  }
});

test('what is pinned is exact, and what lies here is what is locked', () => {
  const { dependencies } = read('package.json') as { dependencies: Record<string, string> };
  for (const [name, version] of Object.entries(dependencies)) {
    expect(version, name).toMatch(/^\d+\.\d+\.\d+(?:-\S+)?$/);
    expect(packages[`node_modules/${name}`]?.version, name).toBe(version);
  }
  for (const [path, { version }] of shipped) {
    if (existsSync(join(root, path))) expect(read(`${path}/package.json`).version).toBe(version);
  }
});

test('nobody installs with scripts: not setup, and not the bundle', () => {
  for (const path of ['setup.mjs', 'cli/bundle/parts.ts']) {
    const text = readFileSync(join(root, path), 'utf8');
    const installs = text.match(/'(?:ci|install)',[^\n]*/g) ?? [];
    expect(installs.length, path).toBeGreaterThan(0);
    for (const line of installs) expect(line, path).toContain('--ignore-scripts');
  }
});
