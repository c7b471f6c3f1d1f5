// The authorities of a plant, and what they sign.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './shell.ts';

const days = ['-days', '2'];

/** Writes `name`.crt and `name`.key of an authority into a folder. */
async function makeAuthority(pki: string, name: string): Promise<void> {
  const key = ['-newkey', 'ed25519', '-nodes', '-keyout', join(pki, `${name}.key`)];
  const subject = ['-subj', `/CN=Holdfast fleet test, ${name}`];
  const out = ['-out', join(pki, `${name}.crt`)];
  await run('openssl', ['req', '-x509', ...key, ...out, ...days, ...subject]);
}

type Wanted = { pki: string; name: string; address: string; by?: string };

/** Writes a certificate for an address, `name`.crt; gives the PEM of its key. */
export async function certify({ pki, name, address, by = 'ca' }: Wanted): Promise<string> {
  const [key, request, cert, extra] = ['key', 'csr', 'crt', 'ext'].map((end) =>
    join(pki, `${name}.${end}`),
  );
  writeFileSync(extra!, `subjectAltName=IP:${address}\nextendedKeyUsage=serverAuth,clientAuth\n`);
  const asked = ['-newkey', 'ed25519', '-nodes', '-keyout', key!, '-out', request!];
  await run('openssl', ['req', ...asked, '-subj', `/CN=${name}`]);
  const signed = ['-CA', join(pki, `${by}.crt`), '-CAkey', join(pki, `${by}.key`)];
  const files = ['-in', request!, '-out', cert!, '-extfile', extra!];
  await run('openssl', ['x509', '-req', ...signed, '-CAcreateserial', ...files, ...days]);
  return readFileSync(key!, 'utf8').trim();
}

type Machine = { name: string; address: string };

/**
 * The authority of the plant with a certificate for each machine, and one of the hub's servers
 * alone; gives the PEM of each key.
 */
export async function certifyAll(
  pki: string,
  hubs: readonly Machine[],
  others: readonly Machine[],
) {
  for (const name of ['ca', 'routes']) await makeAuthority(pki, name);
  const keys: Record<string, string> = {};
  for (const { name, address } of [...hubs, ...others]) {
    keys[name] = await certify({ pki, name, address });
  }
  for (const { address, ...hub } of hubs) {
    const name = `${hub.name}.route`;
    keys[name] = await certify({ pki, name, address, by: 'routes' });
  }
  return keys;
}
