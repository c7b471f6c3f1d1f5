// Goal: whoever is not let in learns nothing, tires soon, and leaves no secret anywhere.
// Method: a real edge over HTTP, asked by hand.
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  accepted,
  openScreen,
  pins,
  samplePeople,
  startManned,
  token,
  writePeople,
} from './helpers/people.ts';
import { type command, shop } from './helpers/shop.ts';

const mine = ({ actor: _, ...rest }: ReturnType<typeof command>) => rest;
const ada = { name: 'Ada Lovelace', pin: pins.ada };

test('unknown names and badges and a wrong PIN are answered alike', async () => {
  const plant = await startManned();
  const told = async (proof: object) => {
    const { status, body } = await plant.screen().signIn(proof);
    return { status, ...body, untilMs: body.untilMs === undefined ? 0 : 1 };
  };
  const wrong = {
    ...{ status: 401, code: 'REFUSED', rule: 'wrong', untilMs: 0 },
    message: 'name, badge or PIN is wrong',
  };
  for (let tries = 1; tries <= 5; tries++) {
    expect(await told({ name: 'Cem', pin: '999999' })).toEqual(wrong);
    expect(await told({ name: 'Nobody', pin: '999999' })).toEqual(wrong);
    if (tries <= 2) expect(await told({ badge: 'no-badge', pin: '999999' })).toEqual(wrong);
  }
  const locked = {
    ...{ status: 401, code: 'REFUSED', rule: 'locked', untilMs: 1 },
    message: 'locked out after too many wrong tries: try again later',
  };
  expect(await told({ name: 'Cem', pin: pins.cem })).toEqual(locked);
  expect(await told({ name: 'person:19', pin: pins.cem })).toEqual(locked);
  expect(await told({ name: 'Nobody', pin: pins.cem })).toEqual(locked);
  expect(await plant.facts()).toMatchObject([
    { type: 'PersonLockedOut', actor: 'person:19', body: { tries: 5 } },
  ]);
  await plant.restart();
  expect(await told({ name: 'Cem', pin: pins.cem })).toEqual(locked);
  expect(await told({ name: 'Dan', pin: pins.dan })).toMatchObject({ status: 200 });
});

test('a screen at which too many have tried is locked for everybody', async () => {
  const plant = await startManned();
  for (let tries = 1; tries <= 20; tries++) {
    const { body } = await plant.screen().signIn({ name: `Nobody ${tries}`, pin: '999999' });
    expect(body.rule).toBe('wrong');
  }
  expect((await plant.screen().signIn(ada)).body.rule).toBe('locked');
});

test('many tries at once are many tries', async () => {
  const plant = await startManned();
  const tries = Array.from({ length: 12 }, () =>
    plant.screen().signIn({ name: 'Cem', pin: '999999' }),
  );
  const rules = (await Promise.all(tries)).map(({ body }) => body.rule);
  expect(rules.filter((rule) => rule === 'wrong')).toHaveLength(5);
  expect(rules.filter((rule) => rule === 'locked')).toHaveLength(7);
});

test('an administrator forgives, locks and lets go without a restart', async () => {
  const plant = await startManned();
  const screen = plant.screen();
  for (let tries = 1; tries <= 5; tries++) await screen.signIn({ name: 'Cem', pin: '999999' });
  const file = await samplePeople();
  const change = async (id: string, more: object) => {
    const people = file.people.map((one) => (one.id === id ? { ...one, ...more } : one));
    writePeople(plant.config.peoplePath, { ...file, people });
  };
  await change('person:19', { clearedMs: Date.now() });
  const cem = { name: 'Cem', pin: pins.cem };
  await expect.poll(async () => (await screen.signIn(cem)).status, { timeout: 30_000 }).toBe(200);
  await change('person:19', { locked: true });
  const asked = async () => (await screen.ask([mine(shop.hold('H1', 'line'))])).body.rule;
  await expect
    .poll(async () => (await screen.session()).body.person, { timeout: 30_000 })
    .toBe(null);
  expect(await asked()).toBe('signIn');
  expect((await screen.signIn(cem)).body).toMatchObject({
    ...{ rule: 'locked', message: 'Cem is locked by an administrator' },
  });
  expect((await screen.signIn({ ...cem, pin: '999999' })).body.rule).toBe('wrong');
  const ends = async () => (await plant.facts()).at(-1);
  await expect.poll(ends, { timeout: 30_000 }).toMatchObject({
    ...{ type: 'PersonSignedOut', body: { person: 'person:19', why: 'ended' } },
  });
  await change('person:19', { validUntilMs: 1_000 });
  const expired = async () => (await screen.signIn(cem)).body.rule;
  await expect.poll(expired, { timeout: 30_000 }).toBe('expired');
});

test('a broken file of people is told, and the last good one stays in force', async () => {
  const plant = await startManned();
  const screen = plant.screen();
  const status = async () => {
    const { body } = await screen.call('GET', '/v1/status');
    return (body as unknown as { people: object }).people;
  };
  expect(await status()).toEqual({ people: 4, trouble: null, signedIn: 0 });
  const file = await samplePeople();
  const twice = { ...file, people: [...file.people, file.people[0]!] };
  writePeople(plant.config.peoplePath, twice);
  await expect.poll(status, { timeout: 30_000 }).toMatchObject({
    ...{ people: 4, trouble: expect.stringContaining('person:17 and person:17 have the same id') },
  });
  expect(await screen.signIn(ada)).toMatchObject({ status: 200 });
  writePeople(plant.config.peoplePath, file);
  chmodSync(plant.config.peoplePath, 0o640);
  await expect.poll(status, { timeout: 30_000 }).toMatchObject({
    trouble: 'file of people: must be readable by its owner alone: chmod 600',
  });
  writePeople(plant.config.peoplePath, { ...file, people: file.people.slice(0, 2) });
  await expect.poll(status, { timeout: 30_000 }).toMatchObject({ people: 2, trouble: null });
});

test('a start with a broken file lets nobody in, and signs nobody out', async () => {
  const plant = await startManned();
  const screen = plant.screen();
  await screen.signIn(ada);
  const file = await samplePeople();
  writePeople(plant.config.peoplePath, { ...file, people: [file.people[0]!, file.people[0]!] });
  await plant.restart();
  const again = openScreen(plant.url(), { cookie: screen.cookie()! });
  expect((await again.session()).body.person).toBe(null);
  expect((await again.signIn(ada)).body).toMatchObject({
    ...{ rule: 'nobody', message: expect.stringContaining('the file of people cannot be taken') },
  });
  writePeople(plant.config.peoplePath, file);
  const here = async () => (await again.session()).body.person?.id;
  await expect.poll(here, { timeout: 30_000 }).toBe('person:17');
  expect((await plant.facts()).map(({ type }) => type)).toEqual(['PersonSignedIn']);
});

test('without people nobody is let in, and what to do is said', async () => {
  const plant = await startManned({}, (file) => ({ ...file, people: [] }));
  const screen = plant.screen();
  expect((await screen.session()).body).toMatchObject({ signIn: true, isEmpty: true });
  expect(await screen.signIn({ name: 'admin', pin: '123456' })).toMatchObject({
    status: 401,
    body: { rule: 'nobody', message: expect.stringContaining('"holdfast people add"') },
  });
});

const bad: [string, unknown, string][] = [
  ['no JSON, of which no part is told', '{"name":"Ada","pin":271828', 'body: is not JSON'],
  ['a list', [], 'session: must be an object'],
  ['no PIN', { name: 'Ada' }, 'session.pin: must be a text of 1 to 64'],
  ['a PIN that is a number', { name: 'Ada', pin: 271828 }, 'session.pin: must be a text'],
  ['a PIN without end', { name: 'Ada', pin: '1'.repeat(65) }, 'session.pin: must be a text'],
  ['neither name nor badge', { pin: '1' }, 'session.name: or badge must be given'],
  ['both', { name: 'Ada', badge: 'b', pin: '1' }, 'session.name: or badge must be given'],
  ['no line', { ...ada, line: 'here' }, 'session.line'],
];
test.each(bad)('signing in with %s is refused by name', async (_what, given, message) => {
  const plant = await startManned();
  const reply = await plant.screen().call('POST', '/v1/session', given);
  expect([reply.status, reply.body.message]).toEqual([400, expect.stringContaining(message)]);
  expect(reply.body.message).not.toContain('271828');
});

test("another site's page, or a form, cannot act in a person's name", async () => {
  const plant = await startManned();
  const screen = plant.screen();
  await screen.signIn(ada);
  const body = { commands: [mine(shop.hold('H1', 'line'))] };
  const from = (headers: object) => screen.call('POST', '/v1/commands', body, headers);
  const refused = { status: 403, body: { code: 'REFUSED', rule: 'origin' } };
  expect(await from({ origin: 'https://evil.example' })).toMatchObject(refused);
  expect(await from({ origin: 'null' })).toMatchObject(refused);
  expect(await from({ 'sec-fetch-site': 'cross-site' })).toMatchObject(refused);
  expect(await from({ 'content-type': 'text/plain' })).toMatchObject(refused);
  expect(await from({ 'content-type': 'application/x-www-form-urlencoded' })).toMatchObject(
    refused,
  );
  const evil = { origin: 'https://evil.example' };
  expect(await screen.call('DELETE', '/v1/session', undefined, evil)).toMatchObject(refused);
  expect((await plant.facts()).map(({ type }) => type)).toEqual(['PersonSignedIn']);
  expect(await from({ origin: plant.url() })).toMatchObject({ status: 200 });
});

test('who asks without end is told to wait, and others are not kept out', async () => {
  const plant = await startManned();
  const [one, two] = [plant.screen(), plant.screen()];
  await one.signIn(ada);
  await two.signIn({ name: 'Dan', pin: pins.dan });
  const tries = Array.from({ length: 400 }, () => one.call('PUT', '/v1/session', {}));
  const slow = (await Promise.all(tries)).find(({ status }) => status === 429);
  expect(slow?.body).toMatchObject({ code: 'FULL', rule: 'rate' });
  expect(slow?.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  accepted(await two.ask([mine(shop.hold('H1', 'line'))]));
});

test('every answer says what a browser must not do with it', async () => {
  const plant = await startManned();
  for (const path of ['/', '/v1/session', '/v1/status']) {
    const { headers } = await plant.screen().call('GET', path);
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'self';/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    if (path !== '/') expect(headers.get('cache-control')).toBe('no-store');
  }
});

test('no PIN, badge, cookie or token is in the store, its log, or any fact', async () => {
  const plant = await startManned();
  const screen = plant.screen();
  await screen.signIn({ badge: 'badge-1', pin: pins.ada });
  await screen.signIn({ name: '707707-typed-as-a-name', pin: '808808' });
  await screen.ask([mine(shop.hold('H1', 'line'))], { ...ada, meaning: 'seen' });
  await plant.screen({ authorization: `Bearer ${token}` }).ask([]);
  const cookie = screen.cookie()!.split('=')[1]!;
  expect(cookie).toHaveLength(43);
  await plant.stop();
  const secrets = [pins.ada, 'badge-1', cookie, token, '707707', '808808'];
  for (const name of readdirSync(plant.folder)) {
    const bytes = readFileSync(join(plant.folder, name));
    for (const secret of secrets) expect([name, bytes.includes(secret)]).toEqual([name, false]);
  }
});
