// Goal: an archive is the same bytes for the same files, and nothing in it leads out of it.
import { expect, test } from 'vitest';
import { packTar, unpackTar } from '../cli/bundle/tar.ts';

test.each(['../out', '/etc/passwd', 'a//b', 'a/./b', 'a/..', ''])(
  'the path "%s" gets into no archive',
  (path) => {
    const entry = { path, bytes: Buffer.alloc(0), runs: false };
    expect(() => packTar([entry])).toThrow('must be a path inside the archive');
  },
);

test('an archive takes long paths, empty files and any order, and gives back what it took', () => {
  const long = `${'folder/'.repeat(20)}${'n'.repeat(100)}`;
  const entries = ['z', long, 'a/b'].map((path, index) => {
    return { path, bytes: Buffer.alloc(index * 512, index), runs: index === 1 };
  });
  const archive = packTar(entries);
  expect(archive.equals(packTar(entries.toReversed()))).toBe(true);
  expect(unpackTar(archive, 'it').map(({ path }) => path)).toEqual(['a/b', long, 'z']);
  const twice = { path: 'z', bytes: Buffer.alloc(0), runs: false };
  expect(() => packTar([...entries, twice])).toThrow('stands there twice');
  const tooLong = { ...twice, path: 'n'.repeat(101) };
  expect(() => packTar([tooLong])).toThrow('too long');
});
