import type { ErpBooks } from './erpbooks.ts';

/** What the programs answer, as far as the commands for people read it. */
export type EdgeStatus = {
  unsent: number;
  oldestUnsentMs: number | null;
  lines: { line: string; head: number; sent: number; kept: number; way: { state: string } }[];
};

export type PostingCount = { kind: string; state: string; postings: number };
export type CentralStatus = {
  facts: number;
  lines: { line: string; epoch: number; sequence: number; repeats: number }[];
  gaps: unknown[];
  arrivalsParked: number;
  postings: {
    postings: PostingCount[];
    unposted: { reason: string; facts: number }[];
    beside: number; // postings beside the one of their fact
  };
};

export type CentralTotals = {
  lines: Record<string, Record<string, string | number>>;
  orders: { order: string; state: string; holds: string[] }[];
  byOrder: Record<string, Record<string, string | number>>;
  byOperation: Record<string, Record<string, string | number>>;
};

export type OpenPosting = {
  key: string;
  kind: string;
  state: string;
  lot: string | null;
  material: string | null;
  quantity: string | null;
  reason: string | null;
};

export type ErpSummary = {
  documents: Record<string, number>;
  duplicates: number;
  stock: { material: string; lot: string; unit: string; unrestricted: string; blocked: string }[];
  materials: { material: string; orderCost: string }[];
};
/** What it has confirmed, as the sandbox tells it. */
export type ErpOperations = {
  operations: { order: string; operation: string; yield: string }[];
};

/** States of postings that are to be sent, or at the ERP, or may be. */
export const movingStates = ['intended', 'sending', 'unknown', 'queued'] as const;
/** How many postings are in one of these states. */
export const inStates = ({ postings }: CentralStatus, ...states: string[]): number =>
  postings.postings
    .filter(({ state }) => states.includes(state))
    .reduce((sum, row) => sum + row.postings, 0);

/** Facts that call for nothing, all reasons together. */
export const unposted = ({ postings }: CentralStatus): number =>
  postings.unposted.reduce((sum, { facts }) => sum + facts, 0);

/** Versions that were approved, the newest first, and what open orders wait for. */
export type Masters = {
  sets: { site: string; atMs: number; by: string; reason: string; versions: number }[];
  lacked: { order: string; kind: string; record: string; version: string; line: string }[];
};
/** What central says of its own books: as `central/reconcile/reconcile.ts` does. */
export type Reconciled = Readonly<{
  scope: Readonly<{ line?: string; order?: string; fromMs?: number; untilMs?: number }>;
  upTo: number;
  facts: number;
  chains: readonly (Readonly<{ line: string; epoch: number; sequence: number; hash: string }> &
    Readonly<Record<'good' | 'scrap' | 'rework' | 'held', string>>)[];
  groups: Readonly<Record<'line' | 'shift' | 'order' | 'material', readonly BookGroup[]>>;
  groupsLeftOut: number;
  reasons: readonly Readonly<{ account: string; why: string; facts: number }>[];
  gaps: readonly Readonly<{
    eventId: string;
    line: string;
    epoch: number;
    sequence: number;
    type: string;
    why: string;
  }>[];
  gapsFound: number;
  kept: Readonly<{ documents: number; without: number }> | null;
  erp: ErpBooks | null;
}>;
export type BookGroup = Readonly<{
  name: string;
  recorded: number;
  by: Readonly<Record<string, number>>;
  amounts: readonly Readonly<{
    measure: string;
    unit: string;
    stated: string;
    by: Readonly<Record<string, string>>;
  }>[];
}>;
/** A line as its edge stands with it. */
export type FloorLine = Readonly<{
  line: string;
  epoch: number;
  head: number;
  hash: string;
}> &
  Readonly<Record<string, unknown>>;
