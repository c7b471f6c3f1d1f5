import type { Command } from '../../shared/command.ts';
import { Fault } from '../../shared/fault.ts';
import { commitBounds, openHistogram } from '../../shared/histogram.ts';
import type { Place } from '../../shared/traceparent.ts';
import type { Disk } from '../store/disk.ts';
import { needOf } from '../store/shedding.ts';
import type { Store } from '../store/store.ts';
import type { Actor } from './actor.ts';
import { openAdmission } from './admission.ts';
import { type Answer, refusedBy } from './answers.ts';
import type { Roster } from './roster.ts';
import type { Signing } from './signing.ts';

/** Most commands that share one commit. */
export const batchMax = 1_000;

/** Told within the transaction what the line has decided, for what has to stand there with it. */
export type Decided = (answer: Answer, actor: Actor) => void;
type Waiting = {
  command: Command;
  signing: Signing | undefined;
  from: Place | undefined;
  decided: Decided | undefined;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
};
type Gate = Pick<Disk, 'refusal' | 'refused' | 'accepted' | 'release'>;
type Parts = {
  store: Store;
  roster: Roster;
  /** Why nothing new may be asked of a line now. */
  barred?: ((line: string) => Fault | undefined) | undefined;
  disk?: Gate;
  /** Called before each batch: what has to stand in the store before it. */
  before?: (() => void) | undefined;
  committed: () => void;
  /** By which commits are timed: never jumps. */
  timeMs?: () => number;
};
export type Intake = ReturnType<typeof openIntake>;

/**
 * Where commands enter: a bounded queue, emptied at the edge's own pace. Whatever is waiting when
 * the loop comes round shares one transaction, and nobody is answered before it has committed.
 *
 * What a disk that is nearly full takes is decided here. If it refuses a commit all the same,
 * memory goes back to what is on it, and what is reserved for is tried once more with the reserve.
 */
export function openIntake(parts: Parts) {
  const { store, roster, barred, disk, before, committed, timeMs } = parts;
  let waiting: Waiting[] = [];
  let scheduled = false;
  const admission = openAdmission();
  const commits = openHistogram(commitBounds);

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(drain);
  }

  function drain(): void {
    scheduled = false;
    before?.();
    const batch = waiting.slice(0, batchMax);
    waiting = waiting.slice(batchMax);
    if (waiting.length > 0) schedule();
    const fault = decide(batch);
    if (!fault) return;
    if (fault.code === 'FULL') disk?.refused();
    const urgent = batch.filter(({ command }) => needOf(command) === 'reserved');
    const again = urgent.length > 0 && disk?.release() ? decide(urgent) : fault;
    if (again && again !== fault && again.code === 'FULL') disk?.refused();
    for (const entry of batch) {
      const isDone = again === undefined && urgent.includes(entry);
      if (!isDone) entry.reject(inWords(fault, entry.command));
    }
  }

  /** A disk that does not take a commit says what still works, and whether its reserve is spent. */
  function inWords(fault: Fault, command: Command): Fault {
    const refusal = fault.code === 'FULL' ? disk?.refusal(command) : undefined;
    return refusal === undefined ? fault : new Fault('FULL', refusal, { cause: fault });
  }

  /** Answers all of the batch from one commit; returns why the disk did not take it. */
  function decide(batch: readonly Waiting[]): Fault | undefined {
    const answers: Answer[] = [];
    const fault = commit(
      () => {
        for (const entry of batch) answers.push(answerTo(entry));
      },
      (error) => {
        for (const { reject } of batch) reject(error);
      },
    );
    if (fault) return fault;
    batch.forEach(({ resolve }, index) => {
      resolve(answers[index]!);
    });
    committed();
    return undefined;
  }

  /** Runs `work` as one commit; returns why the disk did not take it, memory being as before. */
  function commit(work: () => void, broken: (error: unknown) => void): Fault | undefined {
    const beganMs = timeMs?.() ?? 0;
    try {
      store.commit(work);
      commits.observe(((timeMs?.() ?? 0) - beganMs) / 1_000);
      disk?.accepted();
      return undefined;
    } catch (error) {
      roster.rebuild();
      if (error instanceof Fault) return error;
      broken(error);
      throw error;
    }
  }

  function answerTo({ command, signing, decided, from }: Waiting): Answer {
    const { commandId } = command;
    const bar = barred?.(command.line);
    if (bar && !store.answered(commandId)) {
      return refusedBy(commandId, bar);
    }
    let answer: Answer;
    let actor: Actor | undefined;
    try {
      actor = roster.actor(command.line);
      const refusal = disk?.refusal(command);
      if (refusal !== undefined && !store.answered(commandId)) {
        return refusedBy(commandId, new Fault('FULL', refusal));
      }
      answer = actor.decide(command, signing, from);
    } catch (error) {
      if (!(error instanceof Fault) || error.retry) throw error;
      answer = refusedBy(commandId, error);
    }
    if (actor) decided?.(answer, actor);
    return answer;
  }

  return {
    /**
     * Resolves once the answer is on disk. Rejects with Fault FULL, storing nothing, when too many
     * commands wait for one of its kind, or the disk does not take the commit; the same command may
     * be asked again. `decided` is told of what the line has decided, before the commit: not of
     * what the disk, or a line that is barred, turns away for now. `from` is where whoever asks
     * stands in a trace.
     */
    ask(command: Command, signing?: Signing, decided?: Decided, from?: Place): Promise<Answer> {
      const refusal = admission.refusal(command, waiting.length);
      if (refusal !== undefined) return Promise.reject(new Fault('FULL', refusal));
      return new Promise((resolve, reject) => {
        waiting.push({ command, signing, decided, from, resolve, reject });
        schedule();
      });
    },

    /** What waits, what was turned away, and how long commits took; since start. */
    figures: () => ({ waiting: waiting.length, turned: admission.turned(), commits }),

    /** States what the runtime has seen; false, having stated nothing, if the disk is full. */
    state(work: () => void): boolean {
      const nobody = () => undefined;
      const attempt = (): boolean => {
        const fault = commit(work, nobody);
        if (fault?.code === 'FULL') disk?.refused();
        return fault === undefined;
      };
      if (!attempt() && !(disk?.release() && attempt())) return false;
      committed();
      return true;
    },
  };
}
