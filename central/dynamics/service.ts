import { exchange, notSafe, type Sent } from '../erp/exchange.ts';
import type { DynamicsConfig } from './options.ts';
import type { Tokens } from './token.ts';

export const sendPath = '/api/services/SysMessageServices/SysMessageService/SendMessage';

type Request = Readonly<{ path: string; query?: string; body?: object }>;
type Options = Pick<DynamicsConfig, 'url' | 'clientTimeoutMs'>;
/** Behind how many rows of which order. */
type Page = Readonly<{ order: string; skip: number }>;
export type Service = ReturnType<typeof openService>;

/**
 * Dynamics 365 over HTTP: a bearer token, a time-out on every request, no redirects. A token that
 * is refused is renewed once, and the request sent again. Nothing here rejects.
 */
export function openService(options: Options, tokens: Tokens) {
  const { url, clientTimeoutMs } = options;

  async function once({ path, query, body }: Request, token: string): Promise<Sent> {
    const target = new URL(path, url);
    if (query !== undefined) target.search = query;
    const sent = await exchange(
      target,
      {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      },
      clientTimeoutMs,
    );
    if (!('answer' in sent)) return sent;
    const text = sent.answer.text.replaceAll(token, '…'); // what is said is logged
    return { answer: { ...sent.answer, text } };
  }

  async function send(request: Request, isSafe = () => true): Promise<Sent> {
    let spent: string | undefined;
    for (let renewals = 0; ; renewals++) {
      const given = await tokens.current(spent);
      if (!('token' in given)) return given;
      if (!isSafe()) return notSafe;
      const sent = await once(request, given.token);
      if (!('answer' in sent) || sent.answer.status !== 401) return sent;
      if (renewals === 1) return { ran: 'no', reason: 'the ERP refused a token just fetched' };
      spent = given.token;
    }
  }

  return {
    /** Puts a message into a queue; nothing is sent where `isSafe` says no. */
    queue: (message: object, isSafe?: () => boolean): Promise<Sent> =>
      send({ path: sendPath, body: message }, isSafe),
    /** Reads rows of an entity set, any without a filter, of every company; may be asked again. */
    rows(entity: string, filter: string | undefined, most: number, page?: Page): Promise<Sent> {
      const some = filter === undefined ? '' : `$filter=${encodeURIComponent(filter)}&`;
      const paged = page ? `$orderby=${page.order}&$skip=${page.skip}&` : '';
      const query = `${some}${paged}$top=${most}&cross-company=true`;
      return send({ path: `/data/${entity}`, query });
    },
  };
}
