// Goal: what an edge and central serve is served by TLS with the plant's certificate, which is
// renewed without a restart, and whose end is told of and stops nothing.
// Method: real certificates by openssl, real programs, TLS clients, and a real browser once.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { connect } from 'node:tls';
import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { readEdgeConfig } from '../edge/config.ts';
import { startEdge } from '../edge/main.ts';
import { systemClock } from '../shared/clock.ts';
import { openLog } from '../shared/log.ts';
import {
  certificateText,
  checkCertificates,
  openCertificates,
  soonMs,
  urgentMs,
} from '../shared/pki.ts';
import { openSecured } from '../shared/secured.ts';
import { type Authority, openAuthority } from './helpers/authority.ts';
import { closeChromium, openPage } from './helpers/chromium.ts';
import { testFolder } from './helpers/folder.ts';
import { configOf, pins, samplePeople, writePeople } from './helpers/people.ts';
import { waitFor } from './helpers/plantnet.ts';

let authority: Authority;
beforeAll(() => {
  authority = openAuthority();
});
afterAll(async () => {
  authority.close();
  await closeChromium();
});

type Got = { status: number; headers: Record<string, string | string[] | undefined>; body: string };
/** One request to who shows a certificate of the plant's authority. */
const ask = (url: string, method = 'GET', body?: object): Promise<Got> =>
  new Promise((resolve, reject) => {
    const { origin } = new URL(url);
    const headers = { 'content-type': 'application/json', origin };
    const ca = readFileSync(authority.caPath);
    const asking = request(url, { method, ca, agent: false, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: text }),
      );
    });
    asking.on('error', reject).end(body && JSON.stringify(body));
  });
/** A pair in files of its own, which can be renewed. */
function pairIn(folder: string, days?: number) {
  const paths = { certPath: join(folder, 'tls.crt'), keyPath: join(folder, 'tls.key') };
  const put = (left?: number): string => {
    const { certPath, keyPath } = authority.issue('edge', left);
    copyFileSync(keyPath, paths.keyPath);
    copyFileSync(certPath, paths.certPath);
    return readFileSync(certPath, 'utf8');
  };
  put(days);
  return { ...paths, put };
}
async function startTlsEdge(days?: number) {
  const folder = testFolder();
  writePeople(join(folder, 'people.json'), await samplePeople());
  const { certPath, keyPath, put } = pairIn(folder, days);
  const tls = { host: '127.0.0.1', port: 0, certPath, keyPath };
  const edge = await startEdge(readEdgeConfig(configOf(folder, { tls })));
  onTestFinished(() => edge.close());
  return { url: edge.url, securedUrl: edge.securedUrl!, certPath, keyPath, put };
}
const signIn = { name: 'person:17', pin: pins.ada };

test('page and session by TLS: a secure cookie, HSTS, version 1.2 at least', async () => {
  const { url, securedUrl } = await startTlsEdge();
  const status = await ask(`${securedUrl}/v1/status`);
  expect(status.headers['strict-transport-security']).toBe('max-age=31536000');
  expect(JSON.parse(status.body)).toMatchObject({
    certificates: [
      { name: 'tls', state: 'good', untilMs: expect.any(Number), daysLeft: expect.any(Number) },
    ],
  });
  const session = await ask(`${securedUrl}/v1/session`, 'POST', signIn);
  expect(session.status).toBe(200);
  expect(`${session.headers['set-cookie']}`).toMatch(
    /; HttpOnly; SameSite=Strict; Path=\/; Secure;/,
  );

  // On the box itself, without TLS: nothing is promised to a browser that cannot be kept.
  const plain = await fetch(`${url}/v1/session`, {
    ...{ method: 'POST', body: JSON.stringify(signIn) },
    headers: { 'content-type': 'application/json' },
  });
  expect(plain.headers.get('strict-transport-security')).toBe(null);
  expect(plain.headers.get('set-cookie')).not.toContain('Secure');

  const port = Number(new URL(securedUrl).port);
  const spoken = (maxVersion: 'TLSv1.1' | 'TLSv1.2'): Promise<string> =>
    new Promise((resolve) => {
      const options = { host: '127.0.0.1', port, rejectUnauthorized: false };
      const ciphers = 'DEFAULT@SECLEVEL=0';
      const socket = connect({ ...options, minVersion: 'TLSv1', maxVersion, ciphers });
      socket.once('error', () => resolve('refused'));
      socket.once('secureConnect', () => {
        resolve(socket.getProtocol()!);
        socket.destroy();
      });
    });
  expect([await spoken('TLSv1.1'), await spoken('TLSv1.2')]).toEqual(['refused', 'TLSv1.2']);
});

test('a browser shows the page by TLS, live, and keeps its cookie from others', async (context) => {
  const { securedUrl } = await startTlsEdge();
  const page = await openPage(context, { ignoreHTTPSErrors: true });
  const failed: string[] = [];
  page.on('pageerror', (error) => failed.push(error.message));
  await page.goto(securedUrl);
  await page.getByText('M01').first().waitFor();
  const signedIn = await page.evaluate(async (given) => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(given);
    const { status } = await fetch('/v1/session', { method: 'POST', headers, body });
    return status;
  }, signIn);
  expect(signedIn).toBe(200);
  const [cookie] = await page.context().cookies();
  expect(cookie).toMatchObject({ name: 'holdfast', secure: true, httpOnly: true });
  expect(failed).toEqual([]);
});

test('a renewed certificate is shown without a restart; a torn one is not taken', async () => {
  const folder = testFolder();
  const { put, ...paths } = pairIn(folder, 2);
  const app = Fastify();
  app.get('/', async () => 'it');
  await app.listen({ port: 0 });
  onTestFinished(() => app.close());
  const secured = await openSecured({
    ...{ tls: { host: '127.0.0.1', port: 0, ...paths }, server: app.server, everyMs: 20 },
    ...{ clock: systemClock, log: openLog('test', 'silent') },
  });
  onTestFinished(() => secured.close());
  const port = Number(new URL(secured.url).port);
  const shown = (): Promise<number> =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, ca: readFileSync(authority.caPath) });
      socket.once('error', reject).once('secureConnect', () => {
        resolve(Date.parse(socket.getPeerCertificate().valid_to));
        socket.destroy();
      });
    });
  const before = await shown();
  writeFileSync(paths.certPath, 'torn');
  await waitFor(async () => (await ask(secured.url)).status === 200, 2_000);
  expect(await shown()).toBe(before);
  writeFileSync(paths.keyPath, readFileSync(authority.issue('other').keyPath)); // half of a renewal
  put(90);
  await waitFor(async () => (await shown()) > before, 30_000, 'the renewed certificate');
  expect((await ask(secured.url)).body).toBe('it');
});

test('a certificate that is over stops nothing: it is served, and told of', async () => {
  const { url, securedUrl } = await startTlsEdge(-1);
  await expect(ask(`${securedUrl}/v1/status`)).rejects.toThrow(/expired/);
  const status = (await (await fetch(`${url}/v1/status`)).json()) as { certificates: object[] };
  expect(status.certificates).toMatchObject([{ name: 'tls', state: 'over' }]);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const until = /^holdfast_edge_certificate_until_timestamp_seconds\{certificate="tls"\} (\S+)$/m;
  expect(Number(until.exec(metrics)![1]) * 1_000).toBeLessThan(Date.now());
});

describe('what is read of certificates', () => {
  test('says when one ends, is over, is not valid yet, or cannot be read', () => {
    const folder = testFolder();
    const { certPath: path, put } = pairIn(folder, 60);
    const time = { nowMs: Date.now() };
    const { standings, blame } = openCertificates([{ name: 'leaf', path }], () => time.nowMs);
    const dayMs = 86_400_000;
    expect(standings()).toMatchObject([{ name: 'leaf', state: 'good' }]);
    expect(certificateText(standings()[0]!)).toBe(undefined);
    time.nowMs += 60 * dayMs - soonMs;
    expect(standings()).toMatchObject([{ state: 'soon', daysLeft: 29 }]);
    expect(certificateText(standings()[0]!)).toMatch(
      /^the certificate "leaf" ends at 20\S+Z, in 29 days: renew it$/,
    );
    time.nowMs += soonMs - urgentMs;
    expect(standings()).toMatchObject([{ state: 'urgent', daysLeft: 6 }]);
    expect(blame()).toBe(undefined);
    time.nowMs += urgentMs;
    expect(standings()).toMatchObject([{ state: 'over', daysLeft: -1 }]);
    expect(blame()).toMatch(/^auth: the certificate "leaf" is over since 20\S+Z: renew it$/);
    put(120);
    time.nowMs += 20_000;
    expect(standings()).toMatchObject([{ state: 'good' }]);
    time.nowMs -= 100 * dayMs;
    expect(blame()).toBe('auth: the certificate "leaf" is not valid yet: see the clock');
    writeFileSync(path, 'no certificate');
    time.nowMs += 20_000;
    expect(standings()).toEqual([
      { name: 'leaf', state: 'unreadable', untilMs: null, daysLeft: null },
    ]);
    expect(certificateText(standings()[0]!)).toBe('the certificate "leaf" cannot be read');
  });

  const good = () => pairIn(testFolder());
  const wrongs: [string, () => object, RegExp][] = [
    [
      'no file',
      () => ({ ...good(), certPath: '/none' }),
      /^config\.tls\.certPath: \/none: cannot be/,
    ],
    ['a key for a certificate', () => ({ ...good(), certPath: good().keyPath }), /holds no certif/],
    [
      'no key',
      () => ({ ...good(), keyPath: good().certPath }),
      /keyPath: .*: holds no private key/,
    ],
    ['the key of another', () => ({ ...good(), keyPath: good().keyPath }), /is not the key of/],
    ['one that is over', () => pairIn(testFolder(), -1), /certPath: .*: is over since 20\S+Z$/],
  ];
  test.each(wrongs)('--check-config refuses %s, naming the field', (_name, tls, message) => {
    expect(() => checkCertificates({ tls: tls() as never }, Date.now())).toThrow(message);
    expect(() => checkCertificates({ tls: good() }, Date.now())).not.toThrow();
  });

  test('what has TLS is not served without it to others; what is watched must be there', () => {
    const { certPath, keyPath } = good();
    const tls = { host: '0.0.0.0', port: 8443, certPath, keyPath };
    const config = (more: object) => () => readEdgeConfig(configOf('/tmp', { tls, ...more }));
    expect(config({})).not.toThrow();
    expect(config({ host: '0.0.0.0' })).toThrow(/^config\.host: must be 127\.0\.0\.1, ::1 or loc/);
    expect(config({ tls: { ...tls, port: 70_000 } })).toThrow(/config\.tls\.port/);
    const certificates = [{ name: 'leaf', path: '/none' }];
    expect(() => checkCertificates({ certificates }, 0)).toThrow(
      /^config\.certificates\[0\]\.path: \/none: cannot be read: ENOENT$/,
    );
  });
});
