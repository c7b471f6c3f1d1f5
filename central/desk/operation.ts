import { type EndpointName, wayOf } from '../../shared/endpoints.ts';
import { Fault } from '../../shared/fault.ts';
import { type Field, type Fields, invalid, type Read, readFields } from '../../shared/field.ts';
import { type Asker, named } from './asker.ts';

/** Of whom nothing is known. */
const nobody: Asker = { way: 'http' };
/** Longest that an answer takes, ms, where nothing else is said. */
const answerMaxMs = 120_000;

/** What central can be asked, over HTTP and as a service on NATS alike. */
export type Operation = Readonly<{
  /** Its endpoint on NATS is `hf.desk.<name>`. */
  name: EndpointName;
  doc: string;
  method: 'GET' | 'POST';
  /** Over HTTP; what begins with ":" is a field. */
  path: string;
  fields: Fields;
  /** The field that is meant by whoever sends bare text. */
  main: string | undefined;
  /** Whether it changes something; then `dryRun` is among its fields. */
  acts: boolean;
  /** An answer that takes longer, ms, is given up on NATS; the work may go on. */
  maxMs: number;
  /**
   * The answer to what was asked. Throws Fault INVALID that names the field, beginning with
   * `label`, and whatever Fault the operation throws. Of an asker of whom nothing is said no name
   * is proved.
   */
  answer: (given: unknown, label: string, asker?: Asker) => unknown;
  /** The answer for a person. */
  text: (answer: unknown) => string;
  /** The answer for a spreadsheet, where there is one (RFC 4180). */
  csv: ((answer: unknown) => string) | undefined;
}>;

type Told<F extends Fields> = {
  name: EndpointName;
  doc: string;
  fields: F;
  main?: keyof F & string;
  maxMs?: number;
  answer: (asked: Read<F>, asker: Asker, label: string) => unknown;
  text: (answer: never) => string;
  csv?: (answer: never) => string;
};

export function operation<F extends Fields>(told: Told<F>): Operation {
  const { name, main, maxMs = answerMaxMs, answer, text, csv, fields } = told;
  const way = wayOf(name);
  return {
    ...{ ...told, ...way, main, maxMs, acts: way.method === 'POST' },
    answer(given, label, asker = nobody) {
      const asked = 'by' in fields ? named(given, asker) : given;
      return answer(readFields(fields, asked, label), asker, label);
    },
    text: text as (answer: unknown) => string,
    csv: csv as Operation['csv'],
  };
}

/** A number of rows from 1 to `max`, also as text, as it comes in an address. */
export const rows = (max: number): Field<number> => ({
  doc: `Most rows in one answer, 1 to ${max}.`,
  read(value, name) {
    const count = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
    if (Number.isInteger(count) && Number(count) >= 1 && Number(count) <= max) {
      return Number(count);
    }
    throw invalid(name, `must be a whole number from 1 to ${max}`);
  },
});

/** One page of what is in order by `of`: rows behind `after`, and where the next page begins. */
export function paged<T>(
  all: readonly T[],
  of: (row: T) => string,
  { limit, after }: Readonly<{ limit: number; after?: string }>,
): Readonly<{ rows: readonly T[]; next: string | null }> {
  const at = after === undefined ? 0 : all.findIndex((row) => of(row) === after) + 1;
  if (after !== undefined && at === 0) {
    throw new Fault('UNKNOWN', `after: ${after.slice(0, 100)} is not among what is listed`);
  }
  const rows = all.slice(at, at + limit);
  const isMore = at + limit < all.length;
  return { rows, next: isMore ? of(rows.at(-1)!) : null };
}
