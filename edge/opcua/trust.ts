import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { OPCUACertificateManager } from 'node-opcua-certificate-manager';
import { Fault } from '../../shared/fault.ts';
import { ownCertificate } from './owncertificate.ts';

export type Trust = Awaited<ReturnType<typeof openTrust>>;

/** SHA-256 of a certificate, as it is pinned in a mapping. */
export const fingerprintOf = (certificate: Uint8Array): string =>
  createHash('sha256').update(certificate).digest('hex');

const plain = (pin: string): string => pin.replaceAll(':', '').replaceAll(' ', '').toLowerCase();

/**
 * The certificates of this edge, in a folder of its own: its own with its key, those it trusts, and
 * those it was shown and does not trust. Nothing unknown is ever accepted by itself.
 */
export async function openTrust(folder: string) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const manager = new OPCUACertificateManager({
    rootFolder: folder,
    automaticallyAcceptUnknownCertificate: false,
    disableFileWatchers: true,
  });
  await manager.initialize();

  return {
    manager,
    certificateFile: ownCertificate(folder),

    /**
     * Trusts the certificate that the mapping has pinned. Throws Fault REFUSED for any other, which
     * names its fingerprint for a person to compare.
     */
    async pin(certificate: Uint8Array | undefined, pinned: string | undefined): Promise<void> {
      if (certificate === undefined || pinned === undefined) return;
      const found = fingerprintOf(certificate);
      if (found !== plain(pinned)) {
        const says = `server: shows certificate ${found}, the mapping trusts ${plain(pinned)}`;
        throw new Fault('REFUSED', says);
      }
      await manager.trustCertificate(Buffer.from(certificate));
    },

    close: () => manager.dispose(),
  };
}
