import type { Database } from '../../shared/database.ts';
import { open } from './docket.ts';
import { caseReason } from './inverse.ts';

/** Most parked entries whose reasons are read for one answer; those beyond are `uncounted`. */
const classedMax = 5_000;

/**
 * Why postings are parked, as few words that never grow: texts name orders and amounts, and belong
 * on no label. Told apart by how the texts begin, in this order; what none of them fits is `other`.
 */
const postingClasses = [
  ['differs', /^in the ERP as /],
  ['queued', /^still queued at the ERP|^the ERP took it and does not know/],
  ['unknown', /^unknown \d+ times/],
  ['several', /^found \d+ documents/],
  ['lost', /^lost by the ERP/],
  ['time', /^its time is in doubt|^the time of the run is not known/],
  ['tolerance', /^over tolerance/],
  ['case', new RegExp(`^${caseReason}`)],
  ['closed', /after the order was closed$/],
  ['history', /^the start of this run is unknown/],
  ['message', /^message \S+ (is|was) /],
  ['refused', /^\S{1,60}: /],
] as const;
/** Why arrivals are set aside, by the first word of the reason. */
const arrivalClasses = [
  ['conflict', /^conflict:/],
  ['fork', /^(fork|unchained):/],
  ['stale', /^stale epoch:/],
  ['epoch', /^unknown epoch:/],
  ['stray', /^stray:/],
  ['gap', /^gap:/],
  ['unreadable', /^unreadable:/],
  ['security', /^security:/],
  ['hold', /^hold /],
  ['broken', /^segment/],
] as const;

const namesOf = (classes: readonly (readonly [string, RegExp])[]) => [
  ...classes.map(([name]) => name),
  ...['other', 'uncounted'],
];
export const postingClassNames: readonly string[] = namesOf(postingClasses);
export const arrivalClassNames: readonly string[] = namesOf(arrivalClasses);

type Classes = readonly (readonly [string, RegExp])[];
const classOf = (classes: Classes, reason: string): string =>
  classes.find(([, pattern]) => pattern.test(reason))?.[0] ?? 'other';
export const postingClass = (reason: string): string => classOf(postingClasses, reason);
export const arrivalClass = (reason: string): string => classOf(arrivalClasses, reason);

type Row = { reason: string | null; entries: number };
export type Counted = ReadonlyMap<string, number>;

/** How many of each class; every class is there, also with none. */
function sum(rows: readonly Row[], classes: Classes, total: number): Counted {
  const sums = new Map(namesOf(classes).map((name) => [name, 0]));
  let counted = 0;
  for (const { reason, entries } of rows) {
    const name = classOf(classes, reason ?? '');
    sums.set(name, sums.get(name)! + entries);
    counted += entries;
  }
  sums.set('uncounted', Math.max(0, total - counted));
  return sums;
}

/** Reads how many are parked of each class. Costs a look at `most` rows of each at most. */
export function openParkedClasses(db: Database, most = classedMax) {
  const postings = db.prepare<[], Row>(
    `SELECT reason, count(*) AS entries FROM (
       SELECT reason FROM posting WHERE ${open} AND state = 'parked'
       ORDER BY lane, id LIMIT ${most}
     ) AS newest GROUP BY reason`,
  );
  const arrivals = db.prepare<[], Row>(
    `SELECT reason, count(*) AS entries FROM (
       SELECT reason FROM parked ORDER BY id DESC LIMIT ${most}
     ) AS newest GROUP BY reason`,
  );
  return {
    /** Of `total` parked postings, by why. */
    postings: (total: number): Counted =>
      total === 0 ? sum([], postingClasses, 0) : sum(postings.all(), postingClasses, total),
    /** Of `total` arrivals that are set aside, by why. */
    arrivals: (total: number): Counted =>
      total === 0 ? sum([], arrivalClasses, 0) : sum(arrivals.all(), arrivalClasses, total),
  };
}
