import { readFileSync, statSync } from 'node:fs';
import { Fault } from '../../shared/fault.ts';
import {
  namesOf,
  type PeopleFile,
  type Person,
  peopleBytesMax,
  readPeople,
  spoken,
  type Token,
} from '../../shared/people.ts';

/** The file is looked at no more often than this, ms. */
const lookEveryMs = 1_000;

type Parts = Readonly<{
  path: string;
  monotonicMs: () => number;
  /** Told of each new reason why the file is not taken, and of undefined once it is again. */
  troubled: (reason: string | undefined) => void;
}>;
export type PeopleBook = ReturnType<typeof openPeopleBook>;

/** What the file says, by what it is asked for. */
function indexOf({ badge, people, tokens }: PeopleFile) {
  const here = people.filter(({ left }) => !left);
  return {
    badge,
    byId: new Map(people.map((person) => [person.id, person])),
    byName: new Map(here.flatMap((person) => namesOf(person).map((name) => [name, person]))),
    byBadge: new Map(here.flatMap((person) => person.badges.map((one) => [one, person]))),
    byToken: new Map(tokens.map((token) => [token.hash, token])),
    count: here.length,
  };
}

/** Throws Fault INVALID. Its words never hold anything of what the file says. */
function readFile(path: string) {
  try {
    const { mode, size } = statSync(path);
    if ((mode & 0o077) !== 0) {
      throw new Fault('INVALID', 'must be readable by its owner alone: chmod 600');
    }
    if (size > peopleBytesMax)
      throw new Fault('INVALID', `must be at most ${peopleBytesMax} bytes`);
    return indexOf(readPeople(readFileSync(path)));
  } catch (error) {
    if (error instanceof Fault) throw error;
    const { code = 'no file' } = error as NodeJS.ErrnoException;
    throw new Fault('INVALID', `cannot be read (${code})`, { cause: error });
  }
}

/**
 * The people of this edge, as their file says. It is read again when it has changed; one that is
 * broken is not taken: the last good one stays in force, and the trouble is told.
 */
export function openPeopleBook({ path, monotonicMs, troubled }: Parts) {
  let known: ReturnType<typeof indexOf> | undefined;
  let trouble: string | undefined;
  let seen: string | undefined;
  let lookedMs = Number.NEGATIVE_INFINITY;

  /** Tells one state of the file from another. */
  function stampOf(): string {
    try {
      const { ino, size, mtimeMs, ctimeMs } = statSync(path);
      return [ino, size, mtimeMs, ctimeMs].join(' ');
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? 'none';
    }
  }

  function current() {
    const nowMs = monotonicMs();
    if (nowMs - lookedMs < lookEveryMs) return known;
    lookedMs = nowMs;
    const stamp = stampOf();
    if (stamp === seen) return known;
    seen = stamp;
    const before = trouble;
    try {
      known = readFile(path);
      trouble = undefined;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      trouble = `file of people: ${error.message}`.slice(0, 500);
    }
    if (trouble !== before) troubled(trouble);
    return known;
  }
  current();

  return {
    /** By printed name or id, however it is spelt. */
    named: (name: string): Person | undefined => current()?.byName.get(spoken(name)),
    /** By a badge that was hashed as `badgeBy` says. */
    badged: (hashed: string): Person | undefined => current()?.byBadge.get(hashed),
    byId: (id: string): Person | undefined => current()?.byId.get(id),
    token: (hashed: string): Token | undefined => current()?.byToken.get(hashed),
    /** False while no file could be read since the start: then nobody is known to have left. */
    isRead: () => current() !== undefined,
    /** How badges are hashed; undefined while no file could be read yet. */
    badgeBy: () => current()?.badge,
    /** People who have not left, and why the file as it is now is not taken. */
    status: () => {
      const count = current()?.count ?? 0;
      return { people: count, trouble: trouble ?? null };
    },
  };
}
