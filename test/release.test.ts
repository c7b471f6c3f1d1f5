// Goal: a release says which build it is, and a working tree says that it is none.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { softwareHere } from '../edge/line/software.ts';
import { buildIn } from '../shared/release.ts';
import { testFolder } from './helpers/folder.ts';

test('a build is the sum over the sums of a release, and a working tree has none', () => {
  const folder = testFolder();
  const there = pathToFileURL(`${folder}/`);
  expect(softwareHere.build).toBeUndefined();
  expect(buildIn(there)).toBeUndefined();
  writeFileSync(join(folder, 'SHA256SUMS'), 'abc');
  expect(buildIn(there)).toBeUndefined(); // somebody else's
  writeFileSync(join(folder, 'release.json'), '{"name": "holdfast"}');
  expect(buildIn(there)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
