import type { Content, FactType } from '../../shared/event.ts';

const about: Partial<Record<FactType, object>> = {
  OrderReleased: { order: 'WO-1' },
  OrderClosed: { order: 'WO-1', causationId: 'c-0', costObject: 'CO-7' },
  OperationCompleted: { order: 'WO-1', operation: '0010', workCenter: 'WC-3' },
  MaterialConsumed: { order: 'WO-1', operation: '0010', lot: '\u00c4-01' },
  LotProduced: { order: 'WO-1', operation: '0010', lot: 'L-1', serial: '000123' },
  HoldPlaced: { order: 'WO-1', operation: '0010', lot: 'L-1' },
  HoldDispositioned: {},
  HoldReleased: {},
  EquipmentStateChanged: {},
  ShiftStarted: { shift: 'early' },
};
const work = { order: 'WO-1', operation: '0010' };
const bolts = { material: 'BOLT', quantity: '10', unit: 'EA' };

const bodies: Record<FactType, object> = {
  OrderReleased: {
    ...{ ...bolts, tolerancePercent: 10 },
    operations: [
      { operation: '0010', name: 'Turning & Milling' },
      { operation: '0020', name: '' },
    ],
  },
  OrderClosed: {},
  OperationStarted: { name: 'Turning' },
  PhaseStarted: { run: 'R1', phase: 'setup', lane: 2, rework: false },
  QuantityReported: {
    ...{ run: 'R1', phase: 'run', good: '31', scrap: '0.5', rework: '0', held: '0', unit: 'KG' },
    ...{ inRework: true, reason: 'burr' },
  },
  PhaseEnded: { run: 'R1', statedMs: 5_400_000 },
  OperationPaused: { reason: 'tool change' },
  OperationResumed: {},
  OperationCompleted: {},
  MaterialConsumed: { ...bolts, material: 'STEEL', quantity: '0.000001' },
  LotProduced: bolts,
  HoldPlaced: { hold: 'H1', scope: 'lot', quantity: '76', unit: 'EA', reason: 'crack' },
  HoldDispositioned: { hold: 'H1', disposition: 'useAsIs', quantity: '50', unit: 'EA' },
  HoldReleased: { hold: 'H1', reason: 'checked' },
  EquipmentStateChanged: { state: 'execute', reason: '' },
  ShiftStarted: { people: ['4445', '4446'] },
};

/** One content of every type of fact, always the same. */
export const samples = Object.entries(bodies).map(([type, body], index) => ({
  ...{
    eventId: `018cc251-f400-7000-8000-0000000000${(index + 16).toString(16)}`,
    type,
    version: 1,
  },
  ...{ atMs: 1_325_458_800_000 + index, recordedMs: 1_704_067_200_000, clock: 'source', body },
  ...{ actor: 'person:4445', correlationId: 'c-1', commandId: 'c-1' },
  ...(about[type as FactType] ?? work),
})) as unknown as readonly Content[];
