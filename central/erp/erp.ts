import type { Figures } from './figures.ts';
import type { Receipts } from './receipts.ts';

/** The documents Holdfast posts, in the words of production and inventory accounting. */
export const postingKinds = [
  'confirmation', // yield, scrap, rework and times of one operation
  'goodsIssue', // component lot consumed by an order
  'goodsReceipt', // lot produced by an order, into unrestricted and blocked stock
  'blockStock', // unrestricted to blocked
  'unblockStock', // blocked to unrestricted
  'scrapStock', // out of blocked stock
  'usageDecision', // what was received into quality inspection: free, blocked and scrapped
  'cancelConfirmation', // takes back one confirmation, as a whole
  'cancelIssue', // the goods of one issue come back
  'cancelReceipt', // the goods of one receipt go
  'supplierClaim', // what a supplier has delivered is complained of
  'accrual', // what the supplier is expected to make good, in money
  'cancelAccrual', // takes back one accrual, as a whole
  'returnDelivery', // out of blocked stock, back to the supplier
] as const;
export type PostingKind = (typeof postingKinds)[number];

/**
 * What takes a document back. Between the two kinds of stock it is the other move; of scrap there
 * is none: what was thrown away does not come back by a document of ours. Nor is a lot undecided, a
 * claim unsaid, or what went to the supplier fetched back.
 */
export const inverses = {
  confirmation: 'cancelConfirmation',
  goodsIssue: 'cancelIssue',
  goodsReceipt: 'cancelReceipt',
  blockStock: 'unblockStock',
  unblockStock: 'blockStock',
  scrapStock: 'none',
  usageDecision: 'none',
  cancelConfirmation: 'confirmation',
  cancelIssue: 'goodsIssue',
  cancelReceipt: 'goodsReceipt',
  supplierClaim: 'none',
  accrual: 'cancelAccrual',
  cancelAccrual: 'accrual',
  returnDelivery: 'none',
} as const satisfies Record<PostingKind, PostingKind | 'none'>;

/** Kinds that take one document back, by its number. */
export const cancelKinds = [
  ...(['cancelConfirmation', 'cancelIssue', 'cancelReceipt', 'cancelAccrual'] as const),
] as const;
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
  blocked?: string; // goodsReceipt, usageDecision: how much of it goes into blocked stock
  inspection?: true; // goodsReceipt, cancelReceipt: all of it into quality inspection, or out
  receipt?: string; // number of the receipt whose goods are decided, claimed or sent back
  receiptItem?: string; // of a supplier's receipt: which of its items
  supplier?: string; // whose goods they are; on what follows a supplier's receipt, as those below
  purchaseOrder?: string;
  purchaseItem?: string;
  claim?: string; // accrual: number of the claim that it is for
  amount?: string; // accrual: how much, in `currency`
  currency?: string;
  inspectionLot?: string; // usageDecision: the ERP's name of what it inspects, where it is known
  yield?: string; // confirmation
  scrap?: string; // confirmation; usageDecision: how much of it is scrapped
  rework?: string; // confirmation
  setupMs?: number; // confirmation
  machineMs?: number; // confirmation
  final?: boolean; // confirmation: nothing more will come for this operation
  cancels?: string; // number of the document that is taken back; its amounts are those above
  cancelsKey?: string; // the key that this document must bear: numbers may be given twice
  ticket?: string; // by which the ERP knows what it has queued; a look-up's alone
}>;

/** It is in the ERP, and says something else than the posting: a person must look. */
export type Differs = { kind: 'differs'; document: string; reason: string };
/** Not executed, for good. */
export type Refused = { kind: 'refused'; code: string; reason: string };

/**
 * The ERP has it for sure, and will execute or refuse it later; `ticket`, at most 200 characters,
 * is how it can be asked about.
 */
export type Queued = { kind: 'queued'; ticket: string; reason: string };
/** The ERP cannot tell whether it is there, or shall still be sent: only a person can. */
export type Undecided = { kind: 'undecided'; reason: string };

/** What came of a call, by what the ERP has certainly done (facts: executed yes, no, maybe). */
export type Outcome =
  // A receipt into quality inspection may tell what the ERP calls the lot that it inspects.
  | { kind: 'posted'; document: string; inspectionLot?: string }
  | Queued
  | Differs
  | Refused
  // Not executed now; `unreached` where it is no lock, but the ERP itself that could not be asked.
  | { kind: 'busy'; reason: string; retryAfterMs?: number; unreached?: true }
  | { kind: 'unknown'; reason: string }; // may have been executed: wait, then look up

/**
 * What a look-up found: the documents that carry the posting's key and say what it says, none for
 * what was surely not executed; undefined when the ERP did not answer. What is `undecided` waits
 * for a person; once that one says "again" it is sent again.
 */
export type Found = readonly string[] | Queued | Differs | Refused | Undecided | undefined;

/** What would be sent: where to, and the document as this ERP wants it. */
export type Preview = Readonly<{ to: string; body: object | null }>;

/** What an ERP hands over, as it came; nothing of it was judged yet. */
export type PulledEntry = Readonly<{ plant: string | null }> & // null: of every plant
  Readonly<
    | { kind: 'reference' | 'order'; given: unknown } // as `readReference`, `readErpOrder` take it
    | { kind: 'refused'; name: string; reason: string } // nothing can be made of it
  >;
/** One page of what was changed; `cursor` is where the next one begins. */
export type Pulled =
  | { kind: 'page'; entries: readonly PulledEntry[]; cursor: string; more: boolean }
  | { kind: 'unread'; reason: string };
/** Master data and orders as an ERP hands them over, stream by stream, in that order. */
export type Source = Readonly<{
  streams: readonly string[];
  /** Never rejects for a reason of the ERP; without a cursor it begins. */
  pull(stream: string, cursor: string | null): Promise<Pulled>;
}>;

/** An ERP as the poster sees it. No call rejects for a reason of the ERP's or the network's. */
export type Erp = Readonly<{
  name: string;
  /** Time until the ERP has certainly committed or dropped a call whose outcome is unknown, ms. */
  maxInFlightMs: number;
  /** Why this posting can never be expressed in this ERP (lengths, unit codes), or undefined. */
  unfit(posting: Posting): string | undefined;
  /**
   * `posted` only for what was seen in the ERP with the posting's order, material, lot and amounts,
   * in its answer or read back; `differs` for what is there and says something else; `unknown`
   * where it was not seen, even if the ERP has given a number. `isSafe` is asked before anything is
   * sent that changes something; where it says no nothing is sent, and the outcome is `busy`.
   */
  post(posting: Posting, isSafe?: () => boolean): Promise<Outcome>;
  /** The same of what is found: one document that says something else is `differs`. */
  lookup(posting: Posting): Promise<Found>;
  /** What `post` would send of a posting that fits; nothing is sent, and nobody asked. */
  preview?(posting: Posting): Preview;
  /** What the ERP itself says; absent for a connector that cannot ask. */
  figures?: Figures;
  /** What it hands over; absent for a connector that only takes. */
  masters?: Source;
  /** What suppliers have delivered; absent for a connector that cannot read it. */
  receipts?: Receipts;
}>;
