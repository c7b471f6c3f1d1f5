import type { Database } from '../../shared/database.ts';
import type { Standing } from '../erp/breaker.ts';
import { type Erp, type PostingKind, postingKinds } from '../erp/erp.ts';
import { acting } from '../posting/acting.ts';
import { openAmended, openAmendments, type Saying } from '../posting/amendments.ts';
import { openLosses, openLost } from '../posting/losses.ts';
import type { Decision, Postings } from '../posting/postings.ts';
import type { PostingRow } from '../posting/queue.ts';
import { openTrial } from '../posting/trial.ts';

export const deskMigrations = [
  `
  CREATE TABLE act (                             -- what people have said of parked postings
    id       INTEGER PRIMARY KEY,
    key      TEXT    NOT NULL,
    at_ms    INTEGER NOT NULL,
    act      TEXT    NOT NULL CHECK (act = 'retry' OR act = 'settle' OR act = 'giveUp'),
    by       TEXT    NOT NULL CHECK (by <> ''),
    reason   TEXT    NOT NULL CHECK (reason <> ''),
    document TEXT    CHECK ((document IS NULL) = (act <> 'settle')),
    before   TEXT                                -- why it was parked
  ) STRICT;
  CREATE INDEX act_key ON act (key);
  CREATE TRIGGER act_is_history BEFORE UPDATE ON act
    BEGIN SELECT raise(ABORT, 'what a person has said is never edited'); END;
  CREATE TRIGGER act_is_kept BEFORE DELETE ON act
    BEGIN SELECT raise(ABORT, 'what a person has said is never deleted'); END;
  `,
];

/** Most parked postings in one answer, and most acts of one. */
export const parkedMax = 1_000;
const actsMax = 200;

type Act = Readonly<
  Saying & { atMs: number; act: string; document: string | null; before: string | null }
>;
type Parked = Pick<
  PostingRow,
  'key' | 'kind' | 'lane' | 'line' | 'sequence' | 'eventId' | 'order' | 'lot' | 'reason'
>;
type Parts = {
  db: Database;
  postings: Postings;
  erp: Erp;
  standing: () => Standing;
  nowMs: () => number;
  /** Told when a posting was moved. */
  moved: () => void;
};
export type Desk = ReturnType<typeof openDesk>;

function prepare(db: Database) {
  const parked = db.prepare<[number, number], Parked>(
    `SELECT key, kind, lane, line, sequence, event_id AS eventId, order_number AS "order", lot,
       reason FROM posting WHERE state = 'parked' AND id > ? ORDER BY id LIMIT ?`,
  );
  const acts = db.prepare<[string, number], Act>(
    `SELECT at_ms AS atMs, act, by, reason, document, before FROM act WHERE key = ?
     ORDER BY id LIMIT ?`,
  );
  const add = db.prepare(
    'INSERT INTO act (key, at_ms, act, by, reason, document, before) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  return { parked, acts, add };
}

/**
 * Where people look after postings that could not be posted. Whatever one of them says is kept with
 * their name and their reason, in the transaction that does it, and never changed. Acts throw Fault
 * REFUSED for a posting that is not parked, and Fault UNKNOWN for none.
 */
export function openDesk({ db, postings, erp, standing, nowMs, moved }: Parts) {
  const { parked, acts, add } = prepare(db);
  const amended = openAmended(db);
  const lost = openLost(db);
  const edits = openAmendments({ db, postings, nowMs, moved });
  const losses = openLosses({ db, postings, nowMs, moved });

  function act(name: string, event: Decision, key: string, said: Saying, document?: string): void {
    const { reason: before } = postings.one(key);
    postings.decide(key, event, {
      ...(document === undefined ? {} : { document }),
      reason: `${said.by}: ${said.reason}`,
    });
    add.run(key, nowMs(), name, said.by, said.reason, document ?? null, before);
  }
  const together = acting({ db, postings, moved });

  return {
    /**
     * What waits for a person, in the order of the facts, at most `limit` behind the posting of the
     * key `after`; `next` is the key to go on with. And what is said to be missing.
     */
    parked({ limit = parkedMax, after }: Readonly<{ limit?: number; after?: string }> = {}) {
      const from = after === undefined ? 0 : postings.one(after).id;
      const rows = parked.all(from, limit + 1);
      const shown = rows.slice(0, limit);
      return {
        postings: shown,
        next: rows.length > limit ? shown.at(-1)!.key : null,
        kinds: Object.fromEntries(postingKinds.map((kind) => [kind, count(kind)])),
        missing: lost.waiting(),
      };
    },

    /** One posting: what it would post, every try and act, what the gate says now, and the plan. */
    show(key: string) {
      const posting = postings.one(key);
      return {
        posting,
        attempts: postings.attempts(key),
        acts: acts.all(key, actsMax),
        edits: amended(key),
        losses: lost.of(key),
        gate: postings.would(key).verdict,
        plan: postings.planOf(key),
      };
    },

    /** What a retry would do now: nothing moves, and nothing is kept. */
    trial: openTrial({ postings, erp, standing }),

    /** Tries it again under its key, after a look-up: if it is there already, that is found. */
    retry: together((key: string, said: Saying) => act('retry', 'Retry', key, said)),

    /** It is in the ERP under this number, however it came there. */
    settle: together((key: string, said: Saying, document: string) =>
      act('settle', 'Settle', key, said, document),
    ),

    /** What it shall say instead: proposed by one person, and decided by another. */
    edit: edits.propose,

    /** The ERP lacks what was posted: proposed by one person, and decided by another. */
    missing: losses.propose,

    /** A second person says yes to what is proposed: another content, or to post it again. */
    approve: (key: string, said: Saying): void =>
      (losses.isOpen(key) ? losses : edits).approve(key, said),

    /** Somebody says no. */
    reject: (key: string, said: Saying): void =>
      (losses.isOpen(key) ? losses : edits).reject(key, said),

    /** It shall not be posted; what waited behind it goes on. */
    giveUp: together((key: string, said: Saying) => act('giveUp', 'GiveUp', key, said)),
  };

  function count(kind: PostingKind): number {
    const sorts = postings.counts().postings;
    return sorts.find((one) => one.kind === kind && one.state === 'parked')?.postings ?? 0;
  }
}
