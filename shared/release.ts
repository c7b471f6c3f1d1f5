import { readFileSync } from 'node:fs';

const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');

/** Which release of Holdfast this program is. */
export const release: string = (JSON.parse(manifest) as { version: string }).version;
