import { decodeContent } from '../../shared/codec.ts';
import type { Command } from '../../shared/command.ts';
import type { Content, FactType } from '../../shared/event.ts';
import { Fault, type FaultCode } from '../../shared/fault.ts';
import type { Given, Store } from '../store/store.ts';

/** What was stated because a command was accepted. */
export type Stated = {
  line: string;
  epoch: number;
  sequence: number;
  eventId: string;
  type: FactType;
  flags?: string; // what a person should know of it
};
export type Answer = { commandId: string; status: 'accepted'; facts: readonly Stated[] } | Refused;
type Refused = {
  commandId: string;
  status: 'refused';
  code: FaultCode;
  reason: string;
  rule?: string; // the rule's name, if one of the charts' has refused
};

/** The command was not accepted, and why. */
export const refusedBy = (
  commandId: string,
  { code, message, rule }: Pick<Fault, 'code' | 'message' | 'rule'>,
): Refused => ({
  ...{ commandId, status: 'refused', code, reason: message },
  ...(rule === undefined ? {} : { rule }),
});

/** What is told of facts of a line, and what a command of old was told. */
export function openAnswers(path: string, store: Store) {
  /** The answer of old, if this very command was asked before. */
  function repeat({ commandId }: Command, asked: Buffer, given: Given): Answer {
    if (given.asked && !given.asked.equals(asked)) {
      const reason = `command.commandId: ${commandId} was used for another command`;
      return refusedBy(commandId, new Fault('CONFLICT', reason));
    }
    if (given.code !== null) {
      const { code, reason, rule } = given as { code: FaultCode; reason: string; rule: string };
      return refusedBy(commandId, new Fault(code, reason, { rule: rule ?? undefined }));
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
