import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');

/** Which release of Holdfast this program is. */
export const release: string = (JSON.parse(manifest) as { version: string }).version;

/**
 * Which build: the SHA-256 of the sums that a release brings along of all its files, as `sha256sum
 * SHA256SUMS` shows it; undefined where this is no unpacked release of Holdfast.
 */
export const buildIn = (folder: URL): string | undefined => {
  try {
    const { name } = JSON.parse(readFileSync(new URL('release.json', folder), 'utf8'));
    if (name !== 'holdfast') return undefined;
    return hash('sha256', readFileSync(new URL('SHA256SUMS', folder)));
  } catch {
    return undefined; // a working tree, or something else beside it
  }
};

export const build = buildIn(new URL('../../', import.meta.url));
