// A plant's own authority for tests, made by the machine's openssl.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tls } from '../../cli/leaftls.ts';
import { openssl } from './openssl.ts';

const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const config = (folder: string, names: string) => `
[ca]
default_ca = it
[it]
database = ${folder}/index
new_certs_dir = ${folder}
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
x509_extensions = about
[any]
commonName = supplied
[about]
subjectAltName = ${names}
`;
/** As openssl takes it: YYYYMMDDHHMMSSZ. */
const stamp = (ms: number) => `${new Date(ms).toISOString().replaceAll(/[-:T]|\..*/g, '')}Z`;
const dayMs = 86_400_000;

export type Authority = ReturnType<typeof openAuthority>;

/** Signs certificates in a folder of its own, until it is closed. */
export function openAuthority(cn = 'plant') {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-pki-'));
  const caPath = join(folder, 'ca.crt');
  const caKey = join(folder, 'ca.key');
  openssl(['req', '-x509', ...kind, '-subj', `/CN=${cn}`, '-out', caPath, '-keyout', caKey]);
  writeFileSync(join(folder, 'index'), '');
  let count = 0;

  return {
    caPath,
    /** A certificate for 127.0.0.1, valid from yesterday for `days`; below 0 it is over. */
    issue(name: string, days = 365): Tls {
      const at = join(folder, `${++count}`);
      mkdirSync(at);
      const [certPath, keyPath] = [join(at, `${name}.crt`), join(at, `${name}.key`)];
      const [request, settings] = [join(at, 'request'), join(at, 'ca.cnf')];
      writeFileSync(settings, config(folder, 'IP:127.0.0.1,DNS:localhost'));
      openssl(['req', ...kind, '-subj', `/CN=${name}`, '-out', request, '-keyout', keyPath]);
      const from = Date.now() + Math.min(0, days * dayMs) - dayMs;
      const dates = ['-startdate', stamp(from), '-enddate', stamp(Date.now() + days * dayMs)];
      const by = ['-cert', caPath, '-keyfile', caKey, '-config', settings];
      openssl(['ca', '-batch', '-notext', ...by, ...dates, '-in', request, '-out', certPath]);
      return { caPath, certPath, keyPath };
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
