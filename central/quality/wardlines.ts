import type { Dispatch } from './dispatch.ts';
import type { Sent } from './sent.ts';
import type { WardLine } from './wardtables.ts';

/** By these a line's command for a hold is found again. */
export const placing = (lineHold: string): string => `hold:${lineHold}`;
export const releasing = (lineHold: string): string => `release:${lineHold}`;

/** How a hold stands at one line that was asked to place it. */
export type Standing = WardLine &
  Readonly<{ state: string; sinceMs: number | null; why: string | null }>;

type Release = Readonly<{
  proposer: string;
  by: string;
  reason: string;
  /** Whether it ends by a review: of a hold without a quantity. */
  reviewed: boolean;
  /** The act that it comes from, where there may be several. */
  from?: string | undefined;
}>;

/**
 * Asks a line to release a hold: where it has no quantity by a review that one person begins and
 * another ends, which every template of a line allows.
 */
export function sendRelease(
  dispatch: Dispatch,
  line: string,
  hold: string,
  { proposer, by, reason, reviewed, from }: Release,
): Sent {
  const behind = from === undefined ? '' : `#${from}`;
  if (reviewed) {
    const source = `review:${hold}${behind}`;
    dispatch.send({ line, type: 'StartHoldReview', body: { hold }, by: proposer, reason, source });
  }
  const body = { hold, reason, signature: 'released' };
  const source = `${releasing(hold)}${behind}`;
  return dispatch.send({ line, type: 'ReleaseHold', body, by, reason, source });
}

/** That a line is asked to let a decided lot go, and how far that is. */
export type Letting = Readonly<{
  state: 'open' | 'done' | 'refused';
  words: string | null;
  atMs: number;
}>;

/** What was asked of a line for a hold, and what it has said. */
type Known = Readonly<{
  placed: Sent | undefined;
  freed: Sent | undefined;
  letting: Letting | undefined;
  /** The line has said that its hold is over, or that it holds the lot no more. */
  isFreed: boolean;
  isLetGo: boolean;
}>;

/** How a hold of central stands at a line, in words. */
export function stateOf({ placed, freed, letting, isFreed, isLetGo }: Known) {
  const told = (state: string, of: Pick<Sent, 'atMs' | 'endedMs' | 'words'> | undefined) => ({
    state,
    sinceMs: of ? (of.endedMs ?? of.atMs) : null,
    why: of?.words ?? null,
  });
  if (placed?.state !== 'applied') {
    return told(placed?.state === 'refused' ? 'refused' : 'not yet held', placed);
  }
  if (isFreed) return told('released', freed ?? placed);
  if (freed?.state === 'pending') return told('held, not yet released', freed);
  if (freed?.state === 'refused') return told('held, release refused', freed);
  const going = letting && { ...letting, endedMs: null };
  if (isLetGo) return told('let go', going ?? placed);
  if (going?.state === 'open') return told('held, not yet let go', going);
  if (going?.state === 'refused') return told('held, not let go', going);
  return told('held', placed);
}
