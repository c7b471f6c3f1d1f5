import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import { Fault } from '../../shared/fault.ts';
import { invalid } from '../../shared/field.ts';
import { metricsType } from '../../shared/metrics.ts';
import { strictTransport } from '../../shared/secured.ts';
import { answered } from './answered.ts';
import type { Board } from './board.ts';
import { operationsOf } from './operations.ts';
import type { Tokens } from './tokens.ts';

/** The fields of a request: those in its address, and its query or body, which `label` names. */
function fieldsOf(params: object, rest: unknown, label: string): unknown {
  if (typeof rest !== 'object' || rest === null || Array.isArray(rest)) return rest;
  const twice = Object.keys(params).find((name) => Object.hasOwn(rest, name));
  if (twice !== undefined) throw invalid(`${label}.${twice}`, 'stands in the address already');
  return { ...rest, ...params };
}

const wantsCsv = (accept: string | undefined): boolean => /\btext\/csv\b/.test(accept ?? '');

/** Where the next page of an answer begins, if it has one. */
function nextOf(told: unknown): string | null {
  const { next } = told as { next?: unknown };
  return typeof next === 'string' ? next : null;
}

/** As a file that is saved, and nothing that a browser would show or run. */
function asCsv(reply: FastifyReply, name: string, text: string, next: string | null): string {
  reply.type('text/csv; charset=utf-8; header=present');
  reply.header('content-disposition', `attachment; filename="${name}.csv"`);
  reply.header('x-content-type-options', 'nosniff');
  if (next !== null) reply.header('x-holdfast-next', encodeURIComponent(next));
  return text;
}

/** What central knows, as JSON, and what a scraper reads; listening nowhere yet. */
export function buildHttp(
  board: Board,
  metrics?: () => string,
  tokens: Pick<Tokens, 'askerOf'> = { askerOf: () => ({ way: 'http' }) },
): FastifyInstance {
  const app = Fastify({ forceCloseConnections: true });
  app.setErrorHandler<FastifyError>((error, _request, reply) =>
    answered(reply, () => {
      // A body that is none, too large or of another kind never came to an operation.
      if (error.code?.startsWith('FST_ERR_CTP')) throw invalid('body', error.message);
      throw error;
    }),
  );
  app.addHook('onSend', async ({ protocol }, reply) => {
    if (protocol === 'https') reply.header('strict-transport-security', strictTransport);
  });
  if (metrics) {
    app.get('/metrics', async (_request, reply) => reply.type(metricsType).send(metrics()));
  }
  for (const { method, path: url, name, answer, csv } of operationsOf(board)) {
    const label = method === 'GET' ? name : 'body';
    app.route({
      ...{ method, url },
      onRequest: async ({ headers }, reply) => {
        try {
          tokens.askerOf(headers.authorization);
        } catch (error) {
          if (!(error instanceof Fault)) throw error;
          const { code, message } = error;
          reply.code(401).header('www-authenticate', 'Bearer');
          return reply.send({ code, message });
        }
      },
      handler: ({ params, query, body, headers }, reply) =>
        answered(reply, async () => {
          const given = fieldsOf(params as object, method === 'GET' ? query : body, label);
          const told = await answer(given, label, tokens.askerOf(headers.authorization));
          return csv && wantsCsv(headers.accept)
            ? asCsv(reply, name, csv(told), nextOf(told))
            : told;
        }),
    });
  }
  return app;
}
