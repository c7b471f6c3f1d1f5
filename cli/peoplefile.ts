import {
  chownSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { Fault } from '../shared/fault.ts';
import { invalid } from '../shared/field.ts';
import { type PeopleFile, readPeople } from '../shared/people.ts';
import { newSalt, pinCost } from '../shared/pin.ts';

const nobody = (): PeopleFile => ({
  version: 1,
  badge: { ...pinCost, salt: newSalt() },
  people: [],
  tokens: [],
});

/** What the file says; a new one where there is none and one may be made. */
export function readFileOf(path: string, mayBeNew = false): PeopleFile {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    const { code = 'no file' } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' && mayBeNew) return nobody();
    const advice = code === 'ENOENT' ? ': make it with "holdfast people add"' : '';
    throw new Fault('INVALID', `--file: ${path}: cannot be read (${code})${advice}`, { cause });
  }
  return readPeople(bytes);
}

/** Another run of this program that changes the same file is kept out by the file it writes. */
function openNew(path: string): number {
  try {
    return openSync(path, 'wx', 0o600);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'EEXIST') throw invalid('--file', `${path}: cannot be written (${code})`);
    const advice = 'somebody else changes it now; delete that file if nobody does';
    throw new Fault('CONFLICT', `${path}: is there: ${advice}`, { cause });
  }
}

/** The new file belongs to whom the old one did: the edge reads it as its own user. */
function keepOwner(path: string, part: string): void {
  const old = statSync(path, { throwIfNoEntry: false });
  const now = statSync(part);
  if (!old || (old.uid === now.uid && old.gid === now.gid)) return;
  try {
    chownSync(part, old.uid, old.gid);
  } catch (cause) {
    const advice = 'change it as that user, e.g. with "sudo -u"';
    throw new Fault('INVALID', `--file: ${path}: belongs to another user: ${advice}`, { cause });
  }
}

/**
 * Changes the file as one: the old one is there until the new one is, whole and on the disk, for
 * its owner alone. Throws Fault CONFLICT while another change is under way, Fault INVALID for what
 * the file may not say, changing nothing.
 */
export function changeFile(
  path: string,
  change: (file: PeopleFile) => PeopleFile,
  mayBeNew = false,
): void {
  const part = `${path}.new`;
  const fd = openNew(part);
  try {
    const bytes = Buffer.from(`${JSON.stringify(change(readFileOf(path, mayBeNew)), null, 1)}\n`);
    readPeople(bytes);
    writeFileSync(fd, bytes);
    fsyncSync(fd);
    keepOwner(path, part);
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
}
