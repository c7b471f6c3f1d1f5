// Goal: every answer is read for what SAP has certainly done; here what only SAP's answers have.
// Method: a rude server where the ERP should be. What holds of every ERP is in `contract/`.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { answering, closeAll, closers, erpAt, issue, rude, type Script } from './helpers/sap.ts';

afterEach(closeAll);

const error = (code: string, value: string, details: object[] = []) =>
  JSON.stringify({
    error: { code, message: { lang: 'en', value }, innererror: { errordetails: details } },
  });

const detail = { code: 'RU/012', message: 'Work centre X unknown', severity: 'error' };

const answers: [string, Script, object][] = [
  ['no number', answering(201, '{"d":{"MaterialDocument":""}}'), { kind: 'unknown' }],
  ['a redirect', toLogin, { kind: 'unknown' }],
  ['a 502', answering(502, error('X/1', 'x')), { kind: 'unknown' }],
  ['a 408', answering(408, ''), { kind: 'unknown' }],
  ['503 by date', answering(503, '', { 'retry-after': inAMinute() }), { retryAfterMs: 60_000 }],
  [
    '503 for a year',
    answering(503, '', { 'retry-after': '31536000' }),
    { retryAfterMs: 3_600_000 },
  ],
  ['503 in the past', answering(503, '', { 'retry-after': '0' }), { retryAfterMs: 0 }],
  ['503 without a time', answering(503, error('X/1', 'x')), { kind: 'busy', reason: 'HTTP 503' }],
  ['401', answering(401, error('X/1', 'who?')), { kind: 'busy' }],
  ['a proxy’s 404', answering(404, '<html>'), { kind: 'busy' }],
  ['a lock by its code', answering(400, error('M3/024', 'Valuation data')), { kind: 'busy' }],
  [
    'a lock by its words',
    answering(400, error('CO/1', 'Order is being processed')),
    { kind: 'busy' },
  ],
  ['a lock in a detail', answering(400, error('X/1', 'x', [{ code: 'MC/601' }])), { kind: 'busy' }],
  [
    'an error with details',
    answering(
      400,
      error('RU/001', 'Not posted', [detail, { code: 'RU/013', message: 'Nor this' }]),
    ),
    {
      ...{ kind: 'refused', code: 'RU/001' },
      reason: 'RU/001 Not posted; RU/012 Work centre X unknown; RU/013 Nor this',
    },
  ],
  [
    'H8: an order that is technically completed',
    answering(400, error('RU/505', 'Order 4711 is technically completed')),
    { kind: 'refused', code: 'RU/505' },
  ],
  ['an ERP’s own 500', answering(500, error('RU/001', 'No')), { kind: 'refused', code: 'RU/001' }],
];

const nowMs = Date.UTC(2026, 10, 23, 12);

function inAMinute(): string {
  return new Date(Date.UTC(2026, 10, 23, 12, 1)).toUTCString();
}

function toLogin(request: IncomingMessage, response: ServerResponse): void {
  const d = { MaterialDocumentYear: '2026', MaterialDocument: '49' };
  if (request.url === '/login') response.end(JSON.stringify({ d }));
  else response.writeHead(307, { location: '/login' }).end();
}

test.each(answers)('%s is read for what it says', async (_what, script, expected) => {
  const { url } = await rude(script);
  const clock = { nowMs: () => nowMs, monotonicMs: () => 0, sleep: async () => undefined };
  const credential = { header: () => 'Basic secret', renew: () => false };
  const erp = erpAt(url, {}, { clock, credential });
  const outcome = await erp.post(issue);
  expect(outcome).toMatchObject(expected);
  expect('retryAfterMs' in outcome).toBe('retryAfterMs' in expected);
  if ('retryAfterMs' in expected) expect(outcome.kind).toBe('busy');
  expect(JSON.stringify(outcome)).not.toContain('secret');
});

test('a lookup that is not answered finds nothing out', async () => {
  for (const script of [
    answering(200, '<html>'),
    answering(200, '{"d":{}}'),
    answering(200, '{"d":{"results":[{}]}}'),
    answering(503, ''),
    answering(500, ''),
  ]) {
    const { erp } = await rude(script);
    expect(await erp.lookup(issue)).toBeUndefined();
  }
  const { erp } = await rude(answering(200, '{"d":{"results":[]}}'));
  expect(await erp.lookup(issue)).toEqual([]);
});

test('an ERP that has no token to give was asked for nothing yet', async () => {
  const tokenless = createServer((_request, response) => {
    response.writeHead(503, { 'retry-after': '2' }).end();
  });
  await new Promise<void>((done) => tokenless.listen(0, '127.0.0.1', done));
  closers.push(async () => tokenless.close());
  const { port } = tokenless.address() as AddressInfo;
  const outcome = await erpAt(`http://127.0.0.1:${port}`).post(issue);
  expect(outcome).toMatchObject({ kind: 'busy', retryAfterMs: 2_000 });
});
