import { amount, type Field, invalid } from '../shared/field.ts';
import { isId } from '../shared/identity.ts';
import { quantity } from '../shared/quantity.ts';
import { instantMaxMs } from '../shared/vocabulary.ts';
import { readInstant } from './instant.ts';
import { isNumeral, plainDecimal } from './json.ts';

const statedMsMax = 600_000_000_000;
const millionths = 1_000_000n;

/** A JSON number, read by its digits; a text that looks like one is refused. */
export const numeric = (field: Field<string>): Field<string> => ({
  doc: field.doc,
  read(value, name) {
    const plain = isNumeral(value) ? plainDecimal(value) : undefined;
    if (plain !== undefined) return field.read(plain, name);
    throw invalid(name, 'must be a number of at most 12 digits and 6 decimals');
  },
});

export const whole = (doc: string, min: number, max = Number.MAX_SAFE_INTEGER): Field<number> => ({
  doc,
  read(value, name) {
    const number = isNumeral(value) ? Number(plainDecimal(value)) : Number.NaN;
    if (Number.isSafeInteger(number) && number >= min && number <= max) return number;
    throw invalid(name, `must be a whole number from ${min} to ${max}`);
  },
});

export const instant: Field<number> = {
  doc: 'Time by RFC 3339, 1970 to 2099.',
  read(value, name) {
    const atMs = readInstant(value, name);
    if (atMs >= 0 && atMs <= instantMaxMs) return atMs;
    throw invalid(name, 'must be from 1970-01-01 to 2100-01-01');
  },
};

export const uuid: Field<string> = {
  doc: 'Identity of the event, for ever: a UUID.',
  read(value, name) {
    const lower = typeof value === 'string' ? value.toLowerCase() : undefined;
    if (isId(lower)) return lower;
    throw invalid(name, 'must be a UUID');
  },
};

export const nothing: Field<undefined> = {
  doc: 'null.',
  read(value, name) {
    if (value === null || value === undefined) return undefined;
    throw invalid(name, 'must be null for what is said of a whole order');
  },
};

export const minutes: Field<number> = {
  doc: 'Duration on the wall clock, minutes; kept in ms.',
  read(value, name) {
    const text = numeric(amount('')).read(value, name);
    const ms = Number((quantity(text, name) * 60_000n) / millionths);
    if (ms <= statedMsMax) return ms;
    throw invalid(name, `must be at most ${statedMsMax / 60_000} minutes`);
  },
};
