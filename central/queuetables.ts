/** In SQL: still to be done, or waiting. */
export const open = "state NOT IN ('posted', 'void')";

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
  CREATE INDEX posting_flying ON posting (lane) WHERE state IN ('sending', 'unknown');
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

/** What came with counts that are kept, and new postings of a lane apart from those that wait. */
export const queueMigrations3 = [
  `
  CREATE INDEX posting_intended ON posting (lane, id) WHERE state = 'intended';
  CREATE TABLE posting_count (
    kind     TEXT    NOT NULL,
    state    TEXT    NOT NULL,
    postings INTEGER NOT NULL,
    PRIMARY KEY (kind, state)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO posting_count SELECT kind, state, count(*) FROM posting GROUP BY kind, state;
  CREATE TRIGGER posting_counts AFTER INSERT ON posting BEGIN
    INSERT INTO posting_count VALUES (new.kind, new.state, 1)
      ON CONFLICT DO UPDATE SET postings = postings + 1;
  END;
  CREATE TRIGGER posting_moves AFTER UPDATE OF state ON posting WHEN new.state <> old.state BEGIN
    UPDATE posting_count SET postings = postings - 1 WHERE kind = old.kind AND state = old.state;
    INSERT INTO posting_count VALUES (new.kind, new.state, 1)
      ON CONFLICT DO UPDATE SET postings = postings + 1;
  END;
  `,
];

/** What of a line is not settled is found without what waits for a person. */
export const queueMigrations4 = [
  `
  CREATE INDEX posting_unsettled ON posting (line, sequence)
    WHERE state IN ('intended', 'sending', 'unknown');
  `,
];
