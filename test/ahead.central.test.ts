// Goal: what an edge tells ahead of its backlog is known at once, counts nowhere, frees nothing,
// and a hold among it is in force until the ledger has it, whatever becomes of its line.
import { expect, onTestFinished, test } from 'vitest';
import type { Posting } from '../central/erp/erp.ts';
import { aheadMax, copiesMax } from '../central/ledger/live.ts';
import { migrations, openMemory } from '../central/memory.ts';
import type { Content } from '../shared/event.ts';
import type { LiveFact } from '../shared/live.ts';
import { stated } from './helpers/central.ts';
import { history } from './helpers/facts.ts';
import { openMedium } from './helpers/medium.ts';

/** On the day of the facts. */
const receivedMs = 1_325_458_900_000;
const line = 'acme/lyon/turning/M03';
const [a, b, c] = ['a', 'b', 'c'].map((name) => `${name.repeat(8)}-0000-4000-8000-000000000000`);
const { release, produce, block, blockAll, hold, free, consume, report, decide } = stated;

/** Central, with a line that store `a` writes in epoch 1 and whose backlog these facts are. */
function plant(...facts: Content[]) {
  const db = openMedium(':memory:', migrations);
  onTestFinished(() => void db.close());
  const nowMs = () => receivedMs;
  const memory = openMemory({ db, nowMs, waitMs: nowMs, maxInFlightMs: 1 });
  const { registry, ledger, live, postings } = memory;
  const log = history(line, facts);
  const hash = log.links[0]!.toString('hex');
  const ask = { store: a!, epoch: 1, sequence: 0, hash, stream: 0 };
  registry.answer(line, { ...ask, want: 'enter' });
  const copy = (sequence: number, of = log): LiveFact => ({
    ...{ sequence, hash: of.links[sequence]!, bytes: of.bytes[sequence - 1]! },
  });
  let documents = 0;
  return {
    ...{ ...memory, db, log, copy },
    tell: (...sequences: number[]) =>
      live.take(line, { store: a!, epoch: 1, facts: sequences.map((at) => copy(at)) }),
    reaches: (last: number, first = ledger.head(line).sequence + 1) =>
      ledger.accept([{ segment: log.segment(first, last) }]),
    begin: (next: string) =>
      registry.answer(line, { ...ask, want: 'begin', next, reason: 'forked' }),
    /** Posts whatever may be posted now. */
    drain(): Posting[] {
      const posted: Posting[] = [];
      for (let tasks = postings.next(new Set(), 9); tasks.length > 0; ) {
        for (const { posting } of tasks) {
          postings.settle(posting.key, { kind: 'posted', document: `${++documents}` });
          posted.push(posting);
        }
        tasks = postings.next(new Set(), 9);
      }
      return posted;
    },
    waits: () => postings.list('held', 9).map(({ kind, lot, reason }) => [kind, lot, reason]),
    parked: () => ledger.parked(9).map(({ sequence, reason }) => [sequence, reason]),
    known: () => live.holds().map(({ hold: name, lost }) => [name, lost]),
  };
}

test('a hold told ahead stops what the backlog would make available, until it is reached', () => {
  const central = plant(release(), produce('L', '10'), report('1'), block('H', 'L', '4'));
  expect(central.tell(4)).toEqual({ answer: 'taken' });
  central.reaches(2);
  expect(central.drain()).toEqual([]);
  expect(central.waits()).toEqual([['goodsReceipt', 'L', 'held by H']]);
  expect(central.known()).toEqual([['H', null]]);

  central.reaches(4);
  expect(central.known()).toEqual([]);
  const receipt = central.drain().find(({ kind }) => kind === 'goodsReceipt');
  expect(receipt).toMatchObject({ lot: 'L', quantity: '10', blocked: '4' });
  expect(central.live.beyond().size).toBe(0);
  expect(central.parked()).toEqual([]);
});

test.each([
  ['order', hold('H', 'order', { order: 'WO-1' })],
  ['operation', hold('H', 'operation', { order: 'WO-1', operation: '0010' })],
  ['line', hold('H', 'line')],
  ['quantity', stated.keep('H', '3')],
  ['lot', blockAll('H', 'L')],
])('a hold of scope %s is in force ahead of the ledger', (_, placed) => {
  const central = plant(release(), produce('L', '10'), placed);
  central.tell(3);
  central.reaches(2);
  expect(central.drain()).toEqual([]);
  expect(central.waits()).toEqual([['goodsReceipt', 'L', 'held by H']]);
});

test('a hold told ahead reaches what the ledger knows to be made of its lot, and no other', () => {
  const central = plant(
    ...[release(), consume('RAW', '1'), produce('L', '10'), release('WO-2')],
    ...[produce('M', '10', { order: 'WO-2' }), blockAll('H', 'RAW')],
  );
  central.tell(6);
  central.reaches(5);
  expect(central.drain().map(({ kind, lot }) => [kind, lot])).toEqual([['goodsReceipt', 'M']]);
  expect(central.waits()).toEqual([
    ['goodsIssue', 'RAW', 'held by H'],
    ['goodsReceipt', 'L', 'held by H'],
  ]);
});

test('what the ledger knows to be let go goes out as soon as it has the hold', () => {
  const central = plant(
    ...[release(), consume('RAW', '1'), produce('L', '10')],
    ...[stated.letGo('H', 'L'), blockAll('H', 'RAW')],
  );
  central.reaches(2);
  central.drain();
  central.tell(5);
  central.reaches(4);
  expect(central.drain()).toEqual([]);
  central.reaches(5);
  expect(central.drain().map(({ kind }) => kind)).toContain('goodsReceipt');
});

test('goods in blocked stock stay there under a hold told ahead; blocking goes on', () => {
  const central = plant(
    ...[release(), produce('L', '10'), block('H1', 'L', '4')],
    ...[decide('H1', 'useAsIs', '4'), block('H2', 'L', '4')],
  );
  central.reaches(3);
  central.drain();
  central.tell(5);
  central.reaches(4);
  expect(central.drain()).toEqual([]);
  expect(central.waits()).toEqual([['unblockStock', 'L', 'held by H2']]);
});

test('a release told ahead frees nothing before the ledger has it', () => {
  const central = plant(release(), blockAll('H', 'L'), produce('L', '10'), free('H'));
  central.tell(2, 4);
  central.reaches(3);
  expect(central.drain()).toEqual([]);
  expect(central.waits()).toEqual([['goodsReceipt', 'L', 'held by H']]);
  central.reaches(4);
  expect(central.drain().map(({ kind }) => kind)).toContain('goodsReceipt');
});

test('what was told ahead counts in no sum, and how far it is ahead is told', () => {
  const central = plant(release(), report('1'), report('2'), report('3'));
  central.reaches(1);
  central.tell(3, 4);
  expect(central.ledger.facts()).toBe(1);
  expect(central.totals.all('line')[0]?.[1].good ?? 0n).toBe(0n);
  expect(central.postings.counts().postings).toEqual([]);
  expect(Object.fromEntries(central.live.beyond())).toEqual({
    [line]: { upTo: 4, facts: 2, receivedMs, behind: 3, behindMs: 3 },
  });
  central.reaches(3);
  expect(central.live.beyond().get(line)).toMatchObject({ upTo: 4, facts: 1, behind: 1 });
  central.reaches(4);
  expect(central.live.beyond().size).toBe(0);
});

test('what the ledger has by then, and what was told before, is taken and changes nothing', () => {
  const central = plant(release(), hold('H', 'line'), report('1'));
  central.tell(2, 3);
  expect(central.tell(2, 3)).toEqual({ answer: 'taken' });
  central.reaches(2);
  expect(central.tell(2, 3)).toEqual({ answer: 'taken' });
  expect(central.known()).toEqual([]);
  expect(central.live.beyond().get(line)).toMatchObject({ facts: 1 });
  expect(central.parked()).toEqual([]);
});

test('D8, N5: only the store that writes the line in its epoch is heard', () => {
  const central = plant(release(), hold('H', 'line'));
  const facts = [central.copy(2)];
  const refused = { answer: 'refused', reason: 'this store does not write epoch 1 of it' };
  expect(central.live.take(line, { store: b!, epoch: 1, facts })).toEqual(refused);
  const { answer } = central.live.take(line, { store: a!, epoch: 2, facts });
  expect(answer).toBe('refused');
  expect(central.live.take('acme/lyon/turning/M9', { store: a!, epoch: 1, facts })).toEqual(
    refused,
  );
  expect(central.known()).toEqual([]);
  expect(central.ledger.lines()).toHaveLength(1);
});

test('another fact where one was told ahead is parked, and its hold stays in force', () => {
  const central = plant(release(), produce('L', '10'), report('1'));
  const other = history(line, [release(), report('9'), blockAll('H', 'L')]);
  const facts = [central.copy(2, other), central.copy(3, other)];
  central.live.take(line, { store: a!, epoch: 1, facts });
  central.reaches(3);
  const conflict = 'conflict: another fact was told ahead at this place';
  expect(central.parked()).toEqual([
    [3, conflict],
    [2, conflict],
  ]);
  expect(central.known()).toEqual([['H', 'it was told ahead, and another fact is in its place']]);
  expect(central.drain().map(({ kind }) => kind)).toEqual(['confirmation']);
});

test('D7: a hold whose epoch ends stays in force until its fact comes in the next one', () => {
  const placed = blockAll('H', 'L');
  const central = plant(release(), produce('L', '10'), report('1'), placed);
  central.reaches(2);
  central.tell(3, 4);
  expect(central.begin(b!)).toMatchObject({ answer: 'begun', epoch: 2 });
  expect(central.live.beyond().size).toBe(0);
  expect(central.known()).toEqual([['H', 'it was told ahead, and epoch 1 is over']]);
  expect(central.drain()).toEqual([]);

  const next = history(line, [placed], 2);
  central.ledger.accept([{ segment: next.segment(1, 1) }]);
  expect(central.known()).toEqual([]);
  expect(central.waits()).toEqual([['goodsReceipt', 'L', 'held by H']]);
  expect(central.parked()).toEqual([]);
});

test('a person lifts a hold that may never be stated, and no other', () => {
  const central = plant(release(), produce('L', '10'), report('1'), blockAll('H', 'L'));
  central.reaches(2);
  central.tell(4);
  const { eventId } = central.live.holds()[0]!;
  const lift = (id: string) => () => central.live.lift(id, 'person:17', 'goods were scrapped');
  expect(lift(eventId)).toThrow('hold: H is on its way; decide it at its edge');
  expect(lift(c!)).toThrow('hold: none was told ahead by event');
  central.begin(b!);
  lift(eventId)();
  expect(central.known()).toEqual([]);
  expect(central.parked()).toEqual([
    [4, 'hold H was told ahead and lifted by person:17: goods were scrapped'],
  ]);
  expect(central.drain().map(({ kind }) => kind)).toEqual(['goodsReceipt']);
});

test('of one line a bounded number is kept: newest copies, and holds while there is room', () => {
  const many = Array.from({ length: copiesMax + 5 }, (_, index) => report(`${index}`));
  const central = plant(release(), ...many);
  const all = many.map((_, index) => index + 2);
  for (let at = 0; at < all.length; at += 200) central.tell(...all.slice(at, at + 200));
  expect(central.live.beyond().get(line)).toMatchObject({ facts: copiesMax, upTo: 1_006 });

  const holds = Array.from({ length: aheadMax + 1 }, (_, index) => hold(`H${index}`, 'line'));
  const held = plant(...holds);
  const told = holds.map((_, index) => index + 1);
  for (let at = 0; at < aheadMax; at += 200) held.tell(...told.slice(at, at + 200));
  expect(held.tell(aheadMax + 1)).toEqual({
    ...{ answer: 'full', reason: 'more than 1000 holds of the line are ahead' },
  });
  held.reaches(1);
  expect(held.tell(aheadMax + 1)).toEqual({ answer: 'taken' });
});
