import { decodeContent } from '../shared/codec.ts';
import type { Command } from '../shared/command.ts';
import type { Content, FactType } from '../shared/event.ts';
import type { FaultCode } from '../shared/fault.ts';
import type { Given, Store } from './store.ts';

/** What was stated because a command was accepted. */
export type Stated = {
  line: string;
  epoch: number;
  sequence: number;
  eventId: string;
  type: FactType;
  flags?: string; // what a person should know of it
};
export type Answer =
  | { commandId: string; status: 'accepted'; facts: readonly Stated[] }
  | { commandId: string; status: 'refused'; code: FaultCode; reason: string };

/** What is told of facts of a line, and what a command of old was told. */
export function openAnswers(path: string, store: Store) {
  /** The answer of old, if this very command was asked before. */
  function repeat({ commandId }: Command, asked: Buffer, given: Given): Answer {
    if (given.asked && !given.asked.equals(asked)) {
      const reason = `command.commandId: ${commandId} was used for another command`;
      return { commandId, status: 'refused', code: 'CONFLICT', reason };
    }
    if (given.code !== null) {
      const code = given.code as FaultCode;
      return { commandId, status: 'refused', code, reason: given.reason! };
    }
    return { commandId, status: 'accepted', facts: [...written(given)] };
  }

  /** The fact, and those behind it that followed from it alone. */
  function* written({ line, epoch, sequence, bytes }: Omit<Given, 'asked'>): Generator<Stated> {
    const first = decodeContent(bytes);
    yield summary(first, epoch, sequence);
    for (let next = sequence + 1; ; next++) {
      const row = store.at(line, epoch, next);
      const content = row && row.command_id === null ? decodeContent(row.bytes) : undefined;
      if (content?.causationId !== first.eventId) return;
      yield summary(content, epoch, next);
    }
  }

  const summary = (fact: Content, epoch: number, sequence: number): Stated => {
    const { eventId, type, flags } = fact;
    return {
      line: path,
      epoch,
      sequence,
      eventId,
      type,
      ...(flags === undefined ? {} : { flags }),
    };
  };

  return { repeat, summary };
}
