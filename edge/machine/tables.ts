/** What of machines moves with the facts that it led to: a migration of the edge's store. */
export const machineTables = `
  -- How far each counter of a machine is accounted for: moves with the fact that accounts for it.
  CREATE TABLE counter (
    line       INTEGER NOT NULL REFERENCES line (id),
    unit       TEXT    NOT NULL,
    counter    TEXT    NOT NULL,
    last       TEXT    NOT NULL,                         -- what it showed
    total      INTEGER NOT NULL CHECK (total >= 0),      -- counts since it was first seen
    server     TEXT    NOT NULL,                         -- epoch of the server that said so
    source_ms  REAL,                                     -- by the machine's clock
    seen_ms    INTEGER NOT NULL,                         -- by ours
    run        TEXT,                                     -- that was open then
    line_epoch INTEGER NOT NULL,
    suspect    TEXT,                                     -- a value that was not believed
    suspect_source_ms REAL,
    suspect_seen_ms   INTEGER,
    PRIMARY KEY (line, unit, counter)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER counter_never_falls BEFORE UPDATE ON counter WHEN new.total < old.total
    BEGIN SELECT raise(ABORT, 'what was counted is not taken back'); END;
  -- What else of a machine moves with facts.
  CREATE TABLE machine (
    line      INTEGER NOT NULL REFERENCES line (id),
    unit      TEXT    NOT NULL,
    told      TEXT,                                      -- the state that was stated last
    row       INTEGER NOT NULL CHECK (row >= 0),         -- rejects without a good one between
    owed      TEXT    NOT NULL,                          -- JSON, by derived counters
    zones     TEXT    NOT NULL,                          -- JSON, by measured values
    sequences TEXT    NOT NULL,                          -- JSON, by results
    PRIMARY KEY (line, unit)
  ) STRICT, WITHOUT ROWID;
  -- Pieces of which nobody can say whose they are, until a person does.
  CREATE TABLE unattributed (
    id       INTEGER PRIMARY KEY,
    line     INTEGER NOT NULL REFERENCES line (id),
    unit     TEXT    NOT NULL,
    kind     TEXT    NOT NULL CHECK (kind IN ('good', 'scrap', 'rework')),
    why      TEXT    NOT NULL CHECK (why IN
      ('noRun', 'jobChanged', 'mode', 'restored', 'refused', 'implausible')),
    pieces   TEXT    NOT NULL,
    from_ms  INTEGER NOT NULL,                           -- made in this time
    until_ms INTEGER NOT NULL,
    run      TEXT    NOT NULL,                           -- open before; '' for none
    became   TEXT,                                       -- a command's id, or why there is none
    decided_by TEXT
  ) STRICT;
  CREATE INDEX unattributed_open ON unattributed (line) WHERE became IS NULL;
  CREATE TRIGGER unattributed_is_kept BEFORE DELETE ON unattributed
    BEGIN SELECT raise(ABORT, 'pieces are decided on, and never forgotten'); END;
  CREATE TRIGGER unattributed_is_decided_once BEFORE UPDATE ON unattributed
    WHEN old.became IS NOT NULL
    BEGIN SELECT raise(ABORT, 'it was decided already'); END;
  -- Jobs that a machine has or is to have; what is asked of it stands here before it is called.
  CREATE TABLE job (
    line      INTEGER NOT NULL REFERENCES line (id),
    unit      TEXT    NOT NULL,
    job       TEXT    NOT NULL,
    "order"   TEXT    NOT NULL,
    operation TEXT    NOT NULL,
    state     TEXT,                                      -- as the machine said last
    action    TEXT,                                      -- under way
    asked_by  TEXT,
    asked_ms  INTEGER,
    calls     INTEGER NOT NULL DEFAULT 0,
    outcome   TEXT,
    PRIMARY KEY (line, unit, job)
  ) STRICT, WITHOUT ROWID;
  -- Who asked what of a machine, what came of it, and who switched writing off and on.
  CREATE TABLE job_log (
    id    INTEGER PRIMARY KEY,
    line  INTEGER REFERENCES line (id),
    unit  TEXT,
    job   TEXT,
    what  TEXT    NOT NULL,
    by    TEXT    NOT NULL,
    at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TRIGGER job_log_is_history BEFORE UPDATE ON job_log
    BEGIN SELECT raise(ABORT, 'what was asked of a machine is never edited'); END;
  CREATE TRIGGER job_log_is_kept BEFORE DELETE ON job_log
    BEGIN SELECT raise(ABORT, 'what was asked of a machine is never forgotten'); END;
  `;
/** What a job says and what came of it: a migration as well. */
export const jobTables = `
  ALTER TABLE job ADD COLUMN content TEXT;                   -- JSON, as it was asked
  ALTER TABLE job ADD COLUMN server TEXT;                    -- epoch of the server when asked
  ALTER TABLE job ADD COLUMN result TEXT;                    -- JSON, as the machine told it
  ALTER TABLE job ADD COLUMN result_why TEXT;                -- why there is none
  ALTER TABLE job ADD COLUMN result_ms INTEGER;              -- when it was told, or asked for last
  ALTER TABLE job ADD COLUMN result_tries INTEGER NOT NULL DEFAULT 0;
  -- Pieces that were booked from counters while it was worked on; NULL before that.
  ALTER TABLE job ADD COLUMN booked_good TEXT;
  ALTER TABLE job ADD COLUMN booked_scrap TEXT;
  ALTER TABLE job ADD COLUMN counting INTEGER NOT NULL DEFAULT 0 CHECK (counting IN (0, 1));
  CREATE INDEX job_log_recent ON job_log (line, unit, at_ms);
  CREATE INDEX job_log_turned ON job_log (id) WHERE what IN ('off', 'on');
  `;
