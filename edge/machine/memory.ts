import type { Kept } from './counting.ts';
import type { Level, Zone } from './level.ts';
import type { Equipment } from './packml.ts';
import type { Heard, Settling } from './settle.ts';
import { noTroubles, type Troubles } from './troubles.ts';

/** What is kept of a unit with the facts that it led to. */
export type Memory = Readonly<{
  counters: ReadonlyMap<string, Kept>;
  owed: ReadonlyMap<string, bigint>; // by derived counters, millionths; never more than 0
  row: number; // rejects without a good one between
  sequences: ReadonlyMap<string, string>; // handshake number of the last result
  zones: ReadonlyMap<string, Zone>; // of measured values, as it was acted on last
  alarms: ReadonlySet<string>; // that stand, and were acted on
  told: Equipment | undefined; // the state that was stated last
}>;
/** What is known of a unit while it is listened to, and forgotten with the process. */
export type Hearing = Readonly<{
  heard: ReadonlyMap<string, Heard>;
  state: Settling<Equipment>;
  levels: ReadonlyMap<string, Level>;
  troubles: Troubles;
  fresh: ReadonlySet<string>; // counters that were heard since the link is live
}>;
export const noMemory: Memory = {
  counters: new Map(),
  owed: new Map(),
  row: 0,
  sequences: new Map(),
  zones: new Map(),
  alarms: new Set(),
  told: undefined,
};
export const noHearing: Hearing = {
  ...{ heard: new Map(), state: {}, levels: new Map(), fresh: new Set() },
  troubles: noTroubles,
};
