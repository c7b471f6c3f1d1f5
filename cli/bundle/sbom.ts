import { hash } from 'node:crypto';

/** A package of package-lock.json, as far as we read it. */
export type Locked = Readonly<{
  version: string;
  integrity?: string;
  dev?: boolean;
  optional?: boolean;
  dependencies?: Readonly<Record<string, string>>;
  optionalDependencies?: Readonly<Record<string, string>>;
}>;

/** A package that is in the bundle: where it lies, and its own words about its licence. */
export type Shipped = Readonly<{ path: string; locked: Locked; licence: string | undefined }>;

/** A program that is no package: the Node runtime, the NATS server. */
export type Binary = Readonly<{ name: string; version: string; licence: string; sha256: string }>;

type About = Readonly<{ version: string; platform: string }>;

export const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 13);
const purlOf = (name: string, version: string): string =>
  `pkg:npm/${name.replace('@', '%40')}@${version}`;

/** A licence as CycloneDX wants it: one of SPDX's ids, an expression of them, or words. */
function licencesOf(licence: string | undefined) {
  if (licence === undefined) return {};
  if (/^\S+$/.test(licence) && spdx.has(licence))
    return { licenses: [{ license: { id: licence } }] };
  const names = licence.split(/[() ]+|\bOR\b|\bAND\b/).filter((name) => name !== '');
  if (names.length > 1 && names.every((name) => spdx.has(name))) {
    return { licenses: [{ expression: licence }] };
  }
  return { licenses: [{ license: { name: licence } }] };
}
/** Of SPDX's ids those that our dependencies name; any other is told in words, which is valid. */
const spdx = new Set([
  ...['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC0-1.0', 'ISC'],
  ...['MIT', 'MPL-2.0', 'Python-2.0', 'Unlicense', 'Zlib', 'Artistic-2.0'],
]);

/** Where Node finds `name` for the package at `path`: beside it, or in a folder further up. */
function resolved(path: string, name: string, known: ReadonlyMap<string, Shipped>) {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const found = known.get(`${folder === '' ? '' : `${folder}/`}node_modules/${name}`);
    if (found || folder === '') return found;
  }
}

const refOf = ({ path, locked }: Shipped): string =>
  `${purlOf(nameOf(path), locked.version)}#${path}`;

/**
 * The bill of materials (CycloneDX 1.6) of everything in the bundle that is not ours. The same for
 * the same content: no time, and a serial number that is made of what it lists.
 */
export function bom(
  { version, platform }: About,
  shipped: readonly Shipped[],
  binaries: readonly Binary[],
  direct: readonly string[],
) {
  const known = new Map(shipped.map((one) => [one.path, one]));
  const root = `pkg:generic/holdfast@${version}?platform=${platform}`;
  const components = [
    ...binaries.map(({ name, version, licence, sha256 }) => ({
      ...{ type: 'application', 'bom-ref': `pkg:generic/${name}@${version}`, name, version },
      purl: `pkg:generic/${name}@${version}`,
      hashes: [{ alg: 'SHA-256', content: sha256 }],
      ...licencesOf(licence),
    })),
    ...shipped.map((one) => ({
      ...{ type: 'library', 'bom-ref': refOf(one), name: nameOf(one.path) },
      ...{ version: one.locked.version, purl: purlOf(nameOf(one.path), one.locked.version) },
      ...hashesOf(one.locked.integrity),
      ...licencesOf(one.licence),
    })),
  ];
  const dependsOn = (path: string, names: readonly string[]): string[] =>
    [...new Set(names)]
      .flatMap((name) => resolved(path, name, known) ?? [])
      .map(refOf)
      .sort();
  const dependencies = [
    {
      ref: root,
      dependsOn: [
        ...binaries.map(({ name, version }) => `pkg:generic/${name}@${version}`),
        ...dependsOn('', direct),
      ],
    },
    ...shipped.map((one) => {
      const { dependencies = {}, optionalDependencies = {} } = one.locked;
      const names = Object.keys({ ...dependencies, ...optionalDependencies });
      return { ref: refOf(one), dependsOn: dependsOn(one.path, names) };
    }),
  ];
  const component = { type: 'application', 'bom-ref': root, name: 'holdfast', version };
  const content = {
    metadata: { component: { ...component, purl: root } },
    components,
    dependencies,
  };
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    ...{ bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber: serialOf(content), version: 1 },
    ...content,
  };
}

function hashesOf(integrity: string | undefined) {
  const match = /^sha512-(\S+)/.exec(integrity ?? '');
  if (!match) return {};
  const content = Buffer.from(match[1]!, 'base64').toString('hex');
  return { hashes: [{ alg: 'SHA-512', content }] };
}

/** A UUID (version 8: of the maker's own making) that is the content's. */
function serialOf(content: unknown): string {
  const digits = [...hash('sha256', JSON.stringify(content)).slice(0, 32)];
  digits[12] = '8';
  digits[16] = '8';
  const text = digits.join('');
  const parts = [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20)];
  return `urn:uuid:${[...parts, text.slice(20)].join('-')}`;
}
