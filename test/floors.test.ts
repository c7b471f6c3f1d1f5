import { globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { apart, keepers } from './helpers/apart.ts';

const floors: Record<string, string[]> = {
  shared: [],
  statecharts: ['shared'],
  edge: ['shared', 'statecharts'],
  central: ['shared', 'statecharts'],
  cli: ['shared', 'statecharts'],
  test: ['shared', 'statecharts', 'edge', 'central', 'cli'],
};
const columnsMax = 100;
const fileLinesMax = 250;
const functionLinesMax = 60;

const folderOf = (path: string): string => path.split('/')[0]!;
const files = globSync('{shared,statecharts,edge,central,cli,test}/**/*.ts').sort();
const sources = files.filter((file) => folderOf(file) !== 'test');
const linesOf = (file: string): string[] => readFileSync(file, 'utf8').trimEnd().split('\n');

/** What a file imports or exports from, types and dynamic imports included. */
const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/\b(?:from|import) ?\(?'([^']+)'/g)].map(
    ([, path]) => path!,
  );
const ownImportsOf = (file: string): string[] =>
  importsOf(file)
    .filter((path) => path.startsWith('.'))
    .map((path) => join(dirname(file), path))
    .filter((path) => files.includes(path));

test.each(files)('%s imports only downwards', (file) => {
  const allowed = [folderOf(file), ...floors[folderOf(file)]!];
  expect(ownImportsOf(file).filter((path) => !allowed.includes(folderOf(path)))).toEqual([]);
});

test('only statecharts imports xstate', () => {
  const importers = sources.filter((file) => importsOf(file).some((path) => /^xstate/.test(path)));
  expect(importers).toEqual(['statecharts/engine.ts']);
});

test('only edge/opcua and the simulated machines know OPC UA as others wrote it', () => {
  const importers = sources.filter((file) =>
    importsOf(file).some((path) => /^node-opcua/.test(path)),
  );
  const folders = new Set(importers.map((file) => dirname(file)));
  expect([...folders]).toEqual(['cli/machine', 'edge/opcua']);
  expect(sources.filter((file) => importsOf(file).some((path) => path === 'yaml'))).toEqual([
    'edge/machine/mapping.ts',
  ]);
});

test('what keeps something for a file as a whole is used in processes of their own', () => {
  const own = new Set(apart.flatMap((pattern) => globSync(pattern)));
  const kept = keepers.map((name) => `test/helpers/${name}.ts`);
  const users = files.filter((file) => /\.test\.ts$/.test(file) && keepsAny(file));
  function keepsAny(file: string): boolean {
    return ownImportsOf(file).some((path) => kept.includes(path));
  }
  expect(users.filter((file) => !own.has(file))).toEqual([]);
});

test('no import circles, types included', () => {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    expect(path).not.toContain(file);
    if (done.has(file)) return;
    for (const next of ownImportsOf(file)) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
});

test.each(files)('%s fits: 250 lines, 100 columns', (file) => {
  const lines = linesOf(file);
  expect(lines.length).toBeLessThanOrEqual(fileLinesMax);
  expect(lines.filter((line) => [...line].length > columnsMax)).toEqual([]);
});

const control = /^\s*(?:\} )?(?:if|else|for|while|switch|catch|try|do|case)\b/;
const method = /^\s*(?:async |get )*[\w$]+(?:<.*>)?\(.*\)(?:: .*)? \{$/;
const opens = (line: string): boolean =>
  /(?:=> |\bfunction\b.*|^\s*\).* )\{$/.test(line) || method.test(line);
const indentOf = (line: string): number => line.length - line.trimStart().length;

/**
 * Functions of more than `max` lines, by the line they begin at. A nested function counts for
 * itself and not for the one around it. The formatter's indentation says where each one ends.
 */
function longFunctions(lines: readonly string[], max: number): number[] {
  const open: { begin: number; indent: number; nested: number }[] = [];
  const long: number[] = [];
  lines.forEach((line, index) => {
    const indent = indentOf(line);
    const last = open.at(-1);
    if (last?.indent === indent && /^\s*[}\]]/.test(line)) {
      open.pop();
      const size = index - last.begin + 1;
      if (size - last.nested > max) long.push(last.begin + 1);
      const around = open.at(-1);
      if (around) around.nested += size;
    }
    if (!opens(line)) return;
    let begin = index;
    while (/^\s*\)/.test(lines[begin]!) || indentOf(lines[begin]!) > indent) begin -= 1;
    if (!control.test(lines[begin]!)) open.push({ begin, indent, nested: 0 });
  });
  return long;
}

describe('functions', () => {
  const body = (count: number): string[] => Array(count).fill('    work();');
  const samples: [string, string[], number[]][] = [
    ['at the limit', ['function work() {', ...body(8), '}'], []],
    ['one line over', ['function work() {', ...body(9), '}'], [1]],
    ['an arrow', ['const work = async () => {', ...body(9), '};'], [1]],
    ['a method', ['return {', '  work(a): void {', ...body(9), '  },', '};'], [2]],
    ['parameters on lines of their own', ['function work(', '  a,', ') {', ...body(7), '}'], [1]],
    ['no function', ['  if (', '    a', '  ) {', ...body(20), '  }'], []],
    [
      'a nested one counts for itself',
      ['function open() {', ...body(5), '  function work() {', ...body(8), '  }', '}'],
      [],
    ],
    [
      'the nested one is long',
      ['function open() {', '  work(() => {', ...body(9), '  });', '}'],
      [2],
    ],
  ];
  test.each(samples)('%s', (_name, lines, long) => {
    expect(longFunctions(lines, 10)).toEqual(long);
  });

  test.each(sources)('%s has none of more than 60 lines', (file) => {
    expect(longFunctions(linesOf(file), functionLinesMax)).toEqual([]);
  });
});

test('no file knows the machine it was written on', () => {
  const skipped = new Set(['node_modules', '.git', 'dist', 'coverage', '.cache']);
  const walk = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (skipped.has(entry.name)) return [];
      return entry.isDirectory() ? walk(path) : entry.isFile() ? [path] : [];
    });
  const knowing = walk('.').filter((file) => /\/work[/]/.test(readFileSync(file, 'utf8')));
  expect(knowing).toEqual([]);
});
