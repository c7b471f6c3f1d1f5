import { lasting } from './clock.ts';
import { integer, knownFields, optional, type Read, readFields } from './field.ts';
import { parseJson, readJson } from './json.ts';
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
  unattributed: optional(whole('Entries of what machines made that wait for a person.')),
  unattributedSinceMs: optional(whole('Since when the oldest does; the machine clock, Unix ms.')),
};
const answerFields = { nowMs: whole("Central's clock, Unix ms.") };

/** What an edge says of itself. */
export type Beat = Read<typeof askFields>;
/** What central answers: its clock. */
export type BeatAnswer = { nowMs: number };

/** What a newer edge says beyond it is left out. Throws Fault INVALID that names the field. */
export function decodeBeat(bytes: Uint8Array): Beat {
  return readFields(askFields, knownFields(askFields, parseJson(bytes, 'beat')), 'beat');
}
/** Throws Fault INVALID that names the field. */
export const decodeBeatAnswer = (bytes: Uint8Array): BeatAnswer =>
  readJson(answerFields, bytes, 'beat');
