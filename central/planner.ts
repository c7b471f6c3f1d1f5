import type { Fact } from '../shared/event.ts';
import { asItSays, type Timing } from './clocks.ts';
import type { Dossier } from './dossier.ts';
import type { Early } from './early.ts';
import type { PostingKind } from './erp.ts';
import type { Genealogy } from './genealogy.ts';
import type { Hold, Holds } from './holds.ts';
import type { Lanes } from './lanes.ts';
import type { Mode, Modes } from './modes.ts';
import type { Planned, Queue } from './queue.ts';
import { callOf, keyOf, type Run } from './rules.ts';
import { isRule } from './ruletable.ts';
import type { Shadows } from './shadows.ts';
import type { Stock } from './stock.ts';

/** A decision on a hold of which nothing more is known yet counts under this reason. */
export const earlyReason = 'waits for its hold to be known';

/** What is not posted because of the mode of its rule counts under these reasons. */
export const modeReasons = {
  off: 'its rule is off',
  shadow: 'its rule is a shadow: computed, not posted',
} as const satisfies Partial<Record<Mode, string>>;

type Decision = Fact<'HoldDispositioned' | 'HoldReleased' | 'HoldCancelled'>;
const decisions = ['HoldDispositioned', 'HoldReleased', 'HoldCancelled'];
const isDecision = (fact: Fact): fact is Decision => decisions.includes(fact.type);

const condemns = (fact: Fact): boolean =>
  fact.type === 'HoldDispositioned' && fact.body.disposition !== 'useAsIs';

type Parts = {
  dossier: Dossier;
  holds: Holds;
  genealogy: Genealogy;
  early: Early;
  queue: Queue;
  lanes: Lanes;
  stock: Stock;
  modes: Modes;
  shadows: Shadows;
};

/** What a planned posting does not say. */
const blank = {
  ...{ order: null, operation: null, lot: null, material: null, unit: null, quantity: null },
  ...{ yield: null, scrap: null, rework: null, setupMs: null, machineMs: null, reason: null },
} as const;

/** Why a posting is deferred that comes after a parked one in its lane. */
export const behind = 'behind the parked one';

/** Plans what a fact calls for, and looks again at whatever may have waited for it. */
export function openPlanner(parts: Parts) {
  const { dossier, holds, early, queue, lanes, modes, shadows } = parts;
  const reach = openReachPlanner(parts);

  const laneOf = (order: string | undefined, lot: string | undefined): string =>
    order ?? (lot === undefined ? undefined : dossier.lot(lot)?.order) ?? `lot:${lot ?? ''}`;

  /**
   * Adds it to its lane, which is looked at if it may move. Behind a parked one that is the lane's
   * first it cannot: it is deferred at once, and the lane left alone.
   */
  function enter(row: Planned): void {
    if (row.state === 'intended' && queue.isStopped(row.lane)) {
      queue.insert({ ...row, state: 'deferred', reason: behind });
      return;
    }
    queue.insert(row);
    lanes.wake(row.lane);
  }

  function plan(fact: Fact, run: Run | undefined, hold: Hold | undefined, timing: Timing): void {
    const call = callOf(fact, { run, holdScope: hold?.scope ?? undefined });
    if ('none' in call) {
      queue.unposted(call.none, 1);
      return;
    }
    // A decision is about what its hold is about, whatever else it may name.
    const order = hold?.order ?? fact.order;
    const operation = (hold?.order ? hold.operation : fact.operation) ?? undefined;
    const lot = call.kind === 'confirmation' ? undefined : (hold?.lot ?? fact.lot);
    const lane = laneOf(order, lot);
    const { eventId, line, sequence } = fact;
    const of = order ?? (lot === undefined ? undefined : dossier.lot(lot)?.order) ?? undefined;
    const mode = isRule(fact.type) ? modes.of(fact.type, line, of) : 'live';
    if (mode !== 'live') queue.unposted(modeReasons[mode], 1);
    if (mode === 'off') return;
    const { atMs, doubt } = timing(fact);
    const { park, ...values } = 'park' in call ? call : { ...call, park: undefined };
    // What is held is blocked, whatever day it is.
    const parked = park ?? (call.kind === 'blockStock' ? undefined : doubt);
    const add = mode === 'shadow' ? shadows.keep : enter;
    add({
      ...{ key: keyOf(eventId, call.kind), eventId, line, sequence, atMs, lane },
      ...{ ...blank, order: order ?? null, operation: operation ?? null, lot: lot ?? null },
      ...values,
      ...{ final: 'final' in call && call.final ? 1 : 0, beside: 0 },
      state: parked === undefined ? 'intended' : 'parked',
      reason: parked ?? null,
    });
  }

  /** Of a hold it depends what its decisions call for: those that came before it come after it. */
  function planHold(fact: Fact<'HoldPlaced'>, hold: Hold, timing: Timing): void {
    plan(fact, undefined, hold, timing);
    for (const decision of early.take(hold.hold)) {
      queue.unposted(earlyReason, -1);
      plan(decision, undefined, hold, timing);
    }
  }

  function planDecision(fact: Decision, hold: Hold, timing: Timing): void {
    if (hold.scope !== null) plan(fact, undefined, hold, timing);
    else {
      queue.unposted(earlyReason, 1);
      early.keep(hold.hold, fact);
    }
    if (hold.order !== null) lanes.rouse(hold.order);
    if (hold.scope === 'line') lanes.rouseHeld();
  }

  function note(fact: Fact, run: Run | undefined, timing: Timing = asItSays): void {
    if (fact.type === 'HoldPlaced') planHold(fact, holds.one(fact.body.hold)!, timing);
    else if (isDecision(fact)) {
      planDecision(fact, holds.one(fact.body.hold)!, timing);
    } else plan(fact, run, undefined, timing);
    reach(fact, timing);
    if (fact.lot !== undefined) lanes.rouseLot(fact.lot);
    if (fact.order === undefined) return;
    if (fact.type === 'OrderReleased' || dossier.isComplete(fact.order)) {
      lanes.rouse(fact.order);
    }
  }

  return {
    /** What a newly accepted fact calls for. */
    note,
    /** Only what follows for the lots that holds reach. */
    reach,
  };
}

/**
 * Plans what moves the lots that a hold on another lot reaches: each as a whole, in a lane of its
 * own, and only what may be in stock; receipts that are still to be sent wait at the gate.
 */
function openReachPlanner(parts: Parts) {
  const { dossier, holds, genealogy, queue, lanes, stock, modes, shadows } = parts;

  function move(fact: Fact, kind: PostingKind, lot: string, timing: Timing): void {
    const { eventId, line, sequence } = fact;
    const mode = modes.of('HoldPlaced', line, dossier.lot(lot)?.order ?? undefined);
    if (mode === 'off') return;
    const { atMs } = timing(fact);
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

  return (fact: Fact, timing: Timing = asItSays): void => {
    const { gained, lost } = genealogy.note(fact);
    for (const [lot, by] of gained) {
      lanes.rouseLot(lot);
      const holding = genealogy.reaching(lot);
      const before = holding.some((hold) => !by.includes(hold));
      if (holding.length > 0 && !before && stock.arrived(lot))
        move(fact, 'blockStock', lot, timing);
    }
    // A decision calls for what frees its own lot already; what it condemns may have been let go.
    const hold = isDecision(fact) ? holds.one(fact.body.hold) : undefined;
    const own = hold?.lot;
    if (hold?.letGo && condemns(fact)) move(fact, 'blockStock', hold.lot!, timing);
    for (const lot of lost.keys()) {
      lanes.rouseLot(lot);
      if (lot === own || genealogy.reaching(lot).length > 0) continue;
      if (stock.mayBeBlocked(lot)) move(fact, 'unblockStock', lot, timing);
    }
  };
}
