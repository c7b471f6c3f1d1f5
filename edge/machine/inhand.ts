import { Fault } from '../../shared/fault.ts';
import { id } from '../../shared/field.ts';
import { plainText } from './plaintext.ts';
import type { Plain, Sample } from './sample.ts';
import { type Heard, hear } from './settle.ts';
import { instantOf, type Skew } from './time.ts';

/** The operation whose run is open. */
export type Work = Readonly<{ order: string; operation: string }>;
/** What a machine says that it works on, each since when; '' for no job, undefined: not known. */
export type InHand = readonly Readonly<{ atMs: number; job: string | undefined }>[];

/** The job tags of a batch, in its order, behind what was known before it. */
export function jobsIn(known: Heard | undefined, samples: readonly Sample[], skew: Skew): InHand {
  const told: { atMs: number; job: string | undefined }[] = [];
  let heard = known;
  if (heard) told.push({ atMs: heard.atMs, job: jobOf(heard) });
  for (const sample of samples) {
    if (sample.tag !== 'job') continue;
    const next = hear(heard, sample, instantOf(sample, skew).atMs);
    if (next.value !== heard?.value || !heard) told.push({ atMs: next.atMs, job: jobOf(next) });
    heard = next;
  }
  return told;
}

/** The job that was in hand then: of the earliest that is known for anything before it. */
export const jobAt = (jobs: InHand, atMs: number): string | undefined =>
  (jobs.findLast((one) => one.atMs <= atMs) ?? jobs[0])?.job;

/** A job as a machine shows it; '' for what shows none: nothing, blanks, or the number 0. */
export function jobOf(heard: Heard | undefined): string | undefined {
  const value = heard?.value;
  if (value === undefined) return undefined;
  if (value === null || value === 0 || value === 0n) return '';
  return plainText(`${value}`).trim();
}

const fullName = ({ order, operation }: Work): string => `${order}/${operation}`;

/** True if a job is this work's: by the order's number, or by that, "/" and the operation. */
export const isOf = (job: string, work: Work): boolean =>
  job === work.order || job === fullName(work);

/** True if the job says all that a run of an operation does: it is the same whatever the run is. */
export const isWhole = (job: string, work: Work): boolean => job === fullName(work);

const anyId = id('As a machine shows it.');

/** An id as it may stand in a fact; undefined for what a machine shows instead of one. */
export function idOf(value: Plain | undefined): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  try {
    return anyId.read(typeof value === 'string' ? value.trim() : `${value}`, '');
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}
