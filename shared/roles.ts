import { type CommandType, commandTypes } from './command.ts';

export const roles = ['operator', 'lead', 'quality', 'technician'] as const;
export type Role = (typeof roles)[number];

/** What anybody who is signed in may say: that something is wrong, and that it stops. */
const everybody = [
  ...(['PlaceHold', 'PauseOperation', 'RequestInspection', 'RaiseNonconformance'] as const),
  'ChangeEquipmentState',
] satisfies CommandType[];
const works = [
  ...(['StartOperation', 'StartPhase', 'StaffRun', 'EndPhase', 'ResumeOperation'] as const),
  ...(['ReportQuantity', 'CompleteOperation', 'ConsumeMaterial', 'ReturnMaterial'] as const),
  ...(['ProduceLot', 'SplitLot', 'MergeLots', 'CommandBatch', 'SettleBatch'] as const),
  ...(['StartBatchPhase', 'EndBatchPhase', 'CompleteRework', 'StartShift'] as const),
] satisfies CommandType[];

const mayOf: Readonly<Record<Role, readonly CommandType[]>> = {
  operator: [...everybody, ...works],
  lead: [
    ...everybody,
    ...works,
    ...(['ReleaseOrder', 'ChangeOrder', 'CancelOrder', 'CompleteOrder', 'ReopenOrder'] as const),
    ...(['CloseOrder', 'ReverseFact', 'CorrectQuantity'] as const),
  ],
  quality: [
    ...everybody,
    ...(['ReduceHold', 'StartHoldReview', 'ProposeDisposition', 'WithdrawDisposition'] as const),
    ...(['RejectDisposition', 'ApproveDisposition', 'DispositionHold', 'ReleaseHold'] as const),
    ...(['CancelHold', 'RecordInspection', 'CancelInspection', 'ReviewNonconformance'] as const),
    ...(['CloseNonconformance', 'AuthoriseRework', 'ReleaseLot'] as const),
  ],
  technician: [
    ...everybody,
    ...(['StartPhase', 'StaffRun', 'EndPhase', 'ResumeOperation'] as const),
  ],
};

/** Command types that one of these roles may ask, in the order of the catalogue. */
export const mayAsk = (own: readonly Role[]): readonly CommandType[] =>
  commandTypes.filter((type) => own.some((role) => mayOf[role].includes(type)));

/** What is decided about machines, by the last part of its address, and who may. */
const machineActs: Readonly<Record<string, readonly Role[]>> = {
  pieces: ['operator', 'lead'],
  counter: ['lead', 'technician'],
  jobs: ['operator', 'lead', 'technician'],
  writes: ['lead', 'technician'],
};
export const mayTurn = (own: readonly Role[], act: string): boolean =>
  Object.hasOwn(machineActs, act) && own.some((role) => machineActs[act]!.includes(role));
