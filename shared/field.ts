import { Fault } from './fault.ts';
import { isWhole, quantity, quantityText } from './quantity.ts';

/** One field of a config, a command or a fact: what it holds, and how it is read. */
export type Field<T> = {
  doc: string;
  /** The value as we keep it; throws Fault INVALID that names `name` and the limit. */
  read(value: unknown, name: string): T;
  /** Leaves out what a newer program put into the value; absent where nothing can be in it. */
  prune?: ((value: unknown) => unknown) | undefined;
};
export type Fields = Readonly<Record<string, Field<unknown>>>;
type Value<T> = T extends Field<infer V> ? V : never;
/** What reading a table of fields gives; a field that may be absent is an absent key. */
export type Read<F extends Fields> = {
  readonly [K in keyof F as undefined extends Value<F[K]> ? never : K]: Value<F[K]>;
} & {
  readonly [K in keyof F as undefined extends Value<F[K]> ? K : never]?: Exclude<
    Value<F[K]>,
    undefined
  >;
};

export const invalid = (name: string, limit: string): Fault =>
  new Fault('INVALID', `${name}: ${limit}`);

export const idMax = 40;

/** True for 1 to `max` visible ASCII characters: most ids, of which nothing else need be asked. */
function isPlain(value: unknown, max: number): value is string {
  if (typeof value !== 'string' || value.length === 0 || value.length > max) return false;
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code <= 0x20 || code >= 0x7f) return false;
  }
  return true;
}

/**
 * An identity from the plant or the ERP: order, lot, run, person. Kept as text for ever.
 *
 * Normalised to NFC, so that two spellings of one lot are one lot; 1 to 40 characters, no blank at
 * either end, no control or format characters. Leading zeros stay.
 */
export const id = (doc: string, max = idMax): Field<string> => ({
  doc,
  read(value, name) {
    if (isPlain(value, max)) return value;
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

/** A text of at least one character, e.g. a path or an address. */
export const text = (doc: string, max: number): Field<string> => ({
  doc,
  read(value, name) {
    const given = prose(doc, max).read(value, name);
    if (given !== '') return given;
    throw invalid(name, 'must not be empty');
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

/** Bytes, which only a program can give. */
export const bytes = (doc: string, max: number): Field<Uint8Array> => ({
  doc: `${doc} At most ${max} bytes.`,
  read(value, name) {
    if (value instanceof Uint8Array && value.length <= max) return value;
    throw invalid(name, `must be at most ${max} bytes`);
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
    if (isWhole(value)) return value;
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
  prune: field.prune,
});

export const fallback = <T>(field: Field<T>, standard: T): Field<T> => ({
  doc: `${field.doc} ${JSON.stringify(standard)} if absent.`,
  read: (value, name) => (value === undefined ? standard : field.read(value, name)),
});

/** What the field reads; when it throws a Fault, undefined and one complaint more. */
function attempt<T>(field: Field<T>, value: unknown, name: string, complaints: string[]) {
  try {
    return field.read(value, name);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    complaints.push(error.message);
    return undefined;
  }
}

export const list = <T>(field: Field<T>, max: number): Field<readonly T[]> => ({
  doc: `${field.doc} At most ${max}.`,
  read(value, name) {
    if (!Array.isArray(value) || value.length > max) {
      throw invalid(name, `must be a list of at most ${max}`);
    }
    const complaints: string[] = [];
    const items = value.map((item, index) => attempt(field, item, `${name}[${index}]`, complaints));
    if (complaints.length > 0) throw new Fault('INVALID', complaints.join('; '));
    return items as T[];
  },
  prune: (value) =>
    field.prune && Array.isArray(value) ? value.map((item) => field.prune!(item)) : value,
});

/** A list of at least one. */
export const some = <T>(field: Field<readonly T[]>): Field<readonly T[]> => ({
  ...field,
  doc: `${field.doc} At least one.`,
  read(value, name) {
    const items = field.read(value, name);
    if (items.length > 0) return items;
    throw invalid(name, 'must name at least one');
  },
});

export const record = <F extends Fields>(doc: string, fields: F): Field<Read<F>> => ({
  doc,
  read: (value, name) => readFields(fields, value, name),
  prune: (value) => knownFields(fields, value),
});

/** What of `given` these fields know, at every depth; anything but an object stays as it is. */
export function knownFields(fields: Fields, given: unknown): unknown {
  if (typeof given !== 'object' || given === null) return given;
  const known: Record<string, unknown> = {};
  const all = given as Record<string, unknown>;
  for (const key of Object.keys(all)) {
    if (!Object.hasOwn(fields, key)) continue;
    const { prune } = fields[key]!;
    known[key] = prune ? prune(all[key]) : all[key];
  }
  return known;
}

/**
 * Reads and freezes a record. Throws Fault INVALID naming every bad and every unknown key at once.
 * Absent optional keys are absent in the result.
 */
export function readFields<F extends Fields>(fields: F, given: unknown, name: string): Read<F> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalid(name, 'must be an object');
  }
  const complaints: string[] = [];
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(fields, key)) complaints.push(`${name}.${key.slice(0, idMax)}: unknown`);
  }
  const result: Record<string, unknown> = {};
  for (const key in fields) {
    const own = Object.hasOwn(given, key) ? (given as Record<string, unknown>)[key] : undefined;
    const value = attempt(fields[key]!, own, `${name}.${key}`, complaints);
    if (value !== undefined) result[key] = value;
  }
  if (complaints.length > 0) throw new Fault('INVALID', complaints.join('; '));
  return Object.freeze(result) as Read<F>;
}

/** The same of a record that came as JSON; throws Fault INVALID for anything else as well. */
export const readJson = <F extends Fields>(fields: F, bytes: Uint8Array, name: string): Read<F> =>
  readFields(fields, parseJson(bytes, name), name);

/** Throws Fault INVALID that names `name` for what is no JSON. */
export function parseJson(bytes: Uint8Array, name: string): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    throw invalid(name, 'is not JSON');
  }
}

/** The commented sample of a config, printed from the table that validates it. */
export const sample = (fields: Fields): string =>
  Object.entries(fields)
    .map(([key, { doc }]) => `# ${doc}\n${key}:\n`)
    .join('\n');
