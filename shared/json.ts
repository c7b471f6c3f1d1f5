import { type Fields, invalid, type Read, readFields } from './field.ts';

/** Reads a record that came as JSON; throws Fault INVALID for anything else as well. */
export function readJson<F extends Fields>(fields: F, bytes: Uint8Array, name: string): Read<F> {
  let given: unknown;
  try {
    given = JSON.parse(Buffer.from(bytes).toString());
  } catch {
    throw invalid(name, 'is not JSON');
  }
  return readFields(fields, given, name);
}
