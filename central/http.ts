import Fastify, { type FastifyInstance } from 'fastify';
import { postingStates } from '../statecharts/posting.ts';
import type { Board } from './board.ts';

/** What central knows, as JSON; listening nowhere yet. */
export function buildHttp(board: Board): FastifyInstance {
  const app = Fastify({ forceCloseConnections: true });
  app.get('/v1/status', async () => board.status());
  app.get('/v1/totals', async () => board.totals());
  app.get<{ Params: { state: string } }>('/v1/postings/:state', async ({ params }, reply) => {
    const state = postingStates.find((known) => known === params.state);
    if (state) return board.postings(state);
    const message = `state: must be one of ${postingStates.join(', ')}`;
    return reply.code(404).send({ code: 'UNKNOWN', message });
  });
  app.get<{ Params: { order: string } }>('/v1/orders/:order', async ({ params }, reply) => {
    const order = board.order(params.order);
    if (order) return order;
    const message = `order: ${params.order.slice(0, 40)} is unknown`;
    return reply.code(404).send({ code: 'UNKNOWN', message });
  });
  return app;
}
