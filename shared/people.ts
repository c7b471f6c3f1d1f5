import {
  choice,
  type Field,
  fallback,
  flag,
  id,
  integer,
  invalid,
  list,
  optional,
  type Read,
  record,
  some,
} from './field.ts';
import { readJson } from './json.ts';
import { nameMax } from './personal.ts';
import { costMax } from './pin.ts';
import { roles } from './roles.ts';
import { instantMs } from './vocabulary.ts';

/** Most people who may sign in, and most records with those who have left. */
export const peopleMax = 2_000;
export const recordsMax = 10_000;
export const badgesMax = 5;
export const tokensMax = 100;
/** Largest file of people, bytes. */
export const peopleBytesMax = 8 * 1024 * 1024;

const hex = (doc: string, bytes: number): Field<string> => ({
  doc,
  read(value, name) {
    if (typeof value === 'string' && value.length === 2 * bytes && /^[0-9a-f]+$/.test(value)) {
      return value;
    }
    throw invalid(name, `must be ${bytes} bytes, hexadecimal`);
  },
});

const salt = hex('Random, for this hash alone.', 16);
const powerOfTwo = (doc: string, max: number): Field<number> => {
  const whole = integer(doc, 1_024, max);
  return {
    ...whole,
    read(value, name) {
      const n = whole.read(value, name);
      if (Number.isInteger(Math.log2(n))) return n;
      throw invalid(name, 'must be a power of two');
    },
  };
};
const cost = {
  n: powerOfTwo('Cost of scrypt (N).', costMax.n),
  r: integer('Its block size.', 1, costMax.r),
  p: integer('Its parallel lanes.', 1, costMax.p),
};
const hashed = { ...cost, salt, hash: hex('scrypt of the secret.', 32) };

const personId = id('Who, as facts name them: "person:17".', 64);
const person = {
  id: {
    ...personId,
    read(value: unknown, name: string) {
      const known = personId.read(value, name);
      if (known.startsWith('person:') && known.length > 'person:'.length) return known;
      throw invalid(name, 'must begin with "person:"');
    },
  },
  name: id('Printed name, one of its kind; it stands in signatures.', nameMax),
  roles: some(list(choice('What they may do.', roles), roles.length)),
  pin: optional(record('The PIN, hashed; without it nobody is let in.', hashed)),
  badges: fallback(list(hex('A badge, hashed with the salt of the file.', 32), badgesMax), []),
  credentialUntilMs: instantMs('They may sign up to here, unless it is renewed, Unix ms.'),
  validUntilMs: optional(instantMs('They may sign in up to here, Unix ms.')),
  locked: fallback(flag('They may not sign in.'), false),
  left: fallback(flag('They are here no more; the id stays theirs.'), false),
  clearedMs: optional(instantMs('Wrong tries before it are forgiven, Unix ms.')),
};
const token = {
  id: id('Name of the program that has it.'),
  hash: hex('SHA-256 of the token.', 32),
  actors: some(
    list(id('Whom it may name, e.g. "machine:plc-7"; "machine:*" for any machine.', 64), 50),
  ),
  backup: fallback(flag('It may fetch backups.'), false),
  untilMs: optional(instantMs('It is valid up to here, Unix ms.')),
};
const fields = {
  version: integer('Of this file.', 1, 1),
  badge: record('How badges are hashed: all with one salt, to be found by.', { ...cost, salt }),
  people: list(record('A person.', person), recordsMax),
  tokens: fallback(list(record('A token of a program.', token), tokensMax), []),
};

export type PeopleFile = Read<typeof fields>;
export type Person = PeopleFile['people'][number];
export type Token = PeopleFile['tokens'][number];

/** A name as it is typed: two spellings that look alike are one. */
export const spoken = (name: string): string =>
  name.normalize('NFKC').replaceAll(/\s+/g, ' ').trim().toLowerCase();

/** What is asked for at the door: the printed name, or the id with or without its "person:". */
export const namesOf = ({ id: own, name }: Person): string[] => [
  ...new Set([name, own, own.slice('person:'.length)].map(spoken)),
];

function checkOnce(people: readonly Person[], tokens: readonly Token[]): void {
  const seen = new Map<string, string>();
  const once = (what: string, key: string, owner: string) => {
    const other = seen.get(`${what} ${key}`);
    if (other === undefined) seen.set(`${what} ${key}`, owner);
    else throw invalid('people', `${owner} and ${other} have the same ${what}`);
  };
  for (const one of people) {
    once('id', one.id, one.id);
    if (one.left) continue;
    for (const name of namesOf(one)) once('name', name, one.id);
    for (const badge of one.badges) once('badge', badge, one.id);
  }
  for (const one of tokens) {
    once('token name', one.id, one.id);
    once('token', one.hash, one.id);
  }
  const here = people.filter(({ left }) => !left).length;
  if (here > peopleMax) throw invalid('people', `must be at most ${peopleMax} who have not left`);
}

/**
 * Reads the file of people. Throws Fault INVALID that names every mistake; of a secret it never
 * tells more than where it stands.
 */
export function readPeople(bytes: Uint8Array): PeopleFile {
  if (bytes.length > peopleBytesMax) {
    throw invalid('people', `must be at most ${peopleBytesMax} bytes`);
  }
  const file = readJson(fields, bytes, 'people');
  checkOnce(file.people, file.tokens);
  return file;
}
