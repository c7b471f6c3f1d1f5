import { setTimeout as delay } from 'node:timers/promises';
import { backoff } from '../shared/backoff.ts';
import { systemClock } from '../shared/clock.ts';
import { Fault } from '../shared/fault.ts';

/** An edge's answer to one command. */
export type Answer = {
  commandId: string;
  status: 'accepted' | 'refused';
  code?: string;
  reason?: string;
};

/** Most commands in one request, and how long one request may take, ms. */
export const batchMax = 500;
const requestMaxMs = 15_000;
/** An edge that is asked too often says so. */
const tooMany = 429;
/** Requests that find no edge, or one that cannot take them, are repeated this often. */
const attemptsMax = 180;

/** Says that JSON comes; and from whom, by a program's token, where the edge knows people. */
export const jsonHeaders = (token?: string): Record<string, string> => ({
  'content-type': 'application/json',
  ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
});

/**
 * Asks an edge for a batch of commands until it answers all of them; one that its disk has no room
 * for now, or whose line is not ready, is none. Repeating is safe: a command carries its id and is
 * answered the same. Throws Fault UNREACHABLE after many attempts, and Fault INVALID if the edge
 * does not understand the request itself.
 */
export async function ask(
  edgeUrl: string,
  commands: readonly unknown[],
  signal: AbortSignal,
  token?: string,
): Promise<Answer[]> {
  let reason = '';
  for (let attempt = 1; attempt <= attemptsMax && !signal.aborted; attempt++) {
    try {
      const response = await fetch(new URL('/v1/commands', edgeUrl), {
        method: 'POST',
        headers: jsonHeaders(token),
        body: JSON.stringify({ commands }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(requestMaxMs)]),
      });
      const body = (await response.json()) as { answers?: Answer[]; message?: string };
      const full = body.answers?.find(({ code }) => code === 'FULL');
      if (response.ok && body.answers && !full) return body.answers;
      reason = full?.reason ?? body.message ?? `HTTP ${response.status}`;
      const isWrong = response.status >= 400 && response.status < 500;
      if (isWrong && response.status !== tooMany) throw new Fault('INVALID', `edge: ${reason}`);
    } catch (error) {
      if (error instanceof Fault) throw error;
      reason = (error as Error).message;
    }
    await systemClock.sleep(Math.min(backoff(attempt), 1_000), signal);
  }
  throw new Fault('UNREACHABLE', `edge: ${edgeUrl} does not answer (${reason})`);
}

/** A connection that was kept may just have been closed: what only reads is asked so often, */
const readsMax = 3;
/** with a pause that grows, ms. */
const readPauseMs = 50;

/** Reads JSON from one of our programs. Throws Fault UNREACHABLE. */
export async function read<T>(url: string, path: string): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      const signal = AbortSignal.timeout(requestMaxMs);
      const response = await fetch(new URL(path, url), { signal });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      return (await response.json()) as T;
    } catch (cause) {
      const isBroken = cause instanceof TypeError; // as fetch says that the connection failed
      if (!isBroken || attempt === readsMax) {
        throw new Fault('UNREACHABLE', `${url}${path}: ${(cause as Error).message}`, { cause });
      }
    }
    await delay(attempt * readPauseMs);
  }
}
