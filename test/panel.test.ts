import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { buildHttp } from '../edge/http/http.ts';
import { openIntake } from '../edge/line/intake.ts';
import { openBell } from '../shared/loop.ts';
import { openBox } from './helpers/box.ts';
import { fakeClock } from './helpers/clock.ts';
import { testShared } from './helpers/shared.ts';
import { command, m01, m02, shop } from './helpers/shop.ts';

/** An edge as it is asked over HTTP, and how it answers. */
async function openPanel(more: { heard?: () => object } = {}) {
  const box = openBox();
  const changed = openBell();
  const stop = new AbortController();
  const intake = openIntake({ store: box.store, roster: box.roster, committed: changed.ring });
  const parts = { intake, status: box.status, changed, signal: stop.signal, ...more };
  const app = await buildHttp({ ...parts, clock: fakeClock() });
  onTestFinished(() => app.close());
  onTestFinished(() => stop.abort());
  const post = async (payload: string | object, type = 'application/json') => {
    const headers = { 'content-type': type };
    const url = '/v1/commands';
    const reply = await app.inject({ method: 'POST', url, payload, headers });
    return { status: reply.statusCode, body: reply.json() };
  };
  return { box, app, stop, post, ask: (...commands: unknown[]) => post({ commands }) };
}

test('commands are answered in their order, bad ones by name beside the good ones', async () => {
  const { ask, box } = await openPanel();
  const late = { ...shop.report('R1'), commandId: 'c-late' };
  const { status, body } = await ask(
    shop.release(),
    { ...shop.start(), commandId: 'c-bad', order: '' },
    'StartOperation',
    { type: 'Explode', commandId: 'x'.repeat(99) },
    { ...shop.start(), commandId: 'c-where', line: 'acme/lyon/turning/M9' },
    late,
    { ...late, atMs: 5 },
    shop.start(),
  );
  expect(status).toBe(200);
  const refused = (commandId: string, code: string, reason: string) => ({
    ...{ commandId, status: 'refused', code },
    reason: expect.stringContaining(reason),
  });
  expect(body.answers).toMatchObject([
    { status: 'accepted', facts: [{ line: m01, epoch: 1, sequence: 1, type: 'OrderReleased' }] },
    refused('c-bad', 'INVALID', 'command.order: must be 1 to 40 characters'),
    refused('', 'INVALID', 'command: must be an object'),
    refused('x'.repeat(64), 'INVALID', 'command.type: "Explode" is no command'),
    refused('c-where', 'UNKNOWN', 'command.line: acme/lyon/turning/M9 is no line of this edge'),
    refused('c-late', 'REFUSED', 'order WO-1 is released: no QuantityReported'),
    refused('c-late', 'CONFLICT', 'command.commandId: c-late was used for another command'),
    { status: 'accepted', facts: [{ sequence: 2 }] },
  ]);
  expect([...box.store.history()]).toHaveLength(2);
});

test('what machines say can be read by itself, with the time', async () => {
  const { app } = await openPanel({ heard: () => ({ lines: [], unattributedRows: 3 }) });
  const { body, statusCode } = await app.inject({ method: 'GET', url: '/v1/machines' });
  expect(statusCode).toBe(200);
  expect(JSON.parse(body)).toEqual({ nowMs: fakeClock().nowMs(), lines: [], unattributedRows: 3 });
  const without = await (await openPanel()).app.inject({ method: 'GET', url: '/v1/machines' });
  expect([without.statusCode, without.json().code]).toEqual([404, 'UNKNOWN']);
});

testShared('vectors/jsontestsuite/test_parsing', 'Q3: the entrance reads JSON', async (folder) => {
  const { app, box } = await openPanel();
  const came = async (name: string) => {
    const payload = readFileSync(join(folder, name));
    const headers = { 'content-type': 'application/json' };
    const reply = await app.inject({ method: 'POST', url: '/v1/commands', payload, headers });
    expect([name, reply.statusCode]).toEqual([name, 400]);
    return (reply.json() as { code: string; message: string }).message;
  };
  for (const name of readdirSync(folder)) {
    const message = await came(name);
    if (name.startsWith('n_'))
      expect([name, message]).toEqual([name, expect.stringMatching(/^body: /)]);
    if (name.startsWith('y_'))
      expect([name, message]).toEqual([name, expect.stringMatching(/^commands: /)]);
  }
  expect([...box.store.history()]).toEqual([]);
});

const filler = JSON.stringify({
  commands: [command('StartShift', {}, { people: ['x'.repeat(2 ** 20)] })],
});
const list = 'commands: must be a list of 1 to 500';
const bad: [string, string | object, number, string][] = [
  ['no JSON', '{"commands":[', 400, 'body: '],
  ['JSON that says NaN', '{"commands":[NaN]}', 400, 'body: '],
  ['nothing', '', 400, 'body: '],
  ['X4: a body of more than 1 MB', filler, 413, 'body: must be at most 1048576 bytes'],
  ['X4: a body that reaches for the prototype', '{"__proto__":{"x":1}}', 400, 'body: '],
  ['X4: 100,000 lists in each other', `${'['.repeat(1e5)}${']'.repeat(1e5)}`, 400, list],
  ['a list', [], 400, list],
  ['null', 'null', 400, list],
  ['no commands', { commands: [] }, 400, list],
  ['commands that are none', { commands: 'all' }, 400, list],
  ['501 commands', { commands: Array(501).fill({}) }, 400, list],
];
test.each(bad)(
  '%s is refused by name and limit, and nothing is stored',
  async (_name, body, status, message) => {
    const { post, box } = await openPanel();
    const answer = await post(body);
    expect(answer).toMatchObject({ status, body: { code: 'INVALID' } });
    expect(answer.body.message).toContain(message);
    expect([...box.store.history()]).toEqual([]);
  },
);

test('what is not JSON by name is not read', async () => {
  const { post } = await openPanel();
  expect(await post('<x/>', 'application/xml')).toMatchObject({ status: 415 });
});

test('500 commands are read, and 64 KB in one of them', async () => {
  const { ask } = await openPanel();
  const long = {
    ...command('StartShift', {}, { people: ['x'.repeat(65_536)] }),
    commandId: 'long',
  };
  const { body } = await ask(long, ...Array.from({ length: 499 }, () => shop.free('H1')));
  expect(body.answers).toHaveLength(500);
  expect(body.answers[0]).toMatchObject({ commandId: 'long', status: 'refused', code: 'INVALID' });
});

test('S3: a disk that does not take it is 503, and may be asked again', async () => {
  const { ask, box } = await openPanel();
  box.db.pragma(`max_page_count = ${box.db.pragma('page_count', { simple: true })}`);
  const many = Array.from({ length: 200 }, () =>
    command('ChangeEquipmentState', {}, { state: 'idle', reason: 'x'.repeat(200) }),
  );
  expect(await ask(...many)).toMatchObject({ status: 503, body: { code: 'FULL' } });
  box.db.pragma('max_page_count = 100000');
  expect(await ask(...many)).toMatchObject({ status: 200 });
  expect([...box.store.history()]).toHaveLength(200);
});

test('the status tells of lines, orders, holds and facts with their marks', async () => {
  const { ask, app, box } = await openPanel();
  const routing = { operations: [{ operation: '0010', name: 'Turning' }] };
  await ask(
    ...[
      shop.release(routing),
      shop.start(),
      shop.phase('R1'),
      shop.report('R1', { good: '100.5' }),
    ],
    shop.hold('H1', 'order', { order: 'WO-1' }),
  );
  box.outbox.setSent(m01, 1, 4);
  box.outbox.keep(m01, 1, 3);
  box.marks.report(m01, 'draining');
  box.marks.heard(m01, { epoch: 1, sequence: 3, hash: '', settled: 2, waiting: [1] });
  const status = (await app.inject('/v1/status')).json();
  const counts = { good: '100.5', scrap: '0', rework: '0', held: '0', reports: 1 };
  const nowMs = 1_700_000_000_000;
  const operation = {
    name: 'Turning',
    state: 'active',
    openRuns: 1,
    overCompleted: true,
    ...counts,
  };
  expect(status).toMatchObject({
    ...{ nowMs, unsent: 1, oldestUnsentMs: nowMs, ordersOpen: 1, ordersClosed: 0, holdsOpen: 1 },
    lines: [
      {
        ...{ line: m01, state: 'idle', failure: null, shift: null, lanes: 2, ...counts },
        ...{ epoch: 1, sent: 4, kept: 3, head: 5, settled: 2, waiting: 1, unsent: 1 },
        runs: [{ run: 'R1', order: 'WO-1', operation: '0010', lane: 1, phase: 'run' }],
        way: { state: 'draining' },
        oldestUnsentMs: nowMs,
      },
      { line: m02, unsent: 0, oldestUnsentMs: null, way: { state: 'down' }, reports: 0 },
    ],
    orders: [
      {
        ...{ order: 'WO-1', state: 'started', material: 'BOLT', quantity: '100', unit: 'EA' },
        ...{ holds: ['H1'], ...counts, operations: [{ operation: '0010', ...operation }] },
      },
    ],
    holds: [{ hold: 'H1', scope: 'order', order: 'WO-1', quantity: null, placedBy: 'person:9' }],
  });
  const marks = status.facts.map((fact: { sequence: number; mark: number }) => [
    fact.sequence,
    fact.mark,
  ]);
  expect(marks).toEqual([
    [5, 1],
    [4, 1],
    [3, 2],
    [2, 3],
    [1, 2],
  ]);
});

test('a page that watches is told at once, and again when something changed', async () => {
  const { app, ask, stop } = await openPanel();
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const reply = await fetch(`${url}/v1/events`);
  expect(reply.headers.get('content-type')).toBe('text/event-stream');
  const reader = reply.body!.pipeThrough(new TextDecoderStream()).getReader();
  const told = async () => {
    const { value } = await reader.read();
    expect(value).toMatch(/^id: \d+\ndata: .*\n\n$/);
    return JSON.parse(value!.slice(value!.indexOf('{')));
  };
  expect(await told()).toMatchObject({ unsent: 0 });
  await ask(shop.release());
  expect(await told()).toMatchObject({ unsent: 1 });
  stop.abort();
  const isOver = async () => (await reader.read()).done;
  await expect.poll(isOver, { timeout: 30_000 }).toBe(true);
});

test('the page is served, and loads nothing from anywhere else', async () => {
  const { app } = await openPanel();
  for (const [path, type] of [
    ['/', 'text/html'],
    ['/page.js', 'text/javascript'],
    ['/page.css', 'text/css'],
  ]) {
    const reply = await app.inject(path!);
    expect(reply.headers['content-type']).toBe(`${type}; charset=utf-8`);
    expect(reply.headers['content-security-policy']).toMatch(/^default-src 'self';/);
  }
  expect((await app.inject('/../main.ts')).statusCode).toBe(404);
});
