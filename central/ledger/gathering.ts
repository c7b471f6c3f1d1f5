import type { Msg } from '@nats-io/nats-core';
import { Fault } from '../../shared/fault.ts';
import type { Logger } from '../../shared/log.ts';

/** Most questions that are answered in one transaction: others wait for its end, some 10 ms. */
export const gatheredMax = 256;

/** Whoever asked wrongly has changed nothing yet. */
const isMalformed = ({ code }: Fault): boolean => code === 'INVALID' || code === 'CORRUPT';

type Answer = Uint8Array | undefined;
type Parts = {
  /** Resolves when all that has come by now was heard. */
  turn: () => Promise<void>;
  /** The answer, or none for what is not understood; it may write. Throws Fault. */
  answer: (message: Msg) => Answer;
  /** Runs it as one transaction. */
  together: <R>(work: () => R) => R;
  /** A transaction was undone: nothing that was remembered in it is believed. */
  undone: () => void;
  monotonicMs: () => number;
  /** Told how long the answers of a turn took, ms. */
  spent?: (ms: number) => void;
  log: Logger;
};

/**
 * Answers questions that come together in one transaction, and after it: a thousand edges that
 * enter for the first time would else wait for twenty thousand syncs of the disk, one by one, and
 * so would all that is told ahead while many lines are behind. Where the transaction fails each is
 * tried alone, so that no question costs another its answer.
 */
export function openGathering(parts: Parts) {
  const { turn, answer, together, undone, monotonicMs, spent, log } = parts;
  let asked: Msg[] = []; // in this turn

  /** None, and told, for a question that is refused by its words or, alone, by the disk. */
  function answerOf(message: Msg, isAlone: boolean): Answer {
    try {
      return answer(message);
    } catch (fault) {
      if (!(fault instanceof Fault) || !(isAlone || isMalformed(fault))) throw fault;
      log.error({ subject: message.subject, reason: fault.message }, 'a store is not answered');
      return undefined;
    }
  }

  function alone(message: Msg): void {
    const told = answerOf(message, true);
    if (told) message.respond(told);
  }

  function answerThese(messages: readonly Msg[]): void {
    let told: Answer[];
    try {
      told = together(() => messages.map((message) => answerOf(message, false)));
    } catch (fault) {
      undone();
      if (!(fault instanceof Fault)) throw fault;
      log.warn({ stores: messages.length, reason: fault.message }, 'asked together, refused');
      // A ledger that is away would let each of them wait for it; they ask again.
      if (fault.code !== 'UNREACHABLE') for (const message of messages) alone(message);
      return;
    }
    messages.forEach((message, index) => {
      const bytes = told[index];
      if (bytes) message.respond(bytes);
    });
  }

  function answerAll(): void {
    const all = asked;
    asked = [];
    const startMs = monotonicMs();
    for (let at = 0; at < all.length; at += gatheredMax) {
      answerThese(all.slice(at, at + gatheredMax));
    }
    spent?.(monotonicMs() - startMs);
  }

  return (message: Msg): void => {
    if (asked.push(message) === 1) void turn().then(answerAll);
  };
}
