import type { Logger } from '../../shared/log.ts';
import type { Roster } from '../line/roster.ts';
import type { Aside, Depot } from '../store/depot.ts';
import type { Outbox } from '../store/outbox.ts';
import type { Store } from '../store/store.ts';
import type { Enrolment, Enrolments } from './enrolments.ts';
import type { History } from './history.ts';
import type { Merge } from './merge.ts';

type Parts = {
  store: Store;
  outbox: Outbox;
  roster: Roster;
  enrolments: Enrolments;
  depot: Depot;
  history: History;
  merge: Merge;
  /** Told when the book was read anew from what was taken in. */
  taken: () => void;
  log: Logger;
};
export type Seeding = ReturnType<typeof openSeeding>;

/** Most strays that are handed over in one round. */
const straysMax = 500;

/**
 * Gives a line its history back from central: what is common, what central holds behind it, and
 * then a new epoch. Every step is one transaction, and a restart goes on behind the last one.
 */
export function openSeeding(parts: Parts) {
  const { store, outbox, roster, enrolments, depot, history, merge, taken, log } = parts;

  /** The last sequence of our epoch that central has with the same link; 0 if it has none. */
  async function findCommon(line: string): Promise<number> {
    const { epoch, head, kept } = outbox.marks(line);
    let high = Math.min(head, await history.last(line, epoch));
    let low = Math.min(kept, high); // central has said so, with its link
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const own = outbox.linkAt(line, middle)?.toString('hex');
      const same = (await history.link(line, epoch, middle)) === own;
      if (same) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Takes what central has not out of the history, before anything of central's comes in. */
  async function part(line: string): Promise<number> {
    const known = enrolments.of(line).common;
    if (known !== null) return known;
    const common = await findCommon(line);
    const { epoch, head } = outbox.marks(line);
    const { id, strays } = enrolments.of(line);
    reading(() => {
      depot.setAside(id, epoch, common, strays);
      enrolments.set(line, { common });
      if (head > common) roster.rebuild();
    });
    if (head > common) log.error({ line, epoch, common, head }, 'own facts were set aside');
    return common;
  }

  /** Commits `work`, which reads the book anew; if the disk does not take it, all is as before. */
  function reading(work: () => void): void {
    try {
      store.commit(work);
    } catch (error) {
      roster.rebuild();
      throw error;
    }
  }

  return {
    /** Fetches all that central holds behind what is common, page by page. */
    async pull(line: string): Promise<void> {
      const common = await part(line);
      const { id, epoch: next } = enrolments.of(line);
      const own = outbox.marks(line).epoch;
      let { epoch, sequence } = depot.stagedTo(id) ?? { epoch: own, sequence: common };
      while (epoch < next!) {
        const segment = await history.facts(line, epoch, sequence);
        if (segment) {
          store.commit(() => depot.stage(id, segment));
          sequence += segment.facts.length;
        } else {
          epoch += 1;
          sequence = 0;
        }
      }
      store.commit(() => enrolments.set(line, { state: 'ready' }));
      log.info({ line }, 'the history of the line is here');
    },

    /** Takes in what was fetched of these lines, all at once, and begins their epochs. */
    take(ready: readonly Enrolment[]): void {
      let orphans = 0;
      reading(() => {
        orphans = merge.take(ready);
        for (const { line, next } of ready) {
          const entered = { state: 'entered', store: next!, next: null, reason: null } as const;
          enrolments.set(line, { ...entered, epoch: null, ended: null, common: null, strays: 0 });
        }
      });
      roster.rebuild();
      for (const { line, epoch, ended, reason } of ready) {
        log.warn({ line, epoch, ended, reason }, 'a new epoch has begun');
      }
      if (orphans > 0) log.error({ orphans }, 'facts rest on what is lost: they have no effect');
      taken();
    },

    /** Own facts that found no place in the new epoch, and that central has not answered for. */
    strays(line: number): readonly Aside[] {
      const rows: Aside[] = [];
      for (const row of depot.aside(line, 'stray')) if (rows.push(row) === straysMax) break;
      return rows;
    },
    /** How many of them there are. */
    straysLeft: (line: number): number => depot.strays(line),
    parked: (aside: number): void => depot.became(aside, 'parked'),
  };
}
