import { signed } from '../decisions.ts';
import type { Contradiction, Path } from '../paths.ts';
import type { Ride } from '../ride.ts';
import { command, lots, planning, quality, shop } from '../shop.ts';
import type { Driver, Rig } from '../tour.ts';

const elsewhere = { order: 'elsewhere' };

/** Work in an order, as far as it is needed for what is to come. */
function openWork(ride: Ride, order: string) {
  let begun = '';
  const runs = (): [run: string, about: Record<string, string>][] =>
    [...ride.book.rows('run')].flatMap(([key, row]) =>
      row.order === order ? [[key.split('\n')[1]!, { order, operation: row.operation }]] : [],
    );
  const state = () => ride.book.look('order', order)?.state;

  const see = {
    /** An operation that was begun in the order; a new one where that can be. */
    begin() {
      if (begun === '' || state() === 'started') {
        begun = ride.fresh('operation');
        ride.ask(shop.start({ order, operation: begun }));
      }
      return { order, operation: begun };
    },
    /** So many runs are open, if they are not too many or none may be opened. */
    runs(count: number): [run: string, about: Record<string, string>] {
      for (let more = runs().length; more < count; more++) {
        const about = see.begin();
        ride.ask(shop.phase(ride.fresh('run'), { lane: ride.lane() }, about));
      }
      for (const [run, about] of runs().slice(count)) ride.ask(shop.end(run, about));
      return runs()[0]!;
    },
    /** At least one run is open. */
    running: () => runs()[0] ?? see.runs(1),
    /** A lot that was made in another order. */
    lot(body: Record<string, unknown> = { inspect: false }): string {
      const lot = ride.fresh('lot');
      ride.ask(shop.produce(lot, body, elsewhere));
      return lot;
    },
  };
  return { ...see, state };
}

type Work = ReturnType<typeof openWork>;

function planned(order: string, work: Work): Rig['drives'] {
  const of = (given: object) => ({ ...given, order });
  const atRest = (go: () => object) => () => {
    if (work.state() === 'started') work.begin();
    work.runs(0);
    return go();
  };
  return {
    OrderReleased: () => shop.release({ quantity: '100000' }, order),
    OrderChanged: () => of(planning.change({ quantity: '200000' })),
    OrderCancelRequested: atRest(() => of(planning.cancel())),
    'OrderCancelRequested while running': () => {
      work.runs(2);
      return of(planning.cancel());
    },
    OrderCompleted: atRest(() => of(planning.complete())),
    OrderClosed: atRest(() => shop.close(order)),
    OrderReopened: () => of(planning.reopen()),
  };
}

function worked(ride: Ride, order: string, work: Work): Rig['drives'] {
  const report = () => ride.unknown();
  const counted = { order, operation: '0010' };
  return {
    OperationStarted: () => shop.start({ order, operation: ride.fresh('operation') }),
    OperationPaused: () => shop.pause(work.begin()),
    OperationResumed: () => {
      const about = work.begin();
      ride.ask(shop.pause(about));
      return shop.resume(about);
    },
    OperationCompleted: () => {
      const about = work.begin();
      const inspection = ride.fresh('I');
      ride.ask(quality.inspect(inspection, about));
      ride.ask(signed(quality.found(inspection, 'passed')));
      return shop.complete(about);
    },
    PhaseStarted: () => {
      const about = work.begin();
      return shop.phase(ride.fresh('run'), { lane: ride.lane() }, about);
    },
    RunStaffed: () => {
      const [run, about] = work.running();
      return shop.staff(run, ['person:2'], about);
    },
    PhaseEnded: () => shop.end(...work.runs(1)),
    'PhaseEnded one of two': () => shop.end(...work.runs(2)),
    QuantityReported: () => {
      if (work.state() === 'closed') return shop.report('ended', {}, counted);
      const [run, about] = work.running();
      return shop.report(run, {}, about);
    },
    QuantityCorrected: () => planning.correct(report(), '1', {}, counted),
    FactReversed: () => planning.reverse(report(), { order }),
  };
}

function supplied(order: string, work: Work): Rig['drives'] {
  const bolts = { material: 'BOLT', unit: 'EA' };
  const of = (given: object) => ({ ...given, order });
  return {
    MaterialConsumed: () => shop.consume(work.lot(), bolts, work.begin()),
    MaterialReturned: () => ({ ...lots.give(work.lot(), bolts), ...work.begin() }),
    LotProduced: () => shop.produce(work.lot(), { inspect: false }, work.begin()),
    LotReleased: () => of(lots.release(work.lot({ inspect: true }))),
    LotSplit: () => {
      const lot = work.lot();
      return of(lots.split(lot, { [`${lot}-a`]: '1' }));
    },
    LotMerged: () => {
      const lot = work.lot();
      return of(lots.merge(`${lot}-b`, { [lot]: '1' }));
    },
  };
}

function inspected(ride: Ride, order: string, work: Work): Rig['drives'] {
  const about = { order };
  const requested = (): string => {
    const name = ride.fresh('I');
    ride.ask(quality.inspect(name, about));
    return name;
  };
  const rework = ride.fresh('RW');
  return {
    InspectionRequested: () => quality.inspect(ride.fresh('I'), about),
    InspectionRecorded: () => ({ ...signed(quality.found(requested(), 'passed')), ...about }),
    InspectionCancelled: () =>
      command('CancelInspection', about, { inspection: requested(), reason: 'scrapped' }),
    ReworkAuthorised: () => ({ ...quality.authorise(ride.fresh('RW')), ...work.begin() }),
    ReworkCompleted: () => {
      const where = work.begin();
      ride.ask({ ...quality.authorise(rework), ...where });
      return { ...quality.reworked(rework), ...where };
    },
  };
}

function batched(ride: Ride, order: string): Rig['drives'] {
  const mix = { phase: 'mix' };
  const batch = () => ({ order, lot: ride.fresh('B') });
  const start = (about: object) => command('CommandBatch', about, { command: 'start' });
  const started = () => {
    const about = batch();
    ride.ask(start(about));
    return about;
  };
  const phase = (about: object) => command('StartBatchPhase', about, { ...mix, limitMs: 60_000 });
  const begun = () => {
    const about = started();
    ride.ask(phase(about));
    return about;
  };
  return {
    BatchCommanded: () => start(batch()),
    BatchSettled: () => command('SettleBatch', started()),
    BatchPhaseStarted: () => phase(started()),
    BatchPhaseEnded: () => command('EndBatchPhase', begun(), mix),
    BatchPhaseOverran: () => ride.due('BatchPhaseOverran', begun().lot),
  };
}

export const driveOrder: Driver = {
  prepare(ride) {
    ride.ask(shop.release({}, elsewhere.order));
    ride.ask(shop.start(elsewhere));
  },
  rig(ride, n) {
    const order = `WO-${n}`;
    const work = openWork(ride, order);
    return {
      name: `order ${order}`,
      state: work.state,
      drives: {
        ...{ ...planned(order, work), ...worked(ride, order, work) },
        ...{ ...supplied(order, work), ...inspected(ride, order, work) },
        ...batched(ride, order),
      },
    };
  },
};

const begun = (before: Path): boolean => before.some(({ to }) => to === 'started');

export const orderList: readonly Contradiction[] = [
  {
    step: /^OrderCancelRequested while running$/,
    after: ({ from }) => from === 'released',
    why: 'no run is open in an order that is not started',
  },
  {
    step: /^QuantityReported$/,
    after: ({ from }) => from === 'cancelled' || from === 'completed',
    why: 'a report is of an open run, and an order ends without any',
  },
  {
    step: /^(ReworkAuthorised|ReworkCompleted|MaterialReturned)$/,
    after: (_, before) => !begun(before),
    why: 'an operation takes this in when it was begun, which starts its order',
  },
];
