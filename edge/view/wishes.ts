import type { CommandType } from '../../shared/command.ts';
import { quantityText } from '../../shared/quantity.ts';
import type { Tables } from '../../statecharts/tables.ts';
import type { Offer } from '../line/offers.ts';
import { unnamed, type Wish } from './weighing.ts';

/** Work that a line's screen offers something for. */
export type Work = Readonly<{ order: string; operation: string }>;
export type OpenRun = Work &
  Readonly<{ run: string; phase: string; rework: boolean; unit: string }>;
type Hold = Tables['hold'];

const nothing = { good: '0', scrap: '0', rework: '0', held: '0' };

/** What can be asked of an open run. */
export function wishesOfRun({ run, order, operation, phase, rework, unit }: OpenRun): Wish[] {
  const about = { order, operation, run };
  const report = { run, phase, ...nothing, good: '1', unit, inRework: rework };
  return [
    { action: 'ReportQuantity', ...about, body: report },
    { action: 'EndPhase', ...about, body: { run } },
    { action: 'StaffRun', ...about, body: { run, people: [] } },
  ];
}

export const startOf = (about: Work): Wish => ({ action: 'StartOperation', ...about, body: {} });
export const resumeOf = (about: Work): Wish => ({ action: 'ResumeOperation', ...about, body: {} });
export const completeOf = (about: Work): Wish => ({
  ...{ action: 'CompleteOperation', ...about, body: {} },
});
/** A new run in a lane. */
export const phaseOf = (about: Work, lane: number, rework = false): Wish => ({
  ...{ action: 'StartPhase', ...about },
  body: { run: unnamed, phase: 'run', lane, rework },
});

/** What can be asked of an operation; `of` is what its order makes. */
export function wishesOfWork(
  about: Work,
  of: { material: string; unit: string },
  lane: number,
): Wish[] {
  const some = { material: unnamed, quantity: '1', unit: unnamed };
  return [
    startOf(about),
    phaseOf(about, lane),
    { action: 'PauseOperation', ...about, body: { reason: '' } },
    resumeOf(about),
    completeOf(about),
    { action: 'ConsumeMaterial', ...about, lot: unnamed, body: some },
    { action: 'ProduceLot', ...about, lot: unnamed, body: { ...of, quantity: '1' } },
    {
      ...{ action: 'PlaceHold', ...about },
      body: { hold: unnamed, scope: 'operation', reason: '' },
    },
    { action: 'RequestInspection', ...about, body: { inspection: unnamed } },
    {
      ...{ action: 'AuthoriseRework', ...about },
      body: { rework: unnamed, quantity: '1', unit: of.unit, reason: '' },
    },
  ];
}

/** What can be asked of an order as a whole. */
export const wishesOfOrder = (order: string): Wish[] => [
  { action: 'CompleteOrder', order, body: {} },
  { action: 'CloseOrder', order, body: {} },
];

/** What can be asked of a line, whatever it works on. */
export const wishesOfLine = (): Wish[] => [
  { action: 'StartShift', body: { people: [] } },
  { action: 'ChangeEquipmentState', body: { state: 'stopped', reason: '' } },
  { action: 'PlaceHold', body: { hold: unnamed, scope: 'line', reason: '' } },
];

/**
 * What can be asked about a hold. A decision is weighed as a signed one on all that is undecided:
 * what is proposed, or else to use it as it is.
 */
export function wishesOfHold(hold: string, row: Hold): Wish[] {
  const { proposal, remaining, quantity, unit = unnamed } = row;
  const disposition = proposal?.disposition ?? 'useAsIs';
  const decided = quantityText(proposal?.quantity ?? remaining);
  const decision = { hold, disposition, quantity: decided, unit, signature: unnamed };
  const said = { hold, reason: '', signature: unnamed };
  const measured: Wish[] = [
    { action: 'ProposeDisposition', hold, body: decision },
    { action: 'WithdrawDisposition', hold, body: { hold, reason: '' } },
    { action: 'RejectDisposition', hold, body: { hold, reason: '' } },
    { action: 'ApproveDisposition', hold, body: { hold, signature: unnamed } },
    { action: 'DispositionHold', hold, body: decision },
  ];
  return [
    { action: 'StartHoldReview', hold, body: { hold } },
    ...(quantity === undefined ? [] : measured),
    { action: 'ReleaseHold', hold, body: said },
    { action: 'CancelHold', hold, body: said },
  ];
}

/** What central offers, for a person to ask for it. */
export const wishOfOffer = ({ action, order, body }: Offer): Wish => ({
  ...{ action: action as CommandType, order, body },
});

/** What can be asked of an inspection that waits for its result. */
export const wishesOfInspection = (inspection: string): Wish[] => [
  {
    ...{ action: 'RecordInspection', inspection },
    body: { inspection, result: 'passed', signature: unnamed },
  },
  { action: 'CancelInspection', inspection, body: { inspection, reason: '' } },
];
