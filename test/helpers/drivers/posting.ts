import { expect } from 'vitest';
import type { Found, Outcome, Queued } from '../../../central/erp/erp.ts';
import { openLosses } from '../../../central/posting/losses.ts';
import { openPostings } from '../../../central/posting/postings.ts';
import type { Task } from '../../../central/posting/taking.ts';
import { Fault } from '../../../shared/fault.ts';
import {
  graceMs,
  m1,
  openSide,
  other,
  qc,
  refused,
  type Side,
  stated,
  unknown,
} from '../central.ts';
import { content } from '../facts.ts';
import type { Contradiction } from '../paths.ts';

const { release, report, produce, consume, block, hold, free } = stated;
const differs: Outcome = { kind: 'differs', document: 'D3', reason: 'yield 4 instead of 5' };
const busy: Outcome = { kind: 'busy', reason: 'locked' };
const posted: Outcome = { kind: 'posted', document: 'D1' };
const queued: Queued = { kind: 'queued', ticket: 'T1', reason: 'waits its turn' };
const wo1 = { order: 'WO-1' };
const hourMs = 3_600_000;
/** Lanes of what stands around the posting. */
const around = ['WO-2'];

/** What makes the gate judge this way, the next time that it is asked. */
type Levers = Partial<Record<'Send' | 'Hold' | 'Defer' | 'Void' | 'Park', () => void>>;

/** Order WO-1, its quantity and what is held of it, as facts tell central of them. */
function openOrder(side: Side) {
  const held: string[] = [];
  let released = false;
  let names = 0;
  return {
    /** Released over so much; what the order was before is changed. */
    of(quantity: string): void {
      const changed = () => content(`change ${++names}`, 'OrderChanged', { quantity }, wo1);
      side.note(m1, released ? changed() : release('WO-1', quantity));
      released = true;
    },
    hold(): void {
      const name = `H${++names}`;
      held.push(name);
      side.note(qc, hold(name, 'order', wo1));
    },
    /** Frees all that is held but the last so many. */
    free(but = 0): void {
      for (const name of held.splice(0, held.length - but)) {
        side.note(qc, free(name, undefined, wo1));
      }
    },
  };
}

/** Each kind of document, as its fact calls for it, and how its gate is moved. */
const kinds: Record<string, (side: Side) => Levers> = {
  receipt(side) {
    const order = openOrder(side);
    side.note(m1, produce('L', '10'));
    const go = (quantity: string) => () => {
      order.of(quantity);
      order.free();
    };
    return {
      ...{ Send: go('100'), Park: go('1'), Defer: order.free },
      Hold() {
        order.of('100');
        order.hold();
        order.free(1);
      },
    };
  },
  confirmation(side) {
    const order = openOrder(side);
    side.note(m1, report('10'));
    const hold = () => {
      order.of('100');
      order.hold();
    };
    return { Send: () => order.of('100'), Park: () => order.of('1'), Defer() {}, Hold: hold };
  },
  issue(side) {
    const order = openOrder(side);
    side.note(m1, consume('S', '10'));
    let waits = false;
    return {
      Send: () => order.of('100'),
      Defer() {
        if (waits) {
          side.note(qc, produce('S', '10', other));
          order.of('100');
        }
        waits = true;
      },
    };
  },
  block(side) {
    side.note(m1, block('H1', 'S', '5'));
    const know = () => side.note(qc, consume('S', '1', other));
    return {
      ...{ Send: know, Defer() {} },
      Void() {
        side.note(qc, free('H1', '5', { lot: 'S' }));
        know();
      },
    };
  },
};

export const kindNames = Object.keys(kinds);

/** One posting of a kind at central, the first of its lane. */
export function openPosting(kind: string, restarts: boolean) {
  const side = openSide(':memory:', graceMs);
  const levers = kinds[kind]!(side);
  const { key } = side.rows()[0]!;
  const state = (): string => side.rows()[0]!.state;
  const look = (): Task | undefined =>
    side.next(...around).find(({ posting }) => posting.key === key);

  const weigh = (event: keyof Levers) => () => {
    const lever = levers[event];
    if (!lever) throw new Fault('REFUSED', `nothing makes the gate of a ${kind} say ${event}`);
    lever();
    return () => void look();
  };
  const answer = (outcome: Outcome) => () => () => side.postings.settle(key, outcome);
  const looked = (given: Found) => {
    side.time.nowMs += hourMs;
    if (look()?.do !== 'lookUp') throw new Fault('REFUSED', `${key} is not looked up`);
    return () => side.postings.found(key, given);
  };
  const found = (...documents: string[]) => looked(documents);
  const silent = () => looked(undefined);
  const restart = () => () => {
    const nowMs = () => side.time.nowMs;
    openPostings({ ...side, nowMs, waitMs: nowMs, maxInFlightMs: graceMs });
  };
  const inDoubt = (there: () => () => void, otherwise: () => () => void) => () =>
    ['unknown', 'queued'].includes(state()) ? there() : otherwise();

  return {
    name: `posting ${key}`,
    state,
    drives: {
      ...{ Send: weigh('Send'), Hold: weigh('Hold'), Defer: weigh('Defer'), Void: weigh('Void') },
      Park: inDoubt(
        () => found('D1', 'D2'),
        () => (state() === 'sending' ? answer(differs)() : weigh('Park')()),
      ),
      Posted: inDoubt(() => found('D1'), answer(posted)),
      ...{ Refused: answer(refused), Busy: answer(busy) },
      Queue: inDoubt(() => looked(queued), answer(queued)),
      Unsure: inDoubt(silent, restarts ? restart : answer(unknown)),
      Absent: () => found(),
      GiveUp: () => () => side.postings.decide(key, 'GiveUp', { reason: 'no more wanted' }),
      Retry: () => () => side.postings.decide(key, 'Retry', {}),
      Lost: () => () => {
        const moved = (): void => undefined;
        const losses = openLosses({ ...side, nowMs: () => side.time.nowMs, moved });
        losses.propose(key, { by: 'person:17', reason: 'the ERP was restored' });
        losses.approve(key, { by: 'person:9', reason: 'seen' });
      },
      Settle: () => () =>
        side.postings.decide(key, 'Settle', { document: 'D2', reason: 'booked at the desk' }),
    },
    /** Central that begins again finds every posting where it was, but for one in flight. */
    check(): void {
      const rows = side.rows();
      restart()();
      const doubted = rows.map((row) =>
        row.state === 'sending'
          ? { ...row, state: 'unknown', reason: 'central ended before the answer' }
          : row,
      );
      expect(side.rows()).toEqual(doubted);
    },
  };
}

export const postingList: readonly Contradiction[] = [
  {
    step: /^Defer$/,
    after: ({ from }) => from === 'held',
    why: 'only a receipt is held, once its order is released, and no order is taken back',
  },
  {
    step: /^Void$/,
    after: (_, before) => before.some(({ to }) => to === 'held'),
    why: 'only a receipt is held, and what was made is never void',
  },
];
