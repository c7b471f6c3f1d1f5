import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { invalid } from '../../shared/field.ts';
import { parseJson } from '../../shared/json.ts';
import { packTar, unpackTar } from './tar.ts';

/** What is signed: which archive of which release, for which machines. */
export type Manifest = Readonly<{
  format: typeof format;
  name: string;
  version: string;
  platform: string;
  /** Of the payload. */
  bytes: number;
  sha256: string;
}>;
export const format = 'holdfast-bundle-1';

/** The files of a bundle, which `tar` unpacks and `openssl` checks as well as we do. */
const files = {
  manifest: 'manifest.json',
  signature: 'manifest.sig', // 64 bytes, Ed25519
  payload: 'payload.tar.gz',
} as const;
const bundleBytesMax = 1024 * 1024 * 1024;

/** Writes a new key pair, the private one for its owner alone. Neither file may be there yet. */
export function writeKeys(path: string): { secret: string; open: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const open = `${path}.pub`;
  write(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), 0o600);
  write(open, publicKey.export({ type: 'spki', format: 'pem' }), 0o644);
  return { secret: path, open };
}

function write(path: string, content: string | Buffer, mode: number): void {
  try {
    writeFileSync(path, content, { mode, flag: 'wx' });
  } catch (error) {
    throw invalid('--key', `${path}: ${(error as Error).message}`);
  }
}

/** The key of a PEM file. Throws Fault INVALID for a private one that others may read. */
export function readKey(path: string, kind: 'private' | 'public'): KeyObject {
  let key: KeyObject;
  try {
    const pem = readFileSync(path, 'utf8');
    if (kind === 'public' && pem.includes('PRIVATE')) throw new Error('is a private key');
    key = kind === 'private' ? createPrivateKey(pem) : createPublicKey(pem);
  } catch (error) {
    throw invalid('--key', `${path}: ${(error as Error).message}`);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw invalid('--key', `${path}: must be Ed25519`);
  if (kind === 'private' && (statSync(path).mode & 0o077) !== 0) {
    throw invalid('--key', `${path}: others may read it; chmod 600`);
  }
  return key;
}

type About = Pick<Manifest, 'name' | 'version' | 'platform'>;

/** The one file that goes to the plant: the payload, what it is, and the signature of that. */
export function seal(payload: Buffer, { name, version, platform }: About, key: KeyObject): Buffer {
  const sha256 = hash('sha256', payload);
  const manifest: Manifest = {
    ...{ format, name, version, platform },
    ...{ bytes: payload.length, sha256 },
  };
  const signed = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
  return packTar([
    { path: files.manifest, bytes: signed, runs: false },
    { path: files.signature, bytes: sign(null, signed, key), runs: false },
    { path: files.payload, bytes: payload, runs: false },
  ]);
}

/**
 * What is in a bundle, of which nothing is believed before its signature was checked; without a
 * key nobody's signature is asked for, and it is only whole. Throws Fault INVALID for one that
 * somebody else has signed, or that has changed since.
 */
export function unseal(
  bundle: Buffer,
  name: string,
  key?: KeyObject,
): { manifest: Manifest; payload: Buffer } {
  if (bundle.length > bundleBytesMax) throw invalid(name, `is more than ${bundleBytesMax} bytes`);
  const found = new Map(unpackTar(bundle, name).map(({ path, bytes }) => [path, bytes]));
  const [signed, signature, payload] = Object.values(files).map((path) => found.get(path));
  if (found.size !== 3 || !signed || !signature || !payload) {
    throw invalid(name, `must hold ${Object.values(files).join(', ')} and no more`);
  }
  if (key && !verify(null, signed, key, signature)) {
    throw invalid(name, 'is not signed with this key');
  }
  const manifest = parseJson(signed, name) as Manifest | null;
  if (manifest?.format !== format) throw invalid(name, `must be of format ${format}`);
  if (manifest.bytes !== payload.length || manifest.sha256 !== hash('sha256', payload)) {
    throw invalid(name, `${files.payload} is not the one that was signed`);
  }
  return { manifest, payload };
}
