// Goal: nobody but the server that is meant is spoken to, and what is set wrongly is told in words.
// Method: a real server without TLS, then with certificates that fit and that do not.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCentralConfig, whereOf } from '../central/config.ts';
import { migrations } from '../central/memory.ts';
import { openShared, type Where } from '../central/sql/sharing.ts';
import { tlsOf } from '../central/sql/tls.ts';
import { postgresOrWhy } from './helpers/again.ts';
import { configFile, holdfast } from './helpers/centralconfig.ts';
import { hasOpenssl, selfSigned } from './helpers/certificates.ts';
import { testFolder } from './helpers/folder.ts';

const cluster = await postgresOrWhy();
let made = 0;

test('without a word on it only what stays on this machine goes without TLS', () => {
  for (const own of ['127.0.0.1', '[::1]', 'localhost']) {
    expect(tlsOf(own, undefined, undefined)).toBeUndefined();
    expect(tlsOf(own, undefined, 'PEM')).toEqual({ ca: 'PEM' });
    expect(tlsOf(own, 'verify-full', undefined)).toEqual({ ca: undefined });
  }
  for (const other of ['db.example', '10.0.0.7', '127.0.0.1.example', 'localhost.example']) {
    expect(tlsOf(other, undefined, undefined)).toEqual({ ca: undefined });
    expect(tlsOf(other, 'disable', undefined)).toBeUndefined();
  }
  expect(() => tlsOf('db.example', 'disable', 'PEM')).toThrow(/^postgres.caPath: has no meaning/);
});

test.each([
  ['sslmode=disable', /not sslmode$/],
  ['sslmode=no-verify', /not sslmode$/],
  ['host=db.example', /not host$/],
  ['user=other', /not user$/],
])('an address with %s is refused', (query, words) => {
  const url = `postgres://holdfast@127.0.0.1/plant?${query}`;
  expect(() => openShared({ url, password: undefined, schema: 's' }, 'b', [])).toThrow(words);
});

test('a file that holds no certificate is refused by its name', () => {
  const path = join(testFolder(), 'ca.pem');
  const postgres = (caPath: string) =>
    whereOf({ url: 'postgres://a@b/c', schema: 's', leaseMs: 1_000, caPath });
  expect(() => postgres(path)).toThrow(`postgres.caPath: ${path}: cannot be read: ENOENT`);
  writeFileSync(path, 'no PEM');
  expect(() => postgres(path)).toThrow(`postgres.caPath: ${path}: holds no certificate`);
});

test('the config takes sslmode and caPath, and no other mode', () => {
  const config = (sslmode: string) => ({
    postgres: { url: 'postgres://a@b/c', sslmode, caPath: '/etc/ca.pem' },
    ...{ natsUrl: 'nats://h', hubMonitorUrl: 'http://h' },
    erp: { kind: 'sandbox', url: 'http://h', plant: '1000', storageLocation: '0001' },
  });
  for (const mode of ['require', 'prefer', 'allow']) {
    expect(() => readCentralConfig(config(mode))).toThrow(/sslmode: must be one of verify-full, d/);
  }
});

const why = typeof cluster === 'string' ? cluster : 'this machine has no openssl';
if (typeof cluster === 'string' || !hasOpenssl()) {
  test('TLS to PostgreSQL', ({ skip }) => skip(why));
} else {
  const where = (more: Partial<Where> = {}): Where => {
    const { url, password } = cluster;
    return { url, password, schema: `s${++made}`, ...more };
  };
  const open = (more: Partial<Where>) => openShared(where(more), `boot${made}`, []);
  const isEncrypted = (more: Partial<Where>): unknown => {
    const db = open(more);
    const asked = db.prepare('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()').pluck();
    const answer = asked.get();
    db.close();
    return answer;
  };

  test('a server that offers no TLS is refused where it is asked for', () => {
    expect(() => open({ sslmode: 'verify-full' })).toThrow(
      /^postgres.sslmode: PostgreSQL 127.0.0.1.*does not support SSL connections; set ssl = on/,
    );
    expect(isEncrypted({})).toBe(0);
  });

  describe('where the server shows a certificate', () => {
    let own: ReturnType<typeof selfSigned>;
    let other: ReturnType<typeof selfSigned>;
    beforeAll(async () => {
      [own, other] = [selfSigned('IP:127.0.0.1'), selfSigned('DNS:db.example')];
      await cluster.serveTls(own.certificate, own.key);
    });
    afterAll(() => cluster.query('ALTER SYSTEM RESET ssl').then(() => undefined));

    test('one signed by itself is believed if it is named as the authority', () => {
      expect(isEncrypted({ ca: own.certificate })).toBe(1);
      expect(isEncrypted({ sslmode: 'verify-full', ca: own.certificate })).toBe(1);
    });

    test('by the config of a central, which names it in a file', () => {
      const caPath = join(testFolder(), 'ca.pem');
      writeFileSync(caPath, own.certificate);
      const { url, passwordPath } = cluster;
      const schema = `s${++made}`;
      openShared({ ...where(), schema }, `boot${made}`, migrations).close();
      const config = configFile({ postgres: { url, passwordPath, caPath, schema } });
      expect(holdfast('doctor', '--config', config).stdout).toMatch(/ \(1[\d.]+ by TLS\): 0 lines/);
    });

    test.each([
      ['no authority is named', (): Partial<Where> => ({ sslmode: 'verify-full' })],
      ['another authority is named', (): Partial<Where> => ({ ca: other.certificate })],
    ])('it is refused where %s', (_name, more) => {
      expect(() => open(more())).toThrow(
        /^postgres.caPath: PostgreSQL 127.0.0.1.*; name the authority/,
      );
    });

    test('one of another host is refused, whoever has signed it', async () => {
      await cluster.serveTls(other.certificate, other.key);
      try {
        expect(() => open({ ca: other.certificate })).toThrow(
          /^postgres.url: PostgreSQL 127.0.0.1.*altnames.*; name the server as its cert/,
        );
      } finally {
        await cluster.serveTls(own.certificate, own.key);
      }
    });
  });
}
