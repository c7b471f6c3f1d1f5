// Goal: only who has shown who they are may act, and nobody learns more from a wrong try.
// Method: a real edge over HTTP, with its file of people and its store on disk.
import { expect, test } from 'vitest';
import { accepted, openScreen, pins, startManned, token } from './helpers/people.ts';
import { type command, m01, m02, shop } from './helpers/shop.ts';

const mine = ({ actor: _, ...rest }: ReturnType<typeof command>) => rest;
const ada = { name: 'Ada Lovelace', pin: pins.ada };
const bea = { name: 'beatrice', pin: pins.bea };

test('a screen signs in by badge or name and PIN, asks in that name, and signs out', async () => {
  const plant = await startManned();
  const screen = plant.screen();
  expect((await screen.session()).body).toEqual({
    ...{ person: null, signIn: true, isEmpty: false, idleMs: 300_000, language: 'en', mayAsk: [] },
  });
  const { status, body, headers } = await screen.signIn({ ...bea, line: m02 });
  expect([status, body]).toMatchObject([
    200,
    {
      person: { id: 'person:18', name: 'Beatrice', roles: ['lead', 'technician'] },
      ...{ signIn: true, idleMs: 300_000, language: 'en' },
      mayAsk: expect.arrayContaining(['ReleaseOrder', 'PlaceHold']),
    },
  ]);
  expect(body.person).toMatchObject({ canSignByPin: false, endsMs: expect.any(Number) });
  const [cookie] = headers.getSetCookie();
  expect(cookie).toMatch(/^holdfast=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/; Max-Age=43200$/);
  expect((await screen.session()).body.person?.id).toBe('person:18');
  const [answer] = accepted(await screen.ask([mine(shop.release())]));
  expect(answer?.facts).toMatchObject([{ type: 'OrderReleased' }]);

  const left = await screen.signOut();
  expect([left.status, left.headers.getSetCookie()[0]]).toEqual([
    204,
    expect.stringContaining('Max-Age=0'),
  ]);
  expect((await screen.session()).body.person).toBe(null);
  expect(await plant.facts()).toMatchObject([
    {
      ...{ type: 'PersonSignedIn', line: m02, actor: 'person:18' },
      body: { person: 'person:18', name: 'Beatrice', station: '127.0.0.1' },
    },
    { type: 'OrderReleased', line: m01, actor: 'person:18' },
    { type: 'PersonSignedOut', line: m02, body: { person: 'person:18', why: 'asked' } },
  ]);
});

test.each([{ badge: 'badge-1' }, { badge: 'badge-2' }, { name: '17' }, { name: 'person:17' }])(
  'Ada is Ada by %o',
  async (by) => {
    const plant = await startManned();
    const reply = await plant.screen().signIn({ ...by, pin: pins.ada });
    expect(reply.body.person).toMatchObject({ id: 'person:17', name: 'Ada Lovelace' });
  },
);

test('without a session nothing is asked or copied, and all is shown', async () => {
  const plant = await startManned();
  const screen = plant.screen();
  const denied = { status: 401, body: { code: 'REFUSED', rule: 'signIn' } };
  expect(await screen.ask([shop.release()])).toMatchObject(denied);
  for (const path of ['machines/pieces', 'machines/counter', 'machines/jobs', 'machines/writes']) {
    expect(await screen.call('POST', `/v1/${path}`, {})).toMatchObject(denied);
  }
  expect(await screen.call('POST', '/v1/backup', {})).toMatchObject(denied);
  expect(await screen.call('PUT', '/v1/session', {})).toMatchObject(denied);
  expect(await screen.call('GET', '/v1/status')).toMatchObject({ status: 200 });
  expect(await plant.facts()).toEqual([]);
});

test('who asks is who is signed in, and nobody else', async () => {
  const plant = await startManned();
  const screen = plant.screen();
  await screen.signIn(bea);
  const { body } = await screen.ask([
    { ...shop.release(), actor: 'person:17' },
    { ...shop.release({}, 'WO-2'), actor: 'person:18' },
  ]);
  expect(body.answers).toMatchObject([
    {
      ...{ status: 'refused', code: 'INVALID' },
      reason: 'command.actor: must be absent or person:18, who asks',
    },
    { status: 'accepted' },
  ]);
});

test('a command that no role of theirs allows is refused by that rule', async () => {
  const plant = await startManned();
  const screen = plant.screen();
  await screen.signIn({ name: 'Cem', pin: pins.cem });
  const { body } = await screen.ask([mine(shop.release()), mine(shop.hold('H1', 'line'))]);
  expect(body.answers).toMatchObject([
    {
      ...{ status: 'refused', code: 'REFUSED', rule: 'role' },
      reason: 'Cem (quality) may not ask ReleaseOrder',
    },
    { status: 'accepted' },
  ]);
  expect(await screen.call('POST', '/v1/machines/writes', { on: false })).toMatchObject({
    ...{ status: 403, body: { rule: 'role', code: 'REFUSED' } },
  });
  expect(await screen.call('POST', '/v1/backup', {})).toMatchObject({ status: 403 });
});

test("a chart's rule is told by name, and told again to the same command", async () => {
  const plant = await startManned();
  const screen = plant.screen();
  await screen.signIn(ada);
  accepted(await screen.ask([mine(shop.hold('H1', 'line'))]));
  const free = mine(shop.free('H1'));
  const first = await screen.ask([free]);
  expect(first.body.answers).toMatchObject([
    { status: 'refused', code: 'REFUSED', rule: 'otherThanPlacer' },
  ]);
  expect((await screen.ask([free])).body).toEqual(first.body);
});

test('H4: four eyes are two people: not two badges of one', async () => {
  const plant = await startManned();
  const [one, two] = [plant.screen(), plant.screen()];
  await one.signIn({ badge: 'badge-1', pin: pins.ada });
  await two.signIn({ badge: 'badge-2', pin: pins.ada });
  accepted(await one.ask([mine(shop.hold('H1', 'line'))]));
  const { body } = await two.ask([mine(shop.free('H1'))]);
  expect(body.answers).toMatchObject([{ status: 'refused', rule: 'otherThanPlacer' }]);
});

test('a session outlives the program, and ends with its time or by somebody else', async () => {
  const plant = await startManned();
  const screen = plant.screen();
  await screen.signIn(bea);
  const before = plant.url();
  await plant.restart();
  const again = openScreen(plant.url(), { cookie: screen.cookie()! });
  expect(before).not.toBe('');
  expect((await again.session()).body.person?.id).toBe('person:18');
  accepted(await again.ask([mine(shop.release())]));
});

test('a program has a token, and names whom it may', async () => {
  const plant = await startManned();
  const screen = plant.screen({ authorization: `Bearer ${token}` });
  const { body } = await screen.ask([
    { ...shop.release(), actor: 'system:mes' },
    { ...shop.start(), actor: 'machine:plc-7' },
    { ...shop.phase('R1'), actor: 'person:17' },
  ]);
  expect(body.answers).toMatchObject([
    { status: 'accepted' },
    { status: 'accepted' },
    { status: 'refused', rule: 'role', reason: 'token line may not speak for person:17' },
  ]);
  const wrong = plant.screen({ authorization: `Bearer ${token}x` });
  expect(await wrong.ask([shop.release()])).toMatchObject({ status: 401 });
});
