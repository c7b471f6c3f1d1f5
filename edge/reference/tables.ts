/** Reference data as central has sent it, and which set of it is active here. */
export const referenceTables = `
  CREATE TABLE reference_set (
    site      TEXT    NOT NULL,                          -- "acme/lyon"
    number    INTEGER NOT NULL CHECK (number >= 1),      -- as central counts
    active_ms INTEGER NOT NULL,                          -- when it is to become active
    records   INTEGER NOT NULL,
    digest    TEXT    NOT NULL,
    taken_ms  INTEGER NOT NULL,
    PRIMARY KEY (site, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE reference (                               -- what the sets say
    site    TEXT    NOT NULL,
    number  INTEGER NOT NULL,
    kind    TEXT    NOT NULL,
    record  TEXT    NOT NULL,
    version TEXT    NOT NULL,
    content TEXT    NOT NULL,                            -- JSON
    PRIMARY KEY (site, number, kind, record)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX reference_version ON reference (site, kind, record, version);
  CREATE TABLE reference_active (                        -- what is in force, and stays so
    site   TEXT    PRIMARY KEY,
    number INTEGER NOT NULL CHECK (number >= 1)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE reference_told (                          -- what each line has stated of it
    line   TEXT    PRIMARY KEY,
    number INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE order_version (                           -- what releases have named
    order_number TEXT PRIMARY KEY,
    versions     TEXT NOT NULL                           -- JSON
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER reference_set_has_no_hole BEFORE INSERT ON reference_set
    WHEN new.number <> 1 + coalesce(
      (SELECT max(number) FROM reference_set WHERE site = new.site), 0)
    BEGIN SELECT raise(ABORT, 'the sets of a site have no holes and no repeats'); END;
  CREATE TRIGGER reference_set_is_history BEFORE UPDATE ON reference_set
    BEGIN SELECT raise(ABORT, 'a change set is never edited'); END;
  CREATE TRIGGER reference_set_stays BEFORE DELETE ON reference_set
    BEGIN SELECT raise(ABORT, 'a change set is never deleted'); END;
  CREATE TRIGGER reference_is_history BEFORE UPDATE ON reference
    BEGIN SELECT raise(ABORT, 'what a version says is never edited'); END;
  CREATE TRIGGER reference_is_in_force BEFORE DELETE ON reference
    WHEN NOT EXISTS (SELECT 1 FROM reference AS later
      JOIN reference_active AS active ON active.site = later.site
      WHERE later.site = old.site AND later.kind = old.kind AND later.record = old.record
        AND later.number > old.number AND later.number <= active.number)
    BEGIN SELECT raise(ABORT, 'what is in force, or will be, is not forgotten'); END;
  CREATE TRIGGER reference_active_never_falls BEFORE UPDATE ON reference_active
    WHEN new.number <= old.number
    BEGIN SELECT raise(ABORT, 'what was active does not become so again'); END;
`;
