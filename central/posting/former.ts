import { open } from './docket.ts';

// As these were said when the tables below were made.
const flew = "state IN ('sending', 'unknown')";
const wasUnsettled = "(state = 'intended' OR state = 'sending' OR state = 'unknown')";
const wasSent = "(state = 'posted' OR state = 'sending' OR state = 'unknown')";

export const queueMigrations = [
  `
  CREATE TABLE posting (
    id            INTEGER PRIMARY KEY,           -- order of the facts that call for them
    key           TEXT    NOT NULL UNIQUE,
    event_id      TEXT    NOT NULL,
    line          TEXT    NOT NULL,
    sequence      INTEGER NOT NULL,
    at_ms         INTEGER NOT NULL,
    lane          TEXT    NOT NULL,              -- strictly in order within
    kind          TEXT    NOT NULL CHECK (kind IN ('confirmation', 'goodsIssue', 'goodsReceipt',
                                                   'blockStock', 'unblockStock', 'scrapStock')),
    state         TEXT    NOT NULL CHECK (state IN ('intended', 'sending', 'unknown', 'held',
                                                    'deferred', 'parked', 'posted', 'void')),
    order_number  TEXT,
    operation     TEXT,
    lot           TEXT,
    material      TEXT,
    unit          TEXT,
    quantity      TEXT,                          -- decimal texts
    blocked       TEXT,
    yield         TEXT,
    scrap         TEXT,
    rework        TEXT,
    setup_ms      INTEGER,
    machine_ms    INTEGER,
    final         INTEGER NOT NULL CHECK (final IN (0, 1)),
    not_before_ms INTEGER NOT NULL DEFAULT 0,
    busy          INTEGER NOT NULL DEFAULT 0,    -- answers in a row that it could not now
    unsure        INTEGER NOT NULL DEFAULT 0,    -- outcomes that were unknown
    reason        TEXT,
    document      TEXT CHECK (document IS NOT NULL OR state <> 'posted')
  ) STRICT;
  CREATE INDEX posting_lane ON posting (lane, id) WHERE ${open};
  CREATE INDEX posting_flying ON posting (lane) WHERE ${flew};
  CREATE INDEX posting_line ON posting (line, sequence) WHERE ${open};
  CREATE INDEX posting_order ON posting (order_number, operation);
  CREATE INDEX posting_lot ON posting (lot, state, kind) WHERE lot IS NOT NULL;
  CREATE TRIGGER posted_is_posted BEFORE UPDATE OF state, document, key ON posting
    WHEN old.state IN ('posted', 'void')
    BEGIN SELECT raise(ABORT, 'what is posted stays posted'); END;
  CREATE TRIGGER intent_comes_first BEFORE UPDATE OF state ON posting
    WHEN new.state = 'posted' AND old.state NOT IN ('sending', 'unknown', 'parked')
    BEGIN SELECT raise(ABORT, 'nothing is posted without an intent'); END;
  CREATE TRIGGER posting_is_kept BEFORE DELETE ON posting
    BEGIN SELECT raise(ABORT, 'no posting is forgotten'); END;
  CREATE TABLE attempt (
    key     TEXT    NOT NULL,
    at_ms   INTEGER NOT NULL,
    outcome TEXT    NOT NULL,
    detail  TEXT    NOT NULL
  ) STRICT;
  CREATE INDEX attempt_key ON attempt (key);
  CREATE TABLE unposted (                        -- facts that call for nothing, by reason
    reason TEXT PRIMARY KEY,
    facts  INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
];

/** What came with genealogy. */
export const queueMigrations2 = [
  `
  -- Beside the one document of its fact: moves a lot that a hold on another lot reaches.
  ALTER TABLE posting ADD COLUMN beside INTEGER NOT NULL DEFAULT 0 CHECK (beside IN (0, 1));
  CREATE INDEX posting_beside ON posting (id) WHERE beside;
  `,
];

/** What a lane and a line are asked for again and again, however much waits in them. */
export const queueMigrations3 = [
  `
  CREATE INDEX posting_intended ON posting (lane, id) WHERE state = 'intended';
  CREATE INDEX posting_unsettled ON posting (line, sequence)
    WHERE state IN ('intended', 'sending', 'unknown');
  `,
];

/**
 * The same table and the same rules, cheaper to write: checks without a list, one index less for
 * what waits. What has been sent of an order is found by its number; what is open, by its lane.
 */
export const queueMigrations4 = [
  `
  CREATE TABLE posting_anew (
    id            INTEGER PRIMARY KEY,           -- order of the facts that call for them
    key           TEXT    NOT NULL UNIQUE,
    event_id      TEXT    NOT NULL,
    line          TEXT    NOT NULL,
    sequence      INTEGER NOT NULL,
    at_ms         INTEGER NOT NULL,
    lane          TEXT    NOT NULL,              -- strictly in order within
    kind          TEXT    NOT NULL CHECK (kind = 'confirmation' OR kind = 'goodsIssue'
      OR kind = 'goodsReceipt' OR kind = 'blockStock' OR kind = 'unblockStock'
      OR kind = 'scrapStock'),
    state         TEXT    NOT NULL CHECK (state = 'deferred' OR state = 'intended'
      OR state = 'sending' OR state = 'posted' OR state = 'unknown' OR state = 'held'
      OR state = 'parked' OR state = 'void'),
    order_number  TEXT,
    operation     TEXT,
    lot           TEXT,
    material      TEXT,
    unit          TEXT,
    quantity      TEXT,                          -- decimal texts
    blocked       TEXT,
    yield         TEXT,
    scrap         TEXT,
    rework        TEXT,
    setup_ms      INTEGER,
    machine_ms    INTEGER,
    final         INTEGER NOT NULL CHECK (final = 0 OR final = 1),
    not_before_ms INTEGER NOT NULL DEFAULT 0,
    busy          INTEGER NOT NULL DEFAULT 0,    -- answers in a row that it could not now
    unsure        INTEGER NOT NULL DEFAULT 0,    -- outcomes that were unknown
    reason        TEXT,
    document      TEXT CHECK (document IS NOT NULL OR state <> 'posted'),
    beside        INTEGER NOT NULL DEFAULT 0 CHECK (beside = 0 OR beside = 1)
  ) STRICT;
  INSERT INTO posting_anew
    SELECT id, key, event_id, line, sequence, at_ms, lane, kind, state, order_number, operation,
      lot, material, unit, quantity, blocked, yield, scrap, rework, setup_ms, machine_ms, final,
      not_before_ms, busy, unsure, reason, document, beside
    FROM posting ORDER BY id;
  DROP TABLE posting;
  ALTER TABLE posting_anew RENAME TO posting;
  CREATE INDEX posting_lane ON posting (lane, id) WHERE ${open};
  CREATE INDEX posting_flying ON posting (lane) WHERE ${flew};
  CREATE INDEX posting_line ON posting (line, sequence) WHERE ${open};
  CREATE INDEX posting_sent ON posting (order_number, operation) WHERE ${wasSent};
  CREATE INDEX posting_lot ON posting (lot, state, kind) WHERE lot IS NOT NULL;
  CREATE INDEX posting_beside ON posting (id) WHERE beside;
  CREATE INDEX posting_intended ON posting (lane, id) WHERE state = 'intended';
  CREATE INDEX posting_unsettled ON posting (line, sequence) WHERE ${wasUnsettled};
  CREATE TRIGGER posted_is_posted BEFORE UPDATE OF state, document, key ON posting
    WHEN old.state IN ('posted', 'void')
    BEGIN SELECT raise(ABORT, 'what is posted stays posted'); END;
  CREATE TRIGGER intent_comes_first BEFORE UPDATE OF state ON posting
    WHEN new.state = 'posted' AND old.state <> 'sending' AND old.state <> 'unknown'
      AND old.state <> 'parked'
    BEGIN SELECT raise(ABORT, 'nothing is posted without an intent'); END;
  CREATE TRIGGER posting_is_kept BEFORE DELETE ON posting
    BEGIN SELECT raise(ABORT, 'no posting is forgotten'); END;
  `,
];

/** What is asked when central starts, and of the few that stand out among many that wait. */
export const queueMigrations5 = [
  `
  CREATE INDEX posting_held ON posting (lane, id) WHERE state = 'held';
  CREATE INDEX posting_parked ON posting (lane, id) WHERE state = 'parked';
  CREATE INDEX posting_pausing ON posting (id) WHERE not_before_ms > 0 AND ${open};
  `,
];

/** Postings that take back others: a document is taken back once, and only when it is posted. */
export const queueMigrations6 = [
  `
  CREATE TABLE posting_anew (
    id            INTEGER PRIMARY KEY,           -- order of the facts that call for them
    key           TEXT    NOT NULL UNIQUE,
    event_id      TEXT    NOT NULL,
    line          TEXT    NOT NULL,
    sequence      INTEGER NOT NULL,
    at_ms         INTEGER NOT NULL,
    lane          TEXT    NOT NULL,              -- strictly in order within
    kind          TEXT    NOT NULL CHECK (kind = 'confirmation' OR kind = 'goodsIssue'
      OR kind = 'goodsReceipt' OR kind = 'blockStock' OR kind = 'unblockStock'
      OR kind = 'scrapStock' OR kind = 'cancelConfirmation' OR kind = 'cancelIssue'
      OR kind = 'cancelReceipt'),
    state         TEXT    NOT NULL CHECK (state = 'deferred' OR state = 'intended'
      OR state = 'sending' OR state = 'posted' OR state = 'unknown' OR state = 'held'
      OR state = 'parked' OR state = 'void'),
    order_number  TEXT,
    operation     TEXT,
    lot           TEXT,
    material      TEXT,
    unit          TEXT,
    quantity      TEXT,                          -- decimal texts
    blocked       TEXT,
    yield         TEXT,
    scrap         TEXT,
    rework        TEXT,
    setup_ms      INTEGER,
    machine_ms    INTEGER,
    final         INTEGER NOT NULL CHECK (final = 0 OR final = 1),
    not_before_ms INTEGER NOT NULL DEFAULT 0,
    busy          INTEGER NOT NULL DEFAULT 0,    -- answers in a row that it could not now
    unsure        INTEGER NOT NULL DEFAULT 0,    -- outcomes that were unknown
    reason        TEXT,
    document      TEXT CHECK (document IS NOT NULL OR state <> 'posted'),
    beside        INTEGER NOT NULL DEFAULT 0 CHECK (beside = 0 OR beside = 1),
    cancels       TEXT                           -- key of the posting that it takes back
      CHECK (cancels IS NOT NULL OR substr(kind, 1, 6) <> 'cancel')
  ) STRICT;
  INSERT INTO posting_anew
    SELECT id, key, event_id, line, sequence, at_ms, lane, kind, state, order_number, operation,
      lot, material, unit, quantity, blocked, yield, scrap, rework, setup_ms, machine_ms, final,
      not_before_ms, busy, unsure, reason, document, beside, NULL
    FROM posting ORDER BY id;
  DROP TABLE posting;
  ALTER TABLE posting_anew RENAME TO posting;
  CREATE INDEX posting_lane ON posting (lane, id) WHERE ${open};
  CREATE INDEX posting_flying ON posting (lane) WHERE ${flew};
  CREATE INDEX posting_line ON posting (line, sequence) WHERE ${open};
  CREATE INDEX posting_sent ON posting (order_number, operation) WHERE ${wasSent};
  CREATE INDEX posting_lot ON posting (lot, state, kind) WHERE lot IS NOT NULL;
  CREATE INDEX posting_beside ON posting (id) WHERE beside;
  CREATE INDEX posting_intended ON posting (lane, id) WHERE state = 'intended';
  CREATE INDEX posting_unsettled ON posting (line, sequence) WHERE ${wasUnsettled};
  CREATE TRIGGER posted_is_posted BEFORE UPDATE OF state, document, key ON posting
    WHEN old.state IN ('posted', 'void')
    BEGIN SELECT raise(ABORT, 'what is posted stays posted'); END;
  CREATE TRIGGER intent_comes_first BEFORE UPDATE OF state ON posting
    WHEN new.state = 'posted' AND old.state <> 'sending' AND old.state <> 'unknown'
      AND old.state <> 'parked'
    BEGIN SELECT raise(ABORT, 'nothing is posted without an intent'); END;
  CREATE TRIGGER posting_is_kept BEFORE DELETE ON posting
    BEGIN SELECT raise(ABORT, 'no posting is forgotten'); END;
  CREATE INDEX posting_held ON posting (lane, id) WHERE state = 'held';
  CREATE INDEX posting_parked ON posting (lane, id) WHERE state = 'parked';
  CREATE INDEX posting_pausing ON posting (id) WHERE not_before_ms > 0 AND ${open};
  CREATE UNIQUE INDEX posting_cancels ON posting (cancels)
    WHERE cancels IS NOT NULL AND state <> 'void';
  CREATE INDEX posting_undoing ON posting (lane, id) WHERE cancels IS NOT NULL AND ${open};
  CREATE TRIGGER cancels_what_is_posted BEFORE UPDATE OF state ON posting
    WHEN new.state = 'sending' AND new.cancels IS NOT NULL
      AND (SELECT state FROM posting WHERE key = new.cancels) IS NOT 'posted'
    BEGIN SELECT raise(ABORT, 'only what is posted is taken back'); END;
  CREATE TABLE stand_in (                        -- what stands for a fact that counts again
    event_id TEXT PRIMARY KEY,
    key      TEXT NOT NULL UNIQUE,
    line     TEXT NOT NULL                       -- that stated the fact
  ) STRICT, WITHOUT ROWID;
  `,
];
