import { integer, readJson } from './field.ts';
import { linePath } from './subject.ts';

/** A heartbeat is given up after this time, ms. */
export const beatTimeoutMs = 3_000;

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
