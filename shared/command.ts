import { localTime } from './calendar.ts';
import { bodies, type Context, type FactType, type Statement } from './event.ts';
import { type Fields, id, invalid, optional, readFields } from './field.ts';
import { lineField } from './subject.ts';
import { instantMs, lot } from './vocabulary.ts';

/** What a person, a machine or central may ask of a line, and the fact it becomes if allowed. */
export const commands = {
  ReleaseOrder: 'OrderReleased',
  ChangeOrder: 'OrderChanged',
  CancelOrder: 'OrderCancelRequested',
  CompleteOrder: 'OrderCompleted',
  ReopenOrder: 'OrderReopened',
  CloseOrder: 'OrderClosed',
  StartOperation: 'OperationStarted',
  StartPhase: 'PhaseStarted',
  StaffRun: 'RunStaffed',
  ReportQuantity: 'QuantityReported',
  EndPhase: 'PhaseEnded',
  PauseOperation: 'OperationPaused',
  ResumeOperation: 'OperationResumed',
  CompleteOperation: 'OperationCompleted',
  ConsumeMaterial: 'MaterialConsumed',
  ReturnMaterial: 'MaterialReturned',
  ProduceLot: 'LotProduced',
  ReleaseLot: 'LotReleased',
  SplitLot: 'LotSplit',
  MergeLots: 'LotMerged',
  CommandBatch: 'BatchCommanded',
  SettleBatch: 'BatchSettled',
  StartBatchPhase: 'BatchPhaseStarted',
  EndBatchPhase: 'BatchPhaseEnded',
  OverrunBatchPhase: 'BatchPhaseOverran',
  ReverseFact: 'FactReversed',
  CorrectQuantity: 'QuantityCorrected',
  PlaceHold: 'HoldPlaced',
  ReduceHold: 'HoldReduced',
  StartHoldReview: 'HoldReviewStarted',
  ProposeDisposition: 'DispositionProposed',
  WithdrawDisposition: 'DispositionWithdrawn',
  RejectDisposition: 'DispositionRejected',
  ApproveDisposition: 'DispositionApproved',
  DispositionHold: 'HoldDispositioned',
  ReleaseHold: 'HoldReleased',
  CancelHold: 'HoldCancelled',
  EscalateHold: 'HoldEscalated',
  RemindOfHold: 'HoldReminded',
  RequestInspection: 'InspectionRequested',
  RecordInspection: 'InspectionRecorded',
  CancelInspection: 'InspectionCancelled',
  RaiseNonconformance: 'NonconformanceRaised',
  ReviewNonconformance: 'NonconformanceReviewed',
  CloseNonconformance: 'NonconformanceClosed',
  AuthoriseRework: 'ReworkAuthorised',
  CompleteRework: 'ReworkCompleted',
  ChangeEquipmentState: 'EquipmentStateChanged',
  StartShift: 'ShiftStarted',
} as const satisfies Record<string, FactType>;

export type CommandType = keyof typeof commands;
export const commandTypes = Object.keys(commands) as CommandType[];

/** A command that passed its schema. Asked twice under one id, it is answered the same. */
export type Command = Readonly<{
  commandId: string;
  line: string;
  command: CommandType;
  statement: Omit<Statement, 'atMs'> & { atMs?: number };
}>;

const order = id('Order number.');
const operation = id('Operation number within the order.');

const anything = { order: optional(order), operation: optional(operation), lot: optional(lot) };

/** What each fact must say it is about; whatever is not named here may not be given. */
const subjects: Record<FactType, Fields> = {
  OrderReleased: { order },
  OrderChanged: { order },
  OrderCancelRequested: { order },
  OrderCompleted: { order },
  OrderReopened: { order },
  OrderClosed: { order },
  OperationStarted: { order, operation },
  PhaseStarted: { order, operation },
  RunStaffed: { order, operation },
  QuantityReported: { order, operation, lot: optional(lot) },
  PhaseEnded: { order, operation },
  OperationPaused: { order, operation },
  OperationResumed: { order, operation },
  OperationCompleted: { order, operation },
  MaterialConsumed: { order, operation, lot },
  LotProduced: { order, operation, lot },
  MaterialReturned: { order, operation, lot },
  LotReleased: { order: optional(order), lot },
  LotSplit: { order: optional(order), lot },
  LotMerged: { order: optional(order), lot },
  BatchCommanded: { order, lot },
  BatchSettled: { order, lot },
  BatchPhaseStarted: { order, lot },
  BatchPhaseEnded: { order, lot },
  BatchPhaseOverran: { order, lot },
  FactReversed: { order, operation: optional(operation) },
  QuantityCorrected: { order, operation },
  HoldPlaced: anything,
  HoldReduced: anything,
  HoldReviewStarted: anything,
  DispositionProposed: anything,
  DispositionWithdrawn: anything,
  DispositionRejected: anything,
  DispositionApproved: anything,
  HoldDispositioned: anything,
  HoldReleased: anything,
  HoldCancelled: anything,
  HoldEscalated: anything,
  HoldReminded: anything,
  InspectionRequested: anything,
  InspectionRecorded: anything,
  InspectionCancelled: anything,
  NonconformanceRaised: anything,
  NonconformanceReviewed: anything,
  NonconformanceClosed: anything,
  ReworkAuthorised: { order, operation },
  ReworkCompleted: { order, operation },
  EquipmentStateChanged: {},
  ShiftStarted: {},
  ChartsMigrated: {},
  EpochBegan: {},
  DiskLevelChanged: {},
  ClockStepped: {},
  UplinkDrilled: {},
  CommandReceived: {},
  ReferenceApplied: {},
  SoftwareChanged: {},
  StateCarried: {},
  PersonSignedIn: {},
  PersonSignedOut: {},
  PersonSigned: {},
  PersonLockedOut: {},
  DeskActed: {},
};

const envelope = {
  commandId: id('Given by whoever asks; the same for every retry.', 64),
  line: lineField,
  type: { doc: 'What is asked.', read: readType },
  atMs: optional(instantMs('True at the machine, Unix ms.')),
  atLocal: optional(localTime('The same as the clock on the wall shows it, instead of atMs.')),
  actor: id('Who asks: "person:…", "machine:…" or "system:…".', 64),
  correlationId: optional(id('Groups what belongs together.', 64)),
  causationId: optional(id('The fact or command that led to this one.', 64)),
  shift: optional(id('Shift it belongs to.')),
  workCenter: optional(id('Work centre within the line.')),
  costObject: optional(id('Cost object.')),
  serial: optional(id('Serial number of the piece.')),
} satisfies Fields;

/** Everything that a command of this type may say, but for its body. */
export const aboutOf = (type: CommandType): Fields => ({
  ...envelope,
  ...subjects[commands[type]],
});

function readType(value: unknown, name: string): CommandType {
  if (typeof value === 'string' && Object.hasOwn(commands, value)) return value as CommandType;
  const shown = typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : typeof value;
  throw invalid(name, `${shown} is no command; known are ${commandTypes.join(', ')}`);
}

/**
 * Reads a command from outside: envelope, subject and body.
 *
 * Throws Fault INVALID naming each field that is bad, missing or unknown, and its limit.
 */
export const readCommand = (given: unknown): Command => read(given, false);

/**
 * Reads a command of central, as `readCommand` does. A hold on a lot may leave out how much of it
 * there is: central asks for all of it, and does not know; its fact bears the flag `fromCentral`,
 * which nobody else can give.
 */
export const readSent = (given: unknown): Command => read(given, true);

function read(given: unknown, whole: boolean): Command {
  if (typeof given !== 'object' || given === null) throw invalid('command', 'must be an object');
  const type = readType((given as Record<string, unknown>)['type'], 'command.type');
  const fact = commands[type];
  const fields: Fields = {
    ...aboutOf(type),
    body: { doc: '', read: (v: unknown, name: string) => readFields(bodies[fact], v ?? {}, name) },
  };
  const {
    commandId,
    line,
    type: _type,
    body,
    correlationId,
    ...rest
  } = readFields(fields, given, 'command') as Record<string, unknown> & {
    commandId: string;
    line: string;
  };
  if (rest['atMs'] !== undefined && rest['atLocal'] !== undefined) {
    throw invalid('command.atMs, command.atLocal', 'must not both be given');
  }
  checkHold(fact, body as Record<string, unknown>, rest, whole);
  const context = { ...rest, commandId, correlationId: correlationId ?? commandId } as Context;
  const flags = whole && fact === 'HoldPlaced' ? { flags: 'fromCentral' } : {};
  const as = { ...context, ...flags, type: fact, version: 1, body };
  const statement = as as Command['statement'];
  return Object.freeze({ commandId, line, command: type, statement });
}

/**
 * A hold must say what it holds; for a quantity, also how much, and no lot: by that a decision is
 * told from one on a lot. An operation needs its order.
 */
function checkHold(
  fact: FactType,
  body: Record<string, unknown>,
  about: Record<string, unknown>,
  whole: boolean,
) {
  if (about['operation'] !== undefined && about['order'] === undefined) {
    throw invalid('command.order', 'must be given with an operation');
  }
  if (fact !== 'HoldPlaced') return;
  const needs = {
    quantity: ['order', 'operation'],
    lot: ['lot'],
    operation: ['order', 'operation'],
    order: ['order'],
    line: [],
  }[body['scope'] as string] as string[];
  for (const need of needs) {
    if (about[need] === undefined) {
      throw invalid(`command.${need}`, `must be given for a hold of scope ${body['scope']}`);
    }
  }
  if (body['scope'] === 'quantity' && about['lot'] !== undefined) {
    throw invalid('command.lot', 'must not be given for a hold of scope quantity: hold the lot');
  }
  const given = [body['quantity'], body['unit']].filter((value) => value !== undefined).length;
  const measured = body['scope'] === 'quantity' || (body['scope'] === 'lot' && !whole);
  if (given === 1 || (measured && given === 0)) {
    throw invalid('command.body.quantity', 'and unit must be given for what is measured');
  }
}
