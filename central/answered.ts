import type { FastifyReply } from 'fastify';
import { Fault } from '../shared/fault.ts';

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
    const status = code === 'UNKNOWN' ? 404 : ['REFUSED', 'CONFLICT'].includes(code) ? 409 : 400;
    return reply.code(status).send({ code, message });
  }
}
