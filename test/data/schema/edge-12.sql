PRAGMA user_version = 12;
PRAGMA application_id = 12;
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
    asked      BLOB, state BLOB CHECK (state IS NULL OR length(state) = 8),                                     -- fingerprint of the command
    UNIQUE (line, epoch, sequence)
  ) STRICT;
CREATE TABLE refusal (
    command_id TEXT PRIMARY KEY,
    asked      BLOB NOT NULL,
    code       TEXT NOT NULL,
    reason     TEXT NOT NULL
  , command TEXT, at_ms INTEGER, after INTEGER, rule TEXT) STRICT, WITHOUT ROWID;
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
CREATE TABLE pulled (
    line     INTEGER NOT NULL REFERENCES line (id),
    epoch    INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    bytes    BLOB    NOT NULL,
    hash     BLOB    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (line, epoch, sequence)
  ) STRICT, WITHOUT ROWID;
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
CREATE TABLE forgotten (
    line     INTEGER NOT NULL REFERENCES line (id),
    epoch    INTEGER NOT NULL CHECK (epoch >= 1),
    sequence INTEGER NOT NULL CHECK (sequence >= 1),     -- the last one that is gone
    position INTEGER NOT NULL CHECK (position >= 1),
    hash     BLOB    NOT NULL CHECK (length(hash) = 32),
    state    BLOB CHECK (state IS NULL OR length(state) = 8),
    PRIMARY KEY (line, epoch)
  ) STRICT;
CREATE TABLE carried (
    position INTEGER PRIMARY KEY CHECK (position >= 1),  -- the last fact before
    line     INTEGER NOT NULL REFERENCES line (id),      -- where its last part stands
    epoch    INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    settled  INTEGER NOT NULL DEFAULT 0 CHECK (settled IN (0, 1)) -- central has all up to there
  ) STRICT;
CREATE TABLE day (
    day      INTEGER PRIMARY KEY,                        -- since 1970
    position INTEGER NOT NULL
  ) STRICT;
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
    suspect_seen_ms   INTEGER, job TEXT, lot TEXT, unnamed TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (line, unit, counter)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE machine (
    line      INTEGER NOT NULL REFERENCES line (id),
    unit      TEXT    NOT NULL,
    told      TEXT,                                      -- the state that was stated last
    row       INTEGER NOT NULL CHECK (row >= 0),         -- rejects without a good one between
    owed      TEXT    NOT NULL,                          -- JSON, by derived counters
    zones     TEXT    NOT NULL,                          -- JSON, by measured values
    sequences TEXT    NOT NULL, alarms TEXT NOT NULL DEFAULT '[]',                          -- JSON, by results
    PRIMARY KEY (line, unit)
  ) STRICT, WITHOUT ROWID;
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
    outcome   TEXT, content TEXT, server TEXT, result TEXT, result_why TEXT, result_ms INTEGER, result_tries INTEGER NOT NULL DEFAULT 0, booked_good TEXT, booked_scrap TEXT, counting INTEGER NOT NULL DEFAULT 0 CHECK (counting IN (0, 1)),
    PRIMARY KEY (line, unit, job)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE job_log (
    id    INTEGER PRIMARY KEY,
    line  INTEGER REFERENCES line (id),
    unit  TEXT,
    job   TEXT,
    what  TEXT    NOT NULL,
    by    TEXT    NOT NULL,
    at_ms INTEGER NOT NULL
  ) STRICT;
CREATE TABLE "unattributed" (
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
CREATE TABLE session (
    hash     TEXT    PRIMARY KEY CHECK (length(hash) = 64),
    person   TEXT    NOT NULL,
    station  TEXT    NOT NULL,                           -- the address of the screen
    line     TEXT    NOT NULL,                           -- where it was stated
    began_ms INTEGER NOT NULL,
    seen_ms  INTEGER NOT NULL,                           -- last request, to within a minute
    signs    INTEGER NOT NULL CHECK (signs IN (0, 1))    -- has signed with name and PIN
  ) STRICT, WITHOUT ROWID;
CREATE TABLE lockout (
    name     TEXT    PRIMARY KEY,
    tries    INTEGER NOT NULL CHECK (tries >= 1),
    last_ms  INTEGER NOT NULL,
    until_ms INTEGER NOT NULL                            -- 0 while it is not locked
  ) STRICT, WITHOUT ROWID;
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
CREATE TABLE offer (                                   -- what central asks of a running order
    command_id   TEXT    PRIMARY KEY,
    line         TEXT    NOT NULL,
    order_number TEXT    NOT NULL,
    action       TEXT    NOT NULL,
    body         TEXT    NOT NULL,                       -- JSON
    at_ms        INTEGER NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('open', 'taken', 'over'))
  ) STRICT, WITHOUT ROWID;
INSERT INTO "line" ("id", "path", "epoch", "sent", "kept") VALUES (1, 'acme/lyon/turning/M01', 1, 1, 1);
INSERT INTO "line" ("id", "path", "epoch", "sent", "kept") VALUES (2, 'acme/lyon/turning/M02', 1, 6, 6);
INSERT INTO "event" ("position", "line", "epoch", "sequence", "bytes", "hash", "command_id", "asked", "state") VALUES (1, 1, 1, 1, X'01DC0014C41001A22C796EDE700099E0D62F508B1536AD4F7264657252656C656173656401CD03E8CB427A22C796EDE000A6736F75726365DE0003A86D6174657269616CA4424F4C54A87175616E74697479A3313030A4756E6974A24541A8706572736F6E3A31A9636F6D6D616E642D31C0A9636F6D6D616E642D31A4574F2D31C0C0C0C0C0C0C0AC636C6F636B53757370656374', X'5FB6EFD75368DE378BE1866BE71D022FB0B7416C113555B6A030E29E0FCFF08B', 'command-1', X'64323A3A1D41C335E4D355ACEE7C08F1', X'0BD2748006FD5B3F');
INSERT INTO "event" ("position", "line", "epoch", "sequence", "bytes", "hash", "command_id", "asked", "state") VALUES (2, 2, 1, 1, X'01DC0014C41001A22C796F04700099BD9B982494D818B04F7065726174696F6E5374617274656401CD03E8CB427A22C796F04000A6736F75726365DE0000A8706572736F6E3A31A9636F6D6D616E642D32C0A9636F6D6D616E642D32A4574F2D31A430303130C0C0C0C0C0C0AC636C6F636B53757370656374', X'FF0EBD6669D596702E2297A9183CF81669D5126D2B6C770FA7468185AA5C92EA', 'command-2', X'0A63518C4CE79EAD0DF34692FDFD4165', X'6985C9739B04043A');
INSERT INTO "event" ("position", "line", "epoch", "sequence", "bytes", "hash", "command_id", "asked", "state") VALUES (3, 2, 1, 2, X'01DC0014C41001A22C796F0D7000A29A79AC64206B2FAC50686173655374617274656401CD03E8CB427A22C796F0D000A6736F75726365DE0004A372756EA25231A57068617365A372756EA46C616E6501A67265776F726BC2A8706572736F6E3A31A9636F6D6D616E642D33C0A9636F6D6D616E642D33A4574F2D31A430303130C0C0C0C0C0C0AC636C6F636B53757370656374', X'26F97699ED7D65DA2642182F1CCACE513673C3975B9CB2FB2456533C3B3CD09B', 'command-3', X'10402EEF244F1EEEC84C6E99B80E6578', X'9415B560B799DAB2');
INSERT INTO "event" ("position", "line", "epoch", "sequence", "bytes", "hash", "command_id", "asked", "state") VALUES (4, 2, 1, 3, X'01DC0014C41001A22C796F2A7000AB0F8BF33046F362B04D6174657269616C436F6E73756D656401CD03E8CB427A22C796F2A000A6736F75726365DE0003A86D6174657269616CA5535445454CA87175616E74697479A23130A4756E6974A24541A8706572736F6E3A31A9636F6D6D616E642D34C0A9636F6D6D616E642D34A4574F2D31A430303130A3532D31C0C0C0C0C0AC636C6F636B53757370656374', X'B0100863DAEC2A9CF233D993842E195D54AEEFB07DA2E08B738354B269164EB2', 'command-4', X'50A38AA35CE6683E9518384DF0BF6B00', X'2A79C378BF87850A');
INSERT INTO "event" ("position", "line", "epoch", "sequence", "bytes", "hash", "command_id", "asked", "state") VALUES (5, 2, 1, 4, X'01DC0014C41001A22C796F337000805E6984D9DB94FBB05175616E746974795265706F7274656401CD03E8CB427A22C796F33000A6736F75726365DE0008A372756EA25231A57068617365A372756EA4676F6F64A133A57363726170A131A67265776F726BA130A468656C64A130A4756E6974A24541A8696E5265776F726BC2A8706572736F6E3A31A9636F6D6D616E642D35C0A9636F6D6D616E642D35A4574F2D31A430303130C0C0C0C0C0C0AC636C6F636B53757370656374', X'0ACE2C9BFEB9FDB889810A3FFA24267FF00E34096FFFA7A7EB24CB4AEFC4E0BD', 'command-5', X'E58B134FB45B8BE9B321FF15D06A423C', X'8464E3029B1D7C03');
INSERT INTO "event" ("position", "line", "epoch", "sequence", "bytes", "hash", "command_id", "asked", "state") VALUES (6, 2, 1, 5, X'01DC0014C41001A22C796F3C7000B225F9D8003DC9FBAB4C6F7450726F647563656401CD03E8CB427A22C796F3C000A6736F75726365DE0003A86D6174657269616CA4424F4C54A87175616E74697479A23130A4756E6974A24541A8706572736F6E3A31A9636F6D6D616E642D36C0A9636F6D6D616E642D36A4574F2D31A430303130A24C31C0C0C0C0C0AC636C6F636B53757370656374', X'350EBF125D220990E993873C94697882070421EA86ADBF61B602D3B7F16203D2', 'command-6', X'4425A31A22DB8F930F9713AABA16ABD5', X'9D0C0602DBC6D0C1');
INSERT INTO "event" ("position", "line", "epoch", "sequence", "bytes", "hash", "command_id", "asked", "state") VALUES (7, 2, 1, 6, X'01DC0014C41001A22C796F4470008B9FEC0151D971EFAA486F6C64506C6163656401CD03E8CB427A22C796F45000A6736F75726365DE0005A4686F6C64A24831A573636F7065A36C6F74A87175616E74697479A132A4756E6974A24541A6726561736F6EA5637261636BA8706572736F6E3A39A9636F6D6D616E642D37C0A9636F6D6D616E642D37A4574F2D31C0A24C31C0C0C0C0C0AC636C6F636B53757370656374', X'54AA21E52DA43FDB35CA10531BC2AB08F7C9197EC078C2E59A3458540B6382A3', 'command-7', X'C3A49BB4E7EF5519DCCEB37DBE89913F', X'9A4C574A0AABE404');
INSERT INTO "event" ("position", "line", "epoch", "sequence", "bytes", "hash", "command_id", "asked", "state") VALUES (8, 2, 1, 7, X'01DC0014C41001A22C796F6C70008665E5D877281B4BB05175616E746974795265706F7274656401CD03E8CB427A22C796F6C000A6736F75726365DE0008A372756EA25231A57068617365A372756EA4676F6F64A134A57363726170A130A67265776F726BA130A468656C64A130A4756E6974A24541A8696E5265776F726BC2A8706572736F6E3A31A9636F6D6D616E642D39C0A9636F6D6D616E642D39A4574F2D31A430303130C0C0C0C0C0C0AC636C6F636B53757370656374', X'7DB3A2833C894B2B8B2116ABE094BCA9B46F3EE017C93CDEF8BD7964AD1370F9', 'command-9', X'F24D57453939F1CE28E540698395A7E6', X'5CE04D6BF32AD824');
INSERT INTO "refusal" ("command_id", "asked", "code", "reason", "command", "at_ms", "after", "rule") VALUES ('command-8', X'FD7B25E652C0F4B57A256C312AD0D85B', 'REFUSED', 'operation 0010 of order WO-1 is active: no OperationStarted', '{"commandId":"command-8","line":"acme/lyon/turning/M02","command":"StartOperation","statement":{"atMs":1000,"actor":"person:1","order":"WO-1","operation":"0010","commandId":"command-8","correlationId":"command-8","type":"OperationStarted","version":1,"body":{}}}', 1796042485586, 7, 'state');
INSERT INTO "edition" ("position", "charts") VALUES (0, 'line 2, order 2, operation 2, lot 3, batch 2, hold 3, inspection 2, nonconformance 2, report 2');
INSERT INTO "enrolment" ("line", "store", "next", "state", "reason", "epoch", "ended", "common_sequence", "strays") VALUES (1, '01a22c79-6ea9-7000-8317-52bf6786eeac', NULL, 'entered', NULL, NULL, NULL, NULL, 0);
INSERT INTO "enrolment" ("line", "store", "next", "state", "reason", "epoch", "ended", "common_sequence", "strays") VALUES (2, '01a22c79-6eab-7000-8a8c-c477d69526f8', NULL, 'entered', NULL, NULL, NULL, NULL, 0);
CREATE TRIGGER event_is_history BEFORE UPDATE ON event
    BEGIN SELECT raise(ABORT, 'a fact is never edited'); END;
CREATE TRIGGER aside_is_kept BEFORE DELETE ON aside
    WHEN old.became <> 'moving' OR NOT EXISTS (SELECT 1 FROM event
      WHERE line = old.line AND epoch = old.epoch AND sequence = old.sequence AND hash = old.hash)
    BEGIN SELECT raise(ABORT, 'what was set aside is never deleted'); END;
CREATE TRIGGER event_is_of_this_epoch BEFORE INSERT ON event
    WHEN new.epoch <> (SELECT epoch FROM line WHERE id = new.line)
     AND NOT EXISTS (SELECT 1 FROM aside WHERE line = new.line AND epoch = new.epoch
                     AND sequence = new.sequence AND hash = new.hash AND became = 'moving')
    BEGIN SELECT raise(ABORT, 'the epoch is over'); END;
CREATE TRIGGER kept_never_falls BEFORE UPDATE OF kept ON line
    WHEN new.kept < old.kept AND new.epoch = old.epoch
    BEGIN SELECT raise(ABORT, 'central does not forget'); END;
CREATE TRIGGER epoch_never_falls BEFORE UPDATE OF epoch ON line WHEN new.epoch < old.epoch
    BEGIN SELECT raise(ABORT, 'an epoch that is over stays over'); END;
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
CREATE TRIGGER event_is_common BEFORE DELETE ON event
    WHEN old.epoch = (SELECT epoch FROM line WHERE id = old.line)
     AND old.sequence = (SELECT kept FROM line WHERE id = old.line)
     AND NOT EXISTS (SELECT 1 FROM aside WHERE line = old.line AND epoch = old.epoch
                     AND sequence = old.sequence AND hash = old.hash)
    BEGIN SELECT raise(ABORT, 'the last fact that central keeps is needed to go on from'); END;
CREATE TRIGGER event_is_head BEFORE DELETE ON event
    WHEN old.sequence = (SELECT max(sequence) FROM event
                         WHERE line = old.line AND epoch = old.epoch)
     AND NOT EXISTS (SELECT 1 FROM aside WHERE line = old.line AND epoch = old.epoch
                     AND sequence = old.sequence AND hash = old.hash)
    BEGIN SELECT raise(ABORT, 'the last fact of a line names its next'); END;
CREATE TRIGGER event_is_owed BEFORE DELETE ON event
    WHEN old.epoch = (SELECT epoch FROM line WHERE id = old.line)
     AND old.sequence > (SELECT kept FROM line WHERE id = old.line)
     AND NOT EXISTS (SELECT 1 FROM aside WHERE line = old.line AND epoch = old.epoch
                     AND sequence = old.sequence AND hash = old.hash)
    BEGIN SELECT raise(ABORT, 'central does not hold this fact'); END;
CREATE TRIGGER event_has_no_gap BEFORE INSERT ON event
    WHEN new.sequence <> 1 + coalesce(
      (SELECT max(sequence) FROM event WHERE line = new.line AND epoch = new.epoch),
      (SELECT sequence FROM forgotten WHERE line = new.line AND epoch = new.epoch), 0)
    BEGIN SELECT raise(ABORT, 'a sequence has no holes and no repeats'); END;
CREATE TRIGGER counter_never_falls BEFORE UPDATE ON counter WHEN new.total < old.total
    BEGIN SELECT raise(ABORT, 'what was counted is not taken back'); END;
CREATE TRIGGER job_log_is_history BEFORE UPDATE ON job_log
    BEGIN SELECT raise(ABORT, 'what was asked of a machine is never edited'); END;
CREATE TRIGGER job_log_is_kept BEFORE DELETE ON job_log
    BEGIN SELECT raise(ABORT, 'what was asked of a machine is never forgotten'); END;
CREATE INDEX job_log_recent ON job_log (line, unit, at_ms);
CREATE INDEX job_log_turned ON job_log (id) WHERE what IN ('off', 'on');
CREATE INDEX unattributed_open ON unattributed (line) WHERE became IS NULL;
CREATE TRIGGER unattributed_is_kept BEFORE DELETE ON unattributed
    BEGIN SELECT raise(ABORT, 'pieces are decided on, and never forgotten'); END;
CREATE TRIGGER unattributed_is_decided_once BEFORE UPDATE ON unattributed
    WHEN old.became IS NOT NULL
    BEGIN SELECT raise(ABORT, 'it was decided already'); END;
CREATE INDEX reference_version ON reference (site, kind, record, version);
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
CREATE INDEX offer_line ON offer (line, state);
CREATE TRIGGER offer_is_history BEFORE UPDATE ON offer
    WHEN old.state <> 'open' OR new.body <> old.body OR new.action <> old.action
    BEGIN SELECT raise(ABORT, 'what was offered is never edited'); END;
