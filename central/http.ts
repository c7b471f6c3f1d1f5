import Fastify, { type FastifyInstance } from 'fastify';
import { permitter } from '../shared/enrol.ts';
import { prose, readFields } from '../shared/field.ts';
import { metricsType } from '../shared/metrics.ts';
import { linePath } from '../shared/subject.ts';
import { postingStates } from '../statecharts/posting.ts';
import { answered } from './answered.ts';
import type { Board } from './board.ts';
import { bookRoutes } from './bookroutes.ts';
import { deskRoutes } from './deskroutes.ts';

const liftFields = { by: permitter, reason: prose('Why the hold is lifted.') };

/** What central knows, as JSON, and what a scraper reads; listening nowhere yet. */
export function buildHttp(board: Board, metrics?: () => string): FastifyInstance {
  const app = Fastify({ forceCloseConnections: true });
  app.setErrorHandler((error, _request, reply) =>
    answered(reply, () => {
      throw error;
    }),
  );
  if (metrics) {
    app.get('/metrics', async (_request, reply) => reply.type(metricsType).send(metrics()));
  }
  app.get('/v1/status', async () => board.status());
  app.get('/v1/rules', async () => board.rules());
  app.get('/v1/masters', async () => board.masters());
  app.post('/v1/masters', async ({ body }, reply) => answered(reply, () => board.approve(body)));
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
  app.get<{ Params: { eventId: string } }>('/v1/facts/:eventId', async ({ params }, reply) =>
    answered(reply, () => board.explain(params.eventId)),
  );
  app.post<{ Params: { line: string }; Body: unknown }>(
    '/v1/lines/:line/swap',
    async ({ params, body }, reply) =>
      answered(reply, () => {
        const { by } = readFields({ by: permitter }, body, 'body');
        return board.swap(linePath(params.line, 'line'), by);
      }),
  );
  app.post<{ Params: { eventId: string }; Body: unknown }>(
    '/v1/ahead/:eventId/lift',
    async ({ params, body }, reply) =>
      answered(reply, () => {
        const { by, reason } = readFields(liftFields, body, 'body');
        return board.lift(params.eventId, by, reason);
      }),
  );
  deskRoutes(app, board.desk);
  bookRoutes(app, board);
  return app;
}
