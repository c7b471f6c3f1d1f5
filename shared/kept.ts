import { id, integer, list } from './field.ts';
import { readJson } from './json.ts';

/** Most sequences named one by one as waiting for a person. */
export const waitingMax = 100;

const sequence = integer('A sequence of the line.', 0, Number.MAX_SAFE_INTEGER);
const fields = {
  epoch: integer('Epoch of the line.', 1, Number.MAX_SAFE_INTEGER),
  sequence,
  hash: id("Hex of the chain's link at that sequence.", 64),
  settled: sequence,
  waiting: list(sequence, waitingMax),
};

/**
 * Central's word on a line: its ledger holds everything up to `sequence`, and what the ERP should
 * have of it is there up to `settled`, but for those `waiting` (parked or held).
 */
export type Kept = {
  epoch: number;
  sequence: number;
  hash: string;
  settled: number;
  waiting: readonly number[];
};

export const encodeKept = (kept: Kept): string => JSON.stringify(kept);

/** Throws Fault INVALID that names the field. */
export const decodeKept = (bytes: Uint8Array): Kept => readJson(fields, bytes, 'kept');

/** Facts that central lacks and asks the edge for, from and to inclusive. */
export type Refill = { epoch: number; from: number; to: number };
const refillFields = { epoch: fields.epoch, from: fields.epoch, to: fields.epoch };

/** Throws Fault INVALID that names the field. */
export const decodeRefill = (bytes: Uint8Array): Refill => readJson(refillFields, bytes, 'refill');
