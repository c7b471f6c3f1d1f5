import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { choice, invalid, list, some } from '../shared/field.ts';
import { badgesMax, type PeopleFile, type Person } from '../shared/people.ts';
import { checkPin, hashPin, slowHash, tokenHash } from '../shared/pin.ts';
import { roles } from '../shared/roles.ts';
import { readJson } from '../shared/service.ts';
import { changeFile, readFileOf } from './peoplefile.ts';
import { dayText, listText, tokensText, warningsOf } from './peopletext.ts';
import { askSecret } from './prompt.ts';

export const usage = `holdfast people list | check
holdfast people add ID --name NAME --role ROLE … [--days N] [--until DATE] [--no-pin]
holdfast people pin | badge | lock | unlock | remove ID
holdfast people roles ID --role ROLE …
holdfast people renew ID … | --all [--days N]
holdfast people token list | add NAME --actor ACTOR … [--backup] [--until DATE] | remove NAME
   each with --file FILE, or --config FILE

Keeps the file of people that an edge reads (peoplePath of its config). The edge takes a change
within seconds, without a restart. No PIN, badge or token is ever kept but as its hash.

  add ID            a person, e.g. 17; facts name them "person:17". Asks for the PIN
  pin ID            asks for a new PIN, and forgives wrong tries
  badge ID          asks for one more badge, at most ${badgesMax}; --clear forgets them all
  roles ID          sets the roles: operator, lead, quality, technician
  lock, unlock ID   may not sign in; may again, and wrong tries are forgiven
  remove ID         has left: PIN and badges are gone, the id is never given again
  renew ID …        they may sign for so many days more from now; --all: everybody
  token             for a program: what it may speak for ("machine:plc-7", "machine:*"). "add"
                    prints the token, once
  check             names what is wrong, and whose signature ends within a week

  --file FILE       the file; "add" makes it where there is none
  --config FILE     the edge's config, which names it
  --name NAME       printed in signatures; one of its kind
  --days N          signing ends after so many days unless renewed, 1 to 400; 30 if absent
  --until DATE      lets in up to this day, e.g. 2027-03-31
  --secret-fd N     the PIN or badge is the first line of this file descriptor; else it is typed,
                    or piped in. It never stands in an argument

Exit code 0: done. 1: refused, in words; with check: something is to be done.
`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const several = { type: 'string', multiple: true } as const;
const options = {
  ...{ file: text, config: text, name: text, role: several, days: text, until: text },
  ...{ actor: several, backup: flag, all: flag, clear: flag, 'no-pin': flag, 'secret-fd': text },
} as const;
const parse = (args: string[]) => parseArgs({ args, options, allowPositionals: true });
type Given = ReturnType<typeof parse>['values'];
type Act = (file: string, ids: readonly string[], given: Given) => Promise<number> | number;

const dayMs = 86_400_000;
const say = (words: string): number => {
  process.stdout.write(`${words}\n`);
  return 0;
};
const idOf = (given: string): string => (given.startsWith('person:') ? given : `person:${given}`);

function oneOf(ids: readonly string[]): string {
  if (ids.length === 1 && ids[0] !== '') return idOf(ids[0]!);
  throw invalid('ID', 'must be one person, e.g. 17');
}

function daysIn({ days = '30' }: Given): number {
  const count = /^\d{1,3}$/.test(days) ? Number(days) : 0;
  if (count >= 1 && count <= 400) return Date.now() + count * dayMs;
  throw invalid('--days', 'must be a whole number from 1 to 400');
}

function untilIn({ until }: Given): { validUntilMs?: number } {
  if (until === undefined) return {};
  const atMs = /^\d{4}-\d\d-\d\d$/.test(until) ? Date.parse(`${until}T23:59:59.999Z`) : Number.NaN;
  if (Number.isNaN(atMs) || dayText(atMs) !== until) {
    throw invalid('--until', 'must be a day like 2027-03-31');
  }
  return { validUntilMs: atMs };
}

const rolesIn = ({ role = [] }: Given) =>
  some(list(choice('', roles), roles.length)).read([...new Set(role)], '--role');

/** The file with one person changed; throws Fault INVALID for somebody who is not there. */
function changing(id: string, change: (person: Person) => Person) {
  return (file: PeopleFile): PeopleFile => {
    const known = file.people.find((person) => person.id === id);
    if (!known) throw invalid('ID', `${id}: is not known`);
    if (known.left) throw invalid('ID', `${id}: has left`);
    const people = file.people.map((person) => (person === known ? change(person) : person));
    return { ...file, people };
  };
}

/** A new PIN, hashed. Throws Fault INVALID for one that is guessed early. */
async function newPin(id: string, given: Given) {
  const pin = askSecret(`PIN of ${id}`, given['secret-fd'], true);
  checkPin(pin);
  if (pin === id.slice('person:'.length)) throw invalid('pin', 'must not be the id');
  return hashPin(pin);
}

const acts: Readonly<Record<string, Act>> = {
  list: (file) => say(listText(readFileOf(file, true), Date.now()).trimEnd()),

  check(file) {
    const warnings = warningsOf(readFileOf(file), Date.now());
    say(warnings.length === 0 ? 'nothing is to be done' : warnings.join('\n'));
    return warnings.length === 0 ? 0 : 1;
  },

  async add(file, ids, given) {
    const id = oneOf(ids);
    if (given.name === undefined) throw invalid('--name', 'must be given');
    const own = rolesIn(given);
    const taken = readFileOf(file, true).people.find((person) => person.id === id);
    if (taken)
      throw invalid('ID', `${id}: is taken${taken.left ? ' by somebody who has left' : ''}`);
    const until = { credentialUntilMs: daysIn(given), ...untilIn(given) };
    const pin = given['no-pin'] ? {} : { pin: await newPin(id, given) };
    const bare = { badges: [], locked: false, left: false };
    const person: Person = { id, name: given.name, roles: own, ...until, ...pin, ...bare };
    changeFile(file, (known) => ({ ...known, people: [...known.people, person] }), true);
    return say(
      `${id} (${given.name}) may sign in, and sign until ${dayText(until.credentialUntilMs)}`,
    );
  },

  async pin(file, ids, given) {
    const id = oneOf(ids);
    changing(id, (person) => person)(readFileOf(file));
    const pin = await newPin(id, given);
    changeFile(
      file,
      changing(id, (person) => ({ ...person, pin, clearedMs: Date.now() })),
    );
    return say(`${id} has a new PIN`);
  },

  async badge(file, ids, given) {
    const id = oneOf(ids);
    const known = readFileOf(file);
    changing(id, (person) => person)(known);
    if (given.clear) {
      changeFile(
        file,
        changing(id, (person) => ({ ...person, badges: [] })),
      );
      return say(`${id} has no badge any more`);
    }
    const badge = askSecret(`badge of ${id}`, given['secret-fd'], false);
    const { salt, ...cost } = known.badge;
    const hashed = await slowHash(badge, salt, cost);
    changeFile(file, (now) => {
      if (now.badge.salt !== salt) throw invalid('--file', 'was made anew meanwhile: once more');
      return changing(id, (person) => ({ ...person, badges: [...person.badges, hashed] }))(now);
    });
    return say(`${id} has one badge more`);
  },

  roles(file, ids, given) {
    const own = rolesIn(given);
    changeFile(
      file,
      changing(oneOf(ids), (person) => ({ ...person, roles: own })),
    );
    return say(`${oneOf(ids)} is ${own.join(', ')}`);
  },

  lock(file, ids) {
    changeFile(
      file,
      changing(oneOf(ids), (person) => ({ ...person, locked: true })),
    );
    return say(`${oneOf(ids)} may not sign in`);
  },

  unlock(file, ids) {
    const clearedMs = Date.now();
    changeFile(
      file,
      changing(oneOf(ids), (person) => ({ ...person, locked: false, clearedMs })),
    );
    return say(`${oneOf(ids)} may sign in`);
  },

  remove(file, ids) {
    const left = ({ pin: _, ...person }: Person): Person => ({ ...person, badges: [], left: true });
    changeFile(file, changing(oneOf(ids), left));
    return say(`${oneOf(ids)} has left`);
  },

  renew(file, ids, given) {
    if (given.all === ids.length > 0) throw invalid('--all', 'or at least one ID must be given');
    const credentialUntilMs = daysIn(given);
    const renewed = (person: Person): Person => ({ ...person, credentialUntilMs });
    changeFile(file, (known) =>
      given.all
        ? { ...known, people: known.people.map((one) => (one.left ? one : renewed(one))) }
        : ids.reduce((now, id) => changing(idOf(id), renewed)(now), known),
    );
    return say(`signing ends ${dayText(credentialUntilMs)} unless renewed`);
  },

  token(file, [what, ...rest], given) {
    if (what === 'list') return say(tokensText(readFileOf(file)).trimEnd());
    const [id = '', ...more] = rest;
    if (id === '' || more.length > 0) throw invalid('NAME', 'must be one program, e.g. mes');
    if (what === 'remove') {
      changeFile(file, (known) => {
        const tokens = known.tokens.filter((token) => token.id !== id);
        if (tokens.length < known.tokens.length) return { ...known, tokens };
        throw invalid('NAME', `${id}: has no token`);
      });
      return say(`${id} has no token any more`);
    }
    if (what !== 'add') throw invalid('token', 'must be list, add or remove');
    const token = `hf_${randomBytes(32).toString('base64url')}`;
    const { validUntilMs: untilMs } = untilIn(given);
    const made = { id, hash: tokenHash(token), actors: given.actor ?? [], backup: given.backup };
    const whole = { ...made, ...(untilMs === undefined ? {} : { untilMs }) };
    changeFile(file, (known) => ({ ...known, tokens: [...known.tokens, whole] }), true);
    return say(token);
  },
};

function fileIn({ file, config }: Given): string {
  if ((file === undefined) === (config === undefined)) {
    throw invalid('--file', 'or --config must be given, and not both');
  }
  if (file !== undefined) return file;
  const { peoplePath } = (readJson(config!) ?? {}) as { peoplePath?: unknown };
  if (typeof peoplePath === 'string' && peoplePath !== '') return peoplePath;
  throw invalid('--config', `${config}: names no peoplePath`);
}

/** The subcommand. Resolves with the exit code; throws Fault if it could not be done. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parse(args);
  const [what = 'list', ...ids] = positionals;
  const act = Object.hasOwn(acts, what) ? acts[what] : undefined;
  if (act) return act(fileIn(values), ids, values);
  throw invalid('people', `${what}: is none of ${Object.keys(acts).join(', ')}`);
}
