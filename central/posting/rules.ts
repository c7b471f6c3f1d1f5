import { lasting } from '../../shared/clock.ts';
import type { Content, Fact, FactType } from '../../shared/event.ts';
import { besideId } from '../../shared/identity.ts';
import { quantity, zero } from '../../shared/quantity.ts';
import { hasFlag } from '../../statecharts/tables.ts';
import { lastedMs } from '../../statecharts/tally.ts';
import type { PostingKind } from '../erp/erp.ts';

/** The run that a fact ends, as the ledger knows it. */
export type Run = Readonly<{ phase: string; startedMs: number }>;
/** The hold that a fact decides, as the ledger knows it. */
export type HoldScope = 'quantity' | 'lot' | 'operation' | 'order' | 'line';
export type Known = Readonly<{
  run?: Run | undefined;
  holdScope?: HoldScope | undefined;
  /** The report that a correction corrects in the end. */
  origin?: Content<'QuantityReported'> | undefined;
  /** A lot that is inspected is received into quality inspection there. */
  inspects?: boolean | undefined;
}>;

/** What a fact calls for: one document, nothing for a reason, what takes one back, or a person. */
export type Call =
  | Readonly<{ kind: PostingKind } & Partial<Record<Measure, string>> & Times & Inspected>
  | Readonly<{ none: string }>
  | Readonly<{ inverse: string }>
  | Readonly<{ park: string; kind: PostingKind }>;
type Measure = 'material' | 'unit' | 'quantity' | 'yield' | 'scrap' | 'rework';
type Inspected = { inspection?: 1 };
type Times = { setupMs?: number; machineMs?: number; final?: boolean };

type Rules = { [T in FactType]: (fact: Fact<T>, known: Known) => Call };
const none = (reason: string) => (): Call => ({ none: reason });

/**
 * The table: which fact calls for which document. What is not in it cannot post. Only lots that a
 * hold on another lot reaches are blocked and freed beside it, by `planner.ts`.
 */
export const rules: Rules = {
  OrderReleased: none('the ERP owns the order'),
  OrderChanged: none('the ERP owns the order'),
  OrderCancelRequested: none('the ERP owns the order'),
  OrderCompleted: none('frees nothing before the order is closed'),
  OrderReopened: none('the ERP owns the order'),
  OrderClosed: none('frees the final confirmations of the order'),
  OperationStarted: none('has no value'),
  PhaseStarted: none('its end carries the time'),
  RunStaffed: none('its labour is in the times of the run'),
  PhaseEnded: timeOf,
  QuantityReported: (fact) => {
    const { body } = fact;
    const { good, scrap, rework, unit } = body;
    if (hasFlag(fact, 'late')) {
      return { park: 'reported after the order was closed', kind: 'confirmation' };
    }
    return body.inRework ? reworked : counted({ unit, good, scrap, rework });
  },
  OperationPaused: none('has no value'),
  OperationResumed: none('has no value'),
  OperationCompleted: () => ({ kind: 'confirmation', final: true }),
  MaterialConsumed: ({ body: { material, quantity, unit } }) => ({
    ...{ kind: 'goodsIssue', material, quantity, unit },
  }),
  LotProduced: ({ body: { material, quantity, unit } }, { inspects }) => ({
    ...{ kind: 'goodsReceipt', material, quantity, unit },
    ...(inspects ? { inspection: 1 } : {}),
  }),
  MaterialReturned: none('has no document yet: the goods come back by hand'),
  LotReleased: none('frees the receipt of the lot, or its usage decision'),
  LotSplit: none('stays in its stock'),
  LotMerged: none('stays in its stock'),
  BatchCommanded: none('has no value'),
  BatchSettled: none('has no value'),
  BatchPhaseStarted: none('has no value'),
  BatchPhaseEnded: none('has no value'),
  BatchPhaseOverran: none('has no value'),
  FactReversed: (fact) => (hasFlag(fact, 'late') ? lateCorrection : { inverse: takesBack }),
  QuantityCorrected: (fact, { origin }) => {
    if (hasFlag(fact, 'late')) return lateCorrection;
    return origin?.body.inRework ? reworked : counted(fact.body);
  },
  InspectionRequested: none('has no value'),
  InspectionRecorded: none('has no value'),
  InspectionCancelled: none('has no value'),
  NonconformanceRaised: none('has no value'),
  NonconformanceReviewed: none('has no value'),
  NonconformanceClosed: none('has no value'),
  ReworkAuthorised: none('has no value'),
  ReworkCompleted: none('has no value'),
  HoldReduced: none('frees the lots that it names'),
  HoldReviewStarted: none('decides nothing'),
  DispositionProposed: none('decides nothing'),
  DispositionWithdrawn: none('decides nothing'),
  DispositionRejected: none('decides nothing'),
  DispositionApproved: none('decides nothing until it is carried out'),
  HoldEscalated: none('decides nothing'),
  HoldReminded: none('decides nothing'),
  HoldCancelled: (_, { holdScope }) =>
    holdScope === 'lot' ? { kind: 'unblockStock' } : { none: 'moves no counted quantity' },
  HoldPlaced: ({ body }) =>
    body.scope === 'lot' && body.quantity !== undefined
      ? { kind: 'blockStock', quantity: body.quantity, unit: body.unit! }
      : { none: 'holds what is not in stock' },
  HoldDispositioned: ({ body }, { holdScope }) => {
    const { quantity: decided, unit, disposition } = body;
    if (holdScope === 'lot') {
      if (disposition === 'useAsIs') return { kind: 'unblockStock', quantity: decided, unit };
      if (disposition === 'scrap') return { kind: 'scrapStock', quantity: decided, unit };
      return { none: 'stays blocked until it is reworked or returned' };
    }
    if (holdScope !== 'quantity') return { none: 'moves no counted quantity' };
    const parts = { useAsIs: 'yield', scrap: 'scrap', rework: 'rework' } as const;
    if (disposition === 'return') return { none: 'goes back, and is in no count' };
    return { kind: 'confirmation', unit, [parts[disposition]]: decided };
  },
  HoldReleased: ({ body }, { holdScope }) => {
    const { quantity: freed, unit } = body;
    const rest = freed === undefined || unit === undefined ? undefined : { freed, unit };
    if (holdScope === 'lot') {
      return { kind: 'unblockStock', ...(rest ? { quantity: rest.freed, unit: rest.unit } : {}) };
    }
    if (holdScope !== 'quantity') return { none: 'moves no counted quantity' };
    if (!rest) return { none: 'does not say how much it frees' };
    return { kind: 'confirmation', unit: rest.unit, yield: rest.freed };
  },
  EquipmentStateChanged: none('has no value'),
  ShiftStarted: none('has no value'),
  ChartsMigrated: none('has no value'),
  StateCarried: none('has no value'),
  EpochBegan: none('has no value'),
  DiskLevelChanged: none('has no value'),
  ClockStepped: none('has no value'),
  UplinkDrilled: none('has no value'),
  CommandReceived: none('has no value'),
  ReferenceApplied: none('has no value'),
  SoftwareChanged: none('has no value'),
  PersonSignedIn: none('has no value'),
  PersonSignedOut: none('has no value'),
  PersonSigned: none('has no value'),
  PersonLockedOut: none('has no value'),
  DeskActed: none('tells what was done at the desk, and is no production'),
};

/** What a reversal calls for, in words. */
const takesBack = 'what takes back the document of what it reverses';

/** After the closing of the order what is to be done is for a person to say. */
const lateCorrection: Call = {
  park: 'corrects what may be in a document already, after the order was closed',
  kind: 'confirmation',
};

const reworked: Call = { none: 'came out of rework and was counted before' };

type Counts = Readonly<{ unit: string; good: string; scrap: string; rework: string }>;
function counted({ unit, good, scrap, rework }: Counts): Call {
  if ([good, scrap, rework].every((text) => quantity(text, '') === zero)) {
    return { none: 'reports no quantity to confirm' };
  }
  return { kind: 'confirmation', unit, yield: good, scrap, rework };
}

/** No time is posted that nobody knows. */
const parkedTime = (why: string): Call => ({
  park: `the time of the run is not known: ${why}`,
  kind: 'confirmation',
});

/** Set-up and machine time go to the order by the run's two instants; a breakdown does not. */
function timeOf(fact: Fact<'PhaseEnded'>, { run }: Known): Call {
  if (!run) return { park: 'the start of this run is unknown', kind: 'confirmation' };
  if (run.phase === 'breakdown') return { none: 'a breakdown is not charged to the order' };
  const elapsedMs = lastedMs(fact, run.startedMs);
  if (elapsedMs === undefined) return parkedTime('the clock was set while it was open');
  if (elapsedMs < 0) return parkedTime(`it ended ${lasting(-elapsedMs)} before it began`);
  if (elapsedMs === 0) return { none: 'took no time' };
  const time = run.phase === 'setup' ? { setupMs: elapsedMs } : { machineMs: elapsedMs };
  return { kind: 'confirmation', ...time };
}

/** What this fact calls for. */
export const callOf = (fact: Fact, known: Known): Call =>
  (rules[fact.type] as (fact: Fact, known: Known) => Call)(fact, known);

/**
 * The key that goes into the ERP's document: of the event and the kind, never of the position; with
 * the lot where one event calls for a document of each. It keeps the time of its event in front, so
 * that postings of one time stand together in the ledger's file.
 */
export const keyOf = (eventId: string, kind: PostingKind, ...lots: readonly string[]): string =>
  besideId(eventId, [kind, ...lots].join('|'));
