import { traceHeaders } from '../../shared/traceparent.ts';
import type { Outcome } from './erp.ts';

const answerBytesMax = 1024 * 1024;
const retryAfterMaxMs = 3_600_000;

export type Answer = Readonly<{ status: number; headers: Headers; text: string }>;

/** What came of a request: an answer, or none, and then whether the ERP may have run it. */
export type Sent =
  | Readonly<{ answer: Answer }>
  | Readonly<{ ran: 'no'; reason: string; retryAfter?: string }>
  | Readonly<{ ran: 'maybe'; reason: string }>;

/** What came of a call that was not made, because `isSafe` of the port said no. */
export const notSafe: Sent = { ran: 'no', reason: 'the lease was over before it was sent' };

type Request = Readonly<{
  method: 'GET' | 'POST';
  headers: Readonly<Record<string, string>>;
  body?: string;
}>;

/**
 * One request and its answer: within `timeoutMs` in all, no redirect followed, at most 1 MB of the
 * answer read. Never rejects; no reason contains anything that was sent. Within a trace the request
 * says where it stands in it.
 */
export async function exchange(
  target: URL | string,
  { method, headers, body }: Request,
  timeoutMs: number,
): Promise<Sent> {
  try {
    const response = await fetch(target, {
      ...{ method, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) },
      headers: { ...traceHeaders(), ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const text = await readText(response);
    return { answer: { status: response.status, headers: response.headers, text } };
  } catch (error) {
    return failed(error, timeoutMs);
  }
}

/** The body, or as much of it as can be an answer of ours: a longer one comes back cut. */
async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size > answerBytesMax) break;
  }
  return Buffer.concat(chunks).toString();
}

type Cause = Readonly<{ code?: string; syscall?: string; errors?: readonly Cause[] }>;

/** Errors of TLS before anything of ours was sent; ERR_SSL_… may also come later. */
const handshake = /^(CERT_|ERR_TLS_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/;

function failed(error: unknown, timeoutMs: number): Sent {
  const { name, cause } = error as Error & { cause?: Cause };
  if (name === 'TimeoutError') return { ran: 'maybe', reason: `no answer in ${timeoutMs} ms` };
  const reason = `no answer: ${cause?.code ?? name}`;
  return { ran: cause && neverSent(cause) ? 'no' : 'maybe', reason };
}

/** True if no connection came about. ECONNRESET and the like may come after the ERP has run it. */
function neverSent({ code = '', syscall, errors }: Cause): boolean {
  if (errors) return errors.every(neverSent);
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ECONNREFUSED') return true;
  return syscall === 'connect' || syscall === 'getaddrinfo' || handshake.test(code);
}

type Busy = Extract<Outcome, { kind: 'busy' }>;

/** Surely not executed now; to be tried again, not before the ERP has said so. */
export function busy(reason: string, retryAfter: string | null | undefined, nowMs: number): Busy {
  const retryAfterMs = delayMs(retryAfter ?? null, nowMs);
  return { kind: 'busy', reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}
/** The same where it is no lock, but the ERP itself that could not be asked. */
export const unreached = (...given: Parameters<typeof busy>): Busy & { unreached: true } => ({
  ...busy(...given),
  unreached: true,
});

/** Retry-After as seconds or as an HTTP date, in ms from now; at most an hour. */
function delayMs(retryAfter: string | null, nowMs: number): number | undefined {
  if (retryAfter === null) return undefined;
  const stated = /^\d+$/.test(retryAfter)
    ? Number(retryAfter) * 1_000
    : Date.parse(retryAfter) - nowMs;
  return Number.isNaN(stated) ? undefined : Math.min(Math.max(stated, 0), retryAfterMaxMs);
}

/** Whether a status says that there is no time for anybody now. */
export const isThrottled = (status: number): boolean => status === 429 || status === 503;
/** Whether it comes from what stands before the ERP, as long as no words of the ERP are in it. */
export const isTurnedAway = (status: number): boolean =>
  status >= 400 && status < 500 && status !== 408;

export const objectOf = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;

/** A number of JSON as a decimal text of at most 6 decimals; anything else as it is. */
export const decimalOf = (value: unknown): unknown =>
  typeof value === 'number' && Math.abs(value) < 1e12
    ? value.toFixed(6).replace(/\.?0+$/, '')
    : value;

/** The fields of a JSON object; none of anything else. */
export function fieldsOf(text: string): Record<string, unknown> {
  try {
    return objectOf(JSON.parse(text)) ?? {};
  } catch {
    return {};
  }
}

/** The beginning of an answer, for a reason. */
export const excerpt = (text: string): string => JSON.stringify(text.slice(0, 120));
