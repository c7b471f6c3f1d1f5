// Certificates for tests, made by the machine's openssl.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openssl } from './openssl.ts';

export const hasOpenssl = (): boolean => spawnSync('openssl', ['version']).status === 0;

/** One that is signed by itself, for a name such as "IP:127.0.0.1" or "DNS:db.example". */
export function selfSigned(name: string) {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
  const [certificate, key] = [join(folder, 'server.crt'), join(folder, 'server.key')];
  const about = ['-subj', '/CN=test', '-addext', `subjectAltName=${name}`, '-days', '2'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-out', certificate, '-keyout', key];
  openssl(['req', '-x509', ...kind, ...about, ...files]);
  const [pem, secret] = [certificate, key].map((path) => readFileSync(path, 'utf8'));
  rmSync(folder, { recursive: true });
  return { certificate: pem!, key: secret! };
}
