import { type Fields, invalid, type Read, readFields } from './field.ts';

/** Reads a record that came as JSON; throws Fault INVALID for anything else as well. */
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
