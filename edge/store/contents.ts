import type { Table, Tables } from '../../statecharts/tables.ts';
import type { Tally } from '../../statecharts/tally.ts';
import type { Orphaned } from '../line/orphans.ts';
import type { Bygone } from './bygone.ts';

/** Tables that are stored as they are; the others are kept by order or by both ends of a link. */
export type Stored = Exclude<Table, 'report' | 'reports' | 'operations' | 'link' | 'into' | 'from'>;
/** Everything that a book says, but for the facts of the reports. */
export type Contents = Readonly<{
  tables: { readonly [T in Stored]: readonly [string, Tables[T]][] };
  /** Reports that are not simply counted, by order and event id, without their facts. */
  reports: readonly [key: string, row: Omit<Tables['report'], 'fact'>][];
  links: readonly [from: string, into: string][];
  tallies: readonly [string, Tally][];
  moves: readonly [string, number][];
  bygone?: Bygone; // absent while nothing is forgotten
  orphaned?: Orphaned; // absent while there is none
}>;

export const isStored = (table: Table): table is Stored =>
  !['report', 'reports', 'operations', 'link', 'into', 'from'].includes(table);

export const emptyTables = (): { [T in Stored]: Map<string, Tables[T]> } => ({
  line: new Map(),
  order: new Map(),
  operation: new Map(),
  run: new Map(),
  lane: new Map(),
  labour: new Map(),
  hold: new Map(),
  lot: new Map(),
  held: new Map(),
  inspection: new Map(),
  nonconformance: new Map(),
  batch: new Map(),
  received: new Map(),
  timer: new Map(),
});
