import { keyOf } from '../../../statecharts/tables.ts';
import { signed } from '../decisions.ts';
import type { Ride } from '../ride.ts';
import { lots, quality, shop } from '../shop.ts';
import type { Driver, Rig } from '../tour.ts';

const bolts = { material: 'BOLT', unit: 'EA' };
const free = { inspect: false };

/** Runs and reworks of operation 0010 of an order. */
function openOperation(ride: Ride, order: string) {
  const about = { order, operation: '0010' };
  const row = () => ride.book.look('operation', keyOf(order, '0010'));
  const runs = (): string[] =>
    [...ride.book.rows('run')].flatMap(([key, { order: of }]) =>
      of === order ? [key.split('\n')[1]!] : [],
    );
  const authorise = () => ({ ...quality.authorise(ride.fresh('RW')), ...about });
  const see = {
    authorised(): string {
      if ((row()?.reworks ?? []).length === 0) ride.ask(authorise());
      return row()!.reworks![0]!;
    },
    start(rework: boolean) {
      if (rework) see.authorised();
      return shop.phase(ride.fresh('run'), { lane: ride.lane(), rework }, about);
    },
    running(): string {
      if (runs().length === 0) ride.ask(see.start(row()?.state === 'completed'));
      return runs()[0]!;
    },
  };
  return { ...see, about, row, runs, authorise };
}

function worked(ride: Ride, of: ReturnType<typeof openOperation>): Rig['drives'] {
  const { about } = of;
  return {
    OperationStarted: () => shop.start(about),
    PhaseStarted: () => of.start(false),
    'PhaseStarted rework': () => of.start(true),
    RunStaffed: () => shop.staff(of.running(), ['person:2'], about),
    QuantityReported: () => shop.report(of.running(), {}, about),
    PhaseEnded: () => shop.end(of.running(), about),
    OperationPaused: () => {
      // Nothing starts in a pause, and a run may end in it.
      for (let more = 0; more < 2; more++) ride.ask(of.start(false));
      return shop.pause(about);
    },
    OperationResumed: () => shop.resume(about),
    OperationCompleted: () => {
      for (const run of of.runs()) ride.ask(shop.end(run, about));
      const inspection = ride.fresh('I');
      ride.ask(quality.inspect(inspection, about));
      ride.ask(signed(quality.found(inspection, 'passed')));
      return shop.complete(about);
    },
  };
}

export const driveOperation: Driver = {
  rig(ride, n) {
    const order = `WO-${n}`;
    const of = openOperation(ride, order);
    const { about } = of;
    ride.ask(shop.release({ operations: [{ operation: '0010', name: 'Turning' }] }, order));
    const made = () => shop.produce(ride.fresh('lot'), free, about);
    return {
      name: `operation 0010 of order ${order}`,
      state: () => of.row()?.state,
      drives: {
        ...worked(ride, of),
        MaterialConsumed: () => shop.consume(ride.fresh('lot'), {}, about),
        MaterialReturned: () => {
          const produced = made();
          ride.ask(produced);
          return { ...lots.give((produced as { lot?: string }).lot!, bolts), ...about };
        },
        LotProduced: made,
        ReworkAuthorised: of.authorise,
        ReworkCompleted: () => ({ ...quality.reworked(of.authorised()), ...about }),
      },
    };
  },
};
