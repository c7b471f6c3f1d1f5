import { keyOf } from '../../../statecharts/tables.ts';
import { planning, shop } from '../shop.ts';
import type { Driver } from '../tour.ts';

/** A report whose id is known before it is stated, so that its correction may come first. */
export const driveReport: Driver = {
  prepare(ride) {
    ride.ask(shop.release());
    ride.ask(shop.start());
    ride.ask(shop.phase('run'));
  },
  rig(ride) {
    const id = ride.unknown();
    const row = () => ride.book.look('report', keyOf('WO-1', id));
    return {
      name: `report ${id}`,
      state: () => row()?.state,
      drives: {
        Stated: () => {
          ride.promise(id);
          return shop.report('run', { good: '3' });
        },
        FactReversed: () => planning.reverse(id),
        QuantityCorrected: () => planning.correct(id, '2'),
        Restored: () => planning.reverse(row()!.by!),
      },
    };
  },
};
