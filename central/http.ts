import Fastify, { type FastifyInstance } from 'fastify';
import { invalid } from '../shared/field.ts';
import { metricsType } from '../shared/metrics.ts';
import { strictTransport } from '../shared/secured.ts';
import { answered } from './answered.ts';
import type { Board } from './board.ts';
import { operationsOf } from './operations.ts';

/** The fields of a request: those in its address, and its query or body, which `label` names. */
function fieldsOf(params: object, rest: unknown, label: string): unknown {
  if (typeof rest !== 'object' || rest === null || Array.isArray(rest)) return rest;
  const twice = Object.keys(params).find((name) => Object.hasOwn(rest, name));
  if (twice !== undefined) throw invalid(`${label}.${twice}`, 'stands in the address already');
  return { ...rest, ...params };
}

/** What central knows, as JSON, and what a scraper reads; listening nowhere yet. */
export function buildHttp(board: Board, metrics?: () => string): FastifyInstance {
  const app = Fastify({ forceCloseConnections: true });
  app.setErrorHandler((error, _request, reply) =>
    answered(reply, () => {
      throw error;
    }),
  );
  app.addHook('onSend', async ({ protocol }, reply) => {
    if (protocol === 'https') reply.header('strict-transport-security', strictTransport);
  });
  if (metrics) {
    app.get('/metrics', async (_request, reply) => reply.type(metricsType).send(metrics()));
  }
  for (const { method, path: url, name, answer } of operationsOf(board)) {
    const label = method === 'GET' ? name : 'body';
    app.route({
      ...{ method, url },
      handler: ({ params, query, body }, reply) =>
        answered(reply, () =>
          answer(fieldsOf(params as object, method === 'GET' ? query : body, label), label),
        ),
    });
  }
  return app;
}
