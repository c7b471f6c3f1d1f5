import { lasting } from './clock.ts';
import { integer } from './field.ts';
import { readJson } from './json.ts';
import { linePath } from './subject.ts';

/** A heartbeat is given up after this time, ms. */
export const beatTimeoutMs = 3_000;

/**
 * Clocks that differ by more than this, ms, are told of: a computer that is set over a network is
 * right to some ms, and one that is not drifts by about this much in a day or two.
 */
export const skewMaxMs = 5_000;

/** How a clock stands to central's, which is `skewMs` ahead of it. */
export function skewText(skewMs: number): string {
  if (Math.abs(skewMs) <= skewMaxMs) return "agrees with central's";
  return `${lasting(Math.abs(skewMs))} ${skewMs > 0 ? 'behind' : 'ahead of'} central's`;
}

const whole = (doc: string) => integer(doc, 0, Number.MAX_SAFE_INTEGER);
const askFields = {
  line: { doc: 'First line of the edge; names the edge.', read: linePath },
  nowMs: whole("The edge's clock, Unix ms."),
  unsent: whole('Facts that the stream has not taken.'),
};
const answerFields = { nowMs: whole("Central's clock, Unix ms.") };

/** What an edge says of itself. */
export type Beat = { line: string; nowMs: number; unsent: number };
/** What central answers: its clock. */
export type BeatAnswer = { nowMs: number };

/** Throws Fault INVALID that names the field. */
export const decodeBeat = (bytes: Uint8Array): Beat => readJson(askFields, bytes, 'beat');
/** Throws Fault INVALID that names the field. */
export const decodeBeatAnswer = (bytes: Uint8Array): BeatAnswer =>
  readJson(answerFields, bytes, 'beat');
