import { Fault } from '../../shared/fault.ts';
import { type Field, invalid } from '../../shared/field.ts';

/** Names that the plant gives, each with what it names; at most `max`, kept in their order. */
export const dictionary = <T>(
  doc: string,
  name: Field<string>,
  field: Field<T>,
  max: number,
): Field<ReadonlyMap<string, T>> => ({
  doc: `${doc} At most ${max}.`,
  read(value, at) {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isObject || Object.keys(value).length > max) {
      throw invalid(at, `must be an object of at most ${max} names`);
    }
    const complaints: string[] = [];
    const entries = Object.entries(value).map(([key, given]): [string, T] => {
      try {
        return [name.read(key, `${at} ${key.slice(0, 40)}`), field.read(given, `${at}.${key}`)];
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        complaints.push(error.message);
        return ['', undefined as T];
      }
    });
    if (complaints.length > 0) throw new Fault('INVALID', complaints.join('; '));
    const read = new Map(entries);
    if (read.size === entries.length) return read;
    throw invalid(at, 'has two names that are one when written alike');
  },
});

/** A number that need not be whole: a bound for what is believed, never a quantity. */
export const number = (doc: string, min: number, max: number): Field<number> => ({
  doc: `${doc} ${min} to ${max}.`,
  read(value, name) {
    if (typeof value === 'number' && value >= min && value <= max) return value;
    throw invalid(name, `must be a number from ${min} to ${max}`);
  },
});

/** A short name within a mapping, as it may stand in a metric and in a path. */
export const word = (doc: string): Field<string> => ({
  doc,
  read(value, name) {
    if (typeof value === 'string' && /^[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(value)) return value;
    throw invalid(name, 'must be a letter, and up to 39 letters, digits, "_" or "-"');
  },
});
