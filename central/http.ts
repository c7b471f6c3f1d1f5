import Fastify, { type FastifyInstance } from 'fastify';
import { invalid } from '../shared/field.ts';
import { metricsType } from '../shared/metrics.ts';
import { answered } from './answered.ts';
import type { Board } from './board.ts';
import type { Operation } from './operation.ts';
import { operationsOf } from './operations.ts';

type Asked = Readonly<{ params: object; query: object; body: unknown }>;

/** The fields of a request: those in its address, and its query or body. */
function fieldsOf({ method }: Operation, { params, query, body }: Asked): unknown {
  if (method === 'GET') return { ...query, ...params };
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const twice = Object.keys(params).find((name) => Object.hasOwn(body, name));
  if (twice !== undefined) throw invalid(`body.${twice}`, 'stands in the address already');
  return { ...body, ...params };
}

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
  for (const one of operationsOf(board)) {
    const { method, path: url, name, answer } = one;
    const label = method === 'GET' ? name : 'body';
    app.route({
      ...{ method, url },
      handler: (request, reply) =>
        answered(reply, () => answer(fieldsOf(one, request as Asked), label)),
    });
  }
  return app;
}
