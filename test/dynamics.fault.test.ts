// Goal: whatever Dynamics 365, Entra ID and the link do, a call is known to have queued a message,
// to have queued none, or to be unknown; and no secret is told.
// Method: the connector against a message processor that fails on demand; the clock is the test's.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import type { Erp, Posting } from '../central/erp/erp.ts';
import { systemClock } from '../shared/clock.ts';
import { bench, closeAll, dynamicsAt, toSend } from './helpers/d365.ts';
import type { Mishap } from './helpers/dynamics.ts';
import { testFolder } from './helpers/folder.ts';
import { issue, key } from './helpers/sap.ts';

afterEach(closeAll);

const queued = { kind: 'queued' };
const json = (value: unknown) => JSON.stringify(value);
const answer = (status: number, text: string, headers = {}): Mishap => ({
  ...{ kind: 'answer', status, text, headers },
});
const posts = (erp: Erp, count: number) =>
  Promise.all(Array.from({ length: count }, (_, at) => erp.post(numbered(at))));
const numbered = (at: number): Posting => ({ ...issue, key: key(`issue ${at}`) });

/** A clock that the test moves; the day does not move with it. */
function handClock(dayMs = Date.UTC(2026, 10, 23)) {
  let ms = 0;
  return {
    clock: { ...systemClock, nowMs: () => dayMs + ms, monotonicMs: () => ms },
    move(byMs: number): void {
      ms += byMs;
    },
  };
}

test.each<[string, string]>([
  ['in seconds', '7'],
  ['as an HTTP date', new Date(Date.UTC(2026, 10, 23) + 7_000).toUTCString()],
])(
  'E3: 429 with Retry-After %s is told as it is, and keeps no other one back',
  async (_, after) => {
    const { clock } = handClock();
    const { erp, befall } = await bench({}, { clock });
    befall(toSend(answer(429, 'slow down', { 'retry-after': after })));
    const reason = 'HTTP 429: "slow down"';
    const busy = { kind: 'busy', unreached: true, retryAfterMs: 7_000, reason };
    expect(await erp.post(issue)).toEqual(busy);
    befall();
    expect(await erp.post(numbered(1))).toMatchObject(queued);
    expect(await erp.lookup(issue)).toEqual([]);
  },
);

test.each<[string, Mishap, object]>([
  ['503', answer(503, ''), { kind: 'busy', unreached: true }],
  ['429 that says nothing more', answer(429, ''), { kind: 'busy', unreached: true }],
  ['403', answer(403, ''), { kind: 'busy', unreached: true }],
  ['404', answer(404, '<html>'), { kind: 'busy', unreached: true }],
  ['400 without words', answer(400, '<html>'), { kind: 'busy', unreached: true }],
  [
    '400 with words of OData',
    answer(400, json({ error: { code: '', message: 'No such queue' } })),
    { kind: 'refused', code: 'HTTP 400', reason: 'No such queue' },
  ],
  [
    '400 with words of a service',
    answer(400, json({ Message: 'No such queue' })),
    { kind: 'refused', code: 'HTTP 400', reason: 'No such queue' },
  ],
  ['500', answer(500, json({ Message: 'An exception' })), { kind: 'unknown' }],
  ['502', answer(502, ''), { kind: 'unknown' }],
  ['504', answer(504, ''), { kind: 'unknown' }],
  ['408', answer(408, ''), { kind: 'unknown' }],
  ['a redirect', answer(302, '', { location: '/login' }), { kind: 'unknown' }],
  ['a cut connection', { kind: 'cut' }, { kind: 'unknown' }],
])('%s is told as what it has certainly done', async (_, mishap, outcome) => {
  const { erp, befall } = await bench();
  befall(toSend(mishap));
  expect(await erp.post(issue)).toMatchObject(outcome);
  befall();
  expect(await erp.lookup(issue)).toEqual([]);
});

test.each<[string, string]>([
  ['an HTML page', '<html>Sign in</html>'],
  ['nothing', ''],
  ['truncated JSON', '{"MessageId": 1'],
  ['null', 'null'],
  ['an empty object', '{}'],
  ['no number', json({ $id: '1' })],
  ['words', '"queued"'],
  ['zero', '0'],
  ['an error in the body', json({ error: { message: 'No such queue' }, MessageId: 1 })],
])('E5: 200 with %s is no queued message', async (_, text) => {
  const { erp, befall } = await bench();
  befall(toSend(answer(200, text)));
  expect(await erp.post(issue)).toMatchObject({ kind: 'unknown' });
});

test.each<[string, string, string]>([
  ['a number', '4711', '4711'],
  ['a number as a text', '"4711"', '4711'],
  ['a UUID', json(issue.key), issue.key],
  ['a field', json({ $id: '1', MessageId: 4711 }), '4711'],
])('a message whose answer is %s is queued', async (_, text, ticket) => {
  const { erp, befall } = await bench();
  befall(toSend(answer(200, text)));
  expect(await erp.post(issue)).toMatchObject({ kind: 'queued', ticket });
});

test('E2: an answer that is lost is unknown, and looked up it is exactly one', async () => {
  const { erp, befall, messages } = await bench();
  befall(toSend({ kind: 'lost' }));
  expect(await erp.post(issue)).toMatchObject({ kind: 'unknown' });
  befall();
  expect(await erp.lookup(issue)).toMatchObject({ kind: 'queued', ticket: '1' });
  expect(messages).toHaveLength(1);
});

test('E2: a slow call times out, and its message comes after all', async () => {
  const { url, secret, befall, erp } = await bench();
  const hasty = dynamicsAt(url, { clientTimeoutMs: 1_000 }, systemClock, secret);
  const { promise: until, resolve: goOn } = Promise.withResolvers<void>();
  befall(toSend({ kind: 'slow', until }));
  expect(await hasty.post(issue)).toEqual({ kind: 'unknown', reason: 'no answer in 1000 ms' });
  befall();
  expect(await erp.lookup(issue)).toEqual([]);
  goOn();
  const isThere = async () => !isDeepStrictEqual(await erp.lookup(issue), []);
  for (let polls = 0; polls < 200 && !(await isThere()); polls++) await delay(50);
  expect(await erp.lookup(issue)).toMatchObject({ kind: 'queued', ticket: '1' });
});

test('where the lease is over nothing is sent, and it is tried again', async () => {
  const { erp, counts } = await bench();
  const reason = 'the lease was over before it was sent';
  expect(await erp.post(issue, () => false)).toEqual({ kind: 'busy', reason, unreached: true });
  expect(counts.sent).toBe(0);
  expect(await erp.post(issue, () => true)).toMatchObject(queued);
});

test('nobody listens: not sent', async () => {
  const { erp, close } = await bench();
  await erp.post(numbered(0));
  await close();
  expect(await erp.lookup(issue)).toBeUndefined();
  expect(await erp.post(issue)).toMatchObject({ kind: 'busy', unreached: true });
});

test('E6: a token is fetched once for all, and anew before it ends', async () => {
  const { clock, move } = handClock();
  const { erp, counts } = await bench({}, { clock, tokenLifeSeconds: 3_600 });
  await posts(erp, 20);
  expect(counts.tokens).toBe(1);
  move(3_299_000);
  await posts(erp, 5);
  expect(counts.tokens).toBe(1);
  move(1_000);
  await posts(erp, 20);
  expect(counts).toMatchObject({ tokens: 2, unauthorised: 0 });
});

test('E6: twenty callers with a dead token fetch one new one, and nothing fails', async () => {
  const { erp, counts, expire, messages } = await bench();
  await posts(erp, 20);
  for (let rounds = 1; rounds <= 3; rounds++) {
    expire();
    const outcomes = await posts(erp, 20);
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['queued']));
    expect(counts.tokens).toBe(1 + rounds);
  }
  expect(messages).toHaveLength(80);
});

test('E6: a token that is refused again is busy, and asked for no third time', async () => {
  const { erp, befall, counts } = await bench();
  befall(toSend(answer(401, '')));
  const outcome = await erp.post(issue);
  const reason = 'the ERP refused a token just fetched';
  expect(outcome).toEqual({ kind: 'busy', unreached: true, reason });
  expect(counts.tokens).toBe(2);
});

test('E6: what Entra ID says no to is busy, and tells neither secret nor token', async () => {
  const { url, secret, befall, erp } = await bench();
  const wrong = dynamicsAt(url, {}, systemClock, 'another-secret');
  const no = await wrong.post(issue);
  const reason = 'fetching a token: HTTP 401 invalid_client';
  expect(no).toEqual({ kind: 'busy', unreached: true, reason });
  const late = answer(429, '', { 'retry-after': '3' });
  befall((path) => (path.endsWith('/token') ? late : undefined));
  expect(await erp.post(issue)).toMatchObject({ kind: 'busy', retryAfterMs: 3_000 });
  befall();
  await erp.post(issue);
  befall(toSend(answer(500, 'it said Bearer token-2-of-the-application')));
  const told = json([no, await erp.post(issue)]);
  expect(told).toContain('it said Bearer …');
  for (const secretly of [secret, 'another-secret', 'token-2-of']) {
    expect(told).not.toContain(secretly);
  }
});

test('the secret may be replaced while central runs; without it nothing is sent', async () => {
  const { url, secret, expire } = await bench();
  const clientSecretPath = join(testFolder(), 'secret');
  const erp = dynamicsAt(url, { clientSecretPath });
  const where = `clientSecretPath: ${clientSecretPath}`;
  const missing = `fetching a token: ${where}: cannot be read: ENOENT`;
  expect(await erp.post(issue)).toMatchObject({ kind: 'busy', reason: missing });
  writeFileSync(clientSecretPath, 'old');
  expect(await erp.post(issue)).toMatchObject({ reason: expect.stringContaining('401') });
  writeFileSync(clientSecretPath, `${secret}\n`);
  expect(await erp.post(issue)).toMatchObject(queued);
  rmSync(clientSecretPath);
  expect(await erp.post(numbered(1))).toMatchObject(queued);
  expire();
  expect(await erp.post(numbered(2))).toMatchObject({ kind: 'busy', reason: missing });
});

test.each<[string, Mishap]>([
  ['an error', answer(500, '')],
  ['a page', answer(200, '<html>')],
  ['no list', answer(200, json({ value: 'none' }))],
  ['rows of another kind', answer(200, json({ value: [{ Id: 1 }] }))],
  ['a cut connection', { kind: 'cut' }],
])('a look-up that is answered with %s says nothing', async (_, mishap) => {
  const { erp, befall } = await bench();
  await erp.post(issue);
  befall((path) => (path.startsWith('/data/') ? mishap : undefined));
  expect(await erp.lookup(issue)).toBeUndefined();
});

test('a look-up that finds more than it reads is for a person', async () => {
  const { erp, befall } = await bench();
  const text = json({ value: [], '@odata.nextLink': 'more' });
  befall((path) => (path.startsWith('/data/') ? answer(200, text) : undefined));
  const reason = 'over 50 messages found';
  expect(await erp.lookup(issue)).toEqual({ kind: 'undecided', reason });
});
