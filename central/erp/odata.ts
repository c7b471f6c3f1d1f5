import type { Credential } from './credential.ts';
import { exchange, notSafe, type Sent } from './exchange.ts';

export type OdataOptions = Readonly<{
  url: string; // the ERP's origin, "https://erp.example"
  client?: string | undefined; // sap-client
  timeoutMs: number; // for each request, answer included
  credential?: Credential | undefined;
}>;

type Session = Readonly<{ token: string; cookie: string }>;
type Request = Readonly<{ method: 'GET' | 'POST'; path: string; query?: string; body?: object }>;

type Signed = Readonly<{ sent: Sent; isStale: boolean }>;

/** What is sent with a request that changes something. */
type Given = Readonly<{ body?: object; parameters?: string }>;

export type Odata = ReturnType<typeof openOdata>;

/**
 * SAP's OData V2 over HTTP: the CSRF handshake, a time-out on every request, no redirects.
 *
 * Token and cookies are kept together, per service, and used again; whoever needs a new token
 * while one is being fetched waits for that one. A credential that is refused is renewed once.
 * Nothing here rejects.
 */
export function openOdata({ url, client, timeoutMs, credential }: OdataOptions) {
  const sessions = new Map<string, Promise<Session | Sent>>();

  /** Sends it; what was refused for its credential, and is new by now, is marked `isStale`. */
  async function send(request: Request, headers: Record<string, string>): Promise<Signed> {
    const authorization = credential?.header();
    const signed = authorization === undefined ? headers : { ...headers, authorization };
    const sent = await sendAs(request, signed);
    const refused = 'answer' in sent && sent.answer.status === 401 && authorization !== undefined;
    return { sent, isStale: refused && credential!.renew(authorization) };
  }

  async function read(request: Request, headers: Record<string, string>): Promise<Sent> {
    const { sent, isStale } = await send(request, headers);
    return isStale ? (await send(request, headers)).sent : sent;
  }

  async function sendAs(request: Request, headers: Record<string, string>): Promise<Sent> {
    const target = new URL(`/sap/opu/odata/sap/${request.path}`, url);
    const clientQuery = client === undefined ? [] : [`sap-client=${client}`];
    target.search = [...clientQuery, request.query ?? []].flat().join('&');
    const { method, body } = request;
    const given = body === undefined ? {} : { body: JSON.stringify(body) };
    const all = { accept: 'application/json', ...headers };
    return exchange(target, { method, headers: all, ...given }, timeoutMs);
  }

  async function signOn(service: string): Promise<Session | Sent> {
    const sent = await read({ method: 'GET', path: `${service}/` }, { 'x-csrf-token': 'Fetch' });
    if (!('answer' in sent)) return { ran: 'no', reason: `fetching a token: ${sent.reason}` };
    const { status, headers } = sent.answer;
    const token = headers.get('x-csrf-token');
    if (status === 200 && token !== null && token !== '') {
      const cookies = headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0]!);
      return { token, cookie: cookies.join('; ') };
    }
    const retryAfter = headers.get('retry-after');
    const reason = `fetching a token: HTTP ${status} without one`;
    return retryAfter === null ? { ran: 'no', reason } : { ran: 'no', reason, retryAfter };
  }

  /** The service's session; a new one if the kept one is `spent`. Single-flight. */
  function session(service: string, spent?: Promise<Session | Sent>): Promise<Session | Sent> {
    const kept = sessions.get(service);
    if (kept && kept !== spent) return kept;
    const fresh = signOn(service);
    sessions.set(service, fresh);
    return fresh;
  }

  return {
    /** Reads; what came of it may be asked again at will. */
    get: (path: string, query: string): Promise<Sent> => read({ method: 'GET', path, query }, {}),

    /**
     * Creates one entity, or calls a function import. A refused token or credential is renewed
     * once, and the request sent again; nothing is sent where `isSafe` says no.
     */
    async post(
      service: string,
      set: string,
      { body, parameters }: Given,
      isSafe: () => boolean = () => true,
    ): Promise<Sent> {
      let spent: Promise<Session | Sent> | undefined;
      for (let renewals = 0; ; renewals++) {
        const kept = session(service, spent);
        const opened = await kept;
        if (!('token' in opened)) {
          if (sessions.get(service) === kept) sessions.delete(service);
          return opened;
        }
        if (!isSafe()) return notSafe;
        const { sent, isStale } = await send(
          {
            ...{ method: 'POST', path: `${service}/${set}` },
            ...(body === undefined ? {} : { body }),
            ...(parameters === undefined ? {} : { query: parameters }),
          },
          {
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            'x-csrf-token': opened.token,
            cookie: opened.cookie,
          },
        );
        if (!tokenRefused(sent) && !isStale) return sent;
        if (renewals === 1) return { ran: 'no', reason: 'the ERP refused a token just fetched' };
        spent = kept;
      }
    },
  };
}

const tokenRefused = (sent: Sent): boolean =>
  'answer' in sent &&
  sent.answer.status === 403 &&
  sent.answer.headers.get('x-csrf-token')?.toLowerCase() === 'required';
