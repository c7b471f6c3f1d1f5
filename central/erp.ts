/** The documents Holdfast posts, in the words of production and inventory accounting. */
export const postingKinds = [
  'confirmation', // yield, scrap, rework and times of one operation
  'goodsIssue', // component lot consumed by an order
  'goodsReceipt', // lot produced by an order, into unrestricted and blocked stock
  'blockStock', // unrestricted to blocked
  'unblockStock', // blocked to unrestricted
  'scrapStock', // out of blocked stock
  'cancelConfirmation', // takes back one confirmation, as a whole
  'cancelIssue', // the goods of one issue come back
  'cancelReceipt', // the goods of one receipt go
] as const;
export type PostingKind = (typeof postingKinds)[number];

/**
 * What takes a document back. Between the two kinds of stock it is the other move; of scrap there
 * is none: what was thrown away does not come back by a document of ours.
 */
export const inverses = {
  confirmation: 'cancelConfirmation',
  goodsIssue: 'cancelIssue',
  goodsReceipt: 'cancelReceipt',
  blockStock: 'unblockStock',
  unblockStock: 'blockStock',
  scrapStock: 'none',
  cancelConfirmation: 'confirmation',
  cancelIssue: 'goodsIssue',
  cancelReceipt: 'goodsReceipt',
} as const satisfies Record<PostingKind, PostingKind | 'none'>;

/** Kinds that take one document back, by its number. */
export const cancelKinds = ['cancelConfirmation', 'cancelIssue', 'cancelReceipt'] as const;
export type CancelKind = (typeof cancelKinds)[number];
export const isCancel = (kind: PostingKind): kind is CancelKind =>
  (cancelKinds as readonly PostingKind[]).includes(kind);

/** One intended ERP document. Quantities are decimal texts in `unit`. */
export type Posting = Readonly<{
  key: string; // UUIDv8 of the fact and the kind; written into the ERP's document
  kind: PostingKind;
  eventId: string; // the fact that calls for it
  atMs: number; // when that was true at the line; gives the posting date
  order?: string;
  operation?: string;
  material?: string;
  lot?: string;
  unit?: string;
  quantity?: string; // goods movements: all of it
  blocked?: string; // goodsReceipt: how much of it goes into blocked stock
  yield?: string; // confirmation
  scrap?: string; // confirmation
  rework?: string; // confirmation
  setupMs?: number; // confirmation
  machineMs?: number; // confirmation
  final?: boolean; // confirmation: nothing more will come for this operation
  cancels?: string; // number of the document that is taken back; its amounts are those above
}>;

/** It is in the ERP, and says something else than the posting: a person must look. */
export type Differs = { kind: 'differs'; document: string; reason: string };
/** Not executed, for good. */
export type Refused = { kind: 'refused'; code: string; reason: string };

/** What came of a call, by what the ERP has certainly done (facts: executed yes, no, maybe). */
export type Outcome =
  | { kind: 'posted'; document: string }
  | Differs
  | Refused
  // Not executed now; `unreached` where it is no lock, but the ERP itself that could not be asked.
  | { kind: 'busy'; reason: string; retryAfterMs?: number; unreached?: true }
  | { kind: 'unknown'; reason: string }; // may have been executed: wait, then look up

/**
 * What a look-up found: the documents that carry the posting's key and say what it says, none for
 * what was surely not executed; undefined when the ERP did not answer.
 */
export type Found = readonly string[] | Differs | Refused | undefined;

/** An ERP as the poster sees it. No call rejects for a reason of the ERP's or the network's. */
export type Erp = Readonly<{
  name: string;
  /** Time until the ERP has certainly committed or dropped a call whose outcome is unknown, ms. */
  maxInFlightMs: number;
  /** Why this posting can never be expressed in this ERP (lengths, unit codes), or undefined. */
  unfit(posting: Posting): string | undefined;
  /**
   * `posted` only for what was seen in the ERP with the posting's amounts. `isSafe` is asked before
   * anything is sent that changes something; where it says no, nothing is sent.
   */
  post(posting: Posting, isSafe?: () => boolean): Promise<Outcome>;
  lookup(posting: Posting): Promise<Found>;
}>;
