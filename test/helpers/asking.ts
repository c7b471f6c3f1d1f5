import type { CommandType } from '../../shared/command.ts';

export type Given = { about: object; body: object };

export const work = { order: 'WO-1', operation: '0010' };
export const lot = { ...work, lot: 'L-1' };
const batch = { order: 'WO-1', lot: 'L-1' };
const part = { lot: 'L-2', quantity: '60' };
const decision = { hold: 'H1', disposition: 'scrap', quantity: '26', unit: 'EA' };
export const bolts = { material: 'BOLT', quantity: '10', unit: 'EA' };

/** The least that each command needs: every one of these fields must be there. */
export const least: Record<CommandType, Given> = {
  ReleaseOrder: { about: { order: 'WO-1' }, body: bolts },
  CloseOrder: { about: { order: 'WO-1' }, body: {} },
  StartOperation: { about: work, body: {} },
  StartPhase: { about: work, body: { run: 'R1', phase: 'setup', lane: 1, rework: false } },
  ReportQuantity: {
    about: work,
    body: {
      ...{ run: 'R1', phase: 'run', unit: 'EA', inRework: false },
      ...{ good: '31', scrap: '0', rework: '0', held: '0' },
    },
  },
  EndPhase: { about: work, body: { run: 'R1' } },
  PauseOperation: { about: work, body: { reason: 'tool change' } },
  ResumeOperation: { about: work, body: {} },
  CompleteOperation: { about: work, body: {} },
  ConsumeMaterial: { about: lot, body: bolts },
  ProduceLot: { about: lot, body: bolts },
  PlaceHold: { about: {}, body: { hold: 'H1', scope: 'line', reason: 'crack' } },
  DispositionHold: {
    about: {},
    body: { hold: 'H1', disposition: 'scrap', quantity: '26', unit: 'EA' },
  },
  ReleaseHold: { about: {}, body: { hold: 'H1', reason: 'checked' } },
  ChangeEquipmentState: { about: {}, body: { state: 'execute', reason: '' } },
  StartShift: { about: {}, body: { people: ['4445'] } },
  StaffRun: { about: work, body: { run: 'R1', people: ['person:4446'] } },
  ChangeOrder: { about: { order: 'WO-1' }, body: {} },
  CancelOrder: { about: { order: 'WO-1' }, body: { reason: 'customer' } },
  CompleteOrder: { about: { order: 'WO-1' }, body: {} },
  ReopenOrder: { about: { order: 'WO-1' }, body: { reason: 'pieces found' } },
  ReturnMaterial: { about: lot, body: bolts },
  ReleaseLot: { about: { lot: 'L-1' }, body: { reason: 'certificate' } },
  SplitLot: { about: { lot: 'L-1' }, body: { children: [part], unit: 'EA' } },
  MergeLots: { about: { lot: 'L-1' }, body: { parents: [part], material: 'BOLT', unit: 'EA' } },
  CommandBatch: { about: batch, body: { command: 'start' } },
  SettleBatch: { about: batch, body: {} },
  StartBatchPhase: { about: batch, body: { phase: 'heat' } },
  EndBatchPhase: { about: batch, body: { phase: 'heat' } },
  OverrunBatchPhase: { about: batch, body: { phase: 'heat', occurrence: 1 } },
  ReverseFact: { about: { order: 'WO-1' }, body: { original: 'e-1', reason: 'typo' } },
  CorrectQuantity: {
    about: work,
    body: {
      ...{ original: 'e-1', good: '30', scrap: '1', rework: '0', held: '0', unit: 'EA' },
      reason: 'counted again',
    },
  },
  ReduceHold: { about: {}, body: { hold: 'H1', lots: ['L-2'], reason: 'tested' } },
  StartHoldReview: { about: {}, body: { hold: 'H1' } },
  ProposeDisposition: { about: {}, body: decision },
  WithdrawDisposition: { about: {}, body: { hold: 'H1', reason: 'wrong' } },
  RejectDisposition: { about: {}, body: { hold: 'H1', reason: 'wrong' } },
  ApproveDisposition: { about: {}, body: { hold: 'H1' } },
  CancelHold: { about: {}, body: { hold: 'H1', reason: 'wrong lot' } },
  EscalateHold: { about: {}, body: { hold: 'H1', occurrence: 1 } },
  RemindOfHold: { about: {}, body: { hold: 'H1', occurrence: 1, missed: 0 } },
  RequestInspection: { about: {}, body: { inspection: 'I1' } },
  RecordInspection: { about: {}, body: { inspection: 'I1', result: 'passed' } },
  CancelInspection: { about: {}, body: { inspection: 'I1', reason: 'scrapped' } },
  RaiseNonconformance: { about: {}, body: { nonconformance: 'N1', reason: 'crack' } },
  ReviewNonconformance: { about: {}, body: { nonconformance: 'N1', finding: 'worn' } },
  CloseNonconformance: { about: {}, body: { nonconformance: 'N1', reason: 'mended' } },
  AuthoriseRework: {
    about: work,
    body: { rework: 'RW1', quantity: '26', unit: 'EA', reason: 'burr' },
  },
  CompleteRework: { about: work, body: { rework: 'RW1' } },
};

/** What each may say beyond that. */
export const more: Partial<Record<CommandType, Given>> = {
  ReleaseOrder: {
    about: {},
    body: { tolerancePercent: 10, operations: [{ operation: '0010', name: 'Turning & Milling' }] },
  },
  StartOperation: { about: {}, body: { name: 'Turning' } },
  ReportQuantity: { about: { lot: 'L-1' }, body: { reason: 'burr' } },
  EndPhase: { about: {}, body: { statedMs: 60_000 } },
  PlaceHold: { about: lot, body: { quantity: '76', unit: 'EA' } },
  DispositionHold: { about: lot, body: {} },
  ReleaseHold: { about: lot, body: {} },
};
