import type { Fact } from '../../shared/event.ts';
import type { Effect } from '../../statecharts/correction.ts';
import { asItSays, type Timing } from '../ledger/clocks.ts';
import type { Dossier } from '../ledger/dossier.ts';
import type { Early } from '../ledger/early.ts';
import { type Hold, type Holds, subjectOf } from '../quality/holds.ts';
import type { Genealogy } from '../story/genealogy.ts';
import { type Move, openCompensation } from './compensation.ts';
import type { Inspects } from './inspections.ts';
import type { Lanes } from './lanes.ts';
import { type Mode, type Modes, modeReasons } from './modes.ts';
import { blank, type Planned, type Queue } from './queue.ts';
import { type Decision, isDecision, openReach } from './reach.ts';
import { callOf, keyOf, type Run } from './rules.ts';
import { rulesOf } from './ruletable.ts';
import type { Shadows } from './shadows.ts';
import type { StandIns } from './standins.ts';
import type { Stock } from './stock.ts';
import type { Waking } from './waking.ts';

/** A decision on a hold of which nothing more is known yet counts under this reason. */
export const earlyReason = 'waits for its hold to be known';

type Parts = {
  dossier: Dossier;
  holds: Holds;
  genealogy: Genealogy;
  early: Early;
  queue: Queue;
  lanes: Lanes;
  waking: Waking;
  stock: Stock;
  modes: Modes;
  shadows: Shadows;
  standIns: StandIns;
  move: Move;
  /** The line that has stated an earlier fact. */
  lineOf: (eventId: string) => string | undefined;
  inspects: Inspects;
};

/** Why a posting is deferred that comes after a parked one in its lane. */
export const behind = 'behind the parked one';

/** The decision on what is received into quality inspection by this receipt. */
const decisionOf = ({ eventId, ...receipt }: Planned): Planned => ({
  ...{ ...receipt, eventId, kind: 'usageDecision', key: keyOf(eventId, 'usageDecision') },
  ...{ state: 'intended', reason: null, cancels: null, beside: 1 },
});

type About = { run?: Run | undefined; hold?: Hold | undefined };

/** Plans what a fact calls for, and looks again at whatever may have waited for it. */
export function openPlanner(parts: Parts) {
  const { dossier, holds, early, queue, lanes, waking, modes, shadows } = parts;
  const reach = openReach(parts);
  const compensate = openCompensation({
    ...parts,
    add,
    plan: (fact, timing) => plan(fact, timing),
  });

  const laneOf = (order: string | undefined, lot: string | undefined): string =>
    dossier.orderOf(order, lot) ?? `lot:${lot ?? ''}`;

  /**
   * Adds it to its lane, which is looked at if it may move. Behind a parked one that is the lane's
   * first it cannot, unless a hold calls for it: it is deferred at once, and the lane left alone.
   */
  function enter(row: Planned): void {
    const waits = row.state === 'intended' && queue.isStopped(row.lane);
    queue.insert(waits ? { ...row, state: 'deferred', reason: behind } : row);
    if (!waits || row.kind === 'blockStock') waking.wake(row.lane);
  }

  /** Behind a receipt into quality inspection comes the decision on it. */
  function add(mode: Mode, row: Planned): void {
    const put = mode === 'shadow' ? shadows.keep : enter;
    put(row);
    if (row.kind === 'goodsReceipt' && row.inspection === 1) put(decisionOf(row));
  }

  function plan(fact: Fact, timing: Timing, { run, hold }: About = {}): void {
    const inspects = parts.inspects(fact, fact.line);
    const call = callOf(fact, { run, holdScope: hold?.scope ?? undefined, inspects });
    if ('none' in call || 'inverse' in call) {
      queue.unposted('none' in call ? call.none : call.inverse, 1);
      return;
    }
    const { order, operation, lot: goods } = subjectOf(fact, hold);
    const lot = call.kind === 'confirmation' ? undefined : goods;
    const lane = laneOf(order, lot);
    const { eventId, line, sequence } = fact;
    const mode = modes.of(rulesOf(fact), { line, order, lot: goods });
    if (mode !== 'live') queue.unposted(modeReasons[mode], 1);
    if (mode === 'off') return;
    const { atMs, doubt } = timing(fact);
    const { park, ...values } = 'park' in call ? call : { ...call, park: undefined };
    // What is held is blocked, whatever day it is.
    const parked = park ?? (call.kind === 'blockStock' ? undefined : doubt);
    add(mode, {
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
    plan(fact, timing, { hold });
    for (const decision of early.take(hold.hold)) {
      queue.unposted(earlyReason, -1);
      plan(decision, timing, { hold });
    }
  }

  function planDecision(fact: Decision, hold: Hold, timing: Timing): void {
    if (hold.scope !== null) plan(fact, timing, { hold });
    else {
      queue.unposted(earlyReason, 1);
      early.keep(hold.hold, fact);
    }
    if (hold.order !== null) waking.rouse(hold.order);
    if (hold.scope === 'line') lanes.rouseHeld();
  }

  function note(
    fact: Fact,
    run: Run | undefined,
    timing: Timing = asItSays,
    effects: readonly Effect[] | undefined = undefined,
  ): void {
    if (fact.type === 'HoldPlaced') planHold(fact, holds.one(fact.body.hold)!, timing);
    else if (isDecision(fact)) {
      planDecision(fact, holds.one(fact.body.hold)!, timing);
    } else if (effects) compensate(fact, effects, timing);
    else plan(fact, timing, { run });
    reach.note(fact, timing);
    if (fact.lot !== undefined) waking.rouseLot(fact.lot);
    if (fact.order === undefined) return;
    if (fact.type === 'OrderReleased' || dossier.isComplete(fact.order)) {
      waking.rouse(fact.order);
    }
  }

  return {
    /** What a newly accepted fact calls for; `effects` is what it makes count, or count no more. */
    note,
    /** Adds a posting that no fact calls for. */
    enter,
    /** Only what follows for the lots that holds reach. */
    reach: reach.note,
    /** Goods of a lot are back in stock. */
    comeBack: reach.comeBack,
  };
}
