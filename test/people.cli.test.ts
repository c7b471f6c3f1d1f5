// Goal: people are looked after by one command, no secret ever stands in an argument or in clear,
// and the file is whole at any moment.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type PeopleFile, readPeople } from '../shared/people.ts';
import { checkPin, isPin, slowHash } from '../shared/pin.ts';
import { testFolder } from './helpers/folder.ts';

function openDesk() {
  const file = join(testFolder(), 'people.json');
  const people = (words: string, input = '') => {
    const args = ['cli/holdfast.ts', 'people', ...words.split(' '), '--file', file];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      ...{ input, encoding: 'utf8', timeout: 60_000 },
    });
    return { status, stdout, stderr };
  };
  const read = (): PeopleFile => readPeople(readFileSync(file));
  return { file, people, read };
}

test('a first person is made where there was no file, for its owner alone', async () => {
  const { file, people, read } = openDesk();
  expect(people('list').stdout).toContain('nobody is known yet');
  const made = people('add 17 --name Ada --role operator --role lead --days 10', '271828\n');
  expect(made).toMatchObject({ status: 0, stderr: '' });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const [ada] = read().people;
  expect(ada).toMatchObject({ id: 'person:17', name: 'Ada', roles: ['operator', 'lead'] });
  expect(ada!.credentialUntilMs / 86_400_000).toBeCloseTo(Date.now() / 86_400_000 + 10, 1);
  expect(await isPin('271828', ada!.pin!)).toBe(true);
  expect(await isPin('271829', ada!.pin!)).toBe(false);
  expect(readFileSync(file, 'utf8')).not.toContain('271828');
  expect(existsSync(`${file}.new`)).toBe(false);
});

test('PIN, badges, roles, locks and leaving change what they say', async () => {
  const { people, read } = openDesk();
  people('add 17 --name Ada --role operator', '271828\n');
  people('add person:18 --name Bea --role quality --no-pin --until 2090-01-31');
  expect(read().people[1]).toMatchObject({ id: 'person:18', validUntilMs: 3_789_590_399_999 });
  expect(people('badge 17', 'secret-badge\n').status).toBe(0);
  const { salt, ...cost } = read().badge;
  expect(read().people[0]!.badges).toEqual([await slowHash('secret-badge', salt, cost)]);
  expect(people('badge 18', 'secret-badge\n')).toMatchObject({
    ...{ status: 1, stderr: expect.stringContaining('have the same badge') },
  });
  expect(people('pin 18', '314159\n').status).toBe(0);
  expect(people('roles 18 --role lead').status).toBe(0);
  expect(people('lock 17').status).toBe(0);
  expect(read().people).toMatchObject([{ locked: true }, { roles: ['lead'], pin: { n: 16_384 } }]);
  expect(people('unlock 17').status).toBe(0);
  expect(read().people[0]).toMatchObject({ locked: false, clearedMs: expect.any(Number) });
  expect(people('remove 17').status).toBe(0);
  expect(read().people[0]).toMatchObject({ left: true, badges: [], name: 'Ada' });
  expect(read().people[0]).not.toHaveProperty('pin');
  expect(people('add 17 --name New --role lead', '271828\n').stderr).toContain('somebody who has');
  expect(people('list').stdout).toMatch(/person:17 +Ada .*has left/);
});

test('signing is renewed, and whoever will soon not sign is named', () => {
  const { people, read } = openDesk();
  people('add 17 --name Ada --role operator --days 5', '271828\n');
  const soon = people('check');
  expect(soon).toMatchObject({ status: 1, stdout: expect.stringContaining('person:17 (Ada) can') });
  expect(people('renew 17 --days 60').status).toBe(0);
  expect(people('check')).toMatchObject({ status: 0, stdout: 'nothing is to be done\n' });
  const before = read().people[0]!.credentialUntilMs;
  expect(people('renew --all --days 90').status).toBe(0);
  expect(read().people[0]!.credentialUntilMs).toBeGreaterThan(before);
});

test('a token is told once, kept as its hash, and taken back', () => {
  const { file, people, read } = openDesk();
  const { stdout } = people('token add mes --actor system:mes --actor machine:* --backup');
  expect(stdout).toMatch(/^hf_[\w-]{43}\n$/);
  expect(readFileSync(file, 'utf8')).not.toContain(stdout.trim());
  expect(read().tokens).toMatchObject([{ id: 'mes', actors: ['system:mes', 'machine:*'] }]);
  expect(people('token list').stdout).toContain('system:mes, machine:*');
  expect(people('token remove mes').status).toBe(0);
  expect(read().tokens).toEqual([]);
});

const refused: [string, string, string][] = [
  ['add', '', 'ID: must be one person'],
  ['add 17 --role lead', '271828', '--name: must be given'],
  ['add 17 --name Ada', '271828', '--role: must name at least one'],
  ['add 17 --name Ada --role boss', '271828', '--role[0]: must be one of operator'],
  ['add 17 --name Ada --role lead --days 401', '271828', '--days: must be a whole number from 1'],
  ['add 17 --name Ada --role lead --until 2026-02-30', '271828', '--until: must be a day'],
  ['add 17 --name Ada --role lead', '', 'PIN of person:17: nothing was given'],
  ['add 17 --name Ada --role lead', '12345', 'pin: must be 6 to 12 digits'],
  ['add 271828 --name Ada --role lead', '271828', 'pin: must not be the id'],
  ['add 17 --name Ada\u0007 --role lead', '271828', 'people.people[0].name: must be 1 to 60'],
  ['lock 17', '', 'cannot be read (ENOENT)'],
  ['renew', '', '--all: or at least one ID must be given'],
  ['token add mes', '', 'tokens[0].actors: must name at least one'],
  ['promote 17', '', 'people: promote: is none of list, check, add'],
];
test.each(refused)('"people %s" is refused by name', (words, input, message) => {
  const { file, people } = openDesk();
  const { status, stderr } = people(words, input);
  expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
  expect(stderr).not.toContain(input === '' ? '\u0000' : input);
  expect([existsSync(file), existsSync(`${file}.new`)]).toEqual([false, false]);
});

test('a change under way keeps another out, and the file as it was', () => {
  const { file, people } = openDesk();
  people('add 17 --name Ada --role operator', '271828\n');
  const before = readFileSync(file, 'utf8');
  writeFileSync(`${file}.new`, '');
  expect(people('lock 17')).toMatchObject({
    ...{ status: 1, stderr: expect.stringContaining('somebody else changes it now') },
  });
  expect(readFileSync(file, 'utf8')).toBe(before);
});

test.each(['111111', '123456', '654321', '890123', '121212', '123123', '12345', '1234567890123'])(
  'PIN %s is refused',
  (pin) => {
    expect(() => checkPin(pin)).toThrow(expect.objectContaining({ code: 'INVALID' }));
  },
);
test.each(['271828', '112233445566', '100000', '424243'])('PIN %s is taken', (pin) => {
  expect(() => checkPin(pin)).not.toThrow();
});
