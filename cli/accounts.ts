import { feedApi, hubDomain, keptSubject, plantAccount } from '../shared/subject.ts';
import { edgePermissions, feedPermissions, type Permissions } from './permissions.ts';

/** A leaf that is let in, by one public NKey or, while keys are renewed, by two. */
type LeafGuest = {
  nkeys: readonly string[];
  /** The lines of each edge beside it, in the order of its config. */
  edges: readonly (readonly string[])[];
};

type Way = { service: string } | { stream: string };
export type Export = Way & { accounts: string[]; response_type?: 'stream' };
export type Import = {
  service?: { account: string; subject: string };
  stream?: { account: string; subject: string };
  to?: string;
  share?: true;
};
export type Account = {
  users: readonly {
    nkey: string;
    permissions?: Permissions;
    allowed_connection_types: readonly ('LEAFNODE' | 'STANDARD')[];
  }[];
  imports: readonly Import[];
  exports: readonly Export[];
  jetstream?: 'enabled';
};
export type Accounts = Readonly<Record<string, Account>>;

/** A leaf's account is named for the first line beside it, which does not change with its keys. */
const accountOf = ({ edges }: LeafGuest): string =>
  keptSubject(edges[0]![0]!).split('.').slice(2).join('/');

/** What a leaf may carry for the edges beside it: what they may, together. */
function leafPermissions(edges: LeafGuest['edges']): Permissions {
  const parts = edges.map(edgePermissions);
  const all = (way: keyof Permissions) => ({
    allow: [...new Set(parts.flatMap((part) => part[way].allow))],
  });
  return { publish: all('publish'), subscribe: all('subscribe') };
}

const isAnswer = (subject: string): boolean => /^_(?:INBOX_|R_)/.test(subject);
const across = `$JS.${hubDomain}.API.`;
/** As the hub itself spells it: its domain is no part of the name there. */
export const atHub = (subject: string): string => subject.replace(across, '$JS.API.');

/**
 * The hub's accounts: one of the plant's own, and one for each leaf, with a way across for each
 * subject that the leaf may use, and no other. An answer never leaves the account of who has
 * asked: where everybody shares an account, the server puts the answer to a request of one's own
 * under any subject that the request names, and so into another's line.
 */
export function hubAccounts(central: readonly string[], leaves: readonly LeafGuest[]): Accounts {
  const given = new Map<string, Export>(); // by the plant's account
  const asked: Import[] = []; // of leaves, by central
  const give = (kind: 'service' | 'stream', subject: string, account: string) => {
    const known = given.get(subject);
    if (known) known.accounts.push(account);
    else given.set(subject, { [kind]: subject, accounts: [account] } as Export);
  };
  const permitted = leaves.map(({ edges }) => leafPermissions(edges));
  const heard = permitted.flatMap(({ subscribe }) => subscribe.allow);
  const isTold = (subject: string) =>
    subject.startsWith('hf.kept.') || heard.indexOf(subject) !== heard.lastIndexOf(subject);
  const accounts: Record<string, Account> = {};
  for (const [index, leaf] of leaves.entries()) {
    const [name, permissions] = [accountOf(leaf), permitted[index]!];
    const imports: Import[] = [];
    const exports: Export[] = [];
    for (const to of permissions.publish.allow.filter((subject) => !isAnswer(subject))) {
      const subject = atHub(to);
      give('service', subject, name);
      // The server takes the domain out of the name in every account: both names lead across.
      imports.push({ service: { account: plantAccount, subject }, to });
      if (subject !== to) imports.push({ service: { account: plantAccount, subject } });
    }
    for (const subject of permissions.subscribe.allow.filter((one) => !isAnswer(one))) {
      if (isTold(subject)) {
        give('stream', subject, name);
        imports.push({ stream: { account: plantAccount, subject } });
      } else {
        exports.push({ service: subject, accounts: [plantAccount] });
        asked.push({ service: { account: name, subject } });
      }
    }
    const only = { permissions, allowed_connection_types: ['LEAFNODE'] as const };
    const users = leaf.nkeys.map((nkey) => ({ nkey, ...only }));
    accounts[name] = { users, imports, exports };
  }
  const users = central.map((nkey) => ({ nkey, allowed_connection_types: ['STANDARD'] as const }));
  const exports = [...given.values()];
  return { [plantAccount]: { jetstream: 'enabled', users, imports: asked, exports }, ...accounts };
}

/** In an account without JetStream the API's own name is answered before it leads across. */
const asPlant = (subject: string): string => subject.replace(feedApi, '$JS.API');

/** A reader of the feed: its name in central's configuration, and its public NKeys. */
type Reader = { name: string; nkeys: readonly string[] };

/**
 * The same accounts, and one for each reader of the feed, with a way across to its own consumer: so
 * that messages come back to it alone, and under no subject that it names.
 */
export function withReaders(accounts: Accounts, readers: readonly Reader[]): Accounts {
  const { [plantAccount]: plant, ...others } = accounts;
  const exports: Export[] = [];
  const own = readers.map(({ name, nkeys }) => {
    const account = `feed/${name}`;
    const permissions = feedPermissions(name, feedApi);
    const ways = permissions.publish.allow.map((to) => ({ to, service: asPlant(to) }));
    for (const { service } of ways) {
      const many = service.includes('MSG.NEXT') ? { response_type: 'stream' as const } : {};
      exports.push({ service, accounts: [account], ...many });
    }
    const imports = ways.map(({ to, service: subject }) => {
      return { service: { account: plantAccount, subject }, to };
    });
    const only = { permissions, allowed_connection_types: ['STANDARD'] as const };
    const users = nkeys.map((nkey) => ({ nkey, ...only }));
    return [account, { users, imports, exports: [] }] as const;
  });
  return {
    [plantAccount]: { ...plant!, exports: [...plant!.exports, ...exports] },
    ...others,
    ...Object.fromEntries(own),
  };
}
