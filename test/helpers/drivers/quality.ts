import { quantityText } from '../../../shared/quantity.ts';
import { keyOf } from '../../../statecharts/tables.ts';
import { by, signed } from '../decisions.ts';
import { command, lots, quality, shop } from '../shop.ts';
import type { Driver } from '../tour.ts';

const placer = 'person:9';
const reviewer = 'person:2';
const approver = 'person:3';

/** A hold of 10 on a lot and on what was split from it; or of no quantity, on an order. */
export const driveHold: Driver = {
  prepare(ride) {
    ride.ask(shop.release());
    ride.ask(shop.start());
  },
  rig(ride, n, plan) {
    const [hold, lot, child] = [`H-${n}`, `held-${n}`, `child-${n}`];
    ride.ask(shop.produce(lot, { quantity: '100', inspect: false }));
    ride.ask(lots.split(lot, { [child]: '40' }));
    const unmeasured = plan.some((name) => name.endsWith('of no quantity'));
    const inPart = plan.includes('HoldDispositioned in part');
    const [all, part] = ['10', '0.000001'];
    const release = () => signed(shop.free(hold));
    const decide = ({ decided }: object & { decided?: unknown }) =>
      signed(shop.dispose(hold, quantityText(decided as bigint)));
    return {
      name: `hold ${hold}`,
      state: () => ride.book.look('hold', hold)?.state,
      drives: {
        HoldPlaced: () =>
          unmeasured
            ? shop.hold(hold, 'order', { order: 'WO-1', actor: placer })
            : by(lots.hold(hold, lot, all), placer),
        HoldReduced: () => quality.reduce(hold, child),
        HoldReviewStarted: () => by(quality.review(hold), reviewer),
        DispositionProposed: () => signed(quality.propose(hold, { quantity: inPart ? part : all })),
        DispositionWithdrawn: () => quality.withdraw(hold),
        DispositionRejected: () => by(quality.reject(hold), approver),
        DispositionApproved: () => by(signed(quality.approve(hold)), approver),
        HoldDispositioned: decide,
        'HoldDispositioned in part': decide,
        HoldReleased: release,
        'HoldReleased by central': () => by(release(), 'system:central'),
        'HoldReleased of no quantity': release,
        HoldCancelled: () => signed(quality.cancel(hold)),
        HoldEscalated: () => ride.due('HoldEscalated', hold),
        HoldReminded: () => ride.due('HoldReminded', hold),
      },
    };
  },
};

export const driveInspection: Driver = {
  prepare: driveHold.prepare!,
  rig(ride, n) {
    const inspection = `I-${n}`;
    return {
      name: `inspection ${inspection}`,
      state: () => ride.book.look('inspection', inspection)?.state,
      drives: {
        InspectionRequested: () => quality.inspect(inspection),
        'InspectionRecorded passed': () => signed(quality.found(inspection, 'passed')),
        'InspectionRecorded failed': () => signed(quality.found(inspection, 'failed')),
        InspectionCancelled: () =>
          command('CancelInspection', {}, { inspection, reason: 'scrapped' }),
      },
    };
  },
};

/** A nonconformance whose holds are over before it is closed. */
export const driveNonconformance: Driver = {
  prepare: driveHold.prepare!,
  rig(ride, n) {
    const nonconformance = `N-${n}`;
    const about = { order: 'WO-1' };
    return {
      name: `nonconformance ${nonconformance}`,
      state: () => ride.book.look('nonconformance', nonconformance)?.state,
      drives: {
        NonconformanceRaised: () =>
          command('RaiseNonconformance', about, { nonconformance, reason: 'crack' }),
        NonconformanceReviewed: () => {
          ride.ask(shop.hold(ride.fresh('H'), 'order', about, { nonconformance }));
          return command('ReviewNonconformance', {}, { nonconformance, finding: 'worn' });
        },
        NonconformanceClosed: () => {
          const held = ride.book.look('held', keyOf('nonconformance', nonconformance)) ?? [];
          for (const hold of held) ride.ask(signed(shop.free(hold)));
          return signed(command('CloseNonconformance', {}, { nonconformance, reason: 'mended' }));
        },
      },
    };
  },
};
