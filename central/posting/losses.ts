import type { Database } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import type { PostingKind } from '../erp/erp.ts';
import { acting } from './acting.ts';
import { checkSecond, type Saying } from './amendments.ts';
import type { Postings } from './postings.ts';
import type { PostingRow } from './queue.ts';

export const lossMigrations = [
  `
  CREATE TABLE loss (                            -- posted, and somebody says: the ERP lacks it
    id         INTEGER PRIMARY KEY,
    key        TEXT    NOT NULL,
    document   TEXT    NOT NULL,                 -- its number, as it was posted
    at_ms      INTEGER NOT NULL,
    by         TEXT    NOT NULL CHECK (by <> ''),
    reason     TEXT    NOT NULL CHECK (reason <> ''),
    decision   TEXT    CHECK (decision = 'approved' OR decision = 'rejected'),
    decided_ms INTEGER CHECK ((decided_ms IS NULL) = (decision IS NULL)),
    decided_by TEXT    CHECK ((decided_by IS NULL) = (decision IS NULL)),
    words      TEXT    CHECK ((words IS NULL) = (decision IS NULL)),
    CHECK (decision IS NULL OR decision <> 'approved' OR lower(decided_by) <> lower(by))
  ) STRICT;
  CREATE INDEX loss_key ON loss (key);
  CREATE UNIQUE INDEX loss_open ON loss (key) WHERE decision IS NULL;
  CREATE TRIGGER loss_is_history BEFORE UPDATE ON loss
    WHEN old.decision IS NOT NULL OR new.key <> old.key OR new.document <> old.document
      OR new.by <> old.by OR new.reason <> old.reason
    BEGIN SELECT raise(ABORT, 'what a person has said is never edited'); END;
  CREATE TRIGGER loss_is_kept BEFORE DELETE ON loss
    BEGIN SELECT raise(ABORT, 'what a person has said is never deleted'); END;
  -- The one way back: two people have said that the ERP has lost this very document.
  DROP TRIGGER posted_is_posted;
  CREATE TRIGGER posted_is_posted BEFORE UPDATE OF state, document, key ON posting
    WHEN old.state = 'void' OR old.state = 'posted' AND (new.state <> 'unknown'
      OR new.document IS NOT NULL OR new.key <> old.key OR NOT EXISTS (SELECT 1 FROM loss
        WHERE loss.key = old.key AND loss.document = old.document AND decision = 'approved'))
    BEGIN SELECT raise(ABORT, 'what is posted stays posted'); END;
  `,
];

export type Loss = Readonly<
  Saying & {
    document: string;
    atMs: number;
    decision: 'approved' | 'rejected' | null;
    decidedMs: number | null;
    decidedBy: string | null;
    words: string | null;
  }
>;
type Open = Readonly<
  Saying & { key: string; kind: PostingKind; lane: string; document: string; atMs: number }
>;
/** Most of one posting that are told, and most that wait for a second person. */
const toldMax = 50;
const openMax = 1_000;

const columns = `document, at_ms AS atMs, by, reason, decision, decided_ms AS decidedMs,
  decided_by AS decidedBy, words`;

/** What people have said of a posting that the ERP lacks, and what waits for a second person. */
export function openLost(db: Database) {
  const all = db.prepare<[string, number], Loss>(
    `SELECT ${columns} FROM loss WHERE key = ? ORDER BY id LIMIT ?`,
  );
  const waiting = db.prepare<[number], Open>(
    `SELECT loss.key, kind, lane, loss.document, loss.at_ms AS atMs, by, loss.reason
     FROM loss JOIN posting ON posting.key = loss.key WHERE decision IS NULL
     ORDER BY posting.id LIMIT ?`,
  );
  return {
    of: (key: string): readonly Loss[] => all.all(key, toldMax),
    waiting: (): readonly Open[] => waiting.all(openMax),
  };
}

type Parts = { db: Database; postings: Postings; nowMs: () => number; moved: () => void };

/**
 * What the ERP has lost, as after a restored backup: one person proposes to post it again, and
 * another approves. Then nobody knows whether it is there: it is looked up, and sent under the same
 * key only if it is not. Nothing does this by itself.
 *
 * Throws Fault REFUSED for a posting that is not posted, or whose taking back is, for a second
 * proposal while one is open, and for one's own approval; Fault UNKNOWN for none.
 */
export function openLosses({ db, postings, nowMs, moved }: Parts) {
  const add = db.prepare(
    'INSERT INTO loss (key, document, at_ms, by, reason) VALUES (?, ?, ?, ?, ?)',
  );
  const open = db.prepare<[string], Saying & { id: number }>(
    'SELECT id, by, reason FROM loss WHERE key = ? AND decision IS NULL',
  );
  const decide = db.prepare(
    'UPDATE loss SET decision = ?, decided_ms = ?, decided_by = ?, words = ? WHERE id = ?',
  );
  const refused = (key: string, words: string) => new Fault('REFUSED', `posting: ${key} ${words}`);

  function posted(key: string): PostingRow {
    const row = postings.one(key);
    if (row.state !== 'posted') throw refused(key, `is ${row.state}, not posted`);
    const back = postings.inverse(key);
    if (back?.state !== 'posted') return row;
    throw refused(key, `was taken back by ${back.kind} ${back.document}: what lacks is that one`);
  }

  function proposed(key: string): Saying & { id: number } {
    const row = open.get(key);
    if (row) return row;
    throw refused(key, 'is posted, and nobody has said that the ERP lacks it');
  }

  function propose(key: string, { by, reason }: Saying): void {
    const { document } = posted(key);
    const known = open.get(key);
    if (known) throw refused(key, `is named by ${known.by} already: approve or reject it first`);
    add.run(key, document, nowMs(), by, reason);
  }

  function approve(key: string, { by, reason }: Saying): void {
    posted(key);
    const row = proposed(key);
    checkSecond(row.by, by);
    decide.run('approved', nowMs(), by, reason, row.id);
    postings.decide(key, 'Lost', {
      ...{ document: null, ticket: null },
      reason: `lost by the ERP, says ${row.by}, and ${by}: ${reason}`,
    });
  }

  function reject(key: string, { by, reason }: Saying): void {
    decide.run('rejected', nowMs(), by, reason, proposed(key).id);
  }

  const together = acting({ db, postings, moved });
  return {
    /** Whether one waits for a second person. */
    isOpen: (key: string): boolean => open.get(key) !== undefined,
    /** Proposes to post it again, because the ERP lacks it; nothing changes yet. */
    propose: together(propose),
    /** Another person than the one who has proposed it says yes: it is looked up, then sent. */
    approve: together(approve),
    /** Somebody says no, maybe the one who has proposed it: it stays posted. */
    reject: together(reject),
  };
}
