import type { Content } from '../shared/event.ts';

/** What an edge remembers of its lines. Rows are never changed in place, only replaced. */
export type Tables = {
  line: Readonly<{ state: string; shift?: string; people: readonly string[]; sinceMs: number }>;
  order: Readonly<{
    state: string;
    material: string;
    quantity: bigint;
    unit: string;
    tolerancePercent: number;
    routing: readonly string[]; // operations, empty when the release did not say
    openRuns: number;
  }>;
  operation: Readonly<{ state: string; name: string; openRuns: number }>;
  run: Readonly<{
    order: string;
    operation: string;
    lane: number;
    phase: string;
    rework: boolean;
    startedMs: number;
  }>;
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
    placedBy: string;
    placedMs: number;
  }>;
  lot: Readonly<{ state: string; material: string; unit: string; order?: string }>;
  held: readonly string[]; // open holds by what they are on: "order\nWO-1", "lot\nL7", "line\n…"
};
export type Table = keyof Tables;
export type Look = <T extends Table>(table: T, key: string) => Tables[T] | undefined;
export type Change = {
  [T in Table]: Readonly<{ table: T; key: string; value: Tables[T] | undefined }>;
}[Table];

/** One key of several names; none of them may contain a line break. */
export const keyOf = (...names: (string | number)[]): string => names.join('\n');

/** A fact to be judged, and the changes found so far. */
export type Asked = {
  look: Look;
  line: string;
  lanesMax: number;
  fact: Content;
  changes: Change[];
};

const nothing: readonly string[] = [];

/** Open holds on any of these keys of the table `held`. */
export function heldBy(look: Look, ...keys: string[]): readonly string[] {
  const found = keys.flatMap((key) => look('held', key) ?? nothing);
  return found.length < 2 ? found : [...new Set(found)];
}
