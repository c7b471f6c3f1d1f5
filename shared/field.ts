import { Fault } from './fault.ts';
import { quantity, quantityText } from './quantity.ts';

/** One field of a config, a command or a fact: what it holds, and how it is read. */
export type Field<T> = {
  doc: string;
  /** The value as we keep it; throws Fault INVALID that names `name` and the limit. */
  read(value: unknown, name: string): T;
};
export type Fields = Readonly<Record<string, Field<unknown>>>;
export type Read<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never;
};

export const invalid = (name: string, limit: string): Fault =>
  new Fault('INVALID', `${name}: ${limit}`);

export const idMax = 40;

/**
 * An identity from the plant or the ERP: order, lot, run, person. Kept as text for ever.
 *
 * Normalised to NFC, so that two spellings of one lot are one lot; 1 to 40 characters, no blank at
 * either end, no control or format characters. Leading zeros stay.
 */
export const id = (doc: string, max = idMax): Field<string> => ({
  doc,
  read(value, name) {
    const normal = typeof value === 'string' ? value.normalize('NFC') : '';
    if (normal === '' || [...normal].length > max || /^\s|\s$|\p{C}/u.test(normal)) {
      throw invalid(
        name,
        `must be 1 to ${max} characters, no control or format characters, no blank at an end`,
      );
    }
    return normal;
  },
});

/** Free text for people, at most `max` characters, no control characters; may be empty. */
export const prose = (doc: string, max = 200): Field<string> => ({
  doc,
  read(value, name) {
    if (typeof value === 'string' && value.isWellFormed() && [...value].length <= max) {
      if (!/\p{Cc}/u.test(value)) return value;
    }
    throw invalid(name, `must be a text of at most ${max} characters without control characters`);
  },
});

export const integer = (doc: string, min: number, max: number): Field<number> => ({
  doc: `${doc} ${min} to ${max}.`,
  read(value, name) {
    if (Number.isInteger(value) && Number(value) >= min && Number(value) <= max) {
      return Number(value) + 0;
    }
    throw invalid(name, `must be a whole number from ${min} to ${max}`);
  },
});

export const flag = (doc: string): Field<boolean> => ({
  doc,
  read(value, name) {
    if (typeof value === 'boolean') return value;
    throw invalid(name, 'must be true or false');
  },
});

export const choice = <const T extends readonly string[]>(
  doc: string,
  values: T,
): Field<T[number]> => ({
  doc: `${doc} One of ${values.join(', ')}.`,
  read(value, name) {
    if (values.includes(value as string)) return value as T[number];
    throw invalid(name, `must be one of ${values.join(', ')}`);
  },
});

/** A quantity of zero or more, kept as its one spelling ("12.5"). */
export const amount = (doc: string): Field<string> => ({
  doc,
  read(value, name) {
    const micros = quantity(value, name);
    if (micros >= 0n) return quantityText(micros);
    throw invalid(name, 'must not be negative; a correction names the original report');
  },
});

/** A quantity of more than zero. */
export const someAmount = (doc: string): Field<string> => ({
  doc,
  read(value, name) {
    const text = amount(doc).read(value, name);
    if (text !== '0') return text;
    throw invalid(name, 'must be more than 0');
  },
});

export const optional = <T>(field: Field<T>): Field<T | undefined> => ({
  doc: `${field.doc} May be absent.`,
  read: (value, name) =>
    value === undefined || value === null ? undefined : field.read(value, name),
});

export const fallback = <T>(field: Field<T>, standard: T): Field<T> => ({
  doc: `${field.doc} ${JSON.stringify(standard)} if absent.`,
  read: (value, name) => (value === undefined ? standard : field.read(value, name)),
});

export const list = <T>(field: Field<T>, max: number): Field<readonly T[]> => ({
  doc: `${field.doc} At most ${max}.`,
  read(value, name) {
    if (!Array.isArray(value) || value.length > max) {
      throw invalid(name, `must be a list of at most ${max}`);
    }
    return value.map((item, index) => field.read(item, `${name}[${index}]`));
  },
});

export const record = <F extends Fields>(doc: string, fields: F): Field<Read<F>> => ({
  doc,
  read: (value, name) => readFields(fields, value, name),
});

/**
 * Reads and freezes a record. Throws Fault INVALID naming every bad and every unknown key at once.
 * Absent optional keys are absent in the result.
 */
export function readFields<F extends Fields>(fields: F, given: unknown, name: string): Read<F> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalid(name, 'must be an object');
  }
  const complaints = Object.keys(given)
    .filter((key) => !Object.hasOwn(fields, key))
    .map((key) => `${name}.${key.slice(0, idMax)}: unknown`);
  const result: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(fields)) {
    try {
      const own = Object.hasOwn(given, key) ? (given as Record<string, unknown>)[key] : undefined;
      const value = field.read(own, `${name}.${key}`);
      if (value !== undefined) result[key] = value;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      complaints.push(error.message);
    }
  }
  if (complaints.length > 0) throw new Fault('INVALID', complaints.join('; '));
  return Object.freeze(result) as Read<F>;
}

/** The commented sample of a config, printed from the table that validates it. */
export const sample = (fields: Fields): string =>
  Object.entries(fields)
    .map(([key, { doc }]) => `# ${doc}\n${key}:\n`)
    .join('\n');
