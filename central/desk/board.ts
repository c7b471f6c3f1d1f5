import { asOne, type Database } from '../../shared/database.ts';
import { type Environment, environmentUsual } from '../../shared/environment.ts';
import type { Certificates } from '../../shared/pki.ts';
import { quantityText } from '../../shared/quantity.ts';
import type { PostingState } from '../../statecharts/posting.ts';
import type { Tally } from '../../statecharts/tally.ts';
import { openDownlinkBoard } from '../downlink/board.ts';
import type { Downlink } from '../downlink/downlink.ts';
import type { Breaker } from '../erp/breaker.ts';
import type { Erp } from '../erp/erp.ts';
import type { openErpStatus } from '../erp/erpstatus.ts';
import type { Book } from '../feed/book.ts';
import type { FeedConfig } from '../feed/config.ts';
import type { ReaderSeen } from '../feed/readers.ts';
import { openSheets } from '../feed/sheets.ts';
import type { Figuring } from '../figuring/figuring.ts';
import type { Asked as FiguresAsked } from '../figuring/sorting.ts';
import type { Dossier } from '../ledger/dossier.ts';
import { openExtract } from '../ledger/extract.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Live } from '../ledger/live.ts';
import type { Approval } from '../ledger/masters.ts';
import type { Pulse } from '../ledger/pulse.ts';
import type { Registry } from '../ledger/registry.ts';
import type { Totals } from '../ledger/totals.ts';
import { acting } from '../posting/acting.ts';
import type { Leases } from '../posting/leases.ts';
import type { Modes } from '../posting/modes.ts';
import type { Postings } from '../posting/postings.ts';
import { readRules } from '../posting/ruleboard.ts';
import type { Dispatch } from '../quality/dispatch.ts';
import type { Holds } from '../quality/holds.ts';
import type { Quality } from '../quality/quality.ts';
import { openInquiry } from '../reconcile/inquiry.ts';
import type { Reconcile, Scope } from '../reconcile/reconcile.ts';
import { openReplays, type Replays } from '../replay/replays.ts';
import type { openExplain } from '../story/explain.ts';
import type { Recall } from '../story/recall.ts';
import type { Trace } from '../story/trace.ts';
import type { Inbound } from '../supplier/inbound.ts';
import type { Approvals } from './approvals.ts';
import type { Deeds } from './deeds.ts';
import { openDesk } from './desk.ts';
import { openOverview } from './overview.ts';
import { openRehearsal } from './rehearsal.ts';

/** Most parked arrivals that are shown one by one. */
export const parkedShownMax = 100;
/** Most postings of one state in one answer. */
export const postingsShownMax = 10_000;

type Parts = {
  /** Those that are watched; none if absent. */
  certificates?: Certificates['standings'];
  ledger: Ledger;
  totals: Totals;
  postings: Postings;
  dossier: Dossier;
  holds: Holds;
  erpStatus: ReturnType<typeof openErpStatus>;
  explain: ReturnType<typeof openExplain>;
  trace: Trace;
  recall: Recall;
  reconcile: Reconcile;
  modes: Modes;
  inbound: Inbound;
  approvals: Approvals;
  figuring: Figuring;
  db: Database;
  nowMs: () => number;
  /** Told when a person has moved a posting. */
  moved: () => void;
  /** Drops whatever is remembered beyond a transaction. */
  forget: () => void;
  registry: Registry;
  live: Live;
  dispatch: Dispatch;
  quality: Quality;
  downlink: Downlink;
  book: Book;
  /** How the feed is told; absent where it is not. */
  feed?: FeedConfig | undefined;
  /** Readers of the feed as they were last seen. */
  readersSeen?: () => readonly ReaderSeen[];
  /** Every edge that was heard by its heartbeat. */
  edges: Pulse['edges'];
  erp: Erp;
  /** How the ERP answers. */
  erpStanding: Breaker['standing'];
  /** Centrals that share the ledger, and how many lanes each has; absent for one alone. */
  centrals?: Leases['holders'] | undefined;
  /** What this plant is; production unless it is said otherwise. */
  environment?: Environment | undefined;
  replays?: Replays | undefined;
  deeds: Deeds;
  /** Whether acts that move money or quality need a name that is proved; not if absent. */
  demandsProof?: (() => boolean) | undefined;
  /** What is wrong with the hub, in words. */
  hubTrouble?: () => string | undefined;
};
export type Board = ReturnType<typeof openBoard>;

/** A tally as people and programs read it: quantities as decimal text. */
const shown = (tally: Tally): Record<string, string | number> =>
  Object.fromEntries(
    Object.entries(tally).map(([key, value]) => [
      key,
      typeof value === 'bigint' ? quantityText(value) : value,
    ]),
  );

/** Of a central that was not told where. */
const noReplays = openReplays({
  ...{ path: undefined, environment: environmentUsual },
  rules: { switches: [], inspections: [], skewMaxMs: 0 },
});

const storiesOf = ({ explain, trace, recall, db, replays = noReplays }: Parts) => ({
  /** The ledger as it can be lived through elsewhere. */
  extract: openExtract(db),
  /** Days of other ledgers, lived through by the rules of here. */
  replays,
  /** What is made of one fact. Throws Fault UNKNOWN if the ledger has no such fact. */
  explain,
  /** The whole story of anything that has an id. Throws Fault UNKNOWN for none. */
  trace,
  /** All that a lot, serial or order went into. Throws Fault UNKNOWN for none. */
  recall,
});

function statusOf(parts: Parts) {
  const { ledger, live, registry, postings, edges, erpStanding, centrals } = parts;
  const beyond = live.beyond();
  return {
    environment: parts.environment ?? environmentUsual,
    facts: ledger.facts(),
    lines: ledger.lines().map(({ path, epoch, sequence, repeats }) => ({
      ...{ line: path, epoch, sequence, repeats },
      ahead: beyond.get(path) ?? null, // null unless facts were told ahead of the ledger
    })),
    holdsAhead: live.holds(),
    edges: edges(),
    ...registry.shown(),
    gaps: ledger.gaps(),
    arrivalsParked: ledger.parkedCount(),
    parked: ledger.parked(parkedShownMax),
    postings: postings.counts(),
    erp: erpStanding(),
    ...(centrals ? { centrals: centrals() } : {}),
    certificates: parts.certificates?.() ?? [],
  };
}

/**
 * Sums of all facts per line, order and operation. An order is closed when an edge allowed its
 * closing; one that a foreign log states counts once no hold on anything in the order is open,
 * whichever arrived first.
 */
function totalsOf({ totals, dossier, holds }: Parts) {
  return {
    lines: Object.fromEntries(totals.all('line').map(([line, tally]) => [line, shown(tally)])),
    orders: dossier.orders().map((row) => {
      const { order, material, quantity, unit, started, closed, judged } = row;
      const open = holds.openOn(order);
      const ended = closed === 1 && (judged === 1 || open.length === 0);
      const state = ended ? 'closed' : started ? 'started' : 'released';
      return { order, material, quantity, unit, state, holds: open };
    }),
    byOrder: Object.fromEntries(totals.all('order').map(([key, tally]) => [key, shown(tally)])),
    byOperation: Object.fromEntries(
      totals.all('operation').map(([key, tally]) => [key.replace('\n', '/'), shown(tally)]),
    ),
  };
}

/** What central knows, to be looked at, and what a person gives leave for here. */
export function openBoard(parts: Parts) {
  const { ledger, postings, dossier, holds, erpStatus, registry, live } = parts;
  const { reconcile, modes, approvals, db, nowMs, erp, erpStanding, deeds } = parts;
  const { moved, rehearse } = openRehearsal({ db, undone: parts.forget, moved: parts.moved });
  const inquire = openInquiry({ db, erp, standing: erpStanding, handed: postings.handed, nowMs });
  const approve = acting({ db, postings, moved })(approvals.approve);
  return {
    status: () => statusOf(parts),

    /** Closes the books, and asks the ERP. Throws Fault CONFLICT while they are being closed. */
    reconcile: (scope: Scope, asksErp: boolean) => reconcile(scope, asksErp ? inquire : undefined),

    rules: () => readRules(ledger, modes),

    /** Versions of master records, and which of them orders wait for. */
    masters: approvals.shown,
    /** Makes versions known, all or none. */
    approve(approval: Approval) {
      approve(approval);
      return approvals.shown();
    },

    /** Takes a hold out of force that was told ahead and may never be stated. */
    lift(eventId: string, by: string, reason: string) {
      live.lift(eventId, by, reason);
      return { eventId, by };
    },

    /** Lets another store take over the line; its next epoch begins when that store asks. */
    swap: (line: string, by: string) => ({ line, by, untilMs: registry.permit(line, by) }),

    /** Open postings in this state, lane by lane; those that are posted are in the ERP. */
    postings: (state: PostingState, limit: number) => postings.list(state, limit),

    /** What goes down to the lines. */
    downlink: openDownlinkBoard({ db, downlink: parts.downlink, undone: parts.forget, moved }),

    /** Where people look after what could not be posted. */
    desk: openDesk({ db, postings, erp, standing: erpStanding, nowMs, moved }),

    ...storiesOf(parts),
    /** Figures of facts. Throws as `Figuring`. */
    figures: (asked: FiguresAsked) => parts.figuring.told(asked),
    /** What everybody may be told, page by page. */
    sheets: openSheets(parts),
    overview: openOverview(parts),
    /** What goes down to the lines, and what quality says here. */
    dispatch: parts.dispatch,
    quality: parts.quality,
    moved,
    /** Quality of what suppliers deliver. */
    inbound: parts.inbound,
    rehearse,
    /** What was done here, as facts. */
    deeds,
    /** Whether acts that move money or quality need a name that is proved. */
    demandsProof: parts.demandsProof ?? (() => false),
    /** What is done, as one transaction; whatever it throws, nothing of it was. */
    together: <R>(work: () => R): R => asOne(db, work, parts.forget)(),

    /** One order over all lines, with what the ERP should show of it. */
    order(number: string) {
      const order = dossier.order(number);
      const guard = parts.downlink.verdictsOf(number);
      return order && { ...order, holds: holds.openOn(number), guard, erp: erpStatus(number) };
    },

    totals: () => totalsOf(parts),
  };
}
