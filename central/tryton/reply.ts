import type { Outcome } from '../erp/erp.ts';
import {
  type Answer,
  excerpt,
  fieldsOf,
  isThrottled,
  isTurnedAway,
  type Sent,
  unreached,
} from '../erp/exchange.ts';

export type Failure = Extract<Outcome, { kind: 'refused' | 'busy' | 'unknown' }>;
/** What came of a call: its result, or why there is none. */
export type Reply = Readonly<{ kind: 'result'; result: unknown }> | Failure;

const reasonMax = 4_000;

/** Of PostgreSQL and SQLite, by which Tryton's transactions stand in each other's way. */
const contention = /could not obtain lock|could not serialize|deadlock|database is locked/i;
/** Of Tryton's way to PostgreSQL, in the words of its client library [K]: who knows what it did. */
const lostDatabase =
  /server closed the connection|terminating connection|connection .*(closed|lost)|not connect/i;
/** What our module says where another call with the same key came first. */
const keyTaken = 'Holdfast has posted this key already';
const wordless = 'an error without words: see the log of Tryton';

export const isFailure = (given: object): given is Failure =>
  'reason' in given && 'kind' in given && given.kind !== 'result';

/** The ERP cannot be posted to as it is; nothing was executed. */
export const unfitErp = (reason: string): Failure => ({ kind: 'busy', reason, unreached: true });

/**
 * What Tryton has done, by what it answered. It tells errors with status 200; every one of them has
 * rolled its transaction back. Only an answer that could hide an executed call is unknown.
 */
export function replyOf(sent: Sent, nowMs: number): Reply {
  if (!('answer' in sent)) {
    return sent.ran === 'maybe' ? { kind: 'unknown', reason: sent.reason } : unfitErp(sent.reason);
  }
  const { answer } = sent;
  if (answer.status === 200) return told(answer);
  const reason = `HTTP ${answer.status}: ${excerpt(answer.text)}`;
  if (isThrottled(answer.status) || isTurnedAway(answer.status)) {
    return unreached(reason, answer.headers.get('retry-after'), nowMs);
  }
  return { kind: 'unknown', reason };
}

function told({ text }: Answer): Reply {
  const body = fieldsOf(text);
  if (Array.isArray(body['error'])) return refusal(body['error']);
  if ('result' in body) return { kind: 'result', result: body['result'] };
  return { kind: 'unknown', reason: `an answer that is none of Tryton's: ${excerpt(text)}` };
}

/** Names of Tryton's exceptions; any other first word is what a programming error said. */
const exceptions = ['UserError', 'UserWarning', 'ConcurrencyException', 'LoginException'];

function refusal([name, given]: unknown[]): Failure {
  const code = exceptions.find((exception) => exception === name);
  const [words, detail] = [Array.isArray(given) ? given : [given]].flatMap((said) =>
    code === 'UserWarning' ? [said[1], said[2]] : [said[0], said[1]],
  );
  const said = [words, detail].filter((word) => typeof word === 'string' && word !== '');
  const reason = (code ? said.join(': ') : `${name}`)
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, reasonMax);
  if (code === 'ConcurrencyException' || contention.test(reason)) return { kind: 'busy', reason };
  if (!code && reason === "'holdfast.document'") {
    return unfitErp('the module holdfast is not installed in Tryton; see docs/tryton.md');
  }
  if (!code && lostDatabase.test(reason)) return { kind: 'unknown', reason };
  if (reason.startsWith(keyTaken)) return { kind: 'unknown', reason };
  return { kind: 'refused', code: code ?? 'ERROR', reason: reason || wordless };
}
