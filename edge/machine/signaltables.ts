/** What was consumed, the machine's own job and its alarms, beside the counters: a migration. */
export const signalTables = `
  ALTER TABLE counter ADD COLUMN job TEXT;                       -- as the machine named it then
  ALTER TABLE counter ADD COLUMN lot TEXT;                       -- that was consumed then
  ALTER TABLE counter ADD COLUMN unnamed TEXT NOT NULL DEFAULT ''; -- flags for the next report
  ALTER TABLE machine ADD COLUMN alarms TEXT NOT NULL DEFAULT '[]'; -- JSON, those acted on
  CREATE TABLE unattributed_2 (
    id       INTEGER PRIMARY KEY,
    line     INTEGER NOT NULL REFERENCES line (id),
    unit     TEXT    NOT NULL,
    kind     TEXT    NOT NULL CHECK (kind IN ('good', 'scrap', 'rework', 'consumed')),
    why      TEXT    NOT NULL CHECK (why IN ('noRun', 'jobChanged', 'otherJob', 'mode',
      'restored', 'refused', 'implausible', 'lotUnknown')),
    pieces   TEXT    NOT NULL,
    from_ms  INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    run      TEXT    NOT NULL,
    became   TEXT,
    decided_by TEXT,
    job      TEXT    NOT NULL DEFAULT '',                -- that the machine named; '' for none
    material TEXT    NOT NULL DEFAULT '',                -- of what was consumed, with the next two
    lot      TEXT    NOT NULL DEFAULT '',                -- '' if nobody knows
    measure  TEXT    NOT NULL DEFAULT '',
    CHECK ((kind = 'consumed') = (material <> '' AND measure <> ''))
  ) STRICT;
  INSERT INTO unattributed_2 (id, line, unit, kind, why, pieces, from_ms, until_ms, run, became,
      decided_by)
    SELECT id, line, unit, kind, why, pieces, from_ms, until_ms, run, became, decided_by
    FROM unattributed;
  DROP TABLE unattributed;
  ALTER TABLE unattributed_2 RENAME TO unattributed;
  CREATE INDEX unattributed_open ON unattributed (line) WHERE became IS NULL;
  CREATE TRIGGER unattributed_is_kept BEFORE DELETE ON unattributed
    BEGIN SELECT raise(ABORT, 'pieces are decided on, and never forgotten'); END;
  CREATE TRIGGER unattributed_is_decided_once BEFORE UPDATE ON unattributed
    WHEN old.became IS NOT NULL
    BEGIN SELECT raise(ABORT, 'it was decided already'); END;
  `;
