import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../shared/clock.ts';
import type { Exporter } from '../../shared/exporter.ts';
import { isSampled, readTraceparent, spanIdOf, traceHeader } from '../../shared/traceparent.ts';

/** Tells of each request that stands in a trace, as a span of the ERP below that of the caller. */
export function leaveTrail(app: FastifyInstance, exporter: Exporter, clock: Clock): void {
  const begun = new WeakMap<object, number>();
  let requests = 0;
  app.addHook('onRequest', async (request) => {
    begun.set(request, clock.nowMs());
  });
  app.addHook('onResponse', async (request, { statusCode }) => {
    const from = readTraceparent(request.headers[traceHeader]);
    if (!from || !isSampled(from.traceId, exporter.ratio)) return;
    const endMs = clock.nowMs();
    const startMs = begun.get(request) ?? endMs;
    exporter.tell({
      ...{ traceId: from.traceId, parentSpanId: from.spanId, kind: 'server', startMs, endMs },
      spanId: spanIdOf('request', `${from.spanId}\n${startMs}\n${++requests}`),
      name: `${request.method} ${request.url.split('?')[0]}`.slice(0, 200),
      ...(statusCode >= 500 ? { error: `${statusCode}` } : {}),
      attributes: {
        'http.request.method': request.method,
        'http.response.status_code': statusCode,
      },
    });
  });
}
