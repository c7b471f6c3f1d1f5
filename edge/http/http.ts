import Fastify, { type FastifyInstance } from 'fastify';
import { Fault } from '../../shared/fault.ts';
import { metricsType } from '../../shared/metrics.ts';
import { pagePolicy } from '../../shared/press.ts';
import { strictTransport } from '../../shared/secured.ts';
import { guard } from '../people/guard.ts';
import type { People } from '../people/people.ts';
import { type Screen, sessionRoutes } from '../people/routes.ts';
import { type Parts as PanelParts, panel } from './panel.ts';
import { servePage } from './press.ts';
import { statusOf } from './statuses.ts';

/** Largest body that is read, bytes. */
export const bodyMax = 1024 * 1024;

/** What a rule of the door comes to instead. */
const doorStatus: Readonly<Record<string, number>> = {
  ...{ signIn: 401, wrong: 401, locked: 401, expired: 401, nobody: 401 },
  ...{ role: 403, origin: 403, rate: 429 },
};

type Parts = PanelParts & { people?: People | undefined; screen?: Screen };

/** The app, listening nowhere yet. The one place that turns a Fault into an HTTP status. */
export async function buildHttp(parts: Parts): Promise<FastifyInstance> {
  const app = Fastify({ bodyLimit: bodyMax, forceCloseConnections: true, requestTimeout: 30_000 });
  app.setErrorHandler((error: Error & { statusCode?: number; code?: string }, _request, reply) => {
    if (error instanceof Fault) {
      const { code, message, rule, untilMs } = error;
      return reply.code(doorStatus[rule ?? ''] ?? statusOf[code]).send({
        ...{ code, message },
        ...(rule === undefined ? {} : { rule }),
        ...(untilMs === undefined ? {} : { untilMs }),
      });
    }
    if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
      const message = `body: must be at most ${bodyMax} bytes`;
      return reply.code(413).send({ code: 'INVALID', message });
    }
    if (error.statusCode !== undefined && error.statusCode < 500) {
      const message = `body: ${error.message}`;
      return reply.code(error.statusCode).send({ code: 'INVALID', message });
    }
    throw error;
  });
  app.addHook('onSend', async ({ url, protocol }, reply) => {
    if (protocol === 'https') reply.header('strict-transport-security', strictTransport);
    reply.header('content-security-policy', pagePolicy);
    reply.header('x-content-type-options', 'nosniff');
    reply.header('referrer-policy', 'no-referrer');
    if (url.startsWith('/v1/')) reply.header('cache-control', 'no-store');
  });
  const { metrics, people, screen = { idleMs: 300_000, language: 'en' as const } } = parts;
  if (people) guard(app, parts.clock.monotonicMs);
  await app.register(panel, { prefix: '/v1', ...parts, gate: people?.gate });
  await app.register(sessionRoutes, { prefix: '/v1', people, screen });
  if (metrics) {
    app.get('/metrics', async (_request, reply) => reply.type(metricsType).send(metrics()));
  }
  await servePage(app, screen.language);
  return app;
}
