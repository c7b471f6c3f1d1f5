import type { SheetName } from './charts.ts';

/** A standard's table; its words in ours: states, and events to their name in helpers/charts.ts. */
export type Standard = Readonly<{
  file: string;
  rows: number;
  part?: string; // machine of the file, where it has several
  states: Record<string, string>;
  events: Record<string, string>;
  ours?: Record<string, string>; // ways that the table does not know, and why there are
  refused?: Record<string, string>; // rows that the chart refuses, and why
}>;

const wait = 'timers of an open hold become facts, and change nothing';
const more = 'the lot grows or shrinks, its disposition stays';
const born =
  'a lot bought, received or made without inspection is unrestricted from its first fact';
const back = 'what was used up is there again';
const ends = 'every end of a hold frees the lot, like its release';
const hold = (state: string): Record<string, string> => ({
  [`${state} HoldEscalated ${state}`]: wait,
  [`${state} HoldReminded ${state}`]: wait,
});
const same = (...names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, name]));
const ways = (why: string, ...list: string[]): Record<string, string> =>
  Object.fromEntries(list.map((way) => [way, why]));

export const standards: Partial<Record<SheetName, Standard>> = {
  batch: {
    file: 'isa88_procedural',
    rows: 31,
    states: {
      ...{ Idle: 'idle', Running: 'running', Pausing: 'pausing', Paused: 'paused' },
      ...{ Holding: 'holding', Held: 'held', Restarting: 'restarting', Stopping: 'stopping' },
      ...{ Stopped: 'stopped', Aborting: 'aborting', Aborted: 'aborted', Complete: 'complete' },
    },
    events: {
      ...{ '(done)': 'BatchSettled', Start: 'BatchCommanded start' },
      ...{ Pause: 'BatchCommanded pause', Resume: 'BatchCommanded resume' },
      ...{ Hold: 'BatchCommanded hold', Restart: 'BatchCommanded restart' },
      ...{ Stop: 'BatchCommanded stop', Abort: 'BatchCommanded abort' },
      Reset: 'BatchCommanded reset',
    },
    ours: {
      ...ways(
        'the recipe phases of a running batch are told to the same chart',
        ...['running BatchPhaseStarted running', 'running BatchPhaseEnded running'],
        'running BatchPhaseOverran running',
      ),
      ...ways(
        'a phase often ends while the batch is on its way to a stop',
        ...['pausing', 'paused', 'holding', 'held', 'stopping'].map(
          (state) => `${state} BatchPhaseEnded ${state}`,
        ),
      ),
    },
    refused: { 'stopped BatchCommanded abort aborting': 'disputed: sources differ; refused' },
  },
  hold: {
    file: 'quality_hold_DESIGN',
    rows: 10,
    states: {
      ...{ '(none)': 'unknown', Active: 'active', UnderReview: 'underReview' },
      ...{ DispositionProposed: 'dispositionProposed', Approved: 'approved', Closed: 'closed' },
    },
    events: {
      ...{ place: 'HoldPlaced', reduceScope: 'HoldReduced', beginReview: 'HoldReviewStarted' },
      ...{ proposeDisposition: 'DispositionProposed', withdraw: 'DispositionWithdrawn' },
      ...{ reject: 'DispositionRejected', 'approve[signer!=proposer]': 'DispositionApproved' },
      'dispositionExecuted(use-as-is|rework|scrap|return|regrade)': 'HoldDispositioned',
      'release[noDefectFound; e-signature]': 'HoldReleased',
      'cancelPlacedInError[e-signature]': 'HoldCancelled',
    },
    ours: {
      ...hold('active'),
      ...hold('underReview'),
      ...hold('dispositionProposed'),
      ...hold('approved'),
      ...ways(
        'messages overtake each other: central may end a hold before the edge hears of it',
        'unknown HoldReleased releasedEarly',
        'releasedEarly HoldPlaced closed',
      ),
      'underReview HoldReleased closed':
        'a hold without a quantity ends by a release; not by who began the review',
      'active HoldDispositioned closed': 'plants without review decide in one step',
      'active HoldDispositioned active': 'in parts, until all of the quantity is decided',
      'approved HoldDispositioned active': 'in parts; the rest needs its own review',
    },
  },
  lot: {
    file: 'lot_disposition_DESIGN',
    rows: 9,
    states: {
      ...{ Planned: 'planned', 'In-Process': 'inProcess', Restricted: 'restricted' },
      ...{ UnRestricted: 'unrestricted', Closed: 'closed' },
    },
    events: {
      ...{ startProduction: 'LotProduced to inspect', placeHold: 'HoldPlaced' },
      'releaseHold[last active hold]': 'HoldReleased unreleased',
      'releaseHold[lot finished, last active hold]': 'HoldReleased',
      ...{ qualityRelease: 'LotReleased', consumedOrShipped: 'MaterialConsumed to the last' },
      ...{ scrapOrReturn: 'HoldDispositioned scrap of all' },
      consumed: 'MaterialConsumed to the last',
    },
    ours: {
      ...ways(
        born,
        ...['planned LotProduced unrestricted', 'planned LotReceived unrestricted'],
        ...['planned MaterialConsumed unrestricted', 'planned LotReceived inProcess'],
      ),
      'unrestricted LotReceived inProcess':
        'unreleased material makes the whole lot wait for quality',
      ...ways(
        'what is produced to be inspected makes the whole lot wait for quality',
        ...['unrestricted LotProduced inProcess', 'closed LotProduced inProcess'],
      ),
      ...ways(
        'a lot that has nothing left is closed by the end of its last hold',
        ...['HoldReduced', 'HoldReleased', 'HoldCancelled'].map(
          (end) => `restricted ${end} closed`,
        ),
      ),
      'restricted MaterialConsumed restricted':
        'a use that earlier charts allowed is read as it was stated; no new one is',
      'planned HoldPlaced restricted': 'a hold may be placed before the lot is known here',
      'closed HoldPlaced restricted': 'a recall reaches lots that are used up',
      ...ways(
        more,
        ...['inProcess LotProduced inProcess', 'inProcess MaterialReturned inProcess'],
        ...['inProcess LotReceived inProcess', 'inProcess LotSplit inProcess'],
        ...['restricted LotProduced restricted', 'restricted MaterialReturned restricted'],
        ...['restricted LotSplit restricted', 'unrestricted LotProduced unrestricted'],
        ...['unrestricted MaterialReturned unrestricted', 'unrestricted LotReceived unrestricted'],
        ...['unrestricted MaterialConsumed unrestricted', 'unrestricted LotSplit unrestricted'],
        'unrestricted LotGiven unrestricted',
      ),
      ...ways(
        'nothing is left: all went into other lots',
        ...['inProcess LotSplit closed', 'restricted LotSplit closed'],
        ...['unrestricted LotSplit closed', 'unrestricted LotGiven closed'],
      ),
      'closed MaterialReturned inProcess':
        'what was used up before quality released it waits for quality again',
      ...ways(back, 'closed LotProduced unrestricted', 'closed MaterialReturned unrestricted'),
      'closed MaterialConsumed closed': 'more was used than was known: kept, and flagged',
      'restricted HoldPlaced restricted': 'several holds on one lot',
      ...ways(
        ends,
        ...['HoldReduced', 'HoldCancelled', 'HoldDispositioned'].flatMap((end) => [
          `restricted ${end} unrestricted`,
          `restricted ${end} inProcess`,
        ]),
        ...['HoldReduced', 'HoldReleased', 'HoldCancelled', 'HoldDispositioned'].map(
          (end) => `restricted ${end} restricted`,
        ),
      ),
    },
    refused: {
      'inProcess MaterialConsumed closed': 'quality releases a lot before it is used',
    },
  },
  lifecycle: {
    file: 'sap_order_status',
    rows: 8,
    part: 'sap_order.lifecycle',
    states: { '(none)': 'none', ...same('CRTD', 'REL', 'TECO', 'CLSD', 'DLFL') },
    events: {
      ...{ create: 'Create', release: 'Release', technicallyComplete: 'CompleteTechnically' },
      ...{ revokeTechnicalCompletion: 'RevokeTechnicalCompletion', close: 'Close' },
      setDeletionFlag: 'SetDeletionFlag',
    },
  },
  confirmation: {
    file: 'sap_order_status',
    rows: 6,
    part: 'sap_order.confirmation',
    states: { '(none)': 'none', ...same('PCNF', 'CNF') },
    events: {
      ...{ partialConfirmation: 'ConfirmInPart', finalConfirmation: 'ConfirmFinally' },
      cancelConfirmation: 'CancelConfirmation',
      cancelLastConfirmation: 'CancelLastConfirmation',
    },
  },
  delivery: {
    file: 'sap_order_status',
    rows: 4,
    part: 'sap_order.delivery',
    states: { '(none)': 'none', ...same('PDLV', 'DLV') },
    events: {
      ...{ partialGoodsReceipt: 'ReceiveInPart', goodsReceiptReachesQty: 'ReceiveAll' },
      goodsReceiptReachesQtyOrUnderdeliveryTolerance: 'ReceiveAll',
      'finalConfirmation(header CNF)': 'ReceiveAll',
    },
    ours: { 'PDLV ReceiveInPart PDLV': 'goods are received in any number of parts' },
  },
};
