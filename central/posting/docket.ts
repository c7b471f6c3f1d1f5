import type { PostingState } from '../../statecharts/posting.ts';

const flying: readonly PostingState[] = ['sending', 'unknown', 'queued'];
const standing: readonly PostingState[] = ['posted', ...flying];
/** Whether a posting of this state is at the ERP, or may be. */
export const isFlying = (state: PostingState): boolean => flying.includes(state);
/** Whether it was sent, or may have been. */
export const isSent = (state: PostingState): boolean => standing.includes(state);

/**
 * In SQL: one of these. More than two are written out: for each row that it checks, SQLite makes a
 * table of the names behind IN.
 */
const among = (states: readonly PostingState[]): string =>
  `(${states.map((state) => `state = '${state}'`).join(' OR ')})`;

/** In SQL: still to be done, or waiting. */
export const open = "state NOT IN ('posted', 'void')";
/** In SQL: at the ERP, or it may be. */
export const flies = among(flying);
/** In SQL: to be done, or being done. */
export const unsettled = among(['intended', ...flying]);
/** In SQL: sent, or it may be. */
export const sent = among(standing);

/**
 * The table of postings with what the ERP has queued. It was another one before: `former.ts`; and
 * it is another one now, as made anew below.
 */
export const docketMigrations = [
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
      OR state = 'sending' OR state = 'posted' OR state = 'unknown' OR state = 'queued'
      OR state = 'held' OR state = 'parked' OR state = 'void'),
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
      CHECK (cancels IS NOT NULL OR substr(kind, 1, 6) <> 'cancel'),
    ticket        TEXT                           -- by which the ERP knows what it has queued
      CHECK (ticket IS NOT NULL OR state <> 'queued'),
    asked         INTEGER NOT NULL DEFAULT 0     -- answers that it is queued still
  ) STRICT;
  INSERT INTO posting_anew
    SELECT id, key, event_id, line, sequence, at_ms, lane, kind, state, order_number, operation,
      lot, material, unit, quantity, blocked, yield, scrap, rework, setup_ms, machine_ms, final,
      not_before_ms, busy, unsure, reason, document, beside, cancels,
      NULL, 0
    FROM posting ORDER BY id;
  DROP TABLE posting;
  ALTER TABLE posting_anew RENAME TO posting;
  CREATE INDEX posting_lane ON posting (lane, id) WHERE ${open};
  CREATE INDEX posting_flying ON posting (lane) WHERE ${flies};
  CREATE INDEX posting_line ON posting (line, sequence) WHERE ${open};
  CREATE INDEX posting_sent ON posting (order_number, operation) WHERE ${sent};
  CREATE INDEX posting_lot ON posting (lot, state, kind) WHERE lot IS NOT NULL;
  CREATE INDEX posting_beside ON posting (id) WHERE beside;
  CREATE INDEX posting_intended ON posting (lane, id) WHERE state = 'intended';
  CREATE INDEX posting_unsettled ON posting (line, sequence) WHERE ${unsettled};
  CREATE TRIGGER posted_is_posted BEFORE UPDATE OF state, document, key ON posting
    WHEN old.state IN ('posted', 'void')
    BEGIN SELECT raise(ABORT, 'what is posted stays posted'); END;
  CREATE TRIGGER intent_comes_first BEFORE UPDATE OF state ON posting
    WHEN new.state = 'posted' AND old.state <> 'sending' AND old.state <> 'unknown'
      AND old.state <> 'queued' AND old.state <> 'parked'
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
  `,
];

/** The same, with usage decisions and what was received to be inspected. */
export const docketMigrations2 = [
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
      OR kind = 'cancelReceipt' OR kind = 'usageDecision'),
    state         TEXT    NOT NULL CHECK (state = 'deferred' OR state = 'intended'
      OR state = 'sending' OR state = 'posted' OR state = 'unknown' OR state = 'queued'
      OR state = 'held' OR state = 'parked' OR state = 'void'),
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
      CHECK (cancels IS NOT NULL OR substr(kind, 1, 6) <> 'cancel'),
    ticket        TEXT                           -- by which the ERP knows what it has queued
      CHECK (ticket IS NOT NULL OR state <> 'queued'),
    asked         INTEGER NOT NULL DEFAULT 0,    -- answers that it is queued still
    inspection    INTEGER NOT NULL DEFAULT 0     -- into quality inspection, out of it, decided
      CHECK (inspection = 0 OR inspection = 1 AND (kind = 'goodsReceipt'
        OR kind = 'cancelReceipt' OR kind = 'usageDecision')),
    inspection_lot TEXT                          -- as the ERP calls what it inspects
  ) STRICT;
  INSERT INTO posting_anew
    SELECT id, key, event_id, line, sequence, at_ms, lane, kind, state, order_number, operation,
      lot, material, unit, quantity, blocked, yield, scrap, rework, setup_ms, machine_ms, final,
      not_before_ms, busy, unsure, reason, document, beside, cancels,
      ticket, asked, 0, NULL
    FROM posting ORDER BY id;
  DROP TABLE posting;
  ALTER TABLE posting_anew RENAME TO posting;
  CREATE INDEX posting_lane ON posting (lane, id) WHERE ${open};
  CREATE INDEX posting_flying ON posting (lane) WHERE ${flies};
  CREATE INDEX posting_line ON posting (line, sequence) WHERE ${open};
  CREATE INDEX posting_sent ON posting (order_number, operation) WHERE ${sent};
  CREATE INDEX posting_lot ON posting (lot, state, kind) WHERE lot IS NOT NULL;
  CREATE INDEX posting_beside ON posting (id) WHERE beside;
  CREATE INDEX posting_intended ON posting (lane, id) WHERE state = 'intended';
  CREATE INDEX posting_unsettled ON posting (line, sequence) WHERE ${unsettled};
  CREATE TRIGGER posted_is_posted BEFORE UPDATE OF state, document, key ON posting
    WHEN old.state = 'void' OR old.state = 'posted' AND (new.state <> 'unknown'
      OR new.document IS NOT NULL OR new.key <> old.key OR NOT EXISTS (SELECT 1 FROM loss
        WHERE loss.key = old.key AND loss.document = old.document AND decision = 'approved'))
    BEGIN SELECT raise(ABORT, 'what is posted stays posted'); END;
  CREATE TRIGGER intent_comes_first BEFORE UPDATE OF state ON posting
    WHEN new.state = 'posted' AND old.state <> 'sending' AND old.state <> 'unknown'
      AND old.state <> 'queued' AND old.state <> 'parked'
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
  `,
];

const newKinds = ['supplierClaim', 'accrual', 'cancelAccrual', 'returnDelivery'];

/** The same, with what follows a supplier's receipt: its claim, and money. */
export const docketMigrations3 = docketMigrations2.map((made) =>
  made
    .replace(
      "kind = 'usageDecision'),",
      `kind = 'usageDecision' OR ${newKinds.map((kind) => `kind = '${kind}'`).join(' OR ')}),`,
    )
    .replace(
      'as the ERP calls what it inspects\n',
      `as the ERP calls what it inspects
      , inbound     TEXT                           -- the supplier's receipt that it follows
      , amount      TEXT                           -- money, a decimal text
        CHECK (amount IS NOT NULL OR kind <> 'accrual')
      , currency    TEXT CHECK ((currency IS NULL) = (amount IS NULL))\n`,
    )
    .replace(
      'ticket, asked, 0, NULL\n',
      'ticket, asked, inspection, inspection_lot, NULL, NULL, NULL\n',
    )
    .concat(
      `CREATE INDEX posting_inbound ON posting (inbound, id) WHERE inbound IS NOT NULL;
      CREATE INDEX posting_document ON posting (document) WHERE document IS NOT NULL;\n`,
    ),
);
