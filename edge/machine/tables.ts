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
  `;
