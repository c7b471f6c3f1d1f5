import type { Happening } from './happening.ts';

/** A value as we keep it: whole numbers of 64 bits are bigints, structures are reduced before. */
export type Plain = bigint | number | string | boolean | null;

/** One value of one tag, as a machine's server told it. */
export type Sample = Readonly<{
  unit: string;
  tag: string;
  value: Plain;
  status: number; // OPC UA StatusCode, all 32 bits
  sourceMs?: number | undefined; // the machine's clock, Unix ms
  serverMs?: number | undefined; // its server's
  receivedMs: number; // the edge's
  epoch: string; // which incarnation of the server said it
  message?: Message | undefined; // absent for what was read and not notified
  event?: Happening | undefined; // told by a tag of events, which has no value
}>;

/** Which notification it came in. `delivery` counts what arrived, repeats too. */
export type Message = Readonly<{ subscription: number; sequence: number; delivery: number }>;

export type Severity = 'good' | 'uncertain' | 'bad';

/** Bad samples may carry a value all the same: this is asked before the value. */
export function severityOf(status: number): Severity {
  const top = status >>> 30;
  return top === 0 ? 'good' : top === 1 ? 'uncertain' : 'bad';
}

/** True if the server's queue ran over before this value: what changed in between is not known. */
export const overflowed = (status: number): boolean => (status & 0x480) === 0x480;
