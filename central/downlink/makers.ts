import type { ReferenceVersion } from '../../shared/reference.ts';
import type { ChangeSets } from './changesets.ts';

/** Kinds of record that are for a material. */
export type MakerKind = 'bom' | 'routing' | 'specification';
const kinds: readonly MakerKind[] = ['bom', 'routing', 'specification'];
/** Most sets of which it is remembered which records are for which material. */
const setsMax = 16;
type Maker = ReferenceVersion & Readonly<{ kind: MakerKind }>;
export type Makers = ReturnType<typeof openMakers>;

/** Which records are for a material, by the set that is in force. */
export function openMakers(sets: ChangeSets) {
  const known = new Map<string, ReadonlyMap<string, readonly Maker[]>>();

  function read(site: string, number: number) {
    const found = new Map<string, Maker[]>();
    const force = sets.by(site, number);
    for (const kind of kinds) {
      for (const { record, version } of sets.all(site, kind, number)) {
        const of = force.contentOf(kind, record, version)?.material;
        const list = found.get(`${kind}\n${of}`) ?? [];
        found.set(`${kind}\n${of}`, list);
        list.push({ kind, record, version });
      }
    }
    return found;
  }

  return {
    of(kind: MakerKind, site: string, number: number, material: string): readonly Maker[] {
      const key = `${site}\n${number}`;
      let all = known.get(key);
      if (!all) {
        if (known.size >= setsMax) known.delete(known.keys().next().value!);
        all = read(site, number);
        known.set(key, all);
      }
      return all.get(`${kind}\n${material}`) ?? [];
    },
    /** What was remembered is dropped: a set that was not committed gives its number to another. */
    undone: (): void => known.clear(),
  };
}
