import { readFile } from 'node:fs/promises';
import type { Clock } from '../../shared/clock.ts';
import { failed, readText, type Sent } from '../odata.ts';
import type { DynamicsConfig } from './options.ts';

/** A token is renewed this long before it ends, ms, or when a tenth of its life is left. */
const marginMs = 300_000;
const tokenMax = 16_384;
const secretMax = 1_000;

type Token = Readonly<{ token: string; untilMs: number }>;
/** Nothing was sent to the ERP. */
type Not = Extract<Sent, { ran: 'no' }>;

export type Tokens = ReturnType<typeof openTokens>;

type Options = Pick<
  DynamicsConfig,
  'url' | 'tokenUrl' | 'clientId' | 'clientSecretPath' | 'scope' | 'clientTimeoutMs'
>;

/**
 * Access tokens of Entra ID by client credentials (OAuth 2.0, RFC 6749 section 4.4). Whoever needs
 * a new one while one is being fetched waits for that one. Neither the secret nor a token is ever
 * in a reason; the secret's file is read again each time: it can be replaced while central runs.
 */
export function openTokens(options: Options, clock: Clock) {
  const { url, tokenUrl, clientId, clientSecretPath, clientTimeoutMs } = options;
  const { scope = `${url}/.default` } = options;
  let kept: Promise<Token | Not> | undefined;

  async function fetchToken(): Promise<Token | Not> {
    const secret = await readFile(clientSecretPath, 'utf8').catch((error: unknown) => error);
    if (typeof secret !== 'string') {
      return refusal(`the client secret cannot be read: ${(secret as { code?: string }).code}`);
    }
    const text = secret.trim();
    if (text === '' || text.length > secretMax) return refusal('the client secret is no secret');
    const askedMs = clock.monotonicMs();
    try {
      const response = await fetch(tokenUrl, {
        method: 'POST',
        headers: {
          accept: 'application/json',
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: clientId,
          client_secret: text,
          scope,
        }).toString(),
        redirect: 'manual',
        signal: AbortSignal.timeout(clientTimeoutMs),
      });
      const body = await readText(response);
      return granted(body, askedMs) ?? refused(response, body);
    } catch (error) {
      const { reason } = failed(error, clientTimeoutMs) as { reason: string };
      return refusal(reason);
    }
  }

  const refusal = (reason: string, retryAfter?: string): Not => ({
    ...{ ran: 'no', reason: `fetching a token: ${reason}` },
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });

  function refused({ status, headers }: Response, body: string): Not {
    const error = fieldsOf(body)['error'];
    const code = typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? ` ${error}` : '';
    return refusal(`HTTP ${status}${code}`, headers.get('retry-after') ?? undefined);
  }

  return {
    /** A token that is good for a while; a new one if the kept one is `spent`. */
    async current(spent?: string): Promise<Token | Not> {
      const before = kept;
      const known = await before;
      const isGood =
        known && 'token' in known && known.token !== spent && clock.monotonicMs() < known.untilMs;
      if (isGood) return known;
      if (kept === before) kept = fetchToken();
      return kept!;
    },
  };
}

function granted(body: string, askedMs: number): Token | undefined {
  const { access_token: token, expires_in: seconds } = fieldsOf(body);
  const lifeMs = Number(seconds) * 1_000;
  if (typeof token !== 'string' || token.length > tokenMax || !/^[\x21-\x7e]+$/.test(token)) {
    return undefined;
  }
  if (!(lifeMs > 0)) return undefined;
  return { token, untilMs: askedMs + Math.max(lifeMs - marginMs, lifeMs * 0.9) };
}

/** The fields of a JSON object; none of anything else. */
export function fieldsOf(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
