import type { Content, FactType } from '../shared/event.ts';
import type { Chart, ChartEvent } from './engine.ts';
import type { Terms } from './policy.ts';

export type Subject = Readonly<{ order?: string; operation?: string; lot?: string }>;

/** The reports of an order, by event id. */
export type Reports = Readonly<{
  /** Those that were recorded at this time or later, and maybe some before. */
  since: (atMs: number) => Iterable<readonly [id: string, row: Tables['report']]>;
}>;

/** What an edge remembers of its lines. Rows are never changed in place, only replaced. */
export type Tables = {
  line: Readonly<{
    state: string;
    shift?: string;
    people: readonly string[];
    sinceMs: number;
    irregular?: number; // transitions seen that PackML does not know
  }>;
  order: Readonly<{
    state: string;
    material: string;
    quantity: bigint;
    unit: string;
    tolerancePercent: number;
    routing: readonly string[]; // operations, empty when the release did not say
    openRuns: number;
    made?: bigint; // good of the operation that is furthest
    pending?: Readonly<{ quantity: bigint; tolerancePercent: number }>; // waits for planning
  }>;
  operation: Readonly<{
    state: string;
    name: string;
    openRuns: number;
    good?: bigint; // new good, rework not counted again
    passed?: number; // inspections
    reworks?: readonly string[]; // authorised and not completed
  }>;
  run: Readonly<{
    order: string;
    operation: string;
    lane: number;
    phase: string;
    rework: boolean;
    startedMs: number;
    people?: readonly string[]; // at it since `staffedMs`
    staffedMs?: number;
  }>;
  labour: number; // ms of one person at one operation, by their event times
  lane: string; // the run that has it
  hold: Readonly<{
    state: string;
    scope: string;
    order?: string;
    operation?: string;
    lot?: string;
    line: string;
    quantity?: bigint;
    remaining: bigint;
    unit?: string;
    reason: string;
    origin?: 'central'; // who asked for it; absent for the line itself
    placedBy: string;
    placedMs: number;
    reach?: readonly string[]; // lots that it holds: its own and the descendants
    outcome?: string; // the fact that closed it
    proposal?: Readonly<{ disposition: string; quantity: bigint; by: string }>;
    reviewedBy?: string;
    nonconformance?: string;
    suspect?: bigint; // good reported since it was placed elsewhere, before it was known here
  }>;
  lot: Readonly<{
    state: string;
    material: string;
    unit: string;
    order?: string;
    quantity?: bigint; // what is left, as far as it is known; absent for a lot made elsewhere
    released?: boolean; // by quality
    inspect?: boolean;
    expiryMs?: number;
  }>;
  held: readonly string[]; // open holds by what they are on: "order\nWO-1", "lot\nL7", "line\n…"
  inspection: Readonly<{ state: string } & Subject>;
  nonconformance: Readonly<{ state: string; reason: string } & Subject>;
  batch: Readonly<{ state: string; order: string; phase?: string }>;
  report: Readonly<{
    state: string;
    type: FactType;
    by?: string; // that reversed or corrected it, or waits for it
    fact?: Content; // absent while it is unknown
  }>;
  timer: Readonly<{
    line: string; // that states it
    fact: FactType;
    occurrence: number;
    dueMs?: number; // absent while an elapsed timer stands still
    everyMs?: number;
    leftMs?: number; // of an elapsed timer, at `sinceMs`
    sinceMs?: number;
    about: Subject & Readonly<{ hold?: string; phase?: string }>;
  }>;
  received: Readonly<{
    upTo: number; // every command of central up to this number has an outcome
    beyond: readonly number[]; // and these, which went past one that waits
  }>;
  link: true; // "lot\nL1\norder\nWO-1": material went from the first into the second
  /** Seen, not stored: what belongs to an order; where material of a node went, and came from. */
  reports: Reports;
  operations: ReadonlySet<string>; // of which something is known
  into: ReadonlySet<string>;
  from: ReadonlySet<string>;
};
export type Table = keyof Tables;
export type Look = <T extends Table>(table: T, key: string) => Tables[T] | undefined;
export type Change = {
  [T in Table]: Readonly<{ table: T; key: string; value: Tables[T] | undefined }>;
}[Table];

/** One key of several names; none of them may contain a line break. */
export const keyOf = (...names: (string | number)[]): string => names.join('\n');

/** What a person should know of a fact that was accepted. */
export type Flag =
  | 'irregular' // a transition that the standard does not know
  | 'overCompletion' // more than ordered, within the tolerance
  | 'beyondTolerance' // more than ordered and the tolerance
  | 'late' // stated after the order was closed: kept, and counted nowhere
  | 'waits' // for the original that it names
  | 'parked' // an order's change that is below what is made
  | 'overConsumed' // more than the lot had, as far as is known
  | 'unreleased' // the lot waits for quality, though it was used up or released before
  | 'ambiguousTime' // local, and it stands twice on that day: the first was taken
  | 'unbalanced' // more went out of an operation than the one before has passed on
  | 'clockSuspect' // its time may be wrong by more than clocks differ
  | 'clockStepped' // the clock was set while the run was open
  | 'unknownOperator' // who is not among the people that the plant has named
  | 'fromCentral'; // a hold that central has asked for

/** True if the fact was accepted with this flag; a fact keeps its flags in one text, by blanks. */
export const hasFlag = ({ flags }: Pick<Content, 'flags'>, flag: Flag): boolean =>
  flags?.split(' ').includes(flag) ?? false;

/** A fact to be judged, and what was found so far. */
export type Asked = Readonly<{
  look: Look;
  line: string;
  terms: Terms;
  fact: Content;
  changes: Change[];
  flags: Flag[];
  moves: string[]; // "order\nreleased OperationStarted started"
}>;

/** The chart's state after the event, noted as a move; throws Fault REFUSED with the reason. */
export function move<E extends ChartEvent>(
  asked: Asked,
  chart: Chart<E>,
  from: string,
  event: E,
  name: string,
): string {
  const to = chart.step(from, event, name);
  asked.moves.push(`${chart.id}\n${from} ${event.type} ${to}`);
  return to;
}

const nothing: readonly string[] = [];

/** Open holds on any of these keys of the table `held`. */
export function heldBy(look: Look, ...keys: string[]): readonly string[] {
  const found = keys.flatMap((key) => look('held', key) ?? nothing);
  return found.length < 2 ? found : [...new Set(found)];
}

/** Only the fields that are there. */
export const given = <T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;

/**
 * What `look` would say after `changes`. The last change of a row counts; links are not followed.
 */
export const lookAfter =
  (look: Look, changes: readonly Change[]): Look =>
  (table, key) => {
    const change = changes.findLast((known) => known.table === table && known.key === key);
    return (change ? change.value : look(table, key)) as never;
  };
