import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OPCUACertificateManager } from 'node-opcua';

/** Of a peer's certificate: as peer.c tells it. */
const applicationUri = 'urn:holdfast:peer:server';

/** A key and a certificate of 127.0.0.1 in `folder`, as DER; and its SHA-256, hex. */
export async function makeIdentity(folder: string) {
  mkdirSync(folder, { recursive: true });
  const manager = new OPCUACertificateManager({ rootFolder: join(folder, 'pki') });
  const pem = join(folder, 'certificate.pem');
  try {
    await manager.initialize();
    await manager.createSelfSignedCertificate({
      ...{ applicationUri, outputFile: pem, subject: '/CN=peer', dns: ['localhost'] },
      ...{ ip: ['127.0.0.1'], startDate: new Date(Date.now() - 86_400_000), validity: 365 },
    });
  } finally {
    await manager.dispose();
  }
  const certificate = join(folder, 'certificate.der');
  const key = join(folder, 'key.der');
  const { raw } = new X509Certificate(readFileSync(pem));
  writeFileSync(certificate, raw);
  const secret = createPrivateKey(readFileSync(manager.privateKey));
  writeFileSync(key, secret.export({ type: 'pkcs1', format: 'der' }), { mode: 0o600 });
  return { certificate, key, thumbprint: createHash('sha256').update(raw).digest('hex') };
}
