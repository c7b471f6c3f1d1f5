import type { Differs, Outcome, Refused } from './erp.ts';
import {
  type Answer,
  busy,
  excerpt,
  fieldsOf,
  isThrottled,
  isTurnedAway,
  objectOf,
  type Sent,
  unreached,
} from './exchange.ts';

const reasonMax = 4_000;

/** Locks go away by themselves. Besides the configured codes, the words say so. */
const lockWords = /\block(ed)?\b|\bbeing processed\b|gesperrt/i;

export type Reading = Readonly<{
  lockCodes: readonly string[]; // "CLASS/NNN"
  knownCodes: readonly string[]; // of what says that the document is there already
  nowMs: number;
  wrapper: string; // the function import, under whose name an entity may stand [K]
  numberOf(entity: Record<string, unknown>): string | undefined;
}>;

/** A document with a number; that it is the posting's is still to be read back. */
export type Created = Readonly<{
  kind: 'created';
  document: string;
  entity: Record<string, unknown>;
}>;
/** The ERP says that it has it: to be looked up, and refused if it is not there. */
export type Known = Readonly<{ kind: 'known'; refused: Refused }>;
export type Verdict = Created | Known | Exclude<Outcome, Differs | { kind: 'posted' }>;

/**
 * What the ERP has done, by what it answered. Only a document number read from the body is success;
 * an answer that could hide an executed call is unknown.
 */
export function verdict(sent: Sent, reading: Reading): Verdict {
  if (!('answer' in sent)) {
    if (sent.ran === 'maybe') return { kind: 'unknown', reason: sent.reason };
    return unreached(sent.reason, sent.retryAfter, reading.nowMs);
  }
  const { answer } = sent;
  const { status, headers } = answer;
  if (status >= 200 && status < 300) return created(answer, reading);
  if (isThrottled(status)) {
    return unreached(`HTTP ${status}`, headers.get('retry-after'), reading.nowMs);
  }
  const error = status < 400 || [408, 502, 504].includes(status) ? undefined : errorOf(answer.text);
  if (error) {
    const locked = error.codes.some((code) => reading.lockCodes.includes(code));
    if (locked || status === 423 || lockWords.test(error.reason)) {
      return busy(error.reason, headers.get('retry-after'), reading.nowMs);
    }
    if (status !== 401) return refused(error, reading);
  }
  const reason = `HTTP ${status}: ${excerpt(answer.text)}`;
  // Without the ERP's own words a 4xx comes from what stands before it, and the ERP has not run.
  if (isTurnedAway(status)) return unreached(reason, null, reading.nowMs);
  return { kind: 'unknown', reason };
}

function created({ status, text }: Answer, { numberOf, wrapper }: Reading): Verdict {
  const entity = entityOf(text, wrapper);
  const document = entity && numberOf(entity);
  if (document !== undefined) return { kind: 'created', document, entity: entity! };
  return { kind: 'unknown', reason: `HTTP ${status} without a document number: ${excerpt(text)}` };
}

function refused({ codes, reason }: Complaint, { knownCodes }: Reading): Known | Refused {
  const outcome: Refused = { kind: 'refused', code: codes[0]!, reason };
  const isKnown = codes.some((code) => knownCodes.includes(code));
  return isKnown ? { kind: 'known', refused: outcome } : outcome;
}

/** The `d` of an OData V2 body, if the text is one; or what stands in it under that name. */
export function entityOf(text: string, wrapper = ''): Record<string, unknown> | undefined {
  const d = objectOf(fieldsOf(text)['d']);
  return objectOf(d?.[wrapper]) ?? d;
}

type Message = Readonly<{ code?: unknown; message?: unknown }>;

type Complaint = Readonly<{ codes: readonly string[]; reason: string }>;

/** Codes and words of SAP's error body with all its details, or undefined if it is none. */
function errorOf(text: string): Complaint | undefined {
  const error = fieldsOf(text)['error'] as
    | (Message & { innererror?: { errordetails?: unknown } })
    | undefined;
  if (typeof error?.code !== 'string') return undefined;
  const details = error.innererror?.errordetails;
  const all = [error, ...(Array.isArray(details) ? (details as Message[]) : [])];
  const codes = all.map(({ code }) => (typeof code === 'string' ? code : ''));
  const words = all.map(({ message }, index) => `${codes[index]} ${wordsOf(message)}`.trim());
  const reason = [...new Set(words)].join('; ').slice(0, reasonMax);
  return { codes, reason };
}

const wordsOf = (message: unknown): string =>
  typeof message === 'string' ? message : `${(message as { value?: unknown } | null)?.value ?? ''}`;
