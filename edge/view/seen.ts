import type { Content, Fact } from '../../shared/event.ts';
import type { MasterVersion } from '../../shared/master.ts';
import type { Effect } from '../../statecharts/correction.ts';
import { keyOf, type Look } from '../../statecharts/tables.ts';
import { plainFact } from './facts.ts';
import { openTimeline } from './timeline.ts';

/** Facts of a line that its screen can look back on. */
export const factsMax = 50;
/** Pauses of a line whose reasons are remembered; the newest. */
const pausesMax = 200;
/** Orders whose release is remembered, before those that are forgotten are looked for. */
const ordersMax = 2_000;

/** Where an order was released, and with which versions of what it is made by. */
export type Home = Readonly<{ line: string; versions?: readonly MasterVersion[] }>;
/** A reason, and since when it is one. */
export type Why = Readonly<{ reason: string; sinceMs: number }>;
/** Told of what counts, and counts no more, by a fact of a line. */
export type Counts = (line: string, fact: Content, effects: readonly Effect[]) => void;

export type Seen = ReturnType<typeof openSeen>;
export type LineSeen = ReturnType<typeof openLine>;

function openLine() {
  const timeline = openTimeline();
  const pauses = new Map<string, Why>(); // by order and operation
  let facts: Fact[] = [];
  let stop: Why | undefined;
  let shiftMs: number | undefined;
  let epoch: Readonly<{ epoch: number; beganMs: number; reason: string }> | undefined;

  function pause(key: string, why: Why | undefined): void {
    pauses.delete(key);
    if (why) pauses.set(key, why);
    if (pauses.size > pausesMax) pauses.delete(pauses.keys().next().value!);
  }

  return {
    timeline,
    facts: (): readonly Fact[] => facts.slice(-factsMax),
    /** What was said of the state that the line is in. */
    stop: () => stop,
    /** What was said when the operation was paused. */
    pausedBy: (order: string, operation: string) => pauses.get(keyOf(order, operation)),
    /** When the shift began, as people said. */
    shiftMs: () => shiftMs,
    epoch: () => epoch,

    note(fact: Fact): void {
      facts.push(plainFact(fact));
      if (facts.length > 2 * factsMax) facts = facts.slice(-factsMax);
      timeline.note(fact);
      const { body, atMs } = fact;
      if (fact.type === 'EquipmentStateChanged') {
        stop = { reason: fact.body.reason, sinceMs: atMs };
      } else if (fact.type === 'OperationPaused') {
        pause(keyOf(fact.order!, fact.operation!), { reason: fact.body.reason, sinceMs: atMs });
      } else if (fact.type === 'OperationResumed') {
        pause(keyOf(fact.order!, fact.operation!), undefined);
      } else if (fact.type === 'ShiftStarted') shiftMs = atMs;
      else if (fact.type === 'EpochBegan' && 'epoch' in body) {
        epoch = { epoch: fact.body.epoch, beganMs: atMs, reason: fact.body.reason };
      }
    },
  };
}

/**
 * What a line's screen tells beside the state of the charts: a fold over all facts, in memory and
 * bounded. `look` says which orders are still known.
 */
export function openSeen(look: Look) {
  const lines = new Map<string, LineSeen>();
  const homes = new Map<string, Home>();
  let counts: { note: Counts; clear: () => void } | undefined;

  function of(line: string): LineSeen {
    const known = lines.get(line) ?? openLine();
    lines.set(line, known);
    return known;
  }

  function settle(fact: Fact<'OrderReleased'>): void {
    const { versions } = fact.body;
    homes.set(fact.order!, { line: fact.line, ...(versions ? { versions } : {}) });
    if (homes.size <= ordersMax || homes.size % ordersMax !== 0) return;
    for (const order of homes.keys()) if (!look('order', order)) homes.delete(order);
  }

  return {
    of,
    /** Where the order was released; undefined once that is forgotten. */
    home: (order: string): Home | undefined => homes.get(order),

    /** Takes in a stored fact, and what counts by it; without `effects` that was said before. */
    note(fact: Fact, effects?: readonly Effect[]): void {
      if (fact.type === 'OrderReleased') settle(fact);
      of(fact.line).note(fact);
      if (effects?.length) counts?.note(fact.line, fact, effects);
    },

    /** Who else is told what counts. */
    tell(other: { note: Counts; clear: () => void }): void {
      counts = other;
    },

    /** All facts are told again from the first one on. */
    clear(): void {
      lines.clear();
      homes.clear();
      counts?.clear();
    },
  };
}
