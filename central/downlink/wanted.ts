import { Fault } from '../../shared/fault.ts';
import type { MasterVersion } from '../../shared/master.ts';
import { type ErpOrder, versionText } from '../../shared/reference.ts';
import type { ChangeSets } from './changesets.ts';

/** Which records of a kind are for a material, by set. */
function openMakers(sets: ChangeSets) {
  const kinds = ['bom', 'routing', 'specification'] as const;
  let known: { key: string; by: Map<string, MasterVersion[]> } | undefined;
  return (site: string, number: number, material: string): readonly MasterVersion[][] => {
    const key = `${site} ${number}`;
    if (known?.key !== key) {
      const found = new Map<string, MasterVersion[]>();
      const force = sets.by(site, number);
      for (const kind of kinds) {
        for (const one of sets.all(site, kind, number)) {
          const of = force.contentOf(kind, one.record, one.version)?.material;
          const list = found.get(`${kind}\n${of}`) ?? [];
          found.set(`${kind}\n${of}`, [...list, { ...one, kind }]);
        }
      }
      known = { key, by: found };
    }
    return kinds.map((kind) => known!.by.get(`${kind}\n${material}`) ?? []);
  };
}

/** Throws Fault REFUSED: why an order has to wait. */
export const wait = (reason: string): never => {
  throw new Fault('REFUSED', reason);
};

/** Where an order goes and by which versions it is made; what is lacking throws Fault REFUSED. */
export function openWanted(sets: ChangeSets) {
  const makersOf = openMakers(sets);

  /** The versions that it says, or those that are in force for what it makes. */
  function versionsOf(site: string, number: number, given: ErpOrder): readonly MasterVersion[] {
    const force = sets.by(site, number);
    if (given.versions) {
      const lacking = given.versions.find(
        ({ kind, record, version }) => force.contentOf(kind, record, version) === undefined,
      );
      return lacking
        ? wait(`${versionText(lacking)} is not in force at ${site}`)
        : (given.versions as readonly MasterVersion[]);
    }
    const { material } = given;
    const item = force.current('item', material);
    if (item === undefined) return wait(`item ${material} is not in force at ${site}`);
    const made = makersOf(site, number, material).map((found) => {
      if (found.length < 2) return found;
      const names = found.map(({ record }) => record).join(', ');
      return wait(`${found[0]!.kind} ${names} are all for ${material}: the order must say which`);
    });
    return [{ kind: 'item', record: material, version: item }, ...made.flat()];
  }

  function linesOf(site: string, number: number, given: ErpOrder): string[] {
    const force = sets.by(site, number);
    const lines = given.operations.map(({ workCenter }) => {
      const version = force.current('workCenter', workCenter);
      const center =
        version === undefined ? undefined : force.contentOf('workCenter', workCenter, version);
      if (!center) return wait(`work centre ${workCenter} is not in force at ${site}`);
      if (center.status === 'blocked') return wait(`work centre ${workCenter} is blocked`);
      return center.line;
    });
    return [...new Set(lines)];
  }

  return { versionsOf, linesOf };
}
