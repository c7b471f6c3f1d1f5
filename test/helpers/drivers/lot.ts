import { type Quantity, quantityText, zero } from '../../../shared/quantity.ts';
import { keyOf } from '../../../statecharts/tables.ts';
import { signed } from '../decisions.ts';
import type { Ride } from '../ride.ts';
import { lots, quality, shop } from '../shop.ts';
import type { Driver, Rig } from '../tour.ts';

const million = 1_000_000n;
const free = { inspect: false };
const bolts = { material: 'BOLT', unit: 'EA' };
/** Lots are made in WO-1 and used in WO-2, so that no thing of a ride reaches another. */
const used = { order: 'WO-2' };

/** What may be seen to around a lot while it stays where it is. */
function openLot(ride: Ride, lot: string) {
  const row = () => ride.book.look('lot', lot);
  const left = (): Quantity => row()?.quantity ?? zero;
  const held = () => ride.book.look('held', keyOf('lot', lot)) ?? [];
  const make = (of: string, quantity: string, body: object = free) =>
    ride.ask(shop.produce(of, { quantity, ...body }));

  /** Holds are larger than their lots, so that no decision but the last ends one. */
  const place = () => lots.hold(ride.fresh('H'), lot, '1000');
  const undecided = (hold: string): Quantity => ride.book.look('hold', hold)!.remaining;
  const dispose = (hold: string, quantity: Quantity, disposition: string) =>
    signed(shop.dispose(hold, quantityText(quantity), { disposition }));

  const see = {
    /** There is some of it, and it is known how much. */
    stock(): void {
      if (left() <= million) make(lot, quantityText(100n * million - left()));
    },
    /** No hold is open on it, though one was when it was used up. */
    clear(): void {
      for (const hold of held()) ride.ask(signed(shop.free(hold)));
    },
    /** One hold is open on it. */
    alone(): string {
      for (const hold of held().slice(1)) ride.ask(signed(shop.free(hold)));
      return held()[0]!;
    },
    /** Two holds are open on it. */
    beside(): string {
      const hold = see.alone();
      ride.ask(place());
      return hold;
    },
    /** The hold is open on another lot as well. */
    spread(hold: string): void {
      if (ride.book.look('hold', hold)!.reach!.length > 1) return;
      see.stock();
      ride.ask(lots.split(lot, { [ride.fresh('child')]: '1' }));
    },
    /** Nothing is left of it: all was scrapped, and the hold goes on. */
    empty(hold: string): void {
      if (row()!.quantity === undefined) see.stock();
      if (left() > zero) ride.ask(dispose(hold, left(), 'scrap'));
    },
    /** Quality must release it. */
    doubt(): void {
      if (!row()!.inspect || row()!.released) make(lot, '10', { inspect: true });
    },
  };
  return { ...see, ...{ row, left, make, place, undecided, dispose } };
}

type Lot = ReturnType<typeof openLot>;

/** How a hold ends on the lot. */
function endings(ride: Ride, lot: string, of: Lot): Rig['drives'] {
  const ends: Record<string, (hold: string) => object> = {
    HoldReduced: (hold) => quality.reduce(hold, lot),
    HoldReleased: (hold) => signed(shop.free(hold)),
    HoldCancelled: (hold) => signed(quality.cancel(hold)),
    HoldDispositioned: (hold) => of.dispose(hold, of.undecided(hold), 'useAsIs'),
  };
  const drives = Object.entries(ends).map(([type, end]) => {
    const around = (hold: string): string => {
      if (type === 'HoldReduced') of.spread(hold);
      return hold;
    };
    const there = (hold: string): string => {
      of.stock();
      return around(hold);
    };
    return {
      [type]: () => end(there(of.alone())),
      [`${type} unreleased`]: () => {
        of.doubt();
        return end(there(of.alone()));
      },
      [`${type} one of two`]: () => end(there(of.beside())),
      [`${type} of nothing`]: () => {
        const hold = around(of.alone());
        of.empty(hold);
        return end(hold);
      },
    };
  });
  const scrap = (hold: string): object => {
    of.stock();
    const more = of.undecided(hold) - of.left();
    if (more > zero) ride.ask(of.dispose(hold, more, 'useAsIs'));
    return of.dispose(hold, of.left(), 'scrap');
  };
  return Object.assign({}, ...drives, {
    'HoldDispositioned scrap of all': () => scrap(of.alone()),
    'HoldDispositioned scrap of all one of two': () => scrap(of.beside()),
  });
}

/** How the lot, or a part of it, comes from other lots and goes into others. */
function kinship(ride: Ride, lot: string, of: Lot, merges: boolean): Rig['drives'] {
  const parent = (name: string, body: object = free): string => {
    const { quantity = zero } = ride.book.look('lot', name) ?? {};
    if (quantity < 10n * million) of.make(name, '1000', body);
    return name;
  };
  const all = (): string => quantityText(of.left());
  const stocked = (go: () => object) => () => {
    of.stock();
    return go();
  };
  return {
    LotReceived: () =>
      merges
        ? lots.merge(lot, { [parent('P-1')]: '6', [parent('P-2')]: '4' })
        : lots.split(parent('P-1'), { [lot]: '10' }),
    'LotReceived to inspect': () => lots.split(parent('Q-1', { inspect: true }), { [lot]: '10' }),
    LotSplit: stocked(() => lots.split(lot, { [ride.fresh('child')]: '1' })),
    'LotSplit to the last': stocked(() => lots.split(lot, { [ride.fresh('child')]: all() })),
    LotGiven: stocked(() => lots.merge(ride.fresh('mixed'), { [lot]: '1' })),
    'LotGiven to the last': stocked(() => lots.merge(ride.fresh('mixed'), { [lot]: all() })),
  };
}

export const asStated = 'MaterialConsumed as stated';
const closing = / (to the last|of nothing|of all)$/;

/** What is held is made to wait for quality before it is used up, if it will come back so. */
function beforeClosing(of: Lot, drives: Rig['drives']): Rig['drives'] {
  const watched = Object.entries(drives).map(([name, go]): [string, typeof go] => [
    name,
    (event, next) => {
      const inTime = closing.test(name) && of.row()?.state === 'restricted';
      const then = next.find((later) => later !== asStated);
      if (inTime && then === 'MaterialReturned to inspect') of.doubt();
      return go(event, next);
    },
  ]);
  return Object.fromEntries(watched);
}

export const driveLot: Driver = {
  comesBack: true,
  together: 20,
  prepare(ride) {
    for (const order of ['WO-1', used.order]) {
      ride.ask(shop.release({ quantity: '100000' }, order));
      ride.ask(shop.start({ order }));
    }
  },
  rig(ride, n, plan) {
    const lot = `L-${n}`;
    const of = openLot(ride, lot);
    /** Used up while it was held, and there again, it would be held again at once. */
    const open = (): void => {
      if (of.row()?.state === 'closed') of.clear();
    };
    const use = (quantity: string): object => {
      open();
      return shop.consume(lot, { ...bolts, quantity }, used);
    };
    /** What is used is there, unless nothing was ever known of it or it is closed. */
    const some = (): void => {
      if (of.row()?.state === 'unrestricted') of.stock();
    };
    const opened = (go: () => object) => () => {
      open();
      return go();
    };
    return {
      name: `lot ${lot}`,
      state: () => of.row()?.state,
      drives: beforeClosing(of, {
        LotProduced: opened(() => shop.produce(lot, free)),
        'LotProduced to inspect': opened(() => shop.produce(lot, { inspect: true })),
        LotReleased: () => lots.release(lot),
        MaterialConsumed: () => {
          some();
          return use('1');
        },
        'MaterialConsumed to the last': () => {
          some();
          return use(of.left() > zero ? quantityText(of.left()) : '1');
        },
        [asStated]: () => {
          some();
          const stated = use('1');
          return () => ride.recall(stated);
        },
        MaterialReturned: opened(() => lots.give(lot, bolts)),
        'MaterialReturned to inspect': opened(() => lots.give(lot, bolts)),
        HoldPlaced: of.place,
        ...kinship(ride, lot, of, (n + plan.length) % 2 === 1),
        ...endings(ride, lot, of),
      }),
    };
  },
};
