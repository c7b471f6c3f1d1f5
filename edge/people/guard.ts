import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Fault } from '../../shared/fault.ts';
import { tokenHash } from '../../shared/pin.ts';
import { openBuckets } from './rate.ts';

/** What one address, and one session or token, may ask; a whole plant may share an address. */
export const rates = {
  read: { burst: 1_200, perSecond: 400 },
  act: { burst: 1_200, perSecond: 400 },
  own: { burst: 100, perSecond: 20 },
  enter: { burst: 60, perSecond: 1 },
} as const;

const reads = new Set(['GET', 'HEAD', 'OPTIONS']);
const isRead = ({ method }: FastifyRequest): boolean => reads.has(method);

/** What a browser's cookie says; undefined for none of ours. */
export function cookieOf({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  return /(?:^|; ?)holdfast=([\w-]{43})(?:;|$)/.exec(headers.cookie ?? '')?.[1];
}
/** What a program's token is; undefined for none. */
export function bearerOf({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  return /^Bearer ([\w.-]{20,200})$/.exec(headers.authorization ?? '')?.[1];
}

/** Throws Fault REFUSED where another site's page may have made a browser ask. */
function checkOrigin({ headers }: FastifyRequest): void {
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  const isOwn = origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
  if (isOwn && (site === undefined || site === 'same-origin' || site === 'none')) return;
  throw new Fault('REFUSED', 'origin: must be this page', { rule: 'origin' });
}

/** A form of another site cannot say that it sends JSON. */
function checkType({ method, headers }: FastifyRequest): void {
  const [type] = (headers['content-type'] ?? '').split(';');
  if (method === 'DELETE' || type?.trim().toLowerCase() === 'application/json') return;
  throw new Fault('REFUSED', 'content-type: must be application/json', { rule: 'origin' });
}

/** Turns away what another site asks, and who asks too often, before anything is read. */
export function guard(app: FastifyInstance, timeMs: () => number): void {
  const by = {
    read: openBuckets(rates.read, timeMs),
    act: openBuckets(rates.act, timeMs),
    own: openBuckets(rates.own, timeMs),
    enter: openBuckets(rates.enter, timeMs),
  };

  app.addHook('onRequest', async (request, reply) => {
    const take = (waitMs: number): void => {
      if (waitMs === 0) return;
      reply.header('retry-after', `${Math.ceil(waitMs / 1_000)}`);
      throw new Fault('FULL', 'too many requests: wait a little', { rule: 'rate' });
    };
    const { ip } = request;
    if (isRead(request)) return take(by.read(ip));
    checkOrigin(request);
    checkType(request);
    take(by.act(ip));
    const own = cookieOf(request) ?? bearerOf(request);
    if (own !== undefined) take(by.own(tokenHash(own)));
    if (request.method === 'POST' && request.url.startsWith('/v1/session')) take(by.enter(ip));
  });
}
