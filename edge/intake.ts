import type { Command } from '../shared/command.ts';
import { Fault } from '../shared/fault.ts';
import type { Answer } from './actor.ts';
import type { Roster } from './roster.ts';
import type { Store } from './store.ts';

/** Most commands that may wait, and most that share one commit. */
export const waitingMax = 20_000;
export const batchMax = 1_000;

type Waiting = { command: Command; resolve(answer: Answer): void; reject(error: unknown): void };
type Parts = {
  store: Store;
  roster: Roster;
  /** Why nothing new may be asked of a line now. */
  barred?: ((line: string) => Fault | undefined) | undefined;
  committed: () => void;
};
export type Intake = ReturnType<typeof openIntake>;

/**
 * Where commands enter: a bounded queue, emptied at the edge's own pace. Whatever is waiting when
 * the loop comes round shares one transaction, and nobody is answered before it has committed.
 */
export function openIntake({ store, roster, barred, committed }: Parts) {
  let waiting: Waiting[] = [];
  let scheduled = false;

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(drain);
  }

  function drain(): void {
    scheduled = false;
    const batch = waiting.slice(0, batchMax);
    waiting = waiting.slice(batchMax);
    if (waiting.length > 0) schedule();
    const answers: Answer[] = [];
    try {
      store.commit(() => {
        for (const { command } of batch) answers.push(answerTo(command));
      });
    } catch (error) {
      roster.rebuild();
      for (const { reject } of batch) reject(error);
      if (error instanceof Fault) return;
      throw error;
    }
    batch.forEach(({ resolve }, index) => {
      resolve(answers[index]!);
    });
    committed();
  }

  function answerTo(command: Command): Answer {
    const bar = barred?.(command.line);
    if (bar && !store.answered(command.commandId)) {
      const { code, message: reason } = bar;
      return { commandId: command.commandId, status: 'refused', code, reason };
    }
    try {
      return roster.actor(command.line).decide(command);
    } catch (error) {
      if (!(error instanceof Fault) || error.retry) throw error;
      const { commandId } = command;
      return { commandId, status: 'refused', code: error.code, reason: error.message };
    }
  }

  return {
    /**
     * Resolves once the answer is on disk. Rejects with Fault FULL, storing nothing, when too many
     * commands wait or the disk does not take the commit; the same command may be asked again.
     */
    ask(command: Command): Promise<Answer> {
      if (waiting.length >= waitingMax) {
        const message = `intake: ${waitingMax} commands are waiting already`;
        return Promise.reject(new Fault('FULL', message));
      }
      return new Promise((resolve, reject) => {
        waiting.push({ command, resolve, reject });
        schedule();
      });
    },
  };
}
