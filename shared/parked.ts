/** What a posting would post. */
export type Amounts = Record<
  'quantity' | 'blocked' | 'yield' | 'scrap' | 'rework' | 'unit',
  string | null
> & { setupMs: number | null; machineMs: number | null };
/** A posting, as another one names it. */
export type Document = {
  key: string;
  kind: string;
  state: string;
  document: string | null;
  eventId: string;
};
export type Attempt = { atMs: number; outcome: string; detail: string };

/** Postings that wait for a person. */
export type DeskList = {
  postings: {
    key: string;
    kind: string;
    lane: string;
    line: string;
    sequence: number;
    lot: string | null;
    reason: string | null;
  }[];
  /** To be given as `after` for those behind these; null where there are no more. */
  next: string | null;
  kinds: Record<string, number>;
  missing: {
    key: string;
    kind: string;
    document: string;
    lane: string;
    by: string;
    reason: string;
  }[];
};
/** One posting, with all that was tried and said of it. */
export type Edit = {
  atMs: number;
  by: string;
  reason: string;
  changes: Record<string, string>;
  before: Record<string, string | null>;
  decision: 'approved' | 'rejected' | null;
  decidedMs: number | null;
  decidedBy: string | null;
  words: string | null;
};
export type Loss = {
  document: string;
  atMs: number;
  by: string;
  reason: string;
  decision: 'approved' | 'rejected' | null;
  decidedMs: number | null;
  decidedBy: string | null;
  words: string | null;
};
/** What a retry would do. */
export type DryRun = {
  key: string;
  kind: string;
  state: string;
  reason: string | null;
  gate: { do: string; reason?: string } | null;
  waitsFor: { key: string; kind: string; state: string } | null;
  erp: string;
  unfit: string | null;
  sent: { to: string; body: object | null } | null;
  found:
    | { kind: 'documents'; documents: string[] }
    | { kind: 'differs'; document: string; reason: string }
    | { kind: 'refused'; code: string; reason: string }
    | { kind: 'queued'; reason: string }
    | { kind: 'undecided'; reason: string }
    | { kind: 'silent' }
    | { kind: 'notAsked'; reason: string };
};
export type DeskPosting = {
  /** It is not so: it only would be. */
  dryRun?: true;
  edits: Edit[];
  losses: Loss[];
  posting: Amounts & {
    key: string;
    kind: string;
    state: string;
    eventId: string;
    order: string | null;
    operation: string | null;
    lot: string | null;
    reason: string | null;
    document: string | null;
  };
  attempts: Attempt[];
  acts: {
    atMs: number;
    act: string;
    by: string;
    reason: string;
    document: string | null;
    before: string | null;
  }[];
  gate: { do: string; reason?: string } | null;
  plan: {
    undo: (Document & { lane: string; by: string; planned: Document | null })[];
    instead: (Omit<Amounts, 'blocked' | 'setupMs' | 'machineMs'> & Document)[];
  } | null;
};
