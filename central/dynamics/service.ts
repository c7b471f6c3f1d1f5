import type { Clock } from '../../shared/clock.ts';
import { failed, readText, type Sent } from '../odata.ts';
import { delayMs } from '../verdict.ts';
import type { DynamicsConfig } from './options.ts';
import type { Tokens } from './token.ts';

const sendPath = '/api/services/SysMessageServices/SysMessageService/SendMessage';

type Request = Readonly<{ path: string; query?: string; body?: object }>;
type Options = Pick<DynamicsConfig, 'url' | 'clientTimeoutMs'>;
export type Service = ReturnType<typeof openService>;

/**
 * Dynamics 365 over HTTP: a bearer token, a time-out on every request, no redirects. A token that
 * is refused is renewed once, and the request sent again. After 429 or 503 with Retry-After nothing
 * is sent before that time, by whomever. Nothing here rejects.
 */
export function openService(options: Options, tokens: Tokens, clock: Clock) {
  const { url, clientTimeoutMs } = options;
  let throttledUntilMs = 0;

  async function once({ path, query, body }: Request, token: string): Promise<Sent> {
    const target = new URL(path, url);
    if (query !== undefined) target.search = query;
    try {
      const response = await fetch(target, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        redirect: 'manual',
        signal: AbortSignal.timeout(clientTimeoutMs),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = (await readText(response)).replaceAll(token, '…'); // what is said is logged
      return { answer: { status: response.status, headers: response.headers, text } };
    } catch (error) {
      return failed(error, clientTimeoutMs);
    }
  }

  /** Remembers for how long nothing more shall be sent. */
  function heed(sent: Sent): Sent {
    const retryAfter = 'answer' in sent ? sent.answer.headers.get('retry-after') : null;
    const status = 'answer' in sent ? sent.answer.status : 0;
    if (status !== 429 && status !== 503) return sent;
    const untilMs = clock.monotonicMs() + (delayMs(retryAfter, clock.nowMs()) ?? 0);
    throttledUntilMs = Math.max(throttledUntilMs, untilMs);
    return sent;
  }

  async function send(request: Request): Promise<Sent> {
    let spent: string | undefined;
    for (let renewals = 0; ; renewals++) {
      const waitMs = throttledUntilMs - clock.monotonicMs();
      if (waitMs > 0) {
        const retryAfter = `${Math.ceil(waitMs / 1_000)}`;
        return { ran: 'no', reason: 'the ERP has asked for a pause', retryAfter };
      }
      const given = await tokens.current(spent);
      if (!('token' in given)) return given;
      const sent = heed(await once(request, given.token));
      if (!('answer' in sent) || sent.answer.status !== 401) return sent;
      if (renewals === 1) return { ran: 'no', reason: 'the ERP refused a token just fetched' };
      spent = given.token;
    }
  }

  return {
    /** Puts a message into a queue. */
    queue: (message: object): Promise<Sent> => send({ path: sendPath, body: message }),
    /** Reads rows of an entity set, of every company; may be asked again at will. */
    rows(entity: string, filter: string, most: number): Promise<Sent> {
      const query = `$filter=${encodeURIComponent(filter)}&$top=${most}&cross-company=true`;
      return send({ path: `/data/${entity}`, query });
    },
  };
}
