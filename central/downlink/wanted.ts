import { Fault } from '../../shared/fault.ts';
import type { MasterVersion } from '../../shared/master.ts';
import { type ErpOrder, versionText } from '../../shared/reference.ts';
import type { ChangeSets } from './changesets.ts';
import type { Makers } from './makers.ts';

const makerKinds = ['bom', 'routing', 'specification'] as const;

/** Throws Fault REFUSED: why an order has to wait. */
export const wait = (reason: string): never => {
  throw new Fault('REFUSED', reason);
};

/** Where an order goes and by which versions it is made; what is lacking throws Fault REFUSED. */
export function openWanted(sets: ChangeSets, makers: Makers) {
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
    const made = makerKinds.map((kind) => {
      const found = makers.of(kind, site, number, material);
      if (found.length < 2) return found;
      const names = found.map(({ record }) => record).join(', ');
      return wait(`${kind} ${names} are all for ${material}: the order must say which`);
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
