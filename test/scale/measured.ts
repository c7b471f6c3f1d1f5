import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What one thing costs a program, µs of a processor: whatever it does at once, a segment in that,
 * and a fact in that.
 */
export type Cost = Readonly<{ turnUs: number; segmentUs: number; factUs: number }>;

/** What was measured of the real programs, and when and where: `npm run bench:measure`. */
export type Measured = Readonly<{
  date: string;
  machine: string;
  /** All servers of a hub of three together; the leader of the stream has this share of it. */
  hub: Cost & Readonly<{ askUs: number; leaderShare: number }>;
  central: Cost & Readonly<{ askUs: number; enrolUs: number }>;
  /** The bench's own edges: they have machines of their own in a plant. */
  edges: Omit<Cost, 'turnUs'>;
  /** From a segment's publishing to its answer, and of a commit's sync, with nothing else to do. */
  publishMs: number;
  commitMs: number;
  /** After the leader's death, until a segment is taken again. */
  electionMs: number;
  factBytes: number;
}>;

export const measuredPath = join(import.meta.dirname, 'measured.json');
export const readMeasured = (file = measuredPath): Measured =>
  JSON.parse(readFileSync(file, 'utf8')) as Measured;
