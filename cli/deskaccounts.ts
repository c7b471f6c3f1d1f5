import { invalid } from '../shared/field.ts';
import {
  askedSubject,
  deskAccount,
  deskApi,
  deskSubject,
  plantAccount,
} from '../shared/subject.ts';
import type { Accounts, Export, Import } from './accounts.ts';
import { jetstreamSubjects, type May, personPermissions, serviceSubjects } from './permissions.ts';

/** Somebody who asks the desk, with one public NKey or, while keys are renewed, two. */
export type Guest = Readonly<{
  /** "person:17", "system:lims": what `by` says of them at the desk. */
  name: string;
  nkeys: readonly string[];
  may: May;
}>;

/** Most keys of one name: the one in use, and the next. */
const keysMax = 2;
const namePattern = /^(?:person|system):[\p{L}\p{N}][\p{L}\p{N}._@-]{0,49}$/u;

function check({ name, nkeys }: Guest, at: number): void {
  const label = `people[${at}]`;
  if (!namePattern.test(name)) {
    const limit =
      'must be "person:" or "system:" and 1 to 50 letters, digits, ".", "_", "@" or "-"';
    throw invalid(`${label}.name`, limit);
  }
  if (nkeys.length > 0 && nkeys.length <= keysMax) return;
  throw invalid(`${label}.nkeys`, `must be 1 to ${keysMax} public NKeys`);
}

/** The subject that leads across in the plant's account. */
const asPlant = (subject: string): string => subject.replace(deskApi, '$JS.API');
const streams = ['hf.fact.>', '$JS.EVENT.ADVISORY.>'];
const desk = { to: deskSubject('*'), subject: askedSubject('*') };

/** What leads across from the account of one name: questions to the desk, and what may be read. */
function importsOf(): Import[] {
  const account = plantAccount;
  const services = [...serviceSubjects, ...jetstreamSubjects(deskApi)].map((to) => {
    const subject = asPlant(to);
    return { service: { account, subject }, ...(subject === to ? {} : { to }) };
  });
  return [
    // The server writes on each of these which account and which key asks, over all else.
    { service: { account, subject: desk.subject }, to: desk.to, share: true },
    ...services,
    ...streams.map((subject) => ({ stream: { account, subject } })),
  ];
}

function exportsTo(accounts: string[]): Export[] {
  const many = { response_type: 'stream' as const }; // several centrals answer `$SRV.PING`
  return [
    { service: desk.subject, accounts },
    ...serviceSubjects.map((service) => ({ service, accounts, ...many })),
    ...jetstreamSubjects('$JS.API').map((service) => ({
      ...{ service, accounts },
      ...(service.includes('DIRECT') ? many : {}),
    })),
    ...streams.map((stream) => ({ stream, accounts })),
  ];
}

/**
 * The same accounts, and one for each person or system that asks the desk, named for them: central
 * takes the name from what the server writes on a request, which whoever asks cannot forge. Nobody
 * hears the answers of another, and no answer lands under a subject of the plant. Throws Fault
 * INVALID for a bad name, for one that stands twice, a key that two have, and for 0 or over 2 keys.
 */
export function withDesk(accounts: Accounts, people: readonly Guest[]): Accounts {
  const { [plantAccount]: plant, ...others } = accounts;
  for (const [at, one] of people.entries()) check(one, at);
  const names = people.map(({ name }) => name.toLowerCase());
  const keys = people.flatMap(({ nkeys }) => nkeys);
  if (new Set(names).size < names.length) throw invalid('people', 'must have each name once');
  if (new Set(keys).size < keys.length) throw invalid('people', 'must have each key once');
  if (people.length === 0) return accounts;
  const own = people.map(({ name, nkeys, may }) => {
    const permissions = personPermissions(may);
    const only = { permissions, allowed_connection_types: ['STANDARD'] as const };
    const users = nkeys.map((nkey) => ({ nkey, ...only }));
    return [deskAccount(name), { users, imports: importsOf(), exports: [] }] as const;
  });
  const given = exportsTo(own.map(([name]) => name));
  const known = new Map(plant!.exports.map((one) => [JSON.stringify(subjectOf(one)), one]));
  for (const one of given) {
    const key = JSON.stringify(subjectOf(one));
    const before = known.get(key);
    known.set(key, before ? { ...before, accounts: [...before.accounts, ...one.accounts] } : one);
  }
  return {
    [plantAccount]: { ...plant!, exports: [...known.values()] },
    ...others,
    ...Object.fromEntries(own),
  };
}
const subjectOf = (one: Export): readonly string[] =>
  'service' in one ? ['service', one.service] : ['stream', one.stream];
