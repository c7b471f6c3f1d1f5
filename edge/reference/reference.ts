import type { Content, Fact } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import { type Reference, type ReferenceVersion, siteOf } from '../../shared/reference.ts';
import { openSets, type Sets } from '../../statecharts/inforce.ts';
import {
  checkedText,
  isGuarded,
  isRefusable,
  orderGuard,
  type Released,
} from '../../statecharts/orderguard.ts';
import type { Look } from '../../statecharts/tables.ts';
import type { Shelf } from './shelf.ts';

/** Most contents that are kept decoded. */
const decodedMax = 20_000;

type Parts = { shelf: Shelf; look: Look };
export type References = ReturnType<typeof openReferences>;

/**
 * What is known here of master data, and what it forbids. An edge that holds no set of a line's
 * site forbids nothing by it.
 */
export function openReferences({ shelf, look }: Parts) {
  const known = new Map<string, Sets>(); // by site, as far as they are active
  let decoded = new Map<string, Reference['content'] | undefined>();

  function contentOf(site: string, version: ReferenceVersion) {
    const key = [site, version.kind, version.record, version.version].join('\n');
    if (decoded.has(key)) return decoded.get(key);
    if (decoded.size >= decodedMax) decoded = new Map();
    const content = shelf.content(site, version);
    decoded.set(key, content);
    return content;
  }

  /** The sets of a site, with those that became active since. */
  function setsOf(site: string): Sets {
    const sets = known.get(site) ?? openSets((version) => contentOf(site, version));
    known.set(site, sets);
    const active = shelf.active(site);
    for (let number = sets.newest() + 1; number <= active; number++) {
      decoded = new Map();
      sets.add(number, shelf.versions(site, number));
    }
    return sets;
  }

  const isOpen = (order: string): boolean => {
    const state = look('order', order)?.state;
    return state !== undefined && state !== 'closed';
  };

  function releasedOf(order: string): Released | undefined {
    const row = look('order', order);
    return row && { material: row.material, versions: shelf.namedBy(order) ?? [] };
  }

  return {
    isOpen,

    /**
     * What the guard says of a fact before it is stated; undefined where no set is active, or it is
     * about nothing of the kind. Throws Fault REFUSED with the rule that forbids it.
     */
    check(line: string, fact: Content): string | undefined {
      if (!isGuarded(fact) || fact.order === undefined) return undefined;
      const site = siteOf(line);
      const active = shelf.active(site);
      if (active === 0) return undefined;
      const found = orderGuard(setsOf(site).by(active), releasedOf(fact.order), fact);
      if (found && isRefusable(fact)) {
        const { rule, reason } = found;
        throw new Fault('REFUSED', reason, { rule });
      }
      return checkedText(active, found);
    },

    /** Takes in what a release names; in the transaction that states it, and when it is read. */
    note(fact: Fact): void {
      if (fact.type !== 'OrderReleased' || fact.body.versions === undefined) return;
      shelf.name(fact.order!, fact.body.versions, isOpen);
    },

    /** Codes of reasons that are in force for a line; undefined where no set is active. */
    reasons(line: string) {
      const site = siteOf(line);
      const active = shelf.active(site);
      if (active === 0) return undefined;
      const sets = setsOf(site);
      const force = sets.by(active);
      return [...sets.all('reasonCode', active)].flatMap(({ record: code, version }) => {
        const content = force.contentOf('reasonCode', code, version);
        if (!content || content.status === 'blocked') return [];
        return [{ code, group: content.group, texts: content.texts }];
      });
    },

    /** What was undone is not remembered. */
    undone(): void {
      known.clear();
      decoded = new Map();
    },
  };
}
