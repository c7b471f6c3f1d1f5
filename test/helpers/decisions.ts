import { command, quality, quantityHold, shop } from './shop.ts';
import type { Step } from './story.ts';

export const by = (given: object, actor: string) => ({ ...given, actor });
export const running: Step[] = [[shop.release()], [shop.start()], [shop.phase('R1')]];
const signature = { signature: 'decided' };
export const signed = (given: { body: object }) => ({
  ...given,
  body: { ...given.body, ...signature },
});
const second = 'hold H1 needs a disposition that a second person approves';

export const reviewed: Step[] = [
  ...running,
  [quantityHold('H1', '8')],
  [shop.dispose('H1', '5', signature), second],
  [by(shop.free('H1'), 'person:2'), second],
  [quality.propose('H1', signature), 'hold H1 is active: no DispositionProposed'],
  [quality.review('H1')],
  [quality.propose('H1'), 'hold H1: DispositionProposed must be signed'],
  [quality.propose('H1', { ...signature, quantity: '9' }), 'hold H1 has only 8 undecided'],
  [quality.propose('H1', { ...signature, unit: 'KG' }), 'hold H1 is measured in another unit'],
  [quality.propose('H1', signature)],
  [quality.withdraw('H1')],
  [quality.propose('H1', signature)],
  [quality.reject('H1')],
  [quality.propose('H1', signature)],
  [quality.approve('H1', {}, signature), 'hold H1: person:1 proposed it and cannot approve it'],
  [quality.approve('H1', { actor: 'person:2' }), 'hold H1: DispositionApproved must be signed'],
  [shop.dispose('H1', '5'), 'hold H1 is dispositionProposed: no HoldDispositioned'],
  [quality.approve('H1', { actor: 'person:2' }, signature)],
  [shop.dispose('H1', '4'), 'hold H1: another disposition was approved'],
  [
    shop.dispose('H1', '5', { disposition: 'useAsIs' }),
    'hold H1: another disposition was approved',
  ],
  [shop.dispose('H1', '5')],
  [shop.dispose('H1', '3'), second],
];

export const inspected: Step[] = [
  [shop.release()],
  [shop.start()],
  [shop.complete(), 'operation 0010 of order WO-1 has not passed an inspection'],
  [quality.found('I1', 'passed', signature), 'inspection I1 is unknown: no InspectionRecorded'],
  [quality.inspect('I1')],
  [quality.found('I1', 'passed'), 'inspection I1: its result must be signed'],
  [quality.found('I1', 'failed', signature)],
  [quality.found('I1', 'passed', signature), 'inspection I1 is failed: no InspectionRecorded'],
  [shop.complete(), 'operation 0010 of order WO-1 has not passed an inspection'],
  [quality.inspect('I2', { order: 'WO-1', operation: '0020' })],
  [quality.found('I2', 'passed', signature)],
  [shop.complete(), 'operation 0010 of order WO-1 has not passed an inspection'],
  [quality.inspect('I3')],
  [quality.found('I3', 'passed', signature)],
  [shop.complete()],
];

export const reworked: Step[] = [
  [shop.release()],
  [shop.start()],
  [
    shop.phase('R1', { rework: true }),
    'operation 0010 of order WO-1: its rework is not authorised',
  ],
  [shop.phase('R1')],
  [quality.authorise('RW1')],
  [quality.authorise('RW1'), 'operation 0010 of order WO-1: this rework is authorised already'],
  [shop.phase('R2', { rework: true, lane: 2 })],
  [quality.reworked('RW1')],
  [
    quality.reworked('RW1'),
    'operation 0010 of order WO-1: this rework is not authorised, or is completed',
  ],
  [
    shop.phase('R3', { rework: true, lane: 3 }),
    'operation 0010 of order WO-1: its rework is not authorised',
  ],
];

const nonconformance = (type: 'Raise' | 'Review' | 'Close', body: object) =>
  command(`${type}Nonconformance`, {}, { nonconformance: 'N1', ...body });
export const nonconforming: Step[] = [
  [
    nonconformance('Review', { finding: 'worn' }),
    'nonconformance N1 is unknown: no NonconformanceReviewed',
  ],
  [nonconformance('Raise', { reason: 'crack' })],
  [shop.hold('H1', 'line', {}, { nonconformance: 'N1' })],
  [nonconformance('Review', { finding: 'worn' })],
  [
    nonconformance('Close', { reason: 'mended', ...signature }),
    'nonconformance N1 has open holds: H1',
  ],
  [{ ...quality.cancel('H1'), body: { hold: 'H1', reason: 'mended', ...signature } }],
  [nonconformance('Close', { reason: 'mended' }), 'nonconformance N1: its closing must be signed'],
  [nonconformance('Close', { reason: 'mended', ...signature })],
];
