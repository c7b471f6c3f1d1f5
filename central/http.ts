import Fastify, { type FastifyInstance } from 'fastify';
import type { Board } from './board.ts';

/** What central knows, as JSON; listening nowhere yet. */
export function buildHttp(board: Board): FastifyInstance {
  const app = Fastify({ forceCloseConnections: true });
  app.get('/v1/status', async () => board.status());
  app.get('/v1/totals', async () => board.totals());
  return app;
}
