import type { Heard, Settling } from './settle.ts';
import { propose, settle } from './settle.ts';

export const zones = ['within', 'low', 'high'] as const;
export type Zone = (typeof zones)[number];

/** Between which limits a measured value should be. */
export type Limits = Readonly<{
  low?: number | undefined;
  high?: number | undefined;
  hysteresis: number; // so far back within a limit it must be to be well again
  deadband: number; // a change that is smaller is none
  debounceMs: number;
}>;
/** The value as it counts, and where it is. */
export type Level = Readonly<{ value?: number | undefined; zone: Settling<Zone> }>;
export const noLevel: Level = { zone: {} };

/**
 * Where a value is, once it has been there for a while; what it is now where it is not known stays
 * as it was. It leaves a limit only by the hysteresis, so that one on the edge does not flicker.
 */
export function judgeLevel(limits: Limits, known: Level, heard: Heard | undefined, nowMs: number) {
  const now = Number(heard?.value ?? Number.NaN);
  if (!heard || !Number.isFinite(now)) {
    const said = { value: undefined, sinceMs: 0, receivedMs: 0 };
    return { ...known, zone: propose(known.zone, said) };
  }
  const isSmall = known.value !== undefined && Math.abs(now - known.value) < limits.deadband;
  const value = isSmall ? known.value! : now;
  const before = known.zone.next?.value ?? known.zone.value;
  const said = {
    value: zoneOf(limits, before, value),
    sinceMs: heard.atMs,
    receivedMs: heard.receivedMs,
  };
  return { value, zone: settle(propose(known.zone, said), nowMs, limits.debounceMs) };
}

function zoneOf({ low, high, hysteresis }: Limits, before: Zone | undefined, value: number): Zone {
  const margin = (zone: Zone): number => (before === zone ? hysteresis : 0);
  if (high !== undefined && value > high - margin('high')) return 'high';
  if (low !== undefined && value < low + margin('low')) return 'low';
  return 'within';
}
