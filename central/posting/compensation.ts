import type { Content, Fact } from '../../shared/event.ts';
import type { Correctable, Effect } from '../../statecharts/correction.ts';
import type { PostingEvent } from '../../statecharts/posting.ts';
import { hasFlag } from '../../statecharts/tables.ts';
import { inverses, type PostingKind } from '../erp/erp.ts';
import type { Timing } from '../ledger/clocks.ts';
import type { Dossier } from '../ledger/dossier.ts';
import type { Early } from '../ledger/early.ts';
import type { Inspects } from './inspections.ts';
import { unsentReason } from './inverse.ts';
import type { Lanes } from './lanes.ts';
import { type Mode, type Modes, modeReasons } from './modes.ts';
import { blank, type Planned, type PostingRow, type Queue } from './queue.ts';
import { callOf, keyOf } from './rules.ts';
import { rulesOf } from './ruletable.ts';
import type { StandIns } from './standins.ts';

type Correction = Fact<'FactReversed' | 'QuantityCorrected'>;
const isCorrection = (fact: Fact): fact is Correction =>
  fact.type === 'FactReversed' || fact.type === 'QuantityCorrected';

/** Under these reasons a fact counts as not to be posted. */
export const undoReasons = {
  came: 'was reversed or corrected before it came',
  early: 'waits for what it corrects to be known',
  idle: 'reverses or corrects nothing that counts',
  nowhere: 'what it takes back is in no document',
  unsent: 'what it takes back was not posted yet',
  again: 'its document was not taken back yet',
  byHand: 'what it corrects was left to a person',
} as const;

/** Moves a posting on in its chart. */
export type Move = (row: PostingRow, event: PostingEvent, more?: Partial<PostingRow>) => PostingRow;

type Parts = {
  queue: Queue;
  lanes: Lanes;
  dossier: Dossier;
  early: Early;
  modes: Modes;
  standIns: StandIns;
  move: Move;
  /** The line that has stated an earlier fact. */
  lineOf: (eventId: string) => string | undefined;
  /** Adds what is planned, by the mode of its rule. */
  add: (mode: Mode, row: Planned) => void;
  inspects: Inspects;
  /** What a fact calls for that corrects nothing. */
  plan: (fact: Fact, timing: Timing) => void;
};

/** No name of a hold is as long. */
const waitingName = (eventId: string): string => `correction:${eventId}`;

/** What is surely not in the ERP, and not on its way. */
const isUnsent = ({ state }: PostingRow): boolean =>
  state === 'intended' || state === 'held' || state === 'deferred';

/** Parked by rule without amounts: whatever it is in the ERP, a person has done it. */
const isByHand = (row: PostingRow): boolean =>
  row.kind === 'confirmation' &&
  !row.final &&
  [row.yield, row.scrap, row.rework, row.setupMs, row.machineMs].every((value) => value === null);

const isPair = (all: readonly Effect[], { fact }: Effect): boolean =>
  all.filter((other) => other.fact.eventId === fact.eventId).length === 2;

/** A document that is planned, without what is said of it by the event that calls for it. */
type Draft = Omit<Planned, 'key' | 'eventId' | 'line' | 'sequence' | 'atMs' | 'state' | 'beside'>;

function inverseOf(row: PostingRow, reason: string | null = null): Draft {
  const { order, operation, lot, lane, material, unit, quantity, inspection } = row;
  const { yield: good, scrap, rework, setupMs, machineMs } = row;
  const about = { order, operation, lot, lane, material, unit, quantity, inspection };
  const amounts = { yield: good, scrap, rework, setupMs, machineMs };
  const kind = inverses[row.kind] as PostingKind; // what can be reversed has one
  const none = { inbound: null, amount: null, currency: null }; // no fact is of a receipt's
  return { ...about, ...amounts, ...none, kind, final: 0, reason, cancels: row.key };
}

function documentOf({ order, operation, lot }: Content, kind: PostingKind): Draft {
  const where = { order: order!, operation: operation ?? null, lane: order! };
  const what = { kind, lot: kind === 'confirmation' ? null : (lot ?? null), final: 0 } as const;
  return { ...blank, ...where, ...what };
}

/**
 * Plans what reversals and corrections call for, by what counts no more and what counts now. What
 * takes a posting back, `cancels` it, and is itself taken back by the document again: so a chain of
 * reversals is a chain of postings, in one lane, each behind the one before.
 */
export function openCompensation(parts: Parts) {
  const { queue, lanes, dossier, early, modes, standIns, inspects } = parts;
  const { move, lineOf, plan } = parts;

  /** One more of what the event calls for; or the reason for which it is not posted. */
  function add(event: Fact, timing: Timing, mode: Mode, draft: Draft): string | undefined {
    if (mode === 'off') return modeReasons.off;
    const { eventId, line, sequence } = event;
    const { atMs, doubt } = timing(event);
    const reason = draft.reason ?? doubt ?? null;
    const planned: Planned = {
      ...draft,
      ...{ key: keyOf(eventId, draft.kind), eventId, line, sequence, atMs, reason },
      state: reason === null ? 'intended' : 'parked',
      beside: queue.isCalled(eventId) ? 1 : 0,
    };
    parts.add(mode, planned);
    return mode === 'live' ? undefined : modeReasons.shadow;
  }

  /** The ERP never hears of it. */
  function forget(row: PostingRow): void {
    move(row, 'Void', { reason: unsentReason });
    lanes.wake(row.lane);
    if (row.lot !== null) lanes.rouseLot(row.lot);
  }

  /** A correction that still waits for what it corrects waits no more. */
  function forgetEarly({ type, eventId }: Correctable): boolean {
    const waiting = type === 'QuantityCorrected' ? early.take(waitingName(eventId)) : [];
    for (const _ of waiting) {
      queue.unposted(undoReasons.early, -1);
      queue.unposted(undoReasons.unsent, 1);
    }
    return waiting.length > 0;
  }

  /** What an earlier fact was posted as is taken back; or the reason for which nothing is. */
  function takeBack(event: Correction, fact: Correctable, timing: Timing): string | undefined {
    if (forgetEarly(fact)) return undoReasons.unsent;
    const row = standIns.of(fact);
    if (!row || row.state === 'void' || queue.inverse(row.key)) return undoReasons.nowhere;
    const mode = modes.of([event.type], event);
    if (mode === 'live' && row.kind === 'goodsReceipt') dossier.unmake(row.lot!);
    if (mode !== 'live' || !isUnsent(row)) return add(event, timing, mode, inverseOf(row));
    forget(row);
    return undoReasons.unsent;
  }

  /** What counts now is posted, of this event; or the reason for which it is not. */
  function restate(event: Fact, { fact, origin }: Effect, timing: Timing): string | undefined {
    if (fact.type === 'QuantityCorrected' && !origin) {
      early.keep(waitingName(fact.eventId), event);
      return undoReasons.early;
    }
    const madeAt = lineOf(fact.eventId) ?? event.line;
    const call = callOf(fact as Fact, { origin, inspects: inspects(fact, madeAt) });
    if (!('kind' in call)) return 'none' in call ? call.none : call.inverse;
    const mode = modes.of([...rulesOf(event), ...rulesOf(fact)], event);
    const isOwn = fact.eventId === event.eventId;
    const row = isOwn ? undefined : standIns.of(fact);
    const back = row && row.state !== 'void' ? queue.inverse(row.key) : undefined;
    if (row && row.state !== 'void' && !back) return undoReasons.again;
    if (back && mode === 'live' && isUnsent(back)) {
      forget(back);
      return undoReasons.again;
    }
    const { park, ...values } = 'park' in call ? call : { ...call, park: null };
    const follows = { cancels: back?.key ?? null, reason: park };
    const draft = { ...documentOf(fact, call.kind), ...values, final: 0, ...follows } as const;
    const why = add(event, timing, mode, draft);
    if (why === undefined && !isOwn) {
      standIns.put(fact.eventId, keyOf(event.eventId, call.kind), madeAt);
    }
    return why;
  }

  /** What a correction corrects is known now: it came before. */
  function resume(effect: Effect, timing: Timing): void {
    for (const event of early.take(waitingName(effect.fact.eventId))) {
      queue.unposted(undoReasons.early, -1);
      const why = restate(event, effect, timing);
      if (why !== undefined) queue.unposted(why, 1);
    }
  }

  /** A person must say what is to be done; where it can be planned, the plan is theirs to send. */
  function leave(event: Correction, reason: string, timing: Timing): string | undefined {
    const mode = modes.of([event.type], event);
    const row = standIns.ofEvent(event.body.original);
    const isLive = row && row.state !== 'void' && !queue.inverse(row.key) && !isByHand(row);
    if (!isLive) {
      return add(event, timing, mode, { ...documentOf(event, 'confirmation'), reason });
    }
    const why = add(event, timing, mode, inverseOf(row, reason));
    const { flags: _, ...onTime } = event;
    const own = event.type === 'QuantityCorrected' ? callOf(onTime as Fact, {}) : undefined;
    if (!own || !('kind' in own)) return why;
    return add(event, timing, mode, { ...documentOf(event, own.kind), ...own, final: 0, reason });
  }

  function undo(event: Correction, effects: readonly Effect[], timing: Timing): string | undefined {
    const call = callOf(event, {});
    if ('park' in call) return leave(event, call.park, timing);
    const original = queue.one(keyOf(event.body.original, 'confirmation'));
    if (original && isByHand(original)) return leave(event, undoReasons.byHand, timing);
    let why: string | undefined = undoReasons.idle;
    for (const { fact, sign } of effects) if (sign < 0) why = takeBack(event, fact, timing);
    for (const effect of effects) if (effect.sign > 0) why = restate(event, effect, timing);
    return why;
  }

  return (fact: Fact, effects: readonly Effect[], timing: Timing): void => {
    const [pairs, single] = [true, false].map((is) =>
      effects.filter((effect) => isPair(effects, effect) === is),
    ) as [Effect[], Effect[]];
    for (const effect of pairs) if (effect.sign > 0) resume(effect, timing);
    if (isCorrection(fact)) {
      const why = undo(fact, single, timing);
      if (!queue.isCalled(fact.eventId)) queue.unposted(why ?? undoReasons.idle, 1);
    } else if (single.length > 0 || (fact.type === 'QuantityReported' && hasFlag(fact, 'late'))) {
      plan(fact, timing);
    } else {
      queue.unposted(undoReasons.came, 1);
      if (fact.type === 'LotProduced') dossier.unmake(fact.lot!);
    }
  };
}
