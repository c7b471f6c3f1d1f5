import { backoff } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/fault.ts';
import { readSecret } from '../../shared/secret.ts';
import { exchange, notSafe, type Sent } from '../erp/exchange.ts';
import { type Failure, type Reply, replyOf, unfitErp } from './reply.ts';

export type SessionOptions = Readonly<{
  url: string;
  database: string;
  user: string;
  passwordPath: string;
  timeoutMs: number; // for each request, answer included
  clock: Clock;
}>;

/** Why there is no session; `isLost` where the network lost it, and nobody has said no. */
type Shut = Readonly<{ failure: Failure; isLost: boolean }>;
type Login = Readonly<{ authorization: string }> | Shut;
const shut = (reason: string): Shut => ({ failure: unfitErp(reason), isLost: false });
export type Tryton = ReturnType<typeof openSession>;

/**
 * Tryton's JSON-RPC: one session, opened when it is first needed and once more when it has ended;
 * whoever needs one meanwhile waits for it. Nothing here rejects, and no reason holds the password
 * or the session.
 */
export function openSession({ clock, timeoutMs, ...options }: SessionOptions) {
  const { database, user } = options;
  const target = `${options.url}/${encodeURIComponent(database)}/`;
  let kept: Promise<Login> | undefined;
  let id = 0;

  function send(method: string, params: unknown[], authorization?: string): Promise<Sent> {
    const headers = {
      'content-type': 'application/json',
      ...(authorization === undefined ? {} : { authorization }),
    };
    const body = JSON.stringify({ id: ++id, method, params });
    return exchange(target, { method: 'POST', headers, body }, timeoutMs);
  }

  async function logIn(): Promise<Login> {
    let password: string;
    try {
      password = readSecret(options.passwordPath, 'passwordPath');
    } catch (error) {
      if (error instanceof Fault) return shut(error.message);
      throw error;
    }
    const sent = await send('common.db.login', [user, { password }, 'en']);
    const status = 'answer' in sent ? sent.answer.status : 200;
    if (status === 401) return shut(`Tryton does not let ${user} in: wrong user or password`);
    if (status === 404) return shut(`Tryton has no database ${database}, or cannot reach it`);
    const reply = replyOf(sent, clock.nowMs());
    if (reply.kind !== 'result') {
      const failure = { ...reply, kind: 'busy', unreached: true } as Failure;
      return { failure, isLost: isLost(reply) };
    }
    const [userId, session] = Array.isArray(reply.result) ? reply.result : [];
    if (typeof session !== 'string') return shut('Tryton answers a login without a session');
    const credentials = Buffer.from(`${user}:${userId}:${session}`).toString('base64');
    return { authorization: `Session ${credentials}` };
  }

  /** The session; a new one if the kept one is `spent`. Single-flight. */
  function session(spent?: Promise<Login>): Promise<Login> {
    if (kept && kept !== spent) return kept;
    kept = logIn();
    return kept;
  }

  /** Calls a method with its parameters, the context last. A spent session is renewed once. */
  async function run(method: string, params: unknown[], isSafe = () => true): Promise<Ran> {
    let spent: Promise<Login> | undefined;
    for (let renewals = 0; ; renewals++) {
      const opened = session(spent);
      const login = await opened;
      if ('failure' in login) {
        if (kept === opened) kept = undefined;
        return { reply: login.failure, isLost: login.isLost };
      }
      if (!isSafe()) return { reply: replyOf(notSafe, clock.nowMs()), isLost: false };
      const sent = await send(method, params, login.authorization);
      if (!('answer' in sent) || sent.answer.status !== 401) {
        const reply = replyOf(sent, clock.nowMs());
        return { reply, isLost: isLost(reply) };
      }
      if (renewals === 1) {
        return { reply: unfitErp('Tryton refuses a session just opened'), isLost: false };
      }
      spent = opened;
    }
  }

  return {
    /** Calls a method that changes something; nothing is sent where `isSafe` says no. */
    change: async (
      isSafe: (() => boolean) | undefined,
      method: string,
      ...params: unknown[]
    ): Promise<Reply> => (await run(method, params, isSafe)).reply,

    /**
     * Calls one that changes nothing: lost on the way, it is asked again, twice, but not once the
     * time-out has passed: whoever is silent is not asked on.
     */
    async ask(method: string, ...params: unknown[]): Promise<Reply> {
      const beganMs = clock.monotonicMs();
      for (let attempt = 1; ; attempt++) {
        const ran = await run(method, params);
        const isLate = clock.monotonicMs() - beganMs >= timeoutMs;
        if (!ran.isLost || isLate || attempt === asksMax) return ran.reply;
        await clock.sleep(backoff(attempt), new AbortController().signal);
      }
    },
  };
}

type Ran = Readonly<{ reply: Reply; isLost: boolean }>;

/** Whether it may come through at once, asked again: who says when to come again is not asked. */
const isLost = (reply: Reply): boolean =>
  reply.kind === 'unknown' ||
  (reply.kind === 'busy' && reply.unreached === true && reply.retryAfterMs === undefined);

/** How often something is asked that the network loses, in all. */
const asksMax = 3;
