import type { FaultCode } from '../../shared/fault.ts';

/** What a Fault is over HTTP. */
export const statusOf: Readonly<Record<FaultCode, number>> = {
  INVALID: 400,
  REFUSED: 409,
  CONFLICT: 409,
  UNKNOWN: 404,
  CORRUPT: 500,
  FULL: 503,
  UNREACHABLE: 503,
};
