import { readableFrom } from '../../shared/reader.ts';
import { offerTables } from '../line/offers.ts';
import { signalTables } from '../machine/signaltables.ts';
import { jobTables, machineTables } from '../machine/tables.ts';
import { peopleTables } from '../people/tables.ts';
import { referenceTables } from '../reference/tables.ts';
import { softwareTables } from './softwaretables.ts';

/** The edge's tables, in the order they came; one that was shipped is never changed. */
export const migrations = [
  `
  CREATE TABLE line (
    id    INTEGER PRIMARY KEY,
    path  TEXT    NOT NULL UNIQUE,
    epoch INTEGER NOT NULL CHECK (epoch >= 1),           -- the incarnation that writes now
    sent  INTEGER NOT NULL DEFAULT 0,                    -- last sequence the stream took
    kept  INTEGER NOT NULL DEFAULT 0 CHECK (kept >= 0),  -- last sequence central's ledger holds
    CHECK (kept <= sent)
  ) STRICT;
  CREATE TABLE event (
    position   INTEGER PRIMARY KEY,                      -- order on this edge, all lines
    line       INTEGER NOT NULL REFERENCES line (id),
    epoch      INTEGER NOT NULL CHECK (epoch >= 1),
    sequence   INTEGER NOT NULL CHECK (sequence >= 1),
    bytes      BLOB    NOT NULL CHECK (length(bytes) BETWEEN 1 AND 65536),
    hash       BLOB    NOT NULL CHECK (length(hash) = 32),
    command_id TEXT    UNIQUE,
    asked      BLOB,                                     -- fingerprint of the command
    UNIQUE (line, epoch, sequence)
  ) STRICT;
  CREATE TABLE refusal (
    command_id TEXT PRIMARY KEY,
    asked      BLOB NOT NULL,
    code       TEXT NOT NULL,
    reason     TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER event_has_no_gap BEFORE INSERT ON event
    WHEN new.sequence <> 1 + coalesce((SELECT max(sequence) FROM event
                                       WHERE line = new.line AND epoch = new.epoch), 0)
    BEGIN SELECT raise(ABORT, 'a sequence has no holes and no repeats'); END;
  CREATE TRIGGER event_is_of_this_epoch BEFORE INSERT ON event
    WHEN new.epoch <> (SELECT epoch FROM line WHERE id = new.line)
    BEGIN SELECT raise(ABORT, 'the epoch is over'); END;
  CREATE TRIGGER event_is_history BEFORE UPDATE ON event
    BEGIN SELECT raise(ABORT, 'a fact is never edited'); END;
  CREATE TRIGGER event_is_owed BEFORE DELETE ON event
    WHEN old.sequence > (SELECT kept FROM line WHERE id = old.line)
    BEGIN SELECT raise(ABORT, 'central does not hold this fact'); END;
  CREATE TRIGGER event_is_head BEFORE DELETE ON event
    WHEN old.sequence = (SELECT max(sequence) FROM event
                         WHERE line = old.line AND epoch = old.epoch)
    BEGIN SELECT raise(ABORT, 'the last fact of a line names its next'); END;
  CREATE TRIGGER kept_never_falls BEFORE UPDATE OF kept ON line WHEN new.kept < old.kept
    BEGIN SELECT raise(ABORT, 'central does not forget'); END;
  `,
  `
  -- Fingerprint of what the line's facts have changed up to this one; NULL before charts version 2.
  ALTER TABLE event ADD COLUMN state BLOB CHECK (state IS NULL OR length(state) = 8);
  -- Who asked what, and when, as it was asked; NULL before charts version 2.
  ALTER TABLE refusal ADD COLUMN command TEXT;
  ALTER TABLE refusal ADD COLUMN at_ms INTEGER;
  ALTER TABLE refusal ADD COLUMN after INTEGER;         -- position of the last fact before
  `,
  `
  CREATE TABLE edition (
    position INTEGER PRIMARY KEY CHECK (position >= 0),  -- the facts after it, up to the next
    charts   TEXT    NOT NULL                            -- by which they were judged
  ) STRICT;
  CREATE TABLE snapshot (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    position INTEGER NOT NULL,
    charts   TEXT    NOT NULL,
    memory   BLOB    NOT NULL,
    digest   BLOB    NOT NULL CHECK (length(digest) = 32)
  ) STRICT;
  `,
  `
  -- Whether this file may write a line, as central has said, and how far its history was fetched.
  CREATE TABLE enrolment (
    line            INTEGER PRIMARY KEY REFERENCES line (id),
    store           TEXT    NOT NULL,                    -- who this file is, as the line's writer
    next            TEXT,                                -- who it is once the next epoch begins
    state           TEXT    NOT NULL CHECK (state IN
      ('new', 'entered', 'beginning', 'pulling', 'ready', 'owned', 'stale')),
    reason          TEXT,                                -- why a new epoch, or why not
    epoch           INTEGER,                             -- that begins when all is fetched
    ended           INTEGER,                             -- last sequence of the one before
    common_sequence INTEGER,                             -- up to here central has the same
    strays          INTEGER NOT NULL DEFAULT 0           -- central has answered for all up to it
  ) STRICT;
  -- Facts that central holds and this file lacks, until they are all here.
  CREATE TABLE pulled (
    line     INTEGER NOT NULL REFERENCES line (id),
    epoch    INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    bytes    BLOB    NOT NULL,
    hash     BLOB    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (line, epoch, sequence)
  ) STRICT, WITHOUT ROWID;
  -- Own facts that central's history of the line has no place for.
  CREATE TABLE aside (
    id         INTEGER PRIMARY KEY,
    line       INTEGER NOT NULL REFERENCES line (id),
    epoch      INTEGER NOT NULL,
    sequence   INTEGER NOT NULL,
    bytes      BLOB    NOT NULL,
    hash       BLOB    NOT NULL,
    command_id TEXT,
    asked      BLOB,
    position   INTEGER NOT NULL,                         -- where it stood
    became     TEXT    NOT NULL CHECK (became IN
      ('waiting', 'moving', 'stated', 'stray', 'parked')),
    UNIQUE (line, epoch, sequence, hash)
  ) STRICT;
  CREATE TRIGGER aside_is_kept BEFORE DELETE ON aside
    WHEN old.became <> 'moving' OR NOT EXISTS (SELECT 1 FROM event
      WHERE line = old.line AND epoch = old.epoch AND sequence = old.sequence AND hash = old.hash)
    BEGIN SELECT raise(ABORT, 'what was set aside is never deleted'); END;
  DROP TRIGGER event_is_of_this_epoch;
  CREATE TRIGGER event_is_of_this_epoch BEFORE INSERT ON event
    WHEN new.epoch <> (SELECT epoch FROM line WHERE id = new.line)
     AND NOT EXISTS (SELECT 1 FROM aside WHERE line = new.line AND epoch = new.epoch
                     AND sequence = new.sequence AND hash = new.hash AND became = 'moving')
    BEGIN SELECT raise(ABORT, 'the epoch is over'); END;
  DROP TRIGGER event_is_owed;
  CREATE TRIGGER event_is_owed BEFORE DELETE ON event
    WHEN old.epoch = (SELECT epoch FROM line WHERE id = old.line)
     AND old.sequence > (SELECT kept FROM line WHERE id = old.line)
     AND NOT EXISTS (SELECT 1 FROM aside WHERE line = old.line AND epoch = old.epoch
                     AND sequence = old.sequence AND hash = old.hash)
    BEGIN SELECT raise(ABORT, 'central does not hold this fact'); END;
  DROP TRIGGER event_is_head;
  CREATE TRIGGER event_is_head BEFORE DELETE ON event
    WHEN old.sequence = (SELECT max(sequence) FROM event
                         WHERE line = old.line AND epoch = old.epoch)
     AND NOT EXISTS (SELECT 1 FROM aside WHERE line = old.line AND epoch = old.epoch
                     AND sequence = old.sequence AND hash = old.hash)
    BEGIN SELECT raise(ABORT, 'the last fact of a line names its next'); END;
  DROP TRIGGER kept_never_falls;
  CREATE TRIGGER kept_never_falls BEFORE UPDATE OF kept ON line
    WHEN new.kept < old.kept AND new.epoch = old.epoch
    BEGIN SELECT raise(ABORT, 'central does not forget'); END;
  CREATE TRIGGER epoch_never_falls BEFORE UPDATE OF epoch ON line WHEN new.epoch < old.epoch
    BEGIN SELECT raise(ABORT, 'an epoch that is over stays over'); END;
  `,
  `
  -- How far facts are forgotten, and what the first one that is left follows.
  CREATE TABLE forgotten (
    line     INTEGER NOT NULL REFERENCES line (id),
    epoch    INTEGER NOT NULL CHECK (epoch >= 1),
    sequence INTEGER NOT NULL CHECK (sequence >= 1),     -- the last one that is gone
    position INTEGER NOT NULL CHECK (position >= 1),
    hash     BLOB    NOT NULL CHECK (length(hash) = 32),
    state    BLOB CHECK (state IS NULL OR length(state) = 8),
    PRIMARY KEY (line, epoch)
  ) STRICT;
  -- Where the state of all lines is said by facts, for what stands before to be forgotten.
  CREATE TABLE carried (
    position INTEGER PRIMARY KEY CHECK (position >= 1),  -- the last fact before
    line     INTEGER NOT NULL REFERENCES line (id),      -- where its last part stands
    epoch    INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    settled  INTEGER NOT NULL DEFAULT 0 CHECK (settled IN (0, 1)) -- central has all up to there
  ) STRICT;
  -- Days on which facts were stated, by the edge's clock, and the last fact when each was seen.
  CREATE TABLE day (
    day      INTEGER PRIMARY KEY,                        -- since 1970
    position INTEGER NOT NULL
  ) STRICT;
  CREATE TRIGGER forgotten_never_falls BEFORE UPDATE ON forgotten
    WHEN new.sequence < old.sequence OR new.line <> old.line OR new.epoch <> old.epoch
    BEGIN SELECT raise(ABORT, 'what is forgotten does not come back'); END;
  CREATE TRIGGER forgotten_is_kept BEFORE DELETE ON forgotten
    BEGIN SELECT raise(ABORT, 'how far was forgotten is never forgotten'); END;
  CREATE TRIGGER carried_is_stated BEFORE INSERT ON carried WHEN new.settled <> 0
    BEGIN SELECT raise(ABORT, 'central has not said yet that it keeps this state'); END;
  CREATE TRIGGER carried_is_settled BEFORE UPDATE ON carried
    WHEN new.position <> old.position OR new.settled < old.settled
      OR NOT EXISTS (SELECT 1 FROM event WHERE line = new.line AND epoch = new.epoch
                     AND sequence = new.sequence AND position > new.position)
      OR EXISTS (SELECT 1 FROM line JOIN event ON event.line = line.id
                   AND event.epoch = line.epoch AND event.sequence > line.kept
                 WHERE event.position <= (SELECT position FROM event WHERE line = new.line
                   AND epoch = new.epoch AND sequence = new.sequence))
    BEGIN SELECT raise(ABORT, 'central does not hold all that this state was made of'); END;
  CREATE TRIGGER event_is_named BEFORE DELETE ON event
    WHEN NOT EXISTS (SELECT 1 FROM forgotten WHERE line = old.line AND epoch = old.epoch
                     AND (sequence > old.sequence OR (sequence = old.sequence
                       AND hash = old.hash AND position = old.position AND state IS old.state)))
     AND NOT EXISTS (SELECT 1 FROM aside WHERE line = old.line AND epoch = old.epoch
                     AND sequence = old.sequence AND hash = old.hash)
    BEGIN SELECT raise(ABORT, 'the next fact would follow nothing that is known'); END;
  CREATE TRIGGER event_is_carried BEFORE DELETE ON event
    WHEN old.position > coalesce((SELECT max(position) FROM carried WHERE settled = 1), 0)
     AND NOT EXISTS (SELECT 1 FROM aside WHERE line = old.line AND epoch = old.epoch
                     AND sequence = old.sequence AND hash = old.hash)
    BEGIN SELECT raise(ABORT, 'no state behind this fact is kept'); END;
  -- The one that was made last speaks first: what central lacks is the best reason.
  CREATE TRIGGER event_is_common BEFORE DELETE ON event
    WHEN old.epoch = (SELECT epoch FROM line WHERE id = old.line)
     AND old.sequence = (SELECT kept FROM line WHERE id = old.line)
     AND NOT EXISTS (SELECT 1 FROM aside WHERE line = old.line AND epoch = old.epoch
                     AND sequence = old.sequence AND hash = old.hash)
    BEGIN SELECT raise(ABORT, 'the last fact that central keeps is needed to go on from'); END;
  DROP TRIGGER event_is_head;
  CREATE TRIGGER event_is_head BEFORE DELETE ON event
    WHEN old.sequence = (SELECT max(sequence) FROM event
                         WHERE line = old.line AND epoch = old.epoch)
     AND NOT EXISTS (SELECT 1 FROM aside WHERE line = old.line AND epoch = old.epoch
                     AND sequence = old.sequence AND hash = old.hash)
    BEGIN SELECT raise(ABORT, 'the last fact of a line names its next'); END;
  DROP TRIGGER event_is_owed;
  CREATE TRIGGER event_is_owed BEFORE DELETE ON event
    WHEN old.epoch = (SELECT epoch FROM line WHERE id = old.line)
     AND old.sequence > (SELECT kept FROM line WHERE id = old.line)
     AND NOT EXISTS (SELECT 1 FROM aside WHERE line = old.line AND epoch = old.epoch
                     AND sequence = old.sequence AND hash = old.hash)
    BEGIN SELECT raise(ABORT, 'central does not hold this fact'); END;
  DROP TRIGGER event_has_no_gap;
  CREATE TRIGGER event_has_no_gap BEFORE INSERT ON event
    WHEN new.sequence <> 1 + coalesce(
      (SELECT max(sequence) FROM event WHERE line = new.line AND epoch = new.epoch),
      (SELECT sequence FROM forgotten WHERE line = new.line AND epoch = new.epoch), 0)
    BEGIN SELECT raise(ABORT, 'a sequence has no holes and no repeats'); END;
  `,
  machineTables,
  jobTables,
  signalTables,
  `
  -- The name of the rule that refused it; NULL where none has one, and before there were names.
  ALTER TABLE refusal ADD COLUMN rule TEXT;
  `,
  peopleTables,
  referenceTables,
  offerTables,
  softwareTables,
];
// Raised by whoever adds a migration that does not only add: see docs/upgrade.md.
readableFrom(migrations, 12);
