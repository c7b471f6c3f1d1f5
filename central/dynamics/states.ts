import { isDeepStrictEqual } from 'node:util';
import type { Found, Outcome } from '../erp/erp.ts';
import {
  excerpt,
  fieldsOf,
  isThrottled,
  isTurnedAway,
  type Sent,
  unreached,
} from '../erp/exchange.ts';
import type { Message } from './message.ts';
import type { DynamicsConfig } from './options.ts';

/** Most messages that one look-up reads; more are for a person. */
export const rowsMax = 50;
const wordsMax = 2_000;

export type Reading = Readonly<{ idField: string; nowMs: number }>;

/**
 * What SendMessage has done, by its answer: 200 with the message's number says that it is in the
 * queue, and no more. An answer that could hide a queued message is unknown.
 */
export function taken(sent: Sent, { idField, nowMs }: Reading): Outcome {
  if (!('answer' in sent)) {
    if (sent.ran === 'maybe') return { kind: 'unknown', reason: sent.reason };
    return unreached(sent.reason, sent.retryAfter, nowMs);
  }
  const { status, headers, text } = sent.answer;
  if (status === 200) {
    const ticket = ticketIn(text, idField);
    if (ticket !== undefined) {
      return { kind: 'queued', ticket, reason: 'in the queue of Dynamics 365' };
    }
    return { kind: 'unknown', reason: `HTTP 200 without a message number: ${excerpt(text)}` };
  }
  const reason = `HTTP ${status}: ${wordsIn(text) ?? excerpt(text)}`;
  const said = status === 400 || status === 422 ? wordsIn(text) : undefined;
  if (said !== undefined) return { kind: 'refused', code: `HTTP ${status}`, reason: said };
  if (isThrottled(status)) return unreached(reason, headers.get('retry-after'), nowMs);
  // Without words of its own a 4xx comes from what stands before it: nothing was queued.
  if (isTurnedAway(status)) return unreached(reason, null, nowMs);
  return { kind: 'unknown', reason };
}

const isNumber = /^([1-9]\d{0,19}|[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12})$/i;

/** The message's number, or its UUID: the whole answer, or its field of that name [K]. */
function ticketIn(text: string, idField: string): string | undefined {
  if (wordsIn(text) !== undefined) return undefined;
  const given = text.trimStart().startsWith('{') ? fieldsOf(text)[idField] : valueIn(text);
  const id = typeof given === 'number' || typeof given === 'string' ? `${given}` : '';
  return isNumber.test(id) ? id : undefined;
}

function valueIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Words of an error body: OData's, or a service's `Message`; undefined if it has none [K]. */
function wordsIn(text: string): string | undefined {
  const body = fieldsOf(text);
  const error = body['error'] as { message?: unknown } | undefined;
  const given = error?.message ?? body['Message'];
  return typeof given === 'string' && given !== '' ? given.slice(0, wordsMax) : undefined;
}

export type Row = Readonly<{ id: string; state: string; content: string; words: string }>;

/** The rows of an OData answer, and whether these are all; undefined if it is none. */
export function rowsIn(
  sent: Sent,
  names: DynamicsConfig['messages'],
): Readonly<{ rows: readonly Row[]; areAll: boolean }> | undefined {
  if (!('answer' in sent) || sent.answer.status !== 200) return undefined;
  const { value, ...more } = fieldsOf(sent.answer.text);
  if (!Array.isArray(value) || value.some((row) => typeof row !== 'object' || row === null)) {
    return undefined;
  }
  const rows = value.map((row: Record<string, unknown>) => ({
    id: `${row[names.idField] ?? ''}`,
    state: `${row[names.stateField] ?? ''}`,
    content: `${row[names.contentField] ?? ''}`,
    words: `${row[names.wordsField] ?? ''}`.slice(0, wordsMax),
  }));
  if (rows.some(({ id, state }) => id === '' || state === '')) return undefined;
  return { rows, areAll: !('@odata.nextLink' in more) && rows.length < rowsMax };
}

const known = ['Processed', 'Queued', 'Failed', 'Canceled'];

/** What the messages of one posting say of it. Each of them would be a journal of its own. */
export function standing(rows: readonly Row[], message: Message): Found {
  const of = (state: string) => rows.filter((row) => row.state === state);
  const odd = rows.find(({ state }) => !known.includes(state));
  if (odd) return { kind: 'undecided', reason: `message ${odd.id} is ${excerpt(odd.state)}` };
  const [first, ...others] = [...of('Processed'), ...of('Queued')];
  if (first && others.length > 0) return [first, ...others].map(({ id }) => id);
  if (first) {
    const reason = difference(first.content, message.content);
    if (reason) return { kind: 'differs', document: first.id, reason };
    if (first.state === 'Processed') return [first.id];
    return { kind: 'queued', ticket: first.id, reason: 'in the queue of Dynamics 365' };
  }
  const failure = of('Failed').at(-1);
  if (failure) {
    const words = failure.words === '' ? 'no words' : failure.words;
    const todo = 'there it can be queued again; to send another one, cancel it first';
    return { kind: 'refused', code: 'Failed', reason: `message ${failure.id}: ${words} (${todo})` };
  }
  const cancelled = of('Canceled').at(-1);
  if (!cancelled) return [];
  const todo = '"retry" sends another one';
  return { kind: 'undecided', reason: `message ${cancelled.id} was cancelled there: ${todo}` };
}

/** What of ours the message there says otherwise, by the first name; undefined for nothing. */
function difference(there: string, ours: string): string | undefined {
  if (there === ours) return undefined;
  const [a, b] = [fieldsOf(there), fieldsOf(ours)];
  const name = Object.keys(b).find((at) => !isDeepStrictEqual(a[at], b[at]));
  return name && `${name} is ${JSON.stringify(a[name])}, and not ${JSON.stringify(b[name])}`;
}
