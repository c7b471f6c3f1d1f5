import type { ContentOf, Reference, ReferenceKind, ReferenceVersion } from '../shared/reference.ts';
import type { InForce } from './orderguard.ts';
import { keyOf } from './tables.ts';

type Entry = Readonly<{ set: number; version: string }>;
/** What a version says, wherever that is kept; undefined for one that is not kept. */
type Read = (version: ReferenceVersion) => Reference['content'] | undefined;
export type Sets = ReturnType<typeof openSets>;

/**
 * The change sets of one site, in the order of their numbers, which is that of the times at which
 * they become active: what is in force by one is what the sets up to it have named last.
 */
export function openSets(read: Read) {
  const records = new Map<string, Entry[]>(); // by kind and number
  let newest = 0;

  return {
    newest: () => newest,

    /** The next set. */
    add(set: number, versions: Iterable<ReferenceVersion>): void {
      newest = set;
      for (const { kind, record, version } of versions) {
        const key = keyOf(kind, record);
        const known = records.get(key);
        if (known) known.push({ set, version });
        else records.set(key, [{ set, version }]);
      }
    },

    /** As it stands by set `upTo`. */
    by(upTo: number): InForce {
      const entries = (kind: ReferenceKind, record: string) =>
        (records.get(keyOf(kind, record)) ?? []).filter(({ set }) => set <= upTo);
      return {
        current: (kind, record) => entries(kind, record).at(-1)?.version,
        contentOf<K extends ReferenceKind>(kind: K, record: string, version: string) {
          const isKnown = entries(kind, record).some((one) => one.version === version);
          return (isKnown ? read({ kind, record, version }) : undefined) as
            | ContentOf<K>
            | undefined;
        },
      };
    },

    /** Each record of a kind with the version that is in force by set `upTo`. */
    *all(kind: ReferenceKind, upTo: number): Generator<ReferenceVersion> {
      for (const [key, entries] of records) {
        const [own, record = ''] = key.split('\n');
        const version = entries.findLast(({ set }) => set <= upTo)?.version;
        if (own === kind && version !== undefined) yield { kind, record, version };
      }
    },
  };
}
