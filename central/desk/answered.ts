import type { FastifyReply } from 'fastify';
import { Fault, type FaultCode } from '../../shared/fault.ts';

const statuses: Partial<Record<FaultCode, number>> = {
  ...{ UNKNOWN: 404, REFUSED: 409, CONFLICT: 409 },
  UNREACHABLE: 503, // the ledger did not answer: whether it was done must be looked at
};
/** A number for people who know HTTP, also for errors of services on NATS. */
export const statusOf = (code: FaultCode): number => statuses[code] ?? 400;

/** The answer, or in words why there is none. */
export async function answered<T>(
  reply: FastifyReply,
  work: () => T | Promise<T>,
): Promise<T | FastifyReply> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { code, message } = error;
    return reply.code(statusOf(code)).send({ code, message });
  }
}
