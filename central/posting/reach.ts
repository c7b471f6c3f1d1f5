import type { Fact } from '../../shared/event.ts';
import type { PostingKind } from '../erp/erp.ts';
import { asItSays, type Timing } from '../ledger/clocks.ts';
import type { Holds } from '../quality/holds.ts';
import type { Genealogy } from '../story/genealogy.ts';
import type { Lanes } from './lanes.ts';
import type { Modes } from './modes.ts';
import { blank, type PostingRow, type Queue } from './queue.ts';
import { keyOf } from './rules.ts';
import type { Shadows } from './shadows.ts';
import type { Stock } from './stock.ts';

export type Decision = Fact<'HoldDispositioned' | 'HoldReleased' | 'HoldCancelled'>;
const decisions = ['HoldDispositioned', 'HoldReleased', 'HoldCancelled'];
export const isDecision = (fact: Fact): fact is Decision => decisions.includes(fact.type);

const condemns = (fact: Fact): boolean =>
  fact.type === 'HoldDispositioned' && fact.body.disposition !== 'useAsIs';

type Parts = {
  holds: Holds;
  genealogy: Genealogy;
  queue: Queue;
  lanes: Lanes;
  stock: Stock;
  modes: Modes;
  shadows: Shadows;
};
/** Of which event it comes, and when that was. */
type By = Pick<PostingRow, 'eventId' | 'line' | 'sequence' | 'atMs'>;

/**
 * Plans what moves the lots that a hold on another lot reaches: each as a whole, in a lane of its
 * own, and only what may be in stock; receipts that are still to be sent wait at the gate.
 */
export function openReach(parts: Parts) {
  const { holds, genealogy, queue, lanes, stock, modes, shadows } = parts;

  function move(by: By, kind: PostingKind, lot: string): void {
    const { eventId, line, sequence, atMs } = by;
    const mode = modes.of(['HoldPlaced'], { line, lot });
    if (mode === 'off') return;
    const lane = `lot:${lot}`;
    const key = keyOf(eventId, kind, lot);
    const where = { key, eventId, line, sequence, atMs, lane, kind, lot };
    const row = { ...blank, ...where, final: 0, beside: 1, state: 'intended' } as const;
    if (mode === 'shadow') {
      shadows.keep(row);
      return;
    }
    queue.insert(row);
    lanes.wake(lane);
  }

  function note(fact: Fact, timing: Timing = asItSays): void {
    const { gained, lost } = genealogy.note(fact);
    const plan = (kind: PostingKind, lot: string) =>
      move({ ...fact, atMs: timing(fact).atMs }, kind, lot);
    for (const [lot, by] of gained) {
      lanes.rouseLot(lot);
      const holding = genealogy.reaching(lot);
      const before = holding.some((hold) => !by.includes(hold));
      if (holding.length > 0 && !before && stock.arrived(lot)) plan('blockStock', lot);
    }
    // A decision calls for what frees its own lot already; what it condemns may have been let go.
    const hold = isDecision(fact) ? holds.one(fact.body.hold) : undefined;
    const own = hold?.lot;
    if (hold?.letGo && condemns(fact)) plan('blockStock', hold.lot!);
    for (const lot of lost.keys()) {
      lanes.rouseLot(lot);
      if (lot === own || genealogy.reaching(lot).length > 0) continue;
      if (stock.mayBeBlocked(lot)) plan('unblockStock', lot);
    }
  }

  return {
    note,

    /**
     * By this posting the goods of an issue are back, or those of a receipt gone, with what was
     * blocked of it: what a hold reaches of the lot now is blocked, in the transaction that knows.
     * It may be posted a second time, once the ERP has lost it: what it called for is planned once.
     */
    comeBack(row: PostingRow): void {
      const lot = row.lot!;
      if (queue.one(keyOf(row.eventId, 'blockStock', lot))) return;
      const isMissing = holds.toBlock(lot) > stock.of(lot).blocked;
      if (isMissing || genealogy.reaching(lot).length > 0) move(row, 'blockStock', lot);
    },
  };
}
