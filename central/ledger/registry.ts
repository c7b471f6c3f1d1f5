import { genesis } from '../../shared/codec.ts';
import type { Database } from '../../shared/database.ts';
import type { EnrolAnswer, EnrolAsk, Reason } from '../../shared/enrol.ts';
import { Fault } from '../../shared/fault.ts';
import { turnsOf } from '../sql/turns.ts';
import type { Ledger } from './ledger.ts';

export const registryMigrations = [
  `
  CREATE TABLE epoch (
    line     TEXT    NOT NULL,
    epoch    INTEGER NOT NULL CHECK (epoch >= 1),
    store    TEXT    NOT NULL,                           -- who writes it
    began_ms INTEGER NOT NULL,
    ended    INTEGER CHECK (ended >= 0),                 -- last sequence of the one before
    reason   TEXT    NOT NULL CHECK (reason IN ('new', 'behind', 'forked', 'swapped')),
    PRIMARY KEY (line, epoch)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER epoch_is_history BEFORE UPDATE ON epoch
    BEGIN SELECT raise(ABORT, 'an epoch has one writer'); END;
  CREATE TABLE permit (
    line     TEXT    PRIMARY KEY,
    until_ms INTEGER NOT NULL,
    by       TEXT    NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
];

/** A permit is good for this long, ms. */
export const permitMs = 3_600_000;
/** Most epochs that are shown, and most lines whose refusals are remembered. */
const shownMax = 1_000;

/** One epoch of a line, and the store that writes it. */
export type Epoch = Readonly<{
  line: string;
  epoch: number;
  store: string;
  beganMs: number;
  ended: number | null; // last sequence of the epoch before
  reason: Reason;
}>;
type Permit = Readonly<{ line: string; untilMs: number; by: string }>;
/** A store that wanted to write a line and may not. */
export type Refusal = Readonly<{
  line: string;
  store: string;
  answer: 'owned' | 'stale';
  reason: string;
  times: number;
  lastMs: number;
}>;

type Objection = readonly [answer: Refusal['answer'], reason: string];
type Parts = { db: Database; ledger: Ledger; nowMs: () => number };
export type Registry = ReturnType<typeof openRegistry>;

function prepare(db: Database) {
  const columns = 'line, epoch, store, began_ms AS beganMs, ended, reason';
  const latest = `SELECT ${columns} FROM epoch WHERE line = ? ORDER BY epoch DESC LIMIT 1`;
  return {
    latest: db.prepare<[string], Epoch>(latest),
    shown: db.prepare<[number], Epoch>(
      `SELECT ${columns} FROM epoch ORDER BY began_ms DESC, line, epoch DESC LIMIT ?`,
    ),
    add: db.prepare('INSERT INTO epoch VALUES (?, ?, ?, ?, ?, ?)'),
    allow: db.prepare(
      `INSERT INTO permit VALUES (?, ?, ?)
       ON CONFLICT (line) DO UPDATE SET until_ms = excluded.until_ms, by = excluded.by`,
    ),
    permit: db.prepare<[string, number], Permit>(
      'SELECT line, until_ms AS untilMs, by FROM permit WHERE line = ? AND until_ms > ?',
    ),
    permits: db.prepare<[number], Permit>(
      'SELECT line, until_ms AS untilMs, by FROM permit WHERE until_ms > ? ORDER BY line',
    ),
    useUp: db.prepare('DELETE FROM permit WHERE line = ?'),
  };
}

/**
 * Who writes each line: one store in one epoch, handed out here and nowhere else. Another store is
 * refused until a person permits it; then it begins the next epoch, and the one before is over.
 */
export function openRegistry({ db, ledger, nowMs }: Parts) {
  const tables = prepare(db);
  const refused = new Map<string, Refusal>();

  function standing(line: string) {
    const { epoch, sequence, hash, chained } = ledger.head(line);
    return { chained, head: { epoch, sequence, hash: hash.toString('hex') } };
  }

  function refuse(line: string, ask: EnrolAsk, answer: 'owned' | 'stale', reason: string) {
    const key = `${line}\n${ask.store}`;
    const times = (refused.get(key)?.times ?? 0) + 1;
    refused.delete(key);
    refused.set(key, { line, store: ask.store, answer, reason, times, lastMs: nowMs() });
    if (refused.size > shownMax) refused.delete(refused.keys().next().value!);
    return { answer, ...standing(line).head, reason } as const;
  }

  /** Why this store does not write the line; undefined if it does, or nobody yet. */
  function objection(line: string, ask: EnrolAsk, owner: Epoch | undefined): Objection | undefined {
    const { chained, head } = standing(line);
    if (chained === 0) return ['owned', 'its facts come from a foreign log'];
    if (owner) {
      const since = new Date(owner.beganMs).toISOString();
      const who = `epoch ${owner.epoch} is written by store ${owner.store} since ${since}`;
      if (ask.epoch < owner.epoch) return ['stale', who];
      const own = owner.store === ask.store && owner.epoch === ask.epoch;
      return own ? undefined : ['owned', who];
    }
    // Facts from before owners were written down: a box that has none of them is not their writer.
    const lacks = head.sequence > 0 && (ask.sequence === 0 || ask.epoch !== head.epoch);
    return lacks ? ['owned', 'central holds facts of it that this store lacks'] : undefined;
  }

  /** The store becomes the writer of the line, which nobody was. */
  const adopt = (line: string, ask: EnrolAsk): void =>
    db
      .transaction(() => {
        const { head } = standing(line);
        if (head.sequence === 0 && ask.epoch > head.epoch) {
          ledger.begin(line, ask.epoch, () => undefined);
        }
        tables.add.run(line, ask.epoch, ask.store, nowMs(), null, 'new');
      })
      .immediate();

  /** Ends the epoch; the writer of the next is known by its new id alone. */
  const begin = (line: string, next: string, reason: Reason): void =>
    db
      .transaction(() => {
        const { epoch } = ledger.head(line);
        ledger.begin(line, epoch + 1, ({ sequence }) => {
          tables.add.run(line, epoch + 1, next, nowMs(), sequence, reason);
          tables.useUp.run(line);
        });
      })
      .immediate();

  const begun = (line: string): EnrolAnswer => {
    const { epoch, ended } = tables.latest.get(line)!;
    const hash = genesis(line, epoch).toString('hex');
    return { answer: 'begun', epoch, sequence: 0, hash, ended: ended ?? 0 };
  };

  function answer(line: string, ask: EnrolAsk): EnrolAnswer {
    const owner = tables.latest.get(line);
    const { next, want } = ask;
    if (next !== undefined && owner?.store === next) return begun(line);
    if (ask.stream > ledger.cursor().streamSequence) {
      return {
        answer: 'wait',
        ...standing(line).head,
        reason: 'central has not read it all yet',
      };
    }
    const against = objection(line, ask, owner);
    const permit = against && tables.permit.get(line, nowMs());
    if (against && !permit) return refuse(line, ask, ...against);
    if (want === 'begin' && next !== undefined) {
      begin(line, next, permit ? 'swapped' : (ask.reason ?? 'behind'));
      return begun(line);
    }
    if (permit) return { answer: 'permitted', ...standing(line).head };
    if (!owner) adopt(line, ask);
    return { answer: 'entered', ...standing(line).head };
  }

  return {
    /**
     * Whether this store may write the line, and from where on. A beginning that was answered
     * before is answered the same. What the store knows to be in the stream is read first, so that
     * no epoch ends before all that was stated in it is here. Where others answer too, it is told
     * in one turn: no two stores are let in.
     */
    answer: turnsOf(db) ? db.transaction(answer).immediate : answer,
    /** Runs what is called here as one transaction. */
    together: <R>(work: () => R): R => db.transaction(work).immediate(),

    /** Whether this store writes the line, and in this epoch. */
    writes(line: string, store: string, epoch: number): boolean {
      const owner = tables.latest.get(line);
      return owner?.store === store && owner.epoch === epoch;
    },

    /**
     * Lets the next other store that asks take over the line; returns until when, Unix ms. Throws
     * Fault UNKNOWN for a line that no store has asked for: its name is mistyped, or it is free.
     */
    permit(line: string, by: string): number {
      if (!ledger.lines().some(({ path }) => path === line)) {
        const why = 'central has never heard of it; a line that is new needs no permit';
        throw new Fault('UNKNOWN', `line: ${line}: ${why}`);
      }
      const untilMs = nowMs() + permitMs;
      tables.allow.run(line, untilMs, by);
      return untilMs;
    },

    /** The newest epochs of all lines, the open permits, and who was refused since start. */
    shown: () => ({
      epochs: tables.shown.all(shownMax),
      permits: tables.permits.all(nowMs()),
      refused: [...refused.values()],
    }),
  };
}
