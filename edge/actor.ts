import { decodeContent, encodeContent } from '../shared/codec.ts';
import type { Command } from '../shared/command.ts';
import type { Content, FactType } from '../shared/event.ts';
import { Fault, type FaultCode } from '../shared/fault.ts';
import { quantityText, zero } from '../shared/quantity.ts';
import { judge } from '../statecharts/plant.ts';
import type { Book } from './book.ts';
import { fingerprint, type Given, type Head, type Store } from './store.ts';

/** What was stated because a command was accepted. */
export type Stated = {
  line: string;
  epoch: number;
  sequence: number;
  eventId: string;
  type: FactType;
};
export type Answer =
  | { commandId: string; status: 'accepted'; facts: readonly Stated[] }
  | { commandId: string; status: 'refused'; code: FaultCode; reason: string };

export type Parts = {
  store: Store;
  book: Book;
  nowMs: () => number;
  eventId: () => string;
  /** Told of every fact in the transaction that stores it. */
  stated: (fact: Content & { line: string; epoch: number; sequence: number }) => void;
};
export type Actor = ReturnType<typeof startActor>;

/** One line, and the only writer of its facts. No await inside, so no two commands interleave. */
export function startActor(path: string, lanesMax: number, parts: Parts) {
  const { store, book, nowMs, eventId, stated } = parts;
  let head: Head = store.head(path);
  let failure: Fault | undefined;

  /** The answer of old, if this very command was asked before. */
  function repeat({ commandId }: Command, asked: Buffer, given: Given): Answer {
    if (!given.asked.equals(asked)) {
      const reason = `command.commandId: ${commandId} was used for another command`;
      return { commandId, status: 'refused', code: 'CONFLICT', reason };
    }
    if (given.code !== null) {
      const code = given.code as FaultCode;
      return { commandId, status: 'refused', code, reason: given.reason! };
    }
    const { eventId, type } = decodeContent(given.bytes);
    const { epoch, sequence } = given;
    const facts = [{ line: path, epoch, sequence, eventId, type }];
    return { commandId, status: 'accepted', facts };
  }

  function state(command: Command): Content {
    const now = nowMs();
    const { statement } = command;
    const clock = statement.atMs === undefined ? 'edge' : 'source';
    const known = { eventId: eventId(), recordedMs: now, clock, atMs: statement.atMs ?? now };
    const fact = { ...statement, ...known } as Content;
    switch (fact.type) {
      case 'HoldPlaced':
      case 'HoldDispositioned':
        return { ...about(fact), ...fact };
      case 'HoldReleased':
        return { ...about(fact), ...fact, body: releasing(fact) };
      case 'OrderClosed':
        // Central must know when it has heard all that was said about the order before.
        return { ...fact, body: { facts: book.tally('order', fact.order!).facts } };
      default:
        return fact;
    }
  }

  /** Central must know what a release frees, whatever decisions of other lines it has heard of. */
  function releasing({ body }: Content<'HoldReleased'>): Content<'HoldReleased'>['body'] {
    const { hold, reason } = body;
    const { remaining = zero, unit } = book.look('hold', hold) ?? {};
    if (remaining <= zero || unit === undefined) return { hold, reason };
    return { hold, reason, quantity: quantityText(remaining), unit };
  }

  /** What a fact about a hold is about, where the edge knows it and the command did not say. */
  function about(fact: Content): Partial<Pick<Content, 'order' | 'operation' | 'lot'>> {
    if (fact.type === 'HoldPlaced' && fact.lot !== undefined) {
      const order = book.look('lot', fact.lot)?.order;
      return order === undefined ? {} : { order };
    }
    if (fact.type !== 'HoldDispositioned' && fact.type !== 'HoldReleased') return {};
    const { order, operation, lot } = book.look('hold', fact.body.hold) ?? {};
    const known = Object.entries({ order, operation, lot }).filter(([, id]) => id !== undefined);
    return Object.fromEntries(known);
  }

  return {
    path,
    lanesMax,

    /**
     * Accepts the command and stores its fact, or refuses it and stores the refusal; within
     * `store.commit`. Nobody may be told before the commit has returned.
     */
    decide(command: Command): Answer {
      const { commandId } = command;
      if (failure)
        return { commandId, status: 'refused', code: 'CORRUPT', reason: failure.message };
      const asked = fingerprint(command);
      const given = store.answered(commandId);
      if (given) return repeat(command, asked, given);

      const fact = state(command);
      try {
        const changes = judge(book.look, path, lanesMax, fact);
        head = store.append(head, encodeContent(fact), commandId, asked);
        book.apply(path, fact, changes);
      } catch (error) {
        if (!(error instanceof Fault) || error.code !== 'REFUSED') throw error;
        store.refuse(commandId, asked, error.code, error.message);
        return { commandId, status: 'refused', code: error.code, reason: error.message };
      }
      const { epoch, sequence } = head;
      stated({ ...fact, line: path, epoch, sequence });
      const { eventId, type } = fact;
      return {
        commandId,
        status: 'accepted',
        facts: [{ line: path, epoch, sequence, eventId, type }],
      };
    },

    /** Takes in a fact of this line again, to rebuild the book; it may have had more lanes. */
    replay(fact: Content): void {
      book.apply(path, fact, judge(book.look, path, Number.POSITIVE_INFINITY, fact));
    },

    /** Stands where the store stands. */
    rewind(): void {
      head = store.head(path);
      failure = undefined;
    },

    /** Stops this line: its history cannot be trusted. Other lines go on. The first fault stays. */
    fail(fault: Fault): void {
      failure ??= fault;
    },

    head: () => head,
    failure: () => failure?.message,
  };
}
