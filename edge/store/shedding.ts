import { type Command, commands } from '../../shared/command.ts';
import type { Content, FactType } from '../../shared/event.ts';
import { type Level, levels } from './gauge.ts';

/** What a fact is to a plant whose disk is nearly full: what is needed least goes first. */
export const needs = ['telemetry', 'work', 'orders', 'quality', 'reserved'] as const;
export type Need = (typeof needs)[number];

/** From which level on each is refused; what is reserved for never is, while there is a byte. */
const refusedFrom: Record<Need, Level | undefined> = {
  telemetry: 'shed',
  work: 'qualityOnly',
  orders: 'full',
  quality: 'full',
  reserved: undefined,
};

/**
 * What each fact is needed for. "We stopped" and "this is held" can always be said: so are the end
 * of a run, a pause and a hold. A state of the equipment is telemetry, unless it stopped.
 */
const needOfFact: Record<FactType, Need> = {
  EquipmentStateChanged: 'telemetry',
  ShiftStarted: 'work',
  PhaseStarted: 'work',
  RunStaffed: 'work',
  QuantityReported: 'work',
  MaterialConsumed: 'work',
  MaterialReturned: 'work',
  LotProduced: 'work',
  LotSplit: 'work',
  LotMerged: 'work',
  BatchCommanded: 'work',
  BatchSettled: 'work',
  BatchPhaseStarted: 'work',
  BatchPhaseEnded: 'work',
  BatchPhaseOverran: 'work',
  QuantityCorrected: 'work',
  FactReversed: 'work',
  OrderReleased: 'orders',
  OrderChanged: 'orders',
  OrderCancelRequested: 'orders',
  OrderCompleted: 'orders',
  OrderReopened: 'orders',
  OrderClosed: 'orders',
  OperationStarted: 'orders',
  OperationResumed: 'orders',
  OperationCompleted: 'orders',
  LotReleased: 'quality',
  HoldReduced: 'quality',
  HoldReviewStarted: 'quality',
  DispositionProposed: 'quality',
  DispositionWithdrawn: 'quality',
  DispositionRejected: 'quality',
  DispositionApproved: 'quality',
  HoldDispositioned: 'quality',
  HoldReleased: 'quality',
  HoldCancelled: 'quality',
  HoldEscalated: 'quality',
  HoldReminded: 'quality',
  InspectionRequested: 'quality',
  InspectionRecorded: 'quality',
  InspectionCancelled: 'quality',
  NonconformanceRaised: 'quality',
  NonconformanceReviewed: 'quality',
  NonconformanceClosed: 'quality',
  ReworkAuthorised: 'quality',
  ReworkCompleted: 'quality',
  PersonSigned: 'quality',
  HoldPlaced: 'reserved',
  OperationPaused: 'reserved',
  PhaseEnded: 'reserved',
  ChartsMigrated: 'reserved',
  StateCarried: 'reserved',
  EpochBegan: 'reserved',
  DiskLevelChanged: 'reserved',
  ClockStepped: 'reserved',
  UplinkDrilled: 'reserved',
  CommandReceived: 'reserved',
  ReferenceApplied: 'reserved',
  SoftwareChanged: 'reserved',
  PersonSignedIn: 'reserved',
  PersonSignedOut: 'reserved',
  PersonLockedOut: 'reserved',
  DeskActed: 'reserved',
};
const stops = new Set(['stopping', 'stopped', 'aborting', 'aborted', 'holding', 'held']);

const needFor = (type: FactType, body: object): Need => {
  if ('state' in body && typeof body.state === 'string' && stops.has(body.state)) return 'reserved';
  return needOfFact[type];
};

export const needOf = ({ command, statement: { body } }: Command): Need =>
  needFor(commands[command], body);

/** What goes first where not everything gets through: the first before the others. */
export const kinds = ['quality', 'orders', 'counts', 'telemetry'] as const;
export type Kind = (typeof kinds)[number];

const kindOfNeed: Record<Need, Kind> = {
  quality: 'quality',
  reserved: 'orders',
  orders: 'orders',
  work: 'counts',
  telemetry: 'telemetry',
};

/** A hold is quality's; whatever else stops or ends something goes with the orders. */
export const kindOfFact = ({ type, body }: Pick<Content, 'type' | 'body'>): Kind =>
  type === 'HoldPlaced' ? 'quality' : kindOfNeed[needFor(type, body)];

export const kindOf = ({ command, statement: { body } }: Command): Kind =>
  kindOfFact({ type: commands[command], body } as Content);

const works: Record<Level, string> = {
  ok: 'everything',
  warn: 'everything',
  shed: 'everything but machine states',
  qualityOnly: 'orders, operations, holds and inspections, the end of a run',
  full: 'placing a hold, ending a run, pausing, and the state of a machine that stops',
};

/** Why a command is not taken at this level, and what still is; undefined if it is taken. */
export function refusalAt(level: Level, command: Command): string | undefined {
  const from = refusedFrom[needOf(command)];
  if (from === undefined || levels.indexOf(level) < levels.indexOf(from)) return undefined;
  const says = `disk: ${level === 'full' ? 'is full' : 'is nearly full'} (level ${level})`;
  return `${says}: no ${command.command} until there is room; what still works: ${works[level]}`;
}
