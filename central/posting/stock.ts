import type { Database } from '../../shared/database.ts';
import { flies, open, sent } from './docket.ts';
import type { PostingRow } from './queue.ts';
import { openSums } from './sums.ts';

/** Documents that put a lot into blocked stock or take it out, and what takes them back. */
const movements = `kind IN ('goodsReceipt', 'blockStock', 'unblockStock', 'scrapStock',
  'usageDecision', 'cancelReceipt', 'returnDelivery')`;
/** Documents by which something of a lot went further. */
const onward = `kind IN ('goodsIssue', 'blockStock', 'unblockStock', 'scrapStock',
  'usageDecision')`;

/** Documents by which some of a lot becomes available, or was received for that. */
const arrivals = "kind IN ('goodsReceipt', 'usageDecision')";

export type Stock = ReturnType<typeof openStock>;

/** What our own documents have done in the ERP, or may have; the gate asks. */
export function openStock(db: Database) {
  const [sums, order] = [openSums(db), openStanding(db)];
  return {
    ...{ ...openBeside(db), ...openSigns(db), ...sums, ...order },
    /** A transaction was undone, or another central has written: all is read again. */
    undone(): void {
      sums.undone();
      order.changed();
    },
  };
}

function openBeside(db: Database) {
  const beside = db
    .prepare<[string, string, number], 1>(
      `SELECT 1 FROM posting WHERE lane = ? AND operation = ? AND id <> ? AND ${open}
         AND kind IN ('confirmation', 'cancelConfirmation') LIMIT 1`,
    )
    .pluck();
  return {
    /** Whether another confirmation of the same operation, in the same lane, is still open. */
    openBeside: ({ lane, operation, id }: PostingRow) =>
      beside.get(lane, operation!, id) !== undefined,
  };
}

/** Whether there is a document of a lot such as this. */
function openSigns(db: Database) {
  const exists = (where: string) => {
    const one = db
      .prepare<[string], 1>(`SELECT 1 FROM posting WHERE lot = ? AND ${where} LIMIT 1`)
      .pluck();
    return (lot: string): boolean => one.get(lot) !== undefined;
  };
  const isOpen =
    "state IN ('intended', 'sending', 'unknown', 'queued', 'held', 'deferred', 'parked')";
  const mayBe = "state IN ('sending', 'unknown', 'queued', 'parked', 'posted')";

  return {
    /** A receipt of the lot is still open, or the decision on what was received to be inspected. */
    arrives: exists(`${isOpen} AND ${arrivals}`),
    /** Some of the lot was received and is not inspected any more, or may be. */
    arrived: exists(`${mayBe} AND ${arrivals} AND (kind = 'usageDecision' OR inspection = 0)`),
    /** Some of the lot was put into blocked stock, or may have been. */
    mayBeBlocked: exists(`${mayBe} AND (kind = 'blockStock' OR ${arrivals} AND blocked <> '0')`),
    /** Some of the lot is about to leave blocked stock. */
    leaves: exists(`${isOpen} AND kind = 'unblockStock'`),
    /** A document that moves the lot is at the ERP or may be. */
    inFlight: exists(`${movements} AND ${flies}`),
    /** A document of the lot is queued at the ERP. */
    queued: exists("state = 'queued'"),
    /** An issue of the lot, or what takes one back, is at the ERP or may be. */
    issuing: exists(`kind IN ('goodsIssue', 'cancelIssue') AND ${flies}`),
    /** A receipt of the lot is to be taken back. */
    recedes: exists(`${isOpen} AND kind = 'cancelReceipt'`),
    /** A person must say whether a document that moves the lot is there. */
    inDoubt: exists(
      `state = 'parked' AND (kind = 'blockStock' OR kind = 'unblockStock' OR ${arrivals})`,
    ),
  };
}

/** A document that stands in the ERP, or may. */
export type Standing = Readonly<
  Pick<PostingRow, 'key' | 'kind' | 'state' | 'document' | 'lane' | 'eventId'>
>;
/** What takes back the document of a lane that came last into the books. */
type Youngest = { id: number; key: string; rank: number };
/** Most of them that are read of one lot, the youngest first. */
const standingMax = 200;

/** In SQL: when a posting's document came into the books, among all that did; 0 if nobody knows. */
const rank = (key: string): string =>
  `(SELECT coalesce(max(rowid), 0) FROM attempt WHERE attempt.key = ${key})`;

/** What is built on what, in the order in which it came into the ERP's books. */
function openStanding(db: Database) {
  const toUndo = `lane = ? AND cancels IS NOT NULL AND ${open} AND substr(kind, 1, 6) = 'cancel'
    AND (SELECT state FROM posting AS undone WHERE undone.key = posting.cancels) = 'posted'`;
  const first = db.prepare<[string], Youngest>(
    `SELECT id, key, ${rank('posting.cancels')} AS rank FROM posting WHERE ${toUndo}
     ORDER BY rank DESC LIMIT 1`,
  );
  const rankOf = db.prepare<[string], number>(`SELECT ${rank('?')}`).pluck();
  const allYounger = db
    .prepare<[string, number, string, number], string>(
      `SELECT cancels FROM posting
       WHERE ${toUndo} AND id <> ? AND ${rank('posting.cancels')} > ${rank('?')}
       ORDER BY ${rank('posting.cancels')} DESC LIMIT ?`,
    )
    .pluck();
  const back = db
    .prepare<[string, number], 1>(
      `SELECT 1 FROM posting WHERE lane = ? AND cancels IS NOT NULL AND ${open} AND id <> ?
         AND kind IN ('cancelConfirmation', 'cancelReceipt') LIMIT 1`,
    )
    .pluck();
  const onto = db.prepare<[string, string, number], Standing>(
    `SELECT key, kind, state, document, lane, event_id AS eventId FROM posting
     WHERE lot = ? AND ${onward} AND ${sent}
       AND (state <> 'posted' OR ${rank('posting.key')} NOT BETWEEN 1 AND ${rank('?')})
       AND NOT EXISTS (SELECT 1 FROM posting AS undone WHERE undone.cancels = posting.key
         AND undone.state = 'posted')
     ORDER BY ${rank('posting.key')} DESC, id DESC LIMIT ?`,
  );

  // Of the lane that was asked about last, until a posting comes or moves.
  let known: { lane: string; youngest: Youngest | undefined } | undefined;
  function youngest(lane: string): Youngest | undefined {
    if (known?.lane !== lane) known = { lane, youngest: first.get(lane) };
    return known.youngest;
  }

  return {
    /** A posting has come or moved. */
    changed(): void {
      known = undefined;
    },
    /** Key of what takes back the youngest document of the lane that is to be taken back. */
    undoesFirst: (lane: string): string | undefined => youngest(lane)?.key,
    /** Whether something younger in the lane is still to be taken back. */
    isYoungerOpen({ lane, id, cancels }: PostingRow): boolean {
      const next = youngest(lane);
      return next !== undefined && next.id !== id && next.rank > rankOf.get(cancels!)!;
    },
    /** Keys of the documents of the lane that are to be taken back before, the youngest first. */
    youngerOpen: ({ lane, id, cancels }: PostingRow): readonly string[] =>
      allYounger.all(lane, id, cancels!, standingMax),
    /** Whether a confirmation or a receipt in the lane is still to be taken back. */
    isBackOpen: ({ lane, id }: PostingRow): boolean => back.get(lane, id) !== undefined,
    /** Documents by which something of the lot went further after the one of this key. */
    onto: (lot: string, key: string): readonly Standing[] => onto.all(lot, key, standingMax),
  };
}
