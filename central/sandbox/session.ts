import { randomBytes } from 'node:crypto';
import type { Clock } from '../../shared/clock.ts';

const sessionsMax = 1_000;
const sessionCookie = 'SAP_SESSIONID_HFS_100';
const tokenCookie = 'sap-XSRF_HFS_100';

export type Sessions = ReturnType<typeof openSessions>;

/**
 * The CSRF handshake: a fetched token holds together with both its cookies, for a fixed time.
 *
 * SAP lets a session slide; a fixed life is stricter. The oldest of 1,000 sessions is forgotten.
 */
export function openSessions(lifeMs: number, clock: Clock) {
  const sessions = new Map<string, { token: string; untilMs: number }>();

  return {
    /** A new token, and the Set-Cookie values that belong to it. */
    open(): { token: string; cookies: string[] } {
      const [session, token] = [
        randomBytes(16).toString('hex'),
        randomBytes(16).toString('base64'),
      ];
      if (sessions.size >= sessionsMax) sessions.delete(sessions.keys().next().value!);
      sessions.set(session, { token, untilMs: clock.nowMs() + lifeMs });
      const attributes = 'path=/; HttpOnly';
      return {
        token,
        cookies: [
          `${sessionCookie}=${session}; ${attributes}`,
          `${tokenCookie}=${session.slice(0, 8)}; ${attributes}`,
        ],
      };
    },

    /** True if the token is alive and the cookies are those it came with. */
    holds(token: unknown, cookieHeader = ''): boolean {
      const cookies = new Map(
        cookieHeader.split('; ').map((part) => part.split('=', 2) as [string, string]),
      );
      const id = cookies.get(sessionCookie) ?? '';
      const session = sessions.get(id);
      const alive = session !== undefined && clock.nowMs() < session.untilMs;
      return alive && session.token === token && cookies.get(tokenCookie) === id.slice(0, 8);
    },

    /** Every token dies now. */
    expire: (): void => sessions.clear(),
  };
}
