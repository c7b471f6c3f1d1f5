import type { CancelKind, Erp, Outcome, Posting, PostingKind } from '../../central/erp/erp.ts';

/** What can be made to happen to a connector's ERP, or to the way there, until it is healed. */
export const troubles = {
  cut: 'the connection is cut before the ERP has read the posting',
  lost: 'the ERP commits the posting, and the connection is cut before it answers',
  torn: 'the ERP commits the posting, and the connection is cut within its answer',
  truncated: 'the ERP commits the posting, and half of its answer’s text arrives',
  late: 'the posting reaches the ERP after the time-out, within the longest call',
  slow: 'the answer takes a while, within the time-out',
  mute: 'nothing is ever answered',
  answer: 'a posting gets a given answer, from the ERP or from what stands before it',
  unread: 'the answer has the number alone, and no reading is answered',
  bare: 'the answer has the number alone, without amounts',
  altered: 'the ERP commits another quantity than was sent',
  known: 'the ERP refuses a key that stands in a document already, and says so',
  locked: 'somebody else works at the order of the posting',
  expired: 'the credential or session that the connector holds is no longer accepted',
  shutOut: 'no credential or session is accepted',
} as const;
export type Trouble = Exclude<keyof typeof troubles, 'answer'>;

export type Answer = Readonly<{
  status: number;
  headers?: Readonly<Record<string, string>>;
  text: string;
  committed: boolean; // whether the ERP has committed the posting before
}>;

/** What a connector, its ERP or its bench may lack; each is then shown with its reason. */
export type Ability =
  | PostingKind
  | keyof typeof troubles
  | 'lookup' // the ERP can be asked by the posting's key
  | 'refusal' // the ERP can be made to refuse a posting for good
  | 'elsewhere'; // the connector can be pointed at another address

/** A document in the ERP's books, in the words of the port; read past the connector. */
export type Booked = Readonly<{ document: string; kind: PostingKind }> &
  Partial<Omit<Posting, 'key' | 'eventId' | 'atMs' | 'kind'>>;

/** One connector at one ERP with empty books, for one test. */
export type Bench = Readonly<{
  erp: Erp;
  /** What the ERP will take now, all that it needs being there; a key of its own for each name. */
  posting(kind: Exclude<PostingKind, CancelKind>, name: string): Promise<Posting>;
  /** What the ERP refuses for good, and what of its code and words the refusal must have. */
  refusable(): Promise<Readonly<{ posting: Posting; code: string; words: string }>>;
  /** From now on this happens to every posting, instead of what happened before. */
  befall(trouble: Trouble | Answer): Promise<void>;
  heal(): Promise<void>;
  /** The body of the last posting that went out, in the form of a preview's; absent without one. */
  carried?(): unknown;
  /** Every document in the books, those that take others back included. */
  books(): Promise<readonly Booked[]>;
  /** How often the connector has fetched a credential or opened a session. */
  renewals(): number;
  /** The same connector, pointed at another origin. */
  elsewhere(origin: string): Erp;
  /**
   * For an ERP that only queues what is posted: lets it work off its queue, and gives the last word
   * on what was queued, as a look-up tells it; any other outcome as it is. Absent where the answer
   * is the last word. It is called before the trouble is healed.
   */
  conclude?(posting: Posting, outcome: Outcome): Promise<Outcome>;
  close(): Promise<void>;
}>;

export type Connector = Readonly<{
  name: string;
  /** Opens a bench. Its connector waits `timeoutMs` for each answer. */
  open(): Promise<Bench>;
  timeoutMs: number;
  /** Most requests that one call of the port makes. */
  requestsMax: number;
  /** Coarsest step of a time in the ERP, ms: it may be off by half of it, and no more. */
  timeStepMs: number;
  /** What no message may contain: each of these stands in the connector's credential. */
  secrets: readonly string[];
  /** An error as this ERP would write it into the body of a success; absent if it has no form. */
  softError?: string;
  /** What it cannot, and why: in the names of the tests that therefore do not run. */
  cannot: Readonly<Partial<Record<Ability, string>>>;
}>;
