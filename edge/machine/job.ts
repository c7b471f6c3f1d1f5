/** What may be asked of a machine: nothing else can be named in a mapping, nothing moves it. */
export const jobActions = ['Store', 'Start', 'RevokeStart', 'Pause', 'Resume', 'Clear'] as const;
export type JobAction = (typeof jobActions)[number];
/** What is asked of one without Job Control: to hold what a job needs, and to hold nothing. */
export const writeActions = ['Prepare', 'Empty'] as const;
export type Action = JobAction | (typeof writeActions)[number];

/** States of a job order in OPC 10031-4 v2, by their number from 1. */
export const jobStates = [
  ...([
    'NotAllowedToStart',
    'AllowedToStart',
    'Running',
    'Interrupted',
    'Ended',
    'Aborted',
  ] as const),
] as const;
export type JobState = (typeof jobStates)[number];
/** Prepared: a machine without Job Control shows all that the job needs. */
export type State = JobState | 'Prepared';

export const jobStateOf = (number: number): JobState | undefined => jobStates[number - 1];

/** In which states each is asked; undefined is a job that the machine does not have. */
const from: Readonly<Record<Action, readonly (State | undefined)[]>> = {
  Store: [undefined],
  Start: ['NotAllowedToStart'],
  RevokeStart: ['AllowedToStart'],
  Pause: ['Running'],
  Resume: ['Interrupted'],
  Clear: ['Ended', 'Aborted'],
  Prepare: [undefined],
  Empty: ['Prepared'],
};
/** By which states it shows that it was done. The machine itself decides when it runs. */
const done: Readonly<Record<Action, readonly (State | undefined)[]>> = {
  Store: jobStates,
  Start: ['AllowedToStart', 'Running', 'Interrupted', 'Ended'],
  RevokeStart: ['NotAllowedToStart'],
  Pause: ['Interrupted'],
  Resume: ['Running', 'Ended'],
  Clear: [undefined],
  Prepare: ['Prepared'],
  Empty: [undefined],
};
/** What lets a machine work on a job: not while it is held. */
const begins: readonly Action[] = ['Start', 'Resume', 'Prepare'];

export const isLegal = (action: Action, state: State | undefined): boolean =>
  from[action].includes(state);
export const isDone = (action: Action, state: State | undefined): boolean =>
  done[action].includes(state);
export const isBegin = (action: Action): boolean => begins.includes(action);
/** The two that carry a job's contents. */
export const isSending = (action: Action): boolean => action === 'Store' || action === 'Prepare';

const reasons: readonly [bit: bigint, why: string][] = [
  [1n, 'it does not know the job'],
  [3n, 'the job is in no state for it'],
  [4n, 'it cannot take the job'],
  [32n, 'it calls the request invalid'],
];

/** Why a machine did not do it, from the bits of its ReturnStatus; undefined if it did. */
export function rejectionOf(status: bigint): string | undefined {
  if (status === 1n) return undefined;
  const known = reasons.flatMap(([bit, why]) => ((status >> bit) & 1n ? [why] : []));
  return `the machine refused: ${known.join(', ') || 'no reason given'} (${status})`;
}
