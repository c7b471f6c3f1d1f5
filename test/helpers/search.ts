import assert from 'node:assert/strict';
import { caseReason } from '../../central/posting/inverse.ts';
import type { Task } from '../../central/posting/taking.ts';
import type { Content } from '../../shared/event.ts';
import { quantity, zero } from '../../shared/quantity.ts';
import { openSide } from './central.ts';
import { book, type Depot, lotsOf, shelfOf } from './depot.ts';
import { counts, originOf } from './floor.ts';
import { checkDecided, checkReleased, checkUndecided, isUndecided } from './inspected.ts';
import { barred, forbidding, goodOf, least, reaching, scrapped, there } from './quality.ts';
import { expectAll } from './undone.ts';

export type Heard = Content & { line: string };
/** What each line states, in its order; what was in stock before; how often an answer is lost. */
export type Story = Readonly<{
  lines: Readonly<Record<string, readonly Content[]>>;
  opening?: Depot;
  doubts?: number;
  /** How often a case is tried again; in the end all are given up. Without it there are none. */
  persons?: number;
  inspects?: boolean; // inspected lots are received into quality inspection, and decided there
}>;
/** Where a search stands, beside the database. */
export type Place = Readonly<{
  heard: readonly Heard[];
  depot: Depot;
  documents: readonly string[]; // keys, as the ERP has them; and their numbers
  taken: readonly string[]; // those of them that were taken back
  good: bigint; // pieces that are confirmed, net
  flights: Readonly<Record<string, Task>>;
  doubts: number; // answers that may still be lost
  persons: number; // times that somebody may still try again
  steps: number;
}>;
export type Move = Readonly<{ name: string; go: () => Place }>;

/** Why a posting is void that a person has given up. */
const givenUp = 'given up';
/** No story has as many moves on any way through it. */
const stepsMax = 500;

const without = (flights: Place['flights'], lane: string): Place['flights'] =>
  Object.fromEntries(Object.entries(flights).filter(([name]) => name !== lane));

/** The posting side between the lines and an ERP that keeps stock: every move it may make now. */
export function openSearch(story: Story) {
  const inspections = story.inspects ? [{}] : [];
  const side = openSide(':memory:', 0, { nowMs: 0 }, [], undefined, inspections);
  const { db, postings, time } = side;
  const due = db.prepare<[number], string>('SELECT lane FROM lane WHERE due_ms <= ?').pluck();
  const lots = [...new Set(Object.values(story.lines).flatMap(lotsOf))];
  const start: Place = {
    ...{ heard: [], depot: story.opening ?? {}, documents: [], flights: {}, taken: [] },
    ...{ doubts: story.doubts ?? 0, persons: story.persons ?? 0, steps: 0, good: zero },
  };

  function arrive(place: Place, line: string, fact: Content): Place {
    side.note(line, fact);
    return { ...place, heard: [...place.heard, { ...fact, line }] };
  }

  function take(place: Place, lane: string, others: readonly string[]): Place {
    const tasks = side.next(...others, ...Object.keys(place.flights));
    assert(tasks.length <= 1, 'more than one of a lane');
    const [task] = tasks;
    if (!task) return place;
    assert.equal(task.lane, lane);
    if (task.do === 'post') checkSent(place, task);
    return { ...place, flights: { ...place.flights, [lane]: task } };
  }

  /** Nothing that quality forbids goes out as available, as far as was heard when it was sent. */
  function checkSent({ heard, depot, documents }: Place, { posting }: Task): void {
    assert(!documents.includes(posting.key), `${posting.kind} sent again, though it is there`);
    const isDecision = posting.kind === 'usageDecision';
    if (posting.inspection || (posting.kind !== 'goodsReceipt' && !isDecision)) return;
    const stated = heard.find(({ eventId }) => eventId === posting.eventId)!;
    const made = originOf(heard, stated) as Heard;
    assert.deepEqual(forbidding(heard, made), [], 'received under a hold');
    const lot = posting.lot!;
    assert.deepEqual(reaching(heard, lot), [], 'received though it is made of what is held');
    if (isDecision) checkDecided(heard, posting);
    const { unrestricted, blocked, scrapped: gone } = shelfOf(book(depot, posting), lot);
    const all = unrestricted + blocked;
    const mayBe = all - least(barred(heard, lot) - gone, all);
    const before = shelfOf(depot, lot).unrestricted;
    assert(
      unrestricted <= mayBe || unrestricted <= before,
      `${unrestricted} available of ${mayBe}`,
    );
  }

  function execute(place: Place, { posting }: Task): Place {
    const { kind, key, cancels, yield: good } = posting;
    assert(!place.documents.includes(key), `${kind} is there twice`);
    if (cancels !== undefined) {
      assert(place.documents.includes(cancels), `${kind} of what is not there`);
      assert(!place.taken.includes(cancels), `${kind} of what was taken back`);
    }
    const pieces = quantity(good ?? '0', 'good') * (cancels === undefined ? 1n : -1n);
    return {
      ...{ ...place, good: place.good + pieces, documents: [...place.documents, key] },
      taken: cancels === undefined ? place.taken : [...place.taken, cancels],
      depot: book(place.depot, posting),
    };
  }

  /** A person tries cases again now and then, and gives up what is left when all is done. */
  function decisions(place: Place, isOver: boolean): Move[] {
    if (story.persons === undefined || (place.persons === 0 && !isOver)) return [];
    const cases = side.rows().filter(({ state }) => state === 'parked');
    return cases.slice(0, 1).map(({ key, kind, reason }) => ({
      name: `${isOver ? 'give up' : 'try again'} ${kind}: ${reason}`,
      go() {
        const event = isOver ? 'GiveUp' : 'Retry';
        postings.decide(key, event, isOver ? { reason: givenUp } : {});
        return { ...place, persons: place.persons - (isOver ? 0 : 1) };
      },
    }));
  }

  function answers(place: Place, lane: string, task: Task): Move[] {
    const { key, kind } = task.posting;
    const landed = { ...place, flights: without(place.flights, lane) };
    const unknown = { kind: 'unknown', reason: 'no answer' } as const;
    const lost = { ...landed, doubts: place.doubts - 1 };
    if (task.do === 'lookUp') {
      const isQueued = postings.one(key).state === 'queued';
      const go = () => {
        const after = isQueued ? execute(landed, task) : landed;
        const documents = after.documents.filter((known) => known === key);
        postings.found(key, documents);
        return after;
      };
      return [{ name: `${isQueued ? 'execute' : 'look up'} ${kind}`, go }];
    }
    const move = (name: string, settle: () => Place): Move => ({
      name: `${name} ${kind}`,
      go: settle,
    });
    const good = move('post', () => {
      const after = execute(landed, task);
      postings.settle(key, { kind: 'posted', document: key });
      return after;
    });
    if (place.doubts === 0) return [good];
    return [
      good,
      move('lose the answer of', () => {
        const after = execute(lost, task);
        postings.settle(key, unknown);
        return after;
      }),
      move('queue', () => {
        postings.settle(key, { kind: 'queued', ticket: key, reason: 'waits' });
        return lost;
      }),
      move('drop', () => {
        postings.settle(key, unknown);
        return lost;
      }),
      move('be too busy for', () => {
        postings.settle(key, { kind: 'busy', reason: 'locked' });
        return lost;
      }),
    ];
  }

  /** What should have been taken back of a lot, and a person has given it up. */
  function leftOf(heard: readonly Heard[], lot: string): bigint {
    const given = side.rows().filter((row) => row.lot === lot && row.reason === givenUp);
    return given.reduce((sum, { cancels, quantity: amount }) => {
      const eventId = side.postings.one(cancels!).eventId;
      const origin = originOf(heard, heard.find((fact) => fact.eventId === eventId)!);
      return counts(heard, origin) ? sum : sum + quantity(amount, 'given up');
    }, zero);
  }

  return {
    side,
    start,
    /** Every move from here; each one starts a new time, at which all waits are over. */
    moves(place: Place): Move[] {
      assert(place.steps < stepsMax, `no end after ${stepsMax} steps`);
      time.nowMs = place.steps * 10_000;
      const arrivals = Object.entries(story.lines).flatMap(([line, facts]): Move[] => {
        const next = facts[place.heard.filter((fact) => fact.line === line).length];
        return next ? [{ name: `${line}: ${next.type}`, go: () => arrive(place, line, next) }] : [];
      });
      const lanes = due.all(time.nowMs).filter((lane) => !(lane in place.flights));
      const takes = lanes.map((lane) => ({
        name: `take ${lane}`,
        go: () =>
          take(
            place,
            lane,
            lanes.filter((other) => other !== lane),
          ),
      }));
      const landings = Object.entries(place.flights).flatMap(([lane, task]) =>
        answers(place, lane, task),
      );
      const all = [...arrivals, ...takes, ...landings];
      return [...all, ...decisions(place, all.length === 0)].map(({ name, go }) => ({
        name,
        go: () => ({ ...go(), steps: place.steps + 1 }),
      }));
    },

    /** What must hold when nothing is due and nothing in flight, whatever is still to arrive. */
    checkRest({ heard, depot }: Place): void {
      for (const { kind, state, reason } of side.rows()) {
        const isCase = story.persons !== undefined && reason?.startsWith(caseReason);
        assert(state !== 'parked' || isCase, `${kind} is parked: ${reason}`);
      }
      const known = heard.filter(({ type }) => /^(LotProduced|MaterialConsumed)$/.test(type));
      for (const lot of new Set(known.map((fact) => fact.lot!))) {
        const { unrestricted, blocked, scrapped: gone } = shelfOf(depot, lot);
        checkReleased(heard, lot, unrestricted);
        const left = least(barred(heard, lot) - gone, unrestricted + blocked);
        assert(blocked >= left, `${lot}: ${blocked} blocked, ${left} barred`);
        if (story.opening?.[lot] || reaching(heard, lot).length === 0) continue;
        assert.equal(unrestricted, 0n, `${lot} is available, though it is made of what is held`);
      }
    },

    /** What must hold at the end: stock to the unit, every posting posted or void for a reason. */
    checkEnd({ heard, depot, good }: Place): void {
      assert.equal(good, goodOf(heard), 'good pieces that are confirmed');
      expectAll(side, heard.length);
      const heldBack = lots.filter(
        (lot) => reaching(heard, lot).length > 0 || isUndecided(heard, depot, lot),
      );
      for (const { kind, state, reason, lot } of side.rows()) {
        if (['held', 'deferred'].includes(state) && heldBack.includes(lot!)) continue;
        assert(state === 'posted' || (state === 'void' && reason), `${kind} ${state}: ${reason}`);
      }
      for (const lot of lots) {
        if (isUndecided(heard, depot, lot)) checkUndecided(heard, depot, lot, side.rows());
        if (heldBack.includes(lot)) continue;
        const before = shelfOf(story.opening ?? {}, lot).unrestricted;
        const gone = scrapped(heard, lot);
        const bar = barred(heard, lot);
        const unrestricted = before + there(heard, lot) + leftOf(heard, lot) - bar;
        const should = { unrestricted, blocked: bar - gone, scrapped: gone };
        assert.deepEqual(shelfOf(depot, lot), should, `stock of ${lot}`);
      }
    },
  };
}
