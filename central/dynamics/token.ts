import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/fault.ts';
import { readSecret } from '../../shared/secret.ts';
import { type Answer, exchange, fieldsOf, type Sent } from '../erp/exchange.ts';
import type { DynamicsConfig } from './options.ts';

/** A token is renewed this long before it ends, ms, or when a tenth of its life is left. */
const marginMs = 300_000;
const tokenMax = 16_384;

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
    let secret: string;
    try {
      secret = readSecret(clientSecretPath, 'clientSecretPath');
    } catch (error) {
      if (error instanceof Fault) return refusal(error.message);
      throw error;
    }
    const askedMs = clock.monotonicMs();
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: secret,
      scope,
    }).toString();
    const headers = {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
    };
    const sent = await exchange(tokenUrl, { method: 'POST', headers, body }, clientTimeoutMs);
    if (!('answer' in sent)) return refusal(sent.reason);
    return granted(sent.answer.text, askedMs) ?? refused(sent.answer);
  }

  const refusal = (reason: string, retryAfter?: string): Not => ({
    ...{ ran: 'no', reason: `fetching a token: ${reason}` },
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });

  function refused({ status, headers, text }: Answer): Not {
    const error = fieldsOf(text)['error'];
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
