// Goal: what is published of the edge's API is what the edge does: every way in, and every answer.
// Method: the app's own list of its ways; a story, of which every answer is held to its schema.
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { buildHttp } from '../edge/http/http.ts';
import { openIntake } from '../edge/line/intake.ts';
import { openApi } from '../edge/view/openapi.ts';
import { systemClock } from '../shared/clock.ts';
import { openBell } from '../shared/loop.ts';
import { openBox } from './helpers/box.ts';
import { startManned } from './helpers/people.ts';
import { openScreens } from './helpers/screen.ts';
import { command, lots, m01, quality, quantityHold, shop } from './helpers/shop.ts';

const line = encodeURIComponent(m01);

/** "GET /v1/line" and so on, as the app prints its tree of ways; pages are left out. */
function waysOf(tree: string): string[] {
  const open: string[] = [];
  return tree.split('\n').flatMap((row) => {
    const match = /^(.*?)[└├]── (\S*)(?: \(([A-Z, ]+)\))?$/.exec(row);
    if (!match) return [];
    const [, before, part, methods] = match;
    const depth = before!.length / 4;
    open.length = depth;
    open.push(part!);
    const path = open.join('');
    const isApi = path.startsWith('/v1/') || path === '/metrics';
    const all = isApi && methods ? methods.split(', ') : [];
    return all.filter((method) => method !== 'HEAD').map((method) => `${method} ${path}`);
  });
}

test('every way in is described, and nothing else', async () => {
  const box = openBox();
  const screen = await openScreens(box);
  const changed = openBell();
  const app = await buildHttp({
    intake: openIntake({ store: box.store, roster: box.roster, committed: changed.ring }),
    ...{ status: box.status, changed, clock: systemClock, signal: new AbortController().signal },
    ...{ metrics: () => '', view: screen.view },
  });
  await app.ready();
  const ways = waysOf(app.printRoutes({ commonPrefix: false }));
  await app.close();
  const { paths } = openApi();
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(
      (method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
    ),
  );
  expect(ways.length).toBeGreaterThan(15);
  // Without people there is nobody to sign in, and the door has one way.
  const door = ['POST', 'PUT', 'DELETE'].map((method) => `${method} /v1/session`);
  expect(described.sort()).toEqual([...ways, ...door].sort());
});

test('what is answered fits what is described', async () => {
  const box = openBox();
  const { ask, get, read, changed } = await openScreens(box);
  const ajv = new Ajv2020({ strict: false });
  const { body: api } = await get('/openapi.json');
  ajv.addSchema(api as object, 'api');
  const fits = (name: string, told: unknown): void => {
    const validate = ajv.compile({ $ref: `api#/components/schemas/${name}` });
    expect([validate(told), validate.errors]).toEqual([true, null]);
  };
  const look = async () => {
    changed.ring();
    fits('LineView', read());
    fits('LineView', (await get(`/line?line=${line}`)).body);
  };
  await look();
  const routing = { operations: [{ operation: '0010', name: 'Turning' }] };
  const about = { atMs: box.time.nowMs };
  const rounds = [
    [
      shop.release(routing),
      shop.release(routing, 'WO-2'),
      shop.start(),
      shop.phase('R1', {}, about),
    ],
    [shop.report('R1', { held: '5' }, about), shop.consume('S1'), shop.produce('L1')],
    [shop.pause(), command('StartShift', { shift: 'A' }, { people: ['person:1'] })],
    [shop.resume(), quantityHold('H1', '5'), lots.hold('H2', 'L1'), quality.inspect('I1')],
    [shop.report('R9'), { type: 'Explode' }],
    [command('ChangeEquipmentState', {}, { state: 'aborted', reason: 'jam' })],
  ];
  for (const commands of rounds) {
    const answers = await ask(...commands);
    fits('Answers', { answers });
    await look();
  }
  for (const hold of ['H1', 'H2']) fits('HoldView', (await get(`/hold?hold=${hold}`)).body);
  fits('Fault', (await get('/hold?hold=H9')).body);
  fits('Session', (await get('/session')).body);
  for (const code of ['WO-1', 'L1', 'x', '(01)09501101530003(21)S(37)5', '(10)', 'person:1']) {
    fits('Scan', (await get(`/scan?code=${encodeURIComponent(code)}`)).body);
  }
  const { body } = await get(`/facts?line=${line}`);
  fits('FactList', body);
  for (const { eventId } of (body as { facts: { eventId: string }[] }).facts) {
    fits('FactView', (await get(`/facts/${eventId}`)).body);
  }
});

test('what the door answers whoever shows nothing is described, at every way in', async () => {
  const plant = await startManned();
  const ways = Object.entries(openApi().paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, way]) => ({ path, method, way })),
  );
  const acts = ways.filter(({ method, path }) => method !== 'get' && path !== '/v1/session');
  expect(acts.length).toBeGreaterThan(5);
  for (const { path, method, way } of acts) {
    const { responses } = way as { responses: object };
    const ask = async (headers: object) => {
      const body = { commands: [{}] };
      const reply = await plant.screen().call(method.toUpperCase(), path, body, headers);
      return `${reply.status}`;
    };
    const told = [await ask({}), await ask({ origin: 'http://elsewhere' })];
    expect([path, ...told]).toEqual([path, '401', '403']);
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(told));
  }
  for (const { way } of ways)
    expect(Object.keys((way as { responses: object }).responses)).toContain('429');
});
