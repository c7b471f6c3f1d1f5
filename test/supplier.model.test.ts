// Goal: whatever people, lines and the ERP do with what suppliers deliver, and in whichever order,
// goods and money add up, and no document takes from stock what is not there.
// Method: seeded stories; the ERP's stock is a depot that fails when anything falls below nothing.
import { expect, test } from 'vitest';
import type { Posting } from '../central/erp/erp.ts';
import { Fault } from '../shared/fault.ts';
import { amountOf, quantityText } from '../shared/quantity.ts';
import { postingStates } from '../statecharts/posting.ts';
import { stated } from './helpers/central.ts';
import { book, type Depot, shelfOf } from './helpers/depot.ts';
import { history } from './helpers/facts.ts';
import { random, seeds } from './helpers/random.ts';
import { m01 } from './helpers/shop.ts';
import { delivery, openInboundBox, receipt } from './helpers/supplier.ts';

const people = ['person:1', 'person:2', 'person:3'];
const stepsMax = 60;
const micro = 1_000_000n;

function openStory(seed: number) {
  const dice = random(seed);
  const rules = [{ supplier: 'BAD', blocked: true, inspect: 'always' }, { supplier: 'SURE' }];
  const box = openInboundBox({ rules, skipAfter: 1, skipOneOf: 2 });
  const { inbound, postings, ledger, board } = box;
  const facts = [stated.release('WO-1', '100000')];
  let depot: Depot = {};
  let [count, documents] = [0, 0];
  const pick = <T>(all: readonly T[]): T => all[dice.below(all.length)]!;
  const any = () => receipt(1 + dice.below(Math.max(1, count)));
  const said = () => ({ by: pick(people), reason: 'said' });

  function receive(): void {
    count += 1;
    const stock = pick(['unrestricted', 'inspection']);
    const more = { supplier: pick(['MILL', 'BAD', 'SURE']), stock, lot: `LOT${dice.below(6)}` };
    const quantity = `${1 + dice.below(40)}`;
    inbound.take([delivery(count, { ...more, quantity, amount: `${dice.below(500)}.05` })]);
    const shelf = shelfOf(depot, more.lot);
    const all = amountOf(quantity);
    const into =
      stock === 'inspection'
        ? { inspected: (shelf.inspected ?? 0n) + all }
        : { unrestricted: shelf.unrestricted + all };
    depot = { ...depot, [more.lot]: { ...shelf, ...into } };
  }

  /** A line draws some of what lies free, as far as nothing of the lot is on its way. */
  function consume(): void {
    const lot = pick(Object.keys(depot));
    const free = shelfOf(depot, lot).unrestricted / micro;
    const isMoving = postingStates.some((state) =>
      postings.list(state, 1_000).some((row) => row.lot === lot),
    );
    if (free === 0n || isMoving) return;
    facts.push(stated.consume(lot, `${1n + BigInt(dice.below(Number(free)))}`));
    const at = facts.length;
    ledger.accept([{ segment: history(m01, facts).segment(at, at) }]);
  }

  function inspect(): void {
    const name = any();
    const { receipt: row } = inbound.one(name);
    const all = Number(row.quantity);
    const accepted = pick([0, all, dice.below(all + 1)]);
    const result = { accepted: `${accepted}`, rejected: `${all - accepted}` };
    inbound.propose(name, 'result', result, said());
  }

  function answer(): void {
    const disposition = pick(['return', 'scrap', 'useAsIs', 'used', undefined]);
    const body = { answer: pick(['accepted', 'dismissed', 'withdrawn']), disposition };
    inbound.propose(any(), 'answer', body, said());
  }

  function post(): void {
    for (const { do: what, posting } of postings.next(new Set(), 1 + dice.below(5))) {
      const luck = dice.below(10);
      if (what === 'lookUp') postings.found(posting.key, []);
      else if (luck === 0) {
        postings.settle(posting.key, { kind: 'refused', code: 'X', reason: 'no' });
      } else if (luck === 1) {
        postings.settle(posting.key, { kind: 'busy', reason: 'locked' });
      } else posted(posting);
    }
    box.time.nowMs += 10_000;
  }
  function posted(posting: Posting): void {
    depot = book(depot, posting);
    postings.settle(posting.key, { kind: 'posted', document: `D${++documents}` });
  }
  function retry(): void {
    for (const { key } of postings.list('parked', 10)) board.desk.retry(key, said());
  }

  const acts = [
    ...[receive, receive, inspect, inspect, inspect, consume, post, post, retry, answer],
    () => inbound.approve(any(), said()),
    () => inbound.approve(any(), said()),
    () => inbound.approve(any(), said()),
    () => inbound.reject(any(), said()),
    () => inbound.propose(any(), 'disposition', { disposition: pick(['used', 'scrap']) }, said()),
  ];
  receive();
  ledger.accept([{ segment: history(m01, facts).segment(1, 1) }]);
  return {
    ...box,
    depot: () => depot,
    /** Something happens; what is refused has changed nothing. */
    step(): void {
      const before = JSON.stringify(inbound.books());
      try {
        pick(acts)();
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        expect(['REFUSED', 'INVALID', 'FULL']).toContain(error.code);
        expect(JSON.stringify(inbound.books())).toBe(before);
      }
    },
    /** Whatever waits goes out, as far as it may. */
    drain(): void {
      for (let at = 0; at < 400; at++) {
        retry();
        const tasks = postings.next(new Set(), 50);
        for (const { do: what, posting } of tasks) {
          if (what === 'lookUp') postings.found(posting.key, []);
          else posted(posting);
        }
        box.time.nowMs += 10_000;
        if (tasks.length === 0 && postings.list('parked', 1).length === 0) return;
      }
    },
  };
}

test.each(seeds(12))('goods and money add up at every step (SEED=%i)', (seed) => {
  const story = openStory(seed);
  for (let at = 0; at < stepsMax; at++) {
    story.step();
    const { agrees, units, differing } = story.books();
    expect({ at, differing }).toEqual({ at, differing: [] });
    expect(agrees).toBe(true);
    for (const { received, accepted, rejected, waiting, cancelled } of units) {
      const sum = [accepted, rejected, waiting, cancelled].reduce((a, b) => a + amountOf(b), 0n);
      expect(quantityText(sum)).toBe(received);
    }
  }
  story.drain();
  const { money } = story.books();
  for (const { accrualsOpen, accrualsPosted, claimsOpen } of money) {
    expect([accrualsPosted, accrualsOpen]).toEqual([claimsOpen, claimsOpen]);
  }
  // What central calls blocked is what lies in blocked stock.
  for (const [lot, { blocked }] of Object.entries(story.depot())) {
    expect(`${lot} ${story.postings.inbound.blockedOf(lot)}`).toBe(`${lot} ${blocked}`);
  }
});
