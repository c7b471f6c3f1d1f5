import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { nkeys } from '@nats-io/nats-core';
import { sender } from '../shared/dispatch.ts';
import { type EndpointName, endpoints } from '../shared/endpoints.ts';
import {
  choice,
  type Field,
  fallback,
  invalid,
  list,
  type Read,
  record,
  some,
} from '../shared/field.ts';
import { readJson } from '../shared/json.ts';
import { lineField, linePath } from '../shared/subject.ts';
import { hubAccounts, withReaders } from './accounts.ts';
import { withDesk } from './deskaccounts.ts';
import { edgePermissions, type May } from './permissions.ts';

export const usage = `holdfast accounts FILE [--to FILE]
holdfast accounts FILE --leaf LINE [--to FILE]

Writes who is let in at a nats-server, and to what, from a list of who comes: the "accounts" of the
hub's configuration, or the "authorization" of the leaf that carries LINE. It is JSON, which a
nats-server includes as it is: include ./accounts.json

  FILE              the list, as JSON: docs/credentials.md#the-list
  --leaf LINE       enterprise/site/area/line of any line beside the leaf
  --to FILE         write there, as a whole, in place of what is there

Then: nats-server --signal reload=PID, twice where an account is new.

Exit code 0: done. 1: not, and why.
`;

/** Keys of one guest: the one in use, and the next; and of all centrals together. */
const keysMax = 2;
const centralKeysMax = 16;
const publicKey: Field<string> = {
  doc: 'A public NKey of a user, "U..." of 56 characters.',
  schema: { type: 'string', pattern: '^U[A-Z2-7]{55}$' },
  read(value, name) {
    if (typeof value === 'string' && value.startsWith('U') && isPublic(value)) return value;
    const isSeed = typeof value === 'string' && value.startsWith('S');
    const words = isSeed ? 'is a seed, which stays where it is used; must be its public key' : '';
    throw invalid(name, words || 'must be a public NKey of a user, "U" and 55 of A-Z and 2-7');
  },
};
function isPublic(text: string): boolean {
  try {
    return nkeys.fromPublic(text).getPublicKey() === text;
  } catch {
    return false;
  }
}
const keys = some(list(publicKey, keysMax));

const names = Object.keys(endpoints) as EndpointName[];
const operation = choice('An operation of the desk.', names);
const may: Field<May> = {
  doc: '"act" for every operation, "look" for those that change nothing, or their names.',
  schema: { anyOf: [{ enum: ['act', 'look'] }, { type: 'array', items: operation.schema! }] },
  read(value, name) {
    if (value === 'act' || value === 'look') return value;
    if (Array.isArray(value)) return some(list(operation, names.length)).read(value, name);
    throw invalid(name, 'must be "act", "look" or a list of operations');
  },
};
const readerName: Field<string> = {
  doc: 'Its name in central’s feed.consumers.',
  schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,40}$' },
  read(value, name) {
    if (typeof value === 'string' && /^[A-Za-z0-9_-]{1,40}$/.test(value)) return value;
    throw invalid(name, 'must be 1 to 40 letters, digits, "_" or "-"');
  },
};

const edgeFields = {
  lines: some(list(lineField, 64)),
  nkeys: fallback(list(publicKey, keysMax), []),
};
const leafFields = { nkeys: keys, edges: some(list(record('An edge beside it.', edgeFields), 64)) };
/** The list of who comes to a hub. */
export const guestFields = {
  central: some(list(publicKey, centralKeysMax)),
  leaves: fallback(list(record('A leaf.', leafFields), 2_000), []),
  readers: fallback(
    list(record('A reader of the feed.', { name: readerName, nkeys: keys }), 200),
    [],
  ),
  people: fallback(list(record('Who asks the desk.', { name: sender, nkeys: keys, may }), 500), []),
};
export type GuestList = Read<typeof guestFields>;

/** Throws Fault INVALID for what stands a second time. */
function once(all: readonly { at: string; it: string }[], what: string): void {
  const seen = new Map<string, string>();
  for (const { at, it } of all) {
    const before = seen.get(it);
    if (before !== undefined) throw invalid(at, `${what} ${it} stands at ${before} already`);
    seen.set(it, at);
  }
}

/** Reads the list. Throws Fault INVALID that names what is wrong in it, a key that two have too. */
export function readGuests(bytes: Uint8Array): GuestList {
  const guests = readJson(guestFields, bytes, 'list');
  const { central, leaves, readers, people } = guests;
  const keysOf = (at: string, own: readonly string[]) =>
    own.map((it, index) => ({ at: `${at}.nkeys[${index}]`, it }));
  const edges = leaves.flatMap(({ edges: own }, leaf) =>
    own.map((edge, at) => ({ ...edge, at: `list.leaves[${leaf}].edges[${at}]` })),
  );
  const atHub = [
    ...central.map((it, index) => ({ at: `list.central[${index}]`, it })),
    ...leaves.flatMap((leaf, at) => keysOf(`list.leaves[${at}]`, leaf.nkeys)),
    ...readers.flatMap((reader, at) => keysOf(`list.readers[${at}]`, reader.nkeys)),
    ...people.flatMap((one, at) => keysOf(`list.people[${at}]`, one.nkeys)),
    ...edges.flatMap(({ at, nkeys: own }) => keysOf(at, own)),
  ];
  once(atHub, 'the key');
  once(
    edges.flatMap(({ at, lines }) =>
      lines.map((it, index) => ({ at: `${at}.lines[${index}]`, it })),
    ),
    'the line',
  );
  once(
    readers.map(({ name: it }, at) => ({ at: `list.readers[${at}].name`, it })),
    'the reader',
  );
  return guests;
}

/** The hub's accounts. Throws Fault INVALID for a name of people that is none or stands twice. */
export function accountsOf({ central, leaves, readers, people }: GuestList) {
  const carried = leaves.map((leaf) => ({
    nkeys: leaf.nkeys,
    edges: leaf.edges.map(({ lines }) => lines),
  }));
  return withDesk(withReaders(hubAccounts(central, carried), readers), people);
}

/**
 * The users of the leaf that carries a line: each edge beside it, with its own subjects. Throws
 * Fault INVALID where no leaf does, and for an edge without a key.
 */
export function usersAtLeaf({ leaves }: GuestList, line: string) {
  const at = leaves.findIndex(({ edges }) => edges.some(({ lines }) => lines.includes(line)));
  if (at === -1) throw invalid('--leaf', `the list has no leaf that carries ${line}`);
  return leaves[at]!.edges.flatMap(({ lines, nkeys: own }, edge) => {
    if (own.length === 0) {
      throw invalid(`list.leaves[${at}].edges[${edge}].nkeys`, 'must name the key of the edge');
    }
    return own.map((nkey) => ({ nkey, permissions: edgePermissions(lines) }));
  });
}

function readList(path: string): GuestList {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw invalid('FILE', `${path}: ${(error as Error).message}`);
  }
  return readGuests(bytes);
}

/** The command line; resolves with the exit code. */
export async function run(args: string[]): Promise<number> {
  const options = { leaf: { type: 'string' }, to: { type: 'string' } } as const;
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) throw invalid('FILE', 'must be one file, the list');
  const guests = readList(path);
  const { leaf, to } = values;
  const words =
    leaf === undefined
      ? { accounts: accountsOf(guests) }
      : { authorization: { users: usersAtLeaf(guests, linePath(leaf, '--leaf')) } };
  const text = `${JSON.stringify(words, null, 2)}\n`;
  if (to === undefined) {
    process.stdout.write(text);
    return 0;
  }
  try {
    writeFileSync(`${to}.part`, text);
    renameSync(`${to}.part`, to);
  } catch (error) {
    throw invalid('--to', `${to}: ${(error as Error).message}`);
  }
  return 0;
}
