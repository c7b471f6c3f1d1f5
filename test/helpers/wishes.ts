import type { Book } from '../../edge/line/book.ts';
import { type CommandType, commandTypes } from '../../shared/command.ts';
import { equipmentStates, phases } from '../../shared/event.ts';
import { batchCommands } from '../../shared/material.ts';
import { dispositions, holdScopes } from '../../shared/quality.ts';
import { quantityText } from '../../shared/quantity.ts';
import type { random } from './random.ts';

export type Body = Record<string, unknown>;
/** What the dice choose from beside the pools. */
type Known = Readonly<{ book: Book; time: { nowMs: number }; answered: readonly string[] }>;

const numbered = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
export const pools = {
  ...{ order: numbered('WO', 3), operation: ['0010', '0020', '0030'], run: numbered('R', 3) },
  ...{ lot: numbered('L', 5), hold: numbered('H', 3), inspection: numbered('I', 2) },
  ...{ nonconformance: numbered('N', 2), rework: numbered('RW', 2) },
  person: numbered('person:', 3).map((person) => person.replace(':-', ':')),
};
/** Whatever opens a way for others is asked more often. */
const often: CommandType[] = [
  ...(['ReleaseOrder', 'StartOperation', 'StartOperation', 'StartPhase', 'StartPhase'] as const),
  ...(['ReportQuantity', 'ReportQuantity', 'ConsumeMaterial', 'ProduceLot', 'ProduceLot'] as const),
  ...(['SplitLot', 'MergeLots', 'ReverseFact', 'CorrectQuantity', 'PlaceHold'] as const),
  ...(['DispositionHold', 'StartHoldReview', 'ProposeDisposition', 'ApproveDisposition'] as const),
  ...([
    'CommandBatch',
    'CommandBatch',
    'StartBatchPhase',
    'StartBatchPhase',
    'StartBatchPhase',
    'EndBatchPhase',
  ] as const),
  ...(['OverrunBatchPhase', 'OverrunBatchPhase', 'EndBatchPhase', 'SplitLot'] as const),
  ...(['SettleBatch', 'ReduceHold', 'ReduceHold'] as const),
  ...(['ReleaseLot', 'EndPhase', 'ReduceHold', 'CloseOrder', 'CompleteOrder'] as const),
];
export const stepTypes: readonly CommandType[] = [...commandTypes, ...often];

export const hourMs = 3_600_000;
export const aboutOrder = new Set<CommandType>([
  ...(['ReleaseOrder', 'ChangeOrder', 'CancelOrder', 'CompleteOrder', 'ReopenOrder'] as const),
  ...(['CloseOrder', 'ReverseFact'] as const),
]);
export const aboutBatch = new Set<CommandType>([
  ...(['CommandBatch', 'SettleBatch', 'StartBatchPhase', 'EndBatchPhase'] as const),
  'OverrunBatchPhase',
]);
export const aboutOperation = new Set<CommandType>([
  ...(['StartOperation', 'StartPhase', 'ReportQuantity', 'EndPhase', 'PauseOperation'] as const),
  ...(['ResumeOperation', 'CompleteOperation', 'CorrectQuantity', 'AuthoriseRework'] as const),
  ...(['CompleteRework', 'StaffRun'] as const),
]);
export const aboutMaterial: CommandType[] = ['ConsumeMaterial', 'ReturnMaterial', 'ProduceLot'];
export const aboutLot: CommandType[] = ['ReleaseLot', 'SplitLot', 'MergeLots'];
/** Whatever decides what is known already need not say what it is about. */
export const aboutKnown = new Set<CommandType>([
  ...(['ReduceHold', 'StartHoldReview', 'ProposeDisposition', 'WithdrawDisposition'] as const),
  ...(['RejectDisposition', 'ApproveDisposition', 'DispositionHold', 'ReleaseHold'] as const),
  ...(['CancelHold', 'EscalateHold', 'RemindOfHold', 'RecordInspection'] as const),
  ...(['CancelInspection', 'ReviewNonconformance', 'CloseNonconformance'] as const),
]);
export const aboutNothing: CommandType[] = ['ChangeEquipmentState', 'StartShift'];

/** A body for the command, mostly about what there is. */
export function bodyOf(
  { book, time, answered }: Known,
  type: CommandType,
  { below, chance }: ReturnType<typeof random>,
): Body {
  const one = <T>(of: readonly T[]): T => of[below(of.length)]!;
  const amount = () => quantityText(BigInt(1 + below(8)) * 500_000n);
  const some = () => ({ quantity: amount(), unit: chance(0.95) ? 'EA' : 'KG' });
  const signature = chance(0.8) ? { signature: 'decided' } : {};
  const part = () => ({ lot: one(pools.lot), quantity: amount() });
  const parts = () => Array.from({ length: 1 + below(3) }, part);
  const reason = 'because';
  const held = [...book.rows('hold').keys()];
  const wide = held.filter((known) => (book.look('hold', known)!.reach?.length ?? 0) > 1);
  const widest = type === 'ReduceHold' ? wide.find(() => chance(0.5)) : undefined;
  const hold = widest ?? (chance(0.7) && held.length > 0 ? one(held) : one(pools.hold));
  const counts = () => ({
    ...{ good: one(['0', '1', '2.5', '60']), scrap: one(['0', '1']), unit: 'EA' },
    ...one([
      { rework: '0', held: '0' },
      { rework: '0.5', held: '0.25' },
    ]),
  });
  const row = book.look('hold', hold);
  const asProposed = row?.proposal && {
    disposition: row.proposal.disposition,
    quantity: quantityText(row.proposal.quantity),
  };
  const decision = () => ({
    ...{ hold, ...some(), disposition: one(dispositions) },
    ...(row && row.remaining > 0n && chance(0.3) && { quantity: quantityText(row.remaining) }),
    ...(asProposed && chance(0.7) ? asProposed : {}),
    ...signature,
  });
  const original = () => one(answered.slice(-40)) ?? 'no-such-fact';
  const occurrence = 1 + below(3);
  const inspection = one(pools.inspection);
  const nonconformance = one(pools.nonconformance);
  const recipe = one(['mix', 'heat']);
  const operations = pools.operation.slice(0, 2).map((operation) => ({ operation, name: 'x' }));
  const order = {
    quantity: one(['5', '20', '80']),
    ...(chance(0.3) ? { tolerancePercent: 10 } : {}),
  };
  const material = { material: one(['BOLT', 'BOLT', 'BOLT', 'STEEL']), ...some() };
  const seldom = <T extends object>(fields: T) => (chance(0.3) ? fields : {});

  const bodies: Record<CommandType, () => Body> = {
    ReleaseOrder: () => ({ material: 'BOLT', unit: 'EA', ...order, ...seldom({ operations }) }),
    ChangeOrder: () => order,
    CancelOrder: () => ({ reason }),
    CompleteOrder: () => ({}),
    ReopenOrder: () => ({ reason }),
    CloseOrder: () => ({}),
    StartOperation: () => ({}),
    StartPhase: () => ({
      ...{ run: one(pools.run), phase: one(phases), lane: 1 + below(3), rework: chance(0.3) },
    }),
    ReportQuantity: () => ({
      ...{ run: one(pools.run), phase: one(phases), ...counts(), inRework: chance(0.3) },
    }),
    StaffRun: () => ({ run: one(pools.run), people: [one(pools.person)] }),
    EndPhase: () => ({ run: one(pools.run), ...seldom({ statedMs: 1_000 }) }),
    PauseOperation: () => ({ reason }),
    ResumeOperation: () => ({}),
    CompleteOperation: () => ({}),
    ConsumeMaterial: () => material,
    ReturnMaterial: () => material,
    ProduceLot: () => ({ ...material, ...seldom({ inspect: chance(0.5) }) }),
    ReleaseLot: () => ({ reason }),
    SplitLot: () => ({ children: parts(), unit: 'EA' }),
    MergeLots: () => ({ parents: parts(), material: 'BOLT', unit: 'EA' }),
    CommandBatch: () => ({
      command: one(
        chance(0.7) ? (['start', 'resume', 'restart', 'reset'] as const) : batchCommands,
      ),
    }),
    SettleBatch: () => ({}),
    StartBatchPhase: () => ({ phase: recipe, ...(chance(0.9) ? { limitMs: hourMs } : {}) }),
    EndBatchPhase: () => ({ phase: recipe }),
    OverrunBatchPhase: () => ({ phase: recipe, occurrence: 1 }),
    ReverseFact: () => ({ original: original(), reason }),
    CorrectQuantity: () => ({ original: original(), ...counts(), reason }),
    PlaceHold: () => ({
      ...{
        hold,
        scope: chance(0.4) ? 'lot' : one(holdScopes),
        reason,
        ...(chance(0.8) ? some() : {}),
      },
      ...seldom({ nonconformance }),
      ...seldom({ escalateMs: 5 * hourMs, remindMs: 3 * hourMs }),
      ...seldom({ sinceMs: time.nowMs - 9 * hourMs }),
    }),
    ReduceHold: () => ({
      hold,
      lots: [one(pools.lot), ...(row?.reach ?? pools.lot).filter(() => chance(0.4))],
      reason,
    }),
    StartHoldReview: () => ({ hold }),
    ProposeDisposition: decision,
    WithdrawDisposition: () => ({ hold, reason }),
    RejectDisposition: () => ({ hold, reason }),
    ApproveDisposition: () => ({ hold, ...signature }),
    DispositionHold: decision,
    ReleaseHold: () => ({ hold, reason, ...signature }),
    CancelHold: () => ({ hold, reason, ...signature }),
    EscalateHold: () => ({ hold, occurrence }),
    RemindOfHold: () => ({ hold, occurrence, missed: 0 }),
    RequestInspection: () => ({ inspection }),
    RecordInspection: () => ({ inspection, result: one(['passed', 'failed']), ...signature }),
    CancelInspection: () => ({ inspection, reason }),
    RaiseNonconformance: () => ({ nonconformance, reason }),
    ReviewNonconformance: () => ({ nonconformance, finding: 'a crack' }),
    CloseNonconformance: () => ({ nonconformance, reason, ...signature }),
    AuthoriseRework: () => ({ rework: one(pools.rework), ...some(), reason }),
    CompleteRework: () => ({ rework: one(pools.rework) }),
    ChangeEquipmentState: () => ({ state: one(equipmentStates), reason }),
    StartShift: () => ({ people: [one(pools.person)] }),
  };
  return bodies[type]();
}
