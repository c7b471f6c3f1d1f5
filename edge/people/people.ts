import { type Clock, steadyMs } from '../../shared/clock.ts';
import type { Database } from '../../shared/database.ts';
import type { BodyOf, FactType } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import type { Logger } from '../../shared/log.ts';
import type { Intake } from '../line/intake.ts';
import type { Roster } from '../line/roster.ts';
import { openPeopleBook } from './file.ts';
import { openGate, type Present } from './gate.ts';
import { openLockout } from './lockout.ts';
import { type Locked, openProof, type Proof } from './proof.ts';
import { quietly } from './quietly.ts';
import { openSessions, type Session } from './sessions.ts';

/** Sessions whose time is over are looked for this often, ms. */
const sweepEveryMs = 5_000;
/** And this often while the disk does not take it, ms. */
const sweepAgainMs = 60_000;
/** Most sessions of one person; another one ends the oldest. */
const ownMax = 10;

type Parts = Readonly<{
  path: string;
  idleMs: number;
  db: Database;
  clock: Clock;
  log: Logger;
  intake: Pick<Intake, 'state'>;
  roster: Pick<Roster, 'actors'>;
  /** Why nothing new may be asked of a line now. */
  barred: (line: string) => Fault | undefined;
}>;
export type People = ReturnType<typeof openPeople>;

/** The people of an edge: who they are, who is signed in, and what they may. */
export function openPeople({ path, idleMs, db, clock, log, intake, roster, barred }: Parts) {
  const nowMs = steadyMs(clock);
  const book = openPeopleBook({
    ...{ path, monotonicMs: clock.monotonicMs },
    troubled: (reason) =>
      reason === undefined ? log.info('people: taken') : log.error({ reason }, 'people: not taken'),
  });
  const sessions = openSessions({ db, nowMs, idleMs });
  const lockout = openLockout(db, nowMs);
  const prove = openProof({ book, lockout, nowMs: clock.nowMs, failed });
  const gate = openGate({ book, sessions, prove, nowMs: clock.nowMs });

  /** States it in the person's name, on the line that is named or another that can speak. */
  function say<T extends FactType>(type: T, body: BodyOf<T>, actor: string, line?: string): void {
    const able = roster.actors.filter(({ path, failure }) => !failure() && !barred(path));
    const speaker = able.find(({ path }) => path === line) ?? able[0];
    if (speaker) speaker.observe(type, body, actor);
    else log.warn({ type, actor }, 'no line can state it');
  }

  /** Throws Fault FULL where the disk does not take it. */
  function commit(work: () => void): void {
    if (intake.state(work)) return;
    throw new Fault('FULL', 'disk: does not take it now; ask again later');
  }

  function failed(names: readonly string[], locked?: Locked, untilMs?: number): void {
    if (untilMs !== undefined) log.warn({ names: names.slice(1), untilMs }, 'locked out');
    const keep = (): void => names.forEach(lockout.keep);
    if (!locked) return void quietly(db, db.transaction(keep));
    const { person, ...body } = locked;
    intake.state(() => {
      keep();
      say('PersonLockedOut', body, person);
    });
    log.warn({ actor: person, untilMs: body.untilMs }, 'locked out');
  }

  function end(session: Session, why: 'asked' | 'idle' | 'ended'): void {
    const { person, line } = session;
    commit(() => {
      sessions.end(session);
      say('PersonSignedOut', { person, why }, person, line);
    });
    sessions.ended(session);
  }

  /** Signs out whoever is signed in by this cookie, even if locked since; nobody is no mistake. */
  function signOut(cookie: string | undefined): void {
    const session = cookie === undefined ? undefined : sessions.of(cookie);
    if (session) end(session, 'asked');
  }

  function sweep(): void {
    for (const { session, why } of sessions.over()) end(session, why);
    if (!book.isRead()) return;
    for (const session of sessions.all()) {
      const { left = true, locked = true } = book.byId(session.person) ?? {};
      if (left || locked) end(session, 'ended');
    }
  }

  return {
    gate,

    /**
     * Signs in, in place of whoever was signed in at the screen. Throws Fault REFUSED, its rule
     * being `wrong`, `locked`, `expired` or `nobody`.
     */
    async signIn(proof: Proof, station: string, line?: string, cookie?: string) {
      if (book.status().people === 0) {
        const why = book.isRead()
          ? 'nobody is known here yet: make the first one with "holdfast people add" on the box'
          : 'the file of people cannot be taken: "holdfast doctor" says why';
        throw new Fault('REFUSED', why, { rule: 'nobody' });
      }
      const person = await prove.byName(proof, station);
      const { id, name } = person;
      signOut(cookie);
      const own = sessions.all().filter((session) => session.person === id);
      if (own.length >= ownMax) end(own[0]!, 'ended');
      sessions.checkRoom();
      const where = line ?? roster.actors[0]!.path;
      const begun = sessions.begin({ person: id, station, line: where });
      commit(() => {
        begun.commit();
        say('PersonSignedIn', { person: id, name, station }, id, where);
      });
      const present: Present = { person, session: begun.begun() };
      return { token: begun.token, present };
    },

    signOut,

    /** What a screen is told of who is signed in. */
    told: ({ person, session }: Present) => ({
      ...{ id: person.id, name: person.name, roles: person.roles },
      ...{ endsMs: sessions.endsMs(session), canSignByPin: session.signs },
      credentialUntilMs: person.credentialUntilMs,
    }),

    /** True while nobody could sign in. */
    isEmpty: () => book.status().people === 0,
    status: () => ({ ...book.status(), signedIn: sessions.all().length }),

    /** Ends sessions whose time is over, until `signal` aborts. */
    async run(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        let waitMs = sweepEveryMs;
        try {
          sweep();
        } catch (error) {
          // The disk does not take it now: those sessions are over all the same.
          if (!(error instanceof Fault && error.retry)) throw error;
          waitMs = sweepAgainMs;
        }
        await clock.sleep(waitMs, signal);
      }
    },
  };
}
