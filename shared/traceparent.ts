import { AsyncLocalStorage } from 'node:async_hooks';
import { hash } from 'node:crypto';
import { isId } from './identity.ts';

/** Where something stands in a trace, as W3C's Trace Context has it: 32 and 16 hex digits. */
export type Place = Readonly<{ traceId: string; spanId: string }>;

/** Name of the header, over HTTP and on NATS alike. */
export const traceHeader = 'traceparent';
const pattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;
const none = /^0+$/;

/**
 * Reads a `traceparent` (W3C Trace Context, level 1); undefined for anything that is none: whoever
 * sends one that is malformed is served as if there were none. A version that is not known yet is
 * read as the one that is, as the standard asks.
 */
export function readTraceparent(value: unknown): Place | undefined {
  const [, version, traceId, spanId, more] = pattern.exec(`${value ?? ''}`) ?? [];
  if (traceId === undefined || spanId === undefined || version === 'ff') return undefined;
  if (version === '00' && more !== undefined) return undefined;
  return none.test(traceId) || none.test(spanId) ? undefined : { traceId, spanId };
}

export const traceparentOf = ({ traceId, spanId }: Place, isSampled: boolean): string =>
  `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;

const hex = (text: string, digits: number): string => hash('sha256', text, 'hex').slice(0, digits);

/**
 * The trace that a correlation id names: a trace id or a UUID by its own digits, any other text by
 * its hash. Every program that knows the fact finds the same trace, now and when it is read again.
 */
export function traceIdOf(correlationId: string): string {
  const digits = isId(correlationId) ? correlationId.replaceAll('-', '') : correlationId;
  const isOne = /^[0-9a-f]{32}$/.test(digits) && !none.test(digits);
  return isOne ? digits : hex(`trace\n${correlationId}`, 32);
}

/** The span of what was done with the thing of this id: the same for the same two always. */
export const spanIdOf = (what: string, id: string): string => hex(`${what}\n${id}`, 16);

/**
 * Whether a trace is one of `ratio`: by its last 56 bits, which are random (Trace Context level 2),
 * so that every program decides alike and a trace is told as a whole, or not at all.
 */
export const isSampled = (traceId: string, ratio: number): boolean =>
  Number.parseInt(traceId.slice(18), 16) / 2 ** 56 < ratio;

const standing = new AsyncLocalStorage<string>();
/** Runs `work`; requests that it makes carry this `traceparent`. */
export const inTrace = <T>(traceparent: string, work: () => T): T =>
  standing.run(traceparent, work);
/** The header for a request that is made now; none where nothing is traced. */
export function traceHeaders(): Readonly<Record<string, string>> {
  const traceparent = standing.getStore();
  return traceparent === undefined ? {} : { [traceHeader]: traceparent };
}
