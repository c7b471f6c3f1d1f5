import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import type { Answer } from '../../edge/line/answers.ts';
import { openBook } from '../../edge/line/book.ts';
import { openRoster } from '../../edge/line/roster.ts';
import { dueCommands } from '../../edge/line/timekeeper.ts';
import { migrations } from '../../edge/store/schema.ts';
import { openStore } from '../../edge/store/store.ts';
import { encodeContent } from '../../shared/codec.ts';
import { type Command, readCommand } from '../../shared/command.ts';
import type { Content, FactType } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import { type Policy, templates } from '../../statecharts/policy.ts';
import { contentsOf } from './box.ts';
import { chainsIn } from './chains.ts';
import { openMedium } from './medium.ts';
import { m01 } from './shop.ts';

/** Whatever a plant may demand, but for the second person who approves a disposition. */
export const strict: Policy = { ...templates.regulated, review: false };
/** More runs than any path has. */
const lanes = 1_000;

export type Ride = ReturnType<typeof openRide>;

const same = (found: unknown, wanted: unknown, name: string): void => {
  if (!isDeepStrictEqual(found, wanted)) expect(found, name).toEqual(wanted);
};

/** Event ids one after the other, so that one can be named before its fact is stated. */
function openIds() {
  const promised: string[] = [];
  let count = 0;
  const fresh = (): string => `00000000-0000-4000-8000-${String(++count).padStart(12, '0')}`;
  return { fresh, promised, next: () => promised.shift() ?? fresh() };
}

/** An edge in memory, real but for its clock and its ids, on which paths are driven. */
export function openRide(linesMax = 1) {
  const paths = [m01, ...Array.from({ length: linesMax - 1 }, (_, at) => `${m01}-${at}`)];
  const lines = paths.map((line) => ({ line, lanes, policy: strict }));
  const db = openMedium(':memory:', migrations);
  const store = openStore(db);
  const book = openBook(store.written);
  const time = { nowMs: 1_700_000_000_000 };
  const ids = openIds();
  const parts = { store, nowMs: () => time.nowMs, eventId: ids.next, stated: () => undefined };
  const roster = openRoster(lines, { ...parts, book });
  const answers: (readonly [Command, Answer])[] = [];
  let names = 0;
  let lanesTaken = 0;

  const decide = (command: Command): Answer => roster.actor(command.line).decide(command);

  /** Throws Fault REFUSED if the line refuses it. */
  function state(command: Command): void {
    let answer: Answer | undefined;
    store.commit(() => {
      answer = decide(command);
    });
    answers.push([command, answer!]);
    if (answer!.status === 'refused') throw new Fault(answer!.code, answer!.reason);
  }

  /** Every command of old is answered as it was, and nothing is stated twice. */
  function repeat(): void {
    const ends = () => roster.actors.map((actor) => actor.head().sequence);
    const before = ends();
    store.commit(() => {
      for (const [command, answer] of answers) same(decide(command), answer, 'the answer of old');
    });
    same(ends(), before, 'facts that were stated twice');
  }

  return {
    book,
    close: () => db.close(),
    lines: paths,
    /** A name that nothing has yet. */
    fresh: (kind: string): string => `${kind}-${++names}`,
    /** A lane that no run has had yet. */
    lane: (): number => ++lanesTaken,
    /** Asks as JSON does; throws Fault REFUSED if the line refuses it. */
    ask: (given: object): void => state(readCommand(given)),

    /** An event id that no fact has until `promise` gives it to the next one. */
    unknown: ids.fresh,
    promise: (id: string): void => void ids.promised.push(id),

    /** Lets a year pass; asks what the timekeeper asks of this subject then. */
    due(type: FactType, subject: string): () => void {
      time.nowMs += 365 * 24 * 3_600_000;
      const due = dueCommands(book, roster, time.nowMs).find(({ statement }) => {
        const named = 'hold' in statement.body ? statement.body.hold : statement.lot;
        return statement.type === type && named === subject;
      });
      if (!due) throw new Fault('REFUSED', `no ${type} of ${subject} is due`);
      return () => state(due);
    },

    /** States what an older edition stated and today's would refuse, as if read at start. */
    recall(given: object): void {
      const { line, statement } = readCommand(given);
      const { nowMs } = time;
      const known = { eventId: ids.next(), recordedMs: nowMs, atMs: nowMs, clock: 'edge' };
      const fact = { ...statement, ...known } as Content;
      const actor = roster.actor(line);
      store.commit(() => void store.append(actor.head(), encodeContent(fact), null));
      actor.rewind();
      actor.replay(fact, actor.head(), null, null);
    },

    /** The store read again says the same, its chain holds, and every answer is given again. */
    check(): void {
      const again = openBook();
      const { actors } = openRoster(lines, { ...parts, book: again });
      same(
        actors.flatMap((actor) => actor.failure() ?? []),
        [],
        'lines that stopped',
      );
      same(contentsOf({ book: again }), contentsOf({ book }), 'the book that was read again');
      same(chainsIn(db, 'edge').broken, [], 'the chain');
      repeat();
    },
  };
}
