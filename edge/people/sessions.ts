import { randomBytes } from 'node:crypto';
import type { Database } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import { tokenHash } from '../../shared/pin.ts';
import { quietly } from './quietly.ts';

/** A session ends after this time whatever happens, ms. */
export const sessionMaxMs = 12 * 3_600_000;
/** Most sessions at once. */
export const sessionsMax = 500;
/** That somebody is still there is written down at most this often, ms. */
const seenEveryMs = 60_000;

export type Session = Readonly<{
  hash: string;
  person: string;
  station: string;
  line: string;
  beganMs: number;
  seenMs: number;
  /** Has signed with name or badge and PIN: the PIN alone will do (21 CFR 11.200). */
  signs: boolean;
}>;
type Row = {
  hash: string;
  person: string;
  station: string;
  line: string;
  began_ms: number;
  seen_ms: number;
  signs: number;
};
export type Sessions = ReturnType<typeof openSessions>;
type Parts = Readonly<{ db: Database; nowMs: () => number; idleMs: number }>;

/** A random text that nobody guesses, as it stands in a cookie. */
const newToken = (): string => randomBytes(32).toString('base64url');

/**
 * Who is signed in, in the store's file: an edge that is killed signs nobody out. `nowMs` must
 * never jump while the program runs.
 */
export function openSessions({ db, nowMs, idleMs }: Parts) {
  const insert = db.prepare(
    `INSERT INTO session (hash, person, station, line, began_ms, seen_ms, signs)
     VALUES (?, ?, ?, ?, ?, ?, 0)`,
  );
  const update = db.prepare<[number, number, string]>(
    'UPDATE session SET seen_ms = ?, signs = ? WHERE hash = ?',
  );
  const remove = db.prepare<[string]>('DELETE FROM session WHERE hash = ?');
  const sessions = new Map<string, Session>();
  const keptMs = new Map<string, number>(); // what the file says of `seenMs`
  for (const row of db.prepare<[], Row>('SELECT * FROM session').all()) {
    const { began_ms: beganMs, seen_ms: seenMs, signs, ...rest } = row;
    // A clock that was set back while the edge was off must not make a session last.
    const began = Math.min(beganMs, nowMs());
    const seen = Math.min(seenMs, nowMs());
    sessions.set(row.hash, { ...rest, beganMs: began, seenMs: seen, signs: signs === 1 });
    keptMs.set(row.hash, seen);
  }

  const endsMs = ({ beganMs, seenMs }: Session): number =>
    Math.min(beganMs + sessionMaxMs, seenMs + idleMs);

  function write(session: Session): void {
    sessions.set(session.hash, session);
    const { seenMs, signs, hash } = session;
    if (quietly(db, () => update.run(seenMs, signs ? 1 : 0, hash))) keptMs.set(hash, seenMs);
  }

  return {
    endsMs,

    /** Throws Fault FULL where no more are taken. */
    checkRoom(): void {
      if (sessions.size < sessionsMax) return;
      throw new Fault('FULL', `session: ${sessionsMax} people are signed in already`);
    },

    /**
     * Begins a session within a commit; it is known from `begun` on, once that has returned.
     * Returns its token: what the cookie says, and nobody else.
     */
    begin({ person, station, line }: Pick<Session, 'person' | 'station' | 'line'>) {
      const token = newToken();
      const hash = tokenHash(token);
      const session = { hash, person, station, line, beganMs: nowMs(), seenMs: nowMs() };
      const commit = () =>
        void insert.run(hash, person, station, line, session.beganMs, session.seenMs);
      const begun = (): Session => {
        const made = { ...session, signs: false };
        sessions.set(hash, made);
        keptMs.set(hash, made.seenMs);
        return made;
      };
      return { token, commit, begun };
    },

    /** The session of a cookie, if it goes on. */
    of(token: string): Session | undefined {
      const session = sessions.get(tokenHash(token));
      return session && endsMs(session) > nowMs() ? session : undefined;
    },

    /** A person is there. Nothing is lost where the disk does not take it. */
    touch(session: Session): Session {
      const seen = { ...session, seenMs: nowMs() };
      const sinceMs = seen.seenMs - (keptMs.get(session.hash) ?? 0);
      if (sinceMs >= Math.min(seenEveryMs, idleMs / 8)) write(seen);
      else sessions.set(session.hash, seen);
      return seen;
    },

    /** From now on the PIN alone signs. */
    sign(session: Session): void {
      const known = sessions.get(session.hash);
      if (known && !known.signs) write({ ...known, signs: true });
    },

    /** Takes it out of the file, within a commit; `ended` afterwards. */
    end: ({ hash }: Session) => void remove.run(hash),
    ended({ hash }: Session): void {
      sessions.delete(hash);
      keptMs.delete(hash);
    },

    all: (): readonly Session[] => [...sessions.values()],
    /** Those whose time is over, and why. */
    over: (): { session: Session; why: 'idle' | 'ended' }[] =>
      [...sessions.values()]
        .filter((session) => endsMs(session) <= nowMs())
        .map((session) => ({
          session,
          why: session.beganMs + sessionMaxMs <= nowMs() ? 'ended' : 'idle',
        })),
  };
}
