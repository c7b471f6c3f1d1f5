// Goal: whoever writes a hub's configuration by hand has its accounts from a list of who comes, and
// is told what is wrong in the list. Method: the command as it is typed; a real nats-server that
// reads what it writes.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { nkeyAuthenticator } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { expect, onTestFinished, test } from 'vitest';
import { startHub } from '../cli/broker.ts';
import { accountsOf, readGuests, usersAtLeaf } from '../cli/hubaccounts.ts';
import { findNatsServer } from '../cli/provision.ts';
import { testFolder } from './helpers/folder.ts';
import { newKey } from './helpers/rogue.ts';

const [m01, m02, p1] = ['acme/lyon/turning/M01', 'acme/lyon/turning/M02', 'acme/graz/packing/P1'];
const keys = { central: newKey(), lyon: newKey(), graz: newKey(), bi: newKey(), ada: newKey() };
const edges = { first: newKey(), second: newKey(), graz: newKey() };
const whole = {
  central: [keys.central.nkey],
  leaves: [
    {
      nkeys: [keys.lyon.nkey],
      edges: [
        { lines: [m01], nkeys: [edges.first.nkey] },
        { lines: [m02], nkeys: [edges.second.nkey] },
      ],
    },
    { nkeys: [keys.graz.nkey], edges: [{ lines: [p1] }] },
  ],
  readers: [{ name: 'bi', nkeys: [keys.bi.nkey] }],
  people: [{ name: 'person:17', nkeys: [keys.ada.nkey], may: 'look' }],
};
const bytesOf = (value: unknown) => Buffer.from(JSON.stringify(value));

async function typed(...args: string[]) {
  const child = spawn(process.execPath, ['cli/holdfast.ts', 'accounts', ...args]);
  const told = [text(child.stdout), text(child.stderr)] as const;
  const [code] = (await once(child, 'close')) as [number];
  return { out: await told[0], err: await told[1], code };
}

/** Whether the server takes a configuration, with its words where it does not. */
async function taken(folder: string, config: string): Promise<string> {
  const path = join(folder, 'server.conf');
  writeFileSync(path, config);
  const { stdout, stderr } = spawnSync(await findNatsServer(), ['-t', '-c', path]);
  return `${stdout}${stderr}`;
}

test('the accounts of a hub are written as a whole, and its server takes them', async () => {
  const folder = testFolder();
  const [list, to] = [join(folder, 'guests.json'), join(folder, 'accounts.json')];
  writeFileSync(list, JSON.stringify(whole));
  writeFileSync(to, 'what was there before');
  expect(await typed(list, '--to', to)).toEqual({ out: '', err: '', code: 0 });
  const { accounts } = JSON.parse(readFileSync(to, 'utf8'));
  expect(accounts).toEqual(JSON.parse(JSON.stringify(accountsOf(readGuests(bytesOf(whole))))));
  const own = ['HF', 'acme/lyon/turning/M01', 'acme/graz/packing/P1', 'feed/bi', 'desk/person:17'];
  expect(Object.keys(accounts)).toEqual(own);
  expect(await taken(folder, 'listen: 127.0.0.1:-1\ninclude ./accounts.json\n')).toMatch(
    /is valid/,
  );

  // It is the file that was read: without the plant's own account it is refused.
  const { HF: _, ...others } = accounts;
  writeFileSync(to, JSON.stringify({ accounts: others }));
  const refused = await taken(folder, 'listen: 127.0.0.1:-1\ninclude ./accounts.json\n');
  expect(refused).not.toMatch(/is valid/);
});

test('the users of a leaf are written, each with its own lines', async () => {
  const folder = testFolder();
  const list = join(folder, 'guests.json');
  writeFileSync(list, JSON.stringify(whole));
  const { out, code } = await typed(list, '--leaf', m02);
  expect(code).toBe(0);
  const { authorization } = JSON.parse(out);
  expect(authorization.users.map(({ nkey }: { nkey: string }) => nkey)).toEqual([
    edges.first.nkey,
    edges.second.nkey,
  ]);
  expect(JSON.stringify(authorization.users[1])).not.toContain('M01');
  writeFileSync(join(folder, 'users.json'), out);
  expect(await taken(folder, 'listen: 127.0.0.1:-1\ninclude ./users.json\n')).toMatch(/is valid/);

  const graz = await typed(list, '--leaf', p1);
  expect(graz.code).toBe(1);
  expect(graz.err).toMatch(/list\.leaves\[1\]\.edges\[0\]\.nkeys: must name the key of the edge/);
  expect(() => usersAtLeaf(readGuests(bytesOf(whole)), 'acme/nice/a/b')).toThrow(
    '--leaf: the list has no leaf that carries acme/nice/a/b',
  );
});

test('who is in the list is let in, and nobody else', async () => {
  const accounts = accountsOf(readGuests(bytesOf(whole)));
  const hub = await startHub({ directory: testFolder(), accounts });
  onTestFinished(() => hub.stop());
  const enter = async ({ seed }: { seed: string }) => {
    const authenticator = nkeyAuthenticator(Buffer.from(seed));
    const connection = await connect({ servers: hub.url, authenticator, reconnect: false });
    await connection.close();
  };
  for (const one of [keys.central, keys.bi, keys.ada]) await enter(one);
  // A leaf's key is for leaves; an edge's is for its leaf; the last is nobody's.
  for (const one of [keys.lyon, edges.first, newKey()]) {
    await expect(enter(one)).rejects.toThrow(/authorization/i);
  }
});

const [leaf] = whole.leaves;
const edge = { lines: [m01], nkeys: [edges.first.nkey] };
test.each([
  ['no list', [], 'list: must be an object'],
  ['no key of central', { ...whole, central: [] }, 'list.central: must name at least one'],
  ['an unknown word', { ...whole, leafs: [] }, 'list.leafs: unknown'],
  [
    'a seed',
    { ...whole, central: [keys.central.seed] },
    'list.central[0]: is a seed, which stays where it is used; must be its public key',
  ],
  [
    'a key with a slip',
    { ...whole, central: [`${keys.central.nkey.slice(0, -1)}1`] },
    'list.central[0]: must be a public NKey of a user, "U" and 55 of A-Z and 2-7',
  ],
  [
    'a third key',
    { ...whole, readers: [{ name: 'bi', nkeys: [0, 1, 2].map(() => newKey().nkey) }] },
    'list.readers[0].nkeys: must be a list of at most 2',
  ],
  [
    'a key that two have',
    { ...whole, readers: [{ name: 'bi', nkeys: [keys.lyon.nkey] }] },
    `list.readers[0].nkeys[0]: the key ${keys.lyon.nkey} stands at list.leaves[0].nkeys[0] already`,
  ],
  [
    'a line that two have',
    { ...whole, leaves: [leaf, { nkeys: [keys.graz.nkey], edges: [{ lines: [m02] }] }] },
    'list.leaves[1].edges[0].lines[0]: the line acme/lyon/turning/M02 stands at' +
      ' list.leaves[0].edges[1].lines[0] already',
  ],
  [
    'no line',
    { ...whole, leaves: [{ nkeys: [keys.lyon.nkey], edges: [{ ...edge, lines: ['M01'] }] }] },
    'list.leaves[0].edges[0].lines[0]: must be enterprise/site/area/line',
  ],
  [
    'a reader twice',
    { ...whole, readers: [...whole.readers, { name: 'bi', nkeys: [newKey().nkey] }] },
    'list.readers[1].name: the reader bi stands at list.readers[0].name already',
  ],
  [
    'an operation that is none',
    { ...whole, people: [{ ...whole.people[0], may: ['lok'] }] },
    'list.people[0].may[0]: must be one of ',
  ],
  [
    'a right that is none',
    { ...whole, people: [{ ...whole.people[0], may: 'all' }] },
    'list.people[0].may: must be "act", "look" or a list of operations',
  ],
  [
    'a name that is none',
    { ...whole, people: [{ ...whole.people[0], name: 'ada' }] },
    'list.people[0].name: must begin with "person:" or "system:"',
  ],
  [
    'a name that is no account',
    { ...whole, people: [{ ...whole.people[0], name: 'person:1 2' }] },
    'people[0].name: must be "person:" or "system:" and 1 to 50 letters',
  ],
])('%s is refused', (_, given, words) => {
  expect(() => accountsOf(readGuests(bytesOf(given)))).toThrow(words);
});

test('a file that is not there, or is no JSON, is named', async () => {
  const folder = testFolder();
  const path = join(folder, 'guests.json');
  expect(await typed(path)).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringMatching(/FILE: /),
  });
  writeFileSync(path, 'central: U');
  expect(await typed(path)).toMatchObject({ code: 1, err: expect.stringMatching(/is not JSON/) });
  expect(await typed()).toMatchObject({ code: 1, err: expect.stringMatching(/FILE: must be one/) });
});
