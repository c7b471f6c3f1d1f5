// Goal: who has a bundle alone is told what it cannot do. Method: our code, all packages but one.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testFolder } from './helpers/folder.ts';

test('the demo says at once that a bundle has no machines', () => {
  const root = join(import.meta.dirname, '..');
  const folder = testFolder();
  for (const part of ['cli', 'shared', 'edge', 'central', 'package.json']) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name === 'node-opcua') continue;
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
  const args = ['cli/holdfast.ts', 'demo', '--once', '--orders', '1'];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  expect(stderr).toBe(
    'holdfast demo: its machines need the package node-opcua, which no bundle has; ' +
      'run it in a clone\n',
  );
  expect(status).not.toBe(0);
});
