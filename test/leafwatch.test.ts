// Goal: an edge knows whether its leaf is refused by the hub, or merely does not reach it.
// Method: what nats-server 2.15.1 told of its ended connections, as it was seen for each cause; and
// a server that answers so, slowly, or with something else.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openLeafWatch, refusalIn } from '../edge/uplink/leafwatch.ts';

const now = '2026-11-30T12:22:20.000000000Z';
const ended = (reason: string, more: object = {}) => ({
  ...{ kind: 'Leafnode', stop: '2026-11-30T12:22:17.557819562Z', reason, rtt: '0s' },
  ...{ uptime: '0s', subscriptions: 0, in_msgs: 0, ...more },
});
const tls = { tls_version: '1.3' };
const refused = ended('Client Closed', { rtt: '2.670054ms' });
const client = { kind: 'Client', stop: now, reason: 'Client Closed', rtt: '1ms', subscriptions: 0 };
const twice = (one: object) => [one, one];

test.each([
  ['key, without TLS', twice(refused), "the hub refuses the leaf's key"],
  ['key, behind TLS', twice({ ...refused, ...tls }), "the hub refuses the leaf's key"],
  ['certificate', twice(ended('Read Error', tls)), "the hub refuses the leaf's certificate"],
  [
    "hub's certificate",
    twice(ended('TLS Handshake Failure')),
    "the leaf does not take the hub's certificate",
  ],
  ['key, beside clients', [client, refused, client, refused], "the hub refuses the leaf's key"],
])('a refused %s is told', (_what, connections, words) => {
  expect(refusalIn({ now, connections })).toBe(words);
});

test.each([
  ['a proxy without a hub behind it', twice(ended('Client Closed'))],
  ['one that cuts at once', twice(ended('Read Error'))],
  ['one that is silent', twice(ended('Read Error', { uptime: '2s' }))],
  [
    'a hub that was stopped',
    [ended('Client Closed', { rtt: '950µs', subscriptions: 15 }), refused],
  ],
  ['a hub that was killed', [ended('Read Error', { rtt: '298µs', subscriptions: 15 }), refused]],
  ['a single try', [refused]],
  ['what is over', twice({ ...refused, stop: '2026-11-30T12:21:19.999999999Z' })],
  ['clients alone', twice(client)],
  ['nothing', []],
])('%s is no refusal', (_what, connections) => {
  expect(refusalIn({ now, connections })).toBe(undefined);
});

test('the newest tries count, in whatever order they are told', () => {
  const older = ended('Client Closed', { stop: '2026-11-30T12:22:10.0Z' });
  expect(refusalIn({ now, connections: [older, refused, older, refused] })).toBeDefined();
  expect(refusalIn({ now })).toBe(undefined);
  expect(refusalIn({ connections: twice(refused) })).toBe(undefined); // it does not say when
});

/** A leaf's monitoring that answers so. */
async function monitor(answers: (path: string) => string | undefined) {
  const asked: string[] = [];
  const server = createServer(({ url }, response) => {
    asked.push(url!.split('?')[0]!);
    const body = answers(url!.split('?')[0]!);
    if (body === undefined) response.destroy();
    else response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test('it says since when, asks once for all lines, and is over with the leaf let in', async () => {
  const time = { nowMs: Date.parse(now) };
  const told = { leafnodes: 0 };
  const { url, asked } = await monitor((path) =>
    JSON.stringify(path === '/leafz' ? told : { now, connections: twice(refused) }),
  );
  const blame = openLeafWatch(url, () => time.nowMs);
  const words = "auth: the hub refuses the leaf's key since 2026-11-30T12:22:20.000Z";
  expect(await Promise.all([blame(), blame()])).toEqual([words, words]);
  expect(asked).toEqual(['/leafz', '/connz']);
  time.nowMs += 10_000;
  expect(await blame()).toBe(words);
  told.leafnodes = 1;
  time.nowMs += 10_000;
  expect(await blame()).toBe(undefined);
  told.leafnodes = 0;
  time.nowMs += 10_000;
  expect(await blame()).toBe("auth: the hub refuses the leaf's key since 2026-11-30T12:22:50.000Z");
});

test.each<[string, string | undefined]>([
  ['no JSON', 'x'],
  ['null', 'null'],
  ['no answer', undefined],
  ['more than anybody needs', `[${'0,'.repeat(200_000)}0]`],
])('a monitoring that gives %s says nothing, and breaks nothing', async (_what, body) => {
  const { url } = await monitor(() => body);
  expect(await openLeafWatch(url, Date.now)()).toBe(undefined);
  expect(await openLeafWatch(undefined, Date.now)()).toBe(undefined);
});
