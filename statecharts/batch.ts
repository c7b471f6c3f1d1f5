import { batchCommands } from '../shared/material.ts';
import { all, defineChart, type Rule } from './engine.ts';

type BatchEvent = {
  type: string;
  batch: string;
  command: string;
  holds: readonly string[]; // open holds on the batch, its order or the line
  phase: string | undefined; // of the recipe that is running
  given: string; // phase that this fact is about
  due: boolean; // the limit's next occurrence, and its time has come
};

const rules: Record<string, Rule<BatchEvent>> = Object.fromEntries(
  batchCommands.map((asked) => [
    asked,
    {
      holds: ({ command }) => command === asked,
      why: ({ batch, command }) => `batch ${batch} cannot ${command} now`,
    },
  ]),
);
const on = (targets: Partial<Record<(typeof batchCommands)[number], string>>, held = '') =>
  Object.entries(targets).map(([command, target]) => ({
    target,
    guard: all(command, ...(command === held ? ['notHeld'] : [])),
  }));
const settle = (target: string) => ({ BatchSettled: { target } });
const stops = { stop: 'stopping', abort: 'aborting' } as const;
const final = { BatchCommanded: on({ reset: 'idle' }) };
/** A phase often ends just when the batch is on its way to a stop. */
const endPhase = { BatchPhaseEnded: { guard: all('inPhase'), actions: 'note' as const } };
const overran = { BatchPhaseOverran: { guard: all('due'), actions: 'note' as const } };

/**
 * The procedural states of a batch (ISA-88.00.01-2010, states and commands as B2MML names them).
 * `BatchSettled` says that an acting state has done what it had to, or that the procedure is
 * complete. A quality hold forbids to start, resume or restart; it never stops what runs.
 */
export const batch = defineChart<BatchEvent>({
  id: 'batch',
  version: 2,
  initial: 'idle',
  rules: {
    ...rules,
    notHeld: {
      holds: ({ holds }) => holds.length === 0,
      why: ({ batch, holds }) => `batch ${batch} is held by ${holds.join(', ')}`,
    },
    noPhase: {
      holds: ({ phase }) => phase === undefined,
      why: ({ batch, phase }) => `batch ${batch} is in phase ${phase}`,
    },
    inPhase: {
      holds: ({ phase, given }) => phase === given,
      why: ({ batch, given }) => `batch ${batch} is not in phase ${given}`,
    },
    due: { holds: ({ due }) => due, why: ({ batch }) => `batch ${batch}: no limit is due` },
  },
  states: {
    idle: { on: { BatchCommanded: on({ start: 'running' }, 'start') } },
    running: {
      timers: { phaseLimit: 'BatchPhaseOverran' },
      on: {
        BatchCommanded: on({ pause: 'pausing', hold: 'holding', ...stops }),
        BatchSettled: { target: 'complete', guard: all('noPhase') },
        BatchPhaseStarted: { guard: all('noPhase', 'notHeld'), actions: 'note' },
        ...{ ...endPhase, ...overran },
      },
    },
    pausing: {
      on: { BatchCommanded: on({ hold: 'holding', ...stops }), ...settle('paused'), ...endPhase },
    },
    paused: {
      on: {
        BatchCommanded: on({ resume: 'running', hold: 'holding', ...stops }, 'resume'),
        ...endPhase,
      },
    },
    holding: { on: { BatchCommanded: on(stops), ...settle('held'), ...endPhase } },
    held: {
      on: { BatchCommanded: on({ restart: 'restarting', ...stops }, 'restart'), ...endPhase },
    },
    restarting: { on: { BatchCommanded: on({ hold: 'holding', ...stops }), ...settle('running') } },
    stopping: {
      on: { BatchCommanded: on({ abort: 'aborting' }), ...settle('stopped'), ...endPhase },
    },
    stopped: { on: final },
    aborting: { on: settle('aborted') },
    aborted: { on: final },
    complete: { on: final },
  },
});
