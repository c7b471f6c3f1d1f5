import type { Content } from '../shared/event.ts';
import { type Quantity, quantity, zero } from '../shared/quantity.ts';
import type { Effect } from './correction.ts';
import { hasFlag } from './tables.ts';

/**
 * What was reported of an order, an operation or a line: sums, so that the order in which facts of
 * different lines arrive does not matter. Quantities are millionths; times are ms.
 */
export type Tally = {
  facts: number; // of any type
  good: Quantity; // all good pieces reported, rework loops included
  scrap: Quantity;
  rework: Quantity;
  held: Quantity;
  setupGood: Quantity; // part of `good` that was reported in set-up
  reworkGood: Quantity; // part of `good` that came out of rework: not new, do not count it twice
  reworkScrap: Quantity;
  reworkAgain: Quantity; // part of `rework` that came out of rework
  reworkHeld: Quantity; // part of `held` that came out of rework
  heldByHolds: Quantity; // what holds of scope quantity were placed on
  freedGood: Quantity; // what quality let go of what is held at operations
  freedScrap: Quantity; // scrapped by quality there, or returned
  freedRework: Quantity; // sent to rework by quality there
  reports: number;
  zeroReports: number;
  reworkReports: number;
  corrections: number; // corrections and reversals stated
  lateReports: number; // after the order was closed: in no quantity
  runs: number;
  breakdowns: number;
  holds: number;
  operationsCompleted: number;
  elapsedMs: number; // all phases, from the instants of start and end; where nobody knows, nothing
  setupStatedMs: number; // durations as the source states them, by phase
  runStatedMs: number;
  breakdownStatedMs: number;
};

export type Increments = Partial<Tally>;

/** What must be known of a run to count its end. */
export type OpenRun = Readonly<{ phase: string; startedMs: number }>;

export const emptyTally = (): Tally => ({
  facts: 0,
  good: zero,
  scrap: zero,
  rework: zero,
  held: zero,
  setupGood: zero,
  reworkGood: zero,
  reworkScrap: zero,
  reworkAgain: zero,
  reworkHeld: zero,
  heldByHolds: zero,
  freedGood: zero,
  freedScrap: zero,
  freedRework: zero,
  reports: 0,
  zeroReports: 0,
  reworkReports: 0,
  corrections: 0,
  lateReports: 0,
  runs: 0,
  breakdowns: 0,
  holds: 0,
  operationsCompleted: 0,
  elapsedMs: 0,
  setupStatedMs: 0,
  runStatedMs: 0,
  breakdownStatedMs: 0,
});

/** Adds `more` to `tally`, in place. */
export function addTo(tally: Tally, more: Increments): void {
  const sums = tally as Record<string, bigint | number>;
  for (const key in more) {
    const before = sums[key]!;
    const value = more[key as keyof Tally]!;
    sums[key] = typeof before === 'bigint' ? before + BigInt(value) : before + (value as number);
  }
}

/**
 * How long a run took, ms; less than nothing if its times say that it ended before it began.
 * Undefined if nobody knows: the clock was set while it was open.
 */
export function lastedMs(fact: Content<'PhaseEnded'>, startedMs: number): number | undefined {
  if (fact.body.elapsedMs !== undefined) return fact.body.elapsedMs;
  return hasFlag(fact, 'clockStepped') ? undefined : fact.atMs - startedMs;
}

/**
 * What one fact adds to the tallies of its order, operation and line. `effects` are the reports
 * that it makes count, or count no more; without them a report counts for itself, as long as nobody
 * corrects it.
 */
export function increments(
  fact: Content,
  run: OpenRun | undefined,
  effects: readonly Effect[] | undefined = undefined,
): Increments {
  switch (fact.type) {
    case 'QuantityReported':
      return reported(fact, effects ?? [{ fact, origin: fact, sign: 1 }]);
    case 'QuantityCorrected':
    case 'FactReversed':
      return { facts: 1, corrections: 1, ...amounts(effects ?? []) };
    case 'PhaseStarted':
      return { facts: 1, runs: 1, breakdowns: fact.body.phase === 'breakdown' ? 1 : 0 };
    case 'PhaseEnded': {
      const elapsedMs = run ? Math.max(0, lastedMs(fact, run.startedMs) ?? 0) : 0;
      const stated = run ? `${run.phase}StatedMs` : 'runStatedMs';
      return { facts: 1, elapsedMs, [stated]: fact.body.statedMs ?? elapsedMs };
    }
    case 'HoldPlaced': {
      const { scope, quantity: held } = fact.body;
      return {
        facts: 1,
        holds: 1,
        heldByHolds: scope === 'quantity' ? quantity(held, 'quantity') : zero,
      };
    }
    case 'HoldDispositioned':
      return { facts: 1, ...freed(fact, decided[fact.body.disposition]) };
    case 'HoldReleased':
      return { facts: 1, ...freed(fact, 'freedGood') };
    case 'OperationCompleted':
      return { facts: 1, operationsCompleted: 1 };
    default:
      return { facts: 1 };
  }
}

const decided = {
  ...({ useAsIs: 'freedGood', rework: 'freedRework', scrap: 'freedScrap' } as const),
  return: 'freedScrap',
} as const;

/** Only of pieces that are held at an operation: a decision that names a lot is on that lot. */
function freed(
  { operation, lot, body }: Content<'HoldDispositioned' | 'HoldReleased'>,
  as: 'freedGood' | 'freedScrap' | 'freedRework',
): Increments {
  if (operation === undefined || lot !== undefined || body.quantity === undefined) return {};
  return { [as]: quantity(body.quantity, 'quantity') };
}

/**
 * What one fact adds to the tallies of lines, `all` being what it adds in sum. A quantity counts at
 * the line that reported it first, wherever it is corrected or reversed; `lineOf` knows the line of
 * an earlier report. Everything else counts at `line`, which has stated the fact.
 */
export function byLine(
  line: string,
  fact: Content,
  run: OpenRun | undefined,
  effects: readonly Effect[] | undefined,
  all: Increments,
  lineOf: (eventId: string) => string | undefined,
): readonly (readonly [line: string, more: Increments])[] {
  const first = (effect: Effect) => (effect.origin ?? effect.fact).eventId;
  if (!effects || effects.every((effect) => first(effect) === fact.eventId)) return [[line, all]];
  const homes = effects.map((effect) => {
    const report = first(effect);
    return report === fact.eventId ? line : (lineOf(report) ?? line);
  });
  const of = (home: string) => effects.filter((_, index) => homes[index] === home);
  const others = new Set(homes);
  others.delete(line);
  return [
    [line, increments(fact, run, of(line))],
    ...[...others].map((home) => [home, amounts(of(home))] as const),
  ];
}

function reported(fact: Content<'QuantityReported'>, effects: readonly Effect[]): Increments {
  const { good, scrap, rework, held, inRework } = fact.body;
  const nothing = [good, scrap, rework, held].every((text) => quantity(text, 'quantity') === zero);
  return {
    ...{ facts: 1, reports: 1, zeroReports: nothing ? 1 : 0 },
    ...(inRework ? { reworkReports: 1 } : {}),
    ...(hasFlag(fact, 'late') ? { lateReports: 1 } : amounts(effects)),
  };
}

/** The quantities of these reports, summed by sign. */
export function amounts(effects: readonly Effect[]) {
  const sum = { good: zero, scrap: zero, rework: zero, held: zero };
  const parts = { setupGood: zero, reworkGood: zero, reworkScrap: zero };
  const again = { reworkAgain: zero, reworkHeld: zero };
  for (const { fact, origin, sign } of effects) {
    if (!('good' in fact.body)) continue;
    const { body } = fact;
    const of = (name: keyof typeof sum) => quantity(body[name], name) * BigInt(sign);
    for (const name of ['good', 'scrap', 'rework', 'held'] as const) sum[name] += of(name);
    if (origin?.body.phase === 'setup') parts.setupGood += of('good');
    if (!origin?.body.inRework) continue;
    parts.reworkGood += of('good');
    parts.reworkScrap += of('scrap');
    again.reworkAgain += of('rework');
    again.reworkHeld += of('held');
  }
  return { ...sum, ...parts, ...again };
}

/** Pieces that were reported, each once: what comes out of rework was told when it went in. */
export const producedOf = (sums: ReturnType<typeof amounts>): Quantity =>
  sums.good +
  sums.scrap +
  sums.rework +
  sums.held -
  (sums.reworkGood + sums.reworkScrap + sums.reworkAgain + sums.reworkHeld);
