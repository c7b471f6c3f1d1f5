PRAGMA user_version = 31;
PRAGMA application_id = 28;
CREATE TABLE line (
    id       INTEGER PRIMARY KEY,
    path     TEXT    NOT NULL UNIQUE,
    epoch    INTEGER NOT NULL CHECK (epoch >= 1),
    sequence INTEGER NOT NULL CHECK (sequence >= 0),      -- last fact accepted
    hash     BLOB    NOT NULL CHECK (length(hash) = 32),  -- the chain's link there
    chained  INTEGER CHECK (chained IN (0, 1)),           -- whether its source keeps a chain
    repeats  INTEGER NOT NULL DEFAULT 0
  ) STRICT;
CREATE TABLE fact (
    position    INTEGER PRIMARY KEY,                      -- order of acceptance, all lines
    line        INTEGER NOT NULL REFERENCES line (id),
    epoch       INTEGER NOT NULL,
    sequence    INTEGER NOT NULL CHECK (sequence >= 1),
    event_id    BLOB UNIQUE CHECK (length(event_id) = 16), -- NULL when it cannot be read
    received_ms INTEGER NOT NULL,
    bytes       BLOB NOT NULL,
    hash        BLOB NOT NULL CHECK (length(hash) = 32),
    UNIQUE (line, epoch, sequence)
  ) STRICT;
CREATE TABLE waiting (
    line     INTEGER NOT NULL REFERENCES line (id),
    epoch    INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    bytes    BLOB NOT NULL,
    hash     BLOB,                                        -- the chain's link, if there is one
    PRIMARY KEY (line, epoch, sequence)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE parked (
    id       INTEGER PRIMARY KEY,
    line     TEXT    NOT NULL,
    epoch    INTEGER,
    sequence INTEGER,
    reason   TEXT    NOT NULL,
    at_ms    INTEGER NOT NULL,
    bytes    BLOB    NOT NULL,
    UNIQUE (line, epoch, sequence, reason, bytes)
  ) STRICT;
CREATE TABLE cursor (
    stream_sequence INTEGER NOT NULL CHECK (stream_sequence >= 0),
    digest          BLOB    NOT NULL                      -- of the message at that place
  ) STRICT;
CREATE TABLE production_order (
    order_number      TEXT PRIMARY KEY,
    released          INTEGER NOT NULL DEFAULT 0 CHECK (released IN (0, 1)),
    material          TEXT    NOT NULL DEFAULT '',
    quantity          TEXT    NOT NULL DEFAULT '0',
    unit              TEXT    NOT NULL DEFAULT '',
    tolerance_percent INTEGER NOT NULL DEFAULT 0,
    started           INTEGER NOT NULL DEFAULT 0 CHECK (started IN (0, 1)),
    closed            INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1)),
    judged            INTEGER NOT NULL DEFAULT 0 CHECK (judged IN (0, 1)),  -- an edge allowed it
    closed_after      INTEGER NOT NULL DEFAULT 0,  -- facts about it that were stated before
    facts             INTEGER NOT NULL DEFAULT 0   -- facts about it that the ledger holds
  , completed INTEGER NOT NULL DEFAULT 0 CHECK (completed IN (0, 1)), rule_edition INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
CREATE TABLE run (
    line       TEXT    NOT NULL,
    run        TEXT    NOT NULL,
    phase      TEXT    NOT NULL,
    started_ms INTEGER NOT NULL,
    PRIMARY KEY (line, run)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE lot (
    lot          TEXT PRIMARY KEY,
    order_number TEXT,                             -- that produced it; NULL for a component
    material     TEXT NOT NULL,
    unit         TEXT NOT NULL
  , inspect INTEGER NOT NULL DEFAULT 0 CHECK (inspect IN (0, 1)), released INTEGER NOT NULL DEFAULT 0 CHECK (released IN (0, 1)), unmade INTEGER NOT NULL DEFAULT 0 CHECK (unmade IN (0, 1))) STRICT, WITHOUT ROWID;
CREATE TABLE total (
    kind TEXT NOT NULL CHECK (kind IN ('line', 'order', 'operation')),
    key  TEXT NOT NULL,
    body TEXT NOT NULL,                  -- a Tally as JSON, quantities as text of millionths
    PRIMARY KEY (kind, key)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE hold (
    hold         TEXT PRIMARY KEY,
    placed       INTEGER NOT NULL DEFAULT 0 CHECK (placed IN (0, 1)),   -- its placing is known
    scope        TEXT CHECK (scope IN ('quantity', 'lot', 'operation', 'order', 'line')),
    line         TEXT,
    order_number TEXT,
    operation    TEXT,
    lot          TEXT,
    quantity     INTEGER,                                               -- millionths
    use_as_is    INTEGER NOT NULL DEFAULT 0,
    scrap        INTEGER NOT NULL DEFAULT 0,
    rework       INTEGER NOT NULL DEFAULT 0,
    returned     INTEGER NOT NULL DEFAULT 0,
    released     INTEGER NOT NULL DEFAULT 0 CHECK (released IN (0, 1)),
    freed        INTEGER,                                               -- by its release, if said
    is_open      INTEGER GENERATED ALWAYS AS (
      placed AND NOT released
      AND (quantity IS NULL OR use_as_is + scrap + rework + returned < quantity)) STORED
  ) STRICT;
CREATE TABLE early (
    hold     TEXT    NOT NULL,
    line     TEXT    NOT NULL,
    sequence INTEGER NOT NULL,
    fact     TEXT    NOT NULL                    -- as JSON
  ) STRICT;
CREATE TABLE attempt (
    key     TEXT    NOT NULL,
    at_ms   INTEGER NOT NULL,
    outcome TEXT    NOT NULL,
    detail  TEXT    NOT NULL
  ) STRICT;
CREATE TABLE unposted (                        -- facts that call for nothing, by reason
    reason TEXT PRIMARY KEY,
    facts  INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
CREATE TABLE lane (
    lane   TEXT PRIMARY KEY,
    due_ms INTEGER                               -- NULL: nothing to do until something changes
  ) STRICT, WITHOUT ROWID;
CREATE TABLE correction (
    order_number TEXT NOT NULL,
    event_id     TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('counted', 'reversed', 'waiting')),
    type         TEXT NOT NULL,
    by           TEXT,
    PRIMARY KEY (order_number, event_id)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE let_go (                          -- lots that a hold reached and holds no more
    hold  TEXT    NOT NULL,
    lot   TEXT    NOT NULL,
    at_ms INTEGER NOT NULL,                      -- the last time, by the clock of the edge
    PRIMARY KEY (hold, lot)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE link (                            -- material went from the one into the other
    source   TEXT    NOT NULL,                   -- 'lot:…' or 'order:…'
    target   TEXT    NOT NULL,
    first_ms INTEGER NOT NULL,                   -- when it did, by the clock of the edge
    last_ms  INTEGER NOT NULL,
    PRIMARY KEY (source, target)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE reach (                           -- where the material of an open hold on a lot went
    hold     TEXT    NOT NULL,
    node     TEXT    NOT NULL,
    until_ms INTEGER NOT NULL,                   -- held until then; let go since
    PRIMARY KEY (hold, node, until_ms)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE backlog (                         -- facts that were accepted before genealogy
    position INTEGER NOT NULL                    -- the last of them
  ) STRICT;
CREATE TABLE epoch (
    line     TEXT    NOT NULL,
    epoch    INTEGER NOT NULL CHECK (epoch >= 1),
    store    TEXT    NOT NULL,                           -- who writes it
    began_ms INTEGER NOT NULL,
    ended    INTEGER CHECK (ended >= 0),                 -- last sequence of the one before
    reason   TEXT    NOT NULL CHECK (reason IN ('new', 'behind', 'forked', 'swapped')),
    PRIMARY KEY (line, epoch)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE permit (
    line     TEXT    PRIMARY KEY,
    until_ms INTEGER NOT NULL,
    by       TEXT    NOT NULL
  ) STRICT, WITHOUT ROWID;
CREATE TABLE clock (
    line    TEXT    PRIMARY KEY,
    seen_ms INTEGER NOT NULL             -- latest time at which a fact was recorded, if it can be
  ) STRICT, WITHOUT ROWID;
CREATE TABLE live (                            -- copies of facts that the ledger lacks yet
    line        TEXT    NOT NULL,
    epoch       INTEGER NOT NULL CHECK (epoch >= 1),
    sequence    INTEGER NOT NULL CHECK (sequence >= 1),
    received_ms INTEGER NOT NULL,
    bytes       BLOB    NOT NULL,
    hash        BLOB    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (line, epoch, sequence)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE ahead (                           -- holds that were among them: in force
    event_id     BLOB    PRIMARY KEY CHECK (length(event_id) = 16),
    hold         TEXT    NOT NULL,
    scope        TEXT    NOT NULL
      CHECK (scope IN ('quantity', 'lot', 'operation', 'order', 'line')),
    line         TEXT    NOT NULL,
    epoch        INTEGER NOT NULL,
    sequence     INTEGER NOT NULL,
    order_number TEXT,
    operation    TEXT,
    lot          TEXT,
    received_ms  INTEGER NOT NULL,
    bytes        BLOB    NOT NULL,
    lost         TEXT                            -- why it may never come; NULL until then
  ) STRICT, WITHOUT ROWID;
CREATE TABLE census (                          -- how many postings there are of each sort
    kind     TEXT    NOT NULL,
    state    TEXT    NOT NULL,
    postings INTEGER NOT NULL,
    PRIMARY KEY (kind, state)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE act (                             -- what people have said of parked postings
    id       INTEGER PRIMARY KEY,
    key      TEXT    NOT NULL,
    at_ms    INTEGER NOT NULL,
    act      TEXT    NOT NULL CHECK (act = 'retry' OR act = 'settle' OR act = 'giveUp'),
    by       TEXT    NOT NULL CHECK (by <> ''),
    reason   TEXT    NOT NULL CHECK (reason <> ''),
    document TEXT    CHECK ((document IS NULL) = (act <> 'settle')),
    before   TEXT                                -- why it was parked
  ) STRICT;
CREATE TABLE rule_edition (                    -- what the configuration has said of rules
    id       INTEGER PRIMARY KEY,
    since_ms INTEGER NOT NULL,
    switches TEXT    NOT NULL                    -- as JSON
  ) STRICT;
CREATE TABLE shadow (                          -- documents that were computed, and are not posted
    key      TEXT PRIMARY KEY,
    event_id TEXT NOT NULL,
    body     TEXT NOT NULL                       -- as JSON
  ) STRICT, WITHOUT ROWID;
CREATE TABLE amendment (                       -- what a parked posting shall say instead
    id         INTEGER PRIMARY KEY,
    key        TEXT    NOT NULL,
    at_ms      INTEGER NOT NULL,
    by         TEXT    NOT NULL CHECK (by <> ''),
    reason     TEXT    NOT NULL CHECK (reason <> ''),
    changes    TEXT    NOT NULL,                 -- as JSON, by the name of the field
    before     TEXT    NOT NULL,                 -- likewise, what it said
    decision   TEXT    CHECK (decision = 'approved' OR decision = 'rejected'),
    decided_ms INTEGER CHECK ((decided_ms IS NULL) = (decision IS NULL)),
    decided_by TEXT    CHECK ((decided_by IS NULL) = (decision IS NULL)),
    words      TEXT    CHECK ((words IS NULL) = (decision IS NULL)),
    CHECK (decision IS NULL OR decision <> 'approved' OR decided_by <> by)
  ) STRICT;
CREATE TABLE stand_in (                        -- what stands for a fact that counts again
    event_id TEXT PRIMARY KEY,
    key      TEXT NOT NULL UNIQUE,
    line     TEXT NOT NULL                       -- that stated the fact
  ) STRICT, WITHOUT ROWID;
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
CREATE TABLE master_set (                      -- approved as a whole, by a person
    id     INTEGER PRIMARY KEY,
    site   TEXT    NOT NULL,                     -- what its lines' paths begin with
    at_ms  INTEGER NOT NULL,
    by     TEXT    NOT NULL CHECK (by <> ''),
    reason TEXT    NOT NULL CHECK (reason <> '')
  ) STRICT;
CREATE TABLE master_version (
    kind       TEXT    NOT NULL,
    record     TEXT    NOT NULL,
    version    TEXT    NOT NULL,
    site       TEXT    NOT NULL,
    master_set INTEGER NOT NULL,                 -- with which it came first
    PRIMARY KEY (kind, record, version, site)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE order_version (                   -- what the releases of an order name
    order_number TEXT NOT NULL,
    kind         TEXT NOT NULL,
    record       TEXT NOT NULL,
    version      TEXT NOT NULL,
    line         TEXT NOT NULL,                  -- that stated it
    PRIMARY KEY (order_number, kind, record, version, line)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE thread (                          -- which facts name what a person may ask for
    word     TEXT    NOT NULL,                   -- 'order:…', 'lot:…', 'serial:…', 'hold:…', 'id:…'
    position INTEGER NOT NULL,                   -- of the fact in the ledger
    PRIMARY KEY (word, position)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE threaded (                        -- up to where the ledger was looked through
    position INTEGER NOT NULL
  ) STRICT;
CREATE TABLE dispatch (                        -- what central asks of lines, in order
    line       TEXT    NOT NULL,
    number     INTEGER NOT NULL CHECK (number >= 1),
    command_id TEXT    NOT NULL,
    at_ms      INTEGER NOT NULL,
    by         TEXT    NOT NULL CHECK (by <> ''),
    reason     TEXT    NOT NULL,
    source     TEXT,                             -- what led to it: twice is once
    again_of   INTEGER,                          -- the number that another ledger had used
    type       TEXT    NOT NULL,
    content    TEXT    NOT NULL,                 -- type, what it is about, body; as JSON
    state      TEXT    NOT NULL CHECK (state = 'pending' OR state = 'applied'
      OR state = 'refused' OR state = 'foreign' OR state = 'displaced'),
    ended_ms   INTEGER CHECK ((ended_ms IS NULL) = (state = 'pending')),
    event_id   TEXT,                             -- the fact that says so
    rule       TEXT,
    words      TEXT,
    PRIMARY KEY (line, number)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE ward (                            -- holds that central has placed
    hold        TEXT    PRIMARY KEY,
    kind        TEXT    NOT NULL CHECK (kind = 'lot' OR kind = 'order'),
    name        TEXT    NOT NULL,
    at_ms       INTEGER NOT NULL,
    by          TEXT    NOT NULL CHECK (by <> ''),
    reason      TEXT    NOT NULL,
    place       TEXT    NOT NULL,                -- by whose rules its documents go
    released_ms INTEGER,
    released_by TEXT    CHECK ((released_by IS NULL) = (released_ms IS NULL)),
    words       TEXT    CHECK ((words IS NULL) = (released_ms IS NULL))
  ) STRICT, WITHOUT ROWID;
CREATE TABLE ward_root (                       -- what the gate at central goes by
    hold TEXT NOT NULL,
    root TEXT PRIMARY KEY                        -- in the table of all holds
  ) STRICT, WITHOUT ROWID;
CREATE TABLE ward_node (                       -- lots and orders that it has reached
    hold TEXT NOT NULL,
    node TEXT NOT NULL,                          -- 'lot:…' or 'order:…'
    PRIMARY KEY (hold, node)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE ward_line (                       -- who was asked to hold what
    hold      TEXT    NOT NULL,
    line      TEXT    NOT NULL,
    node      TEXT    NOT NULL,
    line_hold TEXT    NOT NULL UNIQUE,           -- the hold at the line
    PRIMARY KEY (hold, line, node)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE warded (                          -- up to where facts were looked through for them
    position INTEGER NOT NULL
  ) STRICT;
CREATE TABLE quality_act (                     -- what people have said of quality, at central
    id         INTEGER PRIMARY KEY,
    at_ms      INTEGER NOT NULL,
    act        TEXT    NOT NULL CHECK (act = 'hold' OR act = 'release' OR act = 'dispose'
      OR act = 'rework' OR act = 'inspection'),
    about      TEXT    NOT NULL,                 -- a hold, a rework or an inspection
    line       TEXT,                             -- that it is for; NULL for a hold of central
    by         TEXT    NOT NULL CHECK (by <> ''),
    reason     TEXT    NOT NULL,
    content    TEXT    NOT NULL,                 -- what was said besides, as JSON
    decision   TEXT    CHECK (decision = 'approved' OR decision = 'rejected' OR decision = 'done'),
    decided_ms INTEGER CHECK ((decided_ms IS NULL) = (decision IS NULL)),
    decided_by TEXT    CHECK ((decided_by IS NULL) = (decision IS NULL)),
    words      TEXT    CHECK ((words IS NULL) = (decision IS NULL)),
    CHECK (decision IS NULL OR decision <> 'approved' OR decided_by <> by)
  ) STRICT;
CREATE TABLE dropped (                         -- files of quality that were taken, each once
    hash   TEXT    PRIMARY KEY,                  -- SHA-256 of the content
    name   TEXT    NOT NULL,
    at_ms  INTEGER NOT NULL,
    result TEXT    NOT NULL                      -- as JSON
  ) STRICT, WITHOUT ROWID;
CREATE TABLE reference_record (                -- what versions say, as they came
    site        TEXT    NOT NULL,                -- "acme/lyon"
    kind        TEXT    NOT NULL,
    record      TEXT    NOT NULL,
    version     TEXT    NOT NULL,
    content     TEXT    NOT NULL,                -- JSON
    source      TEXT    NOT NULL CHECK (source <> ''),
    received_ms INTEGER NOT NULL,
    drafted     INTEGER NOT NULL DEFAULT 0 CHECK (drafted IN (0, 1)), -- some draft has named it
    PRIMARY KEY (site, kind, record, version)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE reference_draft (                 -- proposed as a whole
    id        INTEGER PRIMARY KEY,
    site      TEXT    NOT NULL,
    at_ms     INTEGER NOT NULL,
    by        TEXT    NOT NULL CHECK (by <> ''),
    reason    TEXT    NOT NULL CHECK (reason <> ''),
    active_ms INTEGER NOT NULL
  ) STRICT;
CREATE TABLE reference_member (                -- what a draft names, each record once
    draft   INTEGER NOT NULL,
    kind    TEXT    NOT NULL,
    record  TEXT    NOT NULL,
    version TEXT    NOT NULL,
    PRIMARY KEY (draft, kind, record)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE reference_decision (              -- what a person has said of a draft
    draft    INTEGER PRIMARY KEY,
    at_ms    INTEGER NOT NULL,
    by       TEXT    NOT NULL CHECK (by <> ''),
    reason   TEXT    NOT NULL CHECK (reason <> ''),
    approved INTEGER NOT NULL CHECK (approved IN (0, 1))
  ) STRICT;
CREATE TABLE reference_set (                   -- what was approved: 1, 2, 3 … per site
    site      TEXT    NOT NULL,
    number    INTEGER NOT NULL CHECK (number >= 1),
    draft     INTEGER NOT NULL UNIQUE,
    active_ms INTEGER NOT NULL,
    records   INTEGER NOT NULL CHECK (records >= 1),
    digest    TEXT    NOT NULL,
    PRIMARY KEY (site, number)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE erp_cursor (                      -- how far each stream of the ERP was read
    stream  TEXT    PRIMARY KEY,
    cursor  TEXT,                                -- the connector's own; NULL: from the beginning
    read_ms INTEGER,                             -- when it was answered last
    reason  TEXT                                 -- why it is not answered now
  ) STRICT, WITHOUT ROWID;
CREATE TABLE refused_input (                   -- what came from an ERP and was not taken
    id       INTEGER PRIMARY KEY,
    source   TEXT    NOT NULL,
    name     TEXT    NOT NULL,                   -- what it was, as far as that could be read
    words    TEXT    NOT NULL,                   -- each field that is bad, and its limit
    first_ms INTEGER NOT NULL,
    last_ms  INTEGER NOT NULL,
    times    INTEGER NOT NULL,
    UNIQUE (source, name)
  ) STRICT;
CREATE TABLE erp_order (                       -- orders as the ERP has them
    order_number TEXT    PRIMARY KEY,
    site         TEXT    NOT NULL,
    content      TEXT    NOT NULL,               -- JSON, as it came last
    received_ms  INTEGER NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('created', 'waiting', 'sent', 'over')),
    reason       TEXT,                           -- why it waits, or what cannot be sent of it
    sent         TEXT,                           -- JSON: what its lines were told last
    edition      INTEGER NOT NULL DEFAULT 0      -- how often they were told
  ) STRICT, WITHOUT ROWID;
CREATE TABLE guard_verdict (                   -- what the order guard says of a fact, twice
    id           INTEGER PRIMARY KEY,
    event_id     TEXT    NOT NULL UNIQUE,
    line         TEXT    NOT NULL,
    order_number TEXT    NOT NULL,
    at_ms        INTEGER NOT NULL,
    edge_set     INTEGER,                        -- NULL: the edge asked no guard
    edge_rule    TEXT,                           -- that objected there
    set_number   INTEGER NOT NULL,               -- of central, by which it is judged here
    rule         TEXT,                           -- that objects here
    reason       TEXT CHECK ((reason IS NULL) = (rule IS NULL)),
    differs      INTEGER NOT NULL CHECK (differs IN (0, 1))
  ) STRICT;
CREATE TABLE reference_line (                  -- which set is active at a line, as it stated
    line   TEXT    PRIMARY KEY,
    number INTEGER NOT NULL,
    at_ms  INTEGER NOT NULL                      -- when it became so there
  ) STRICT, WITHOUT ROWID;
CREATE TABLE figure (                          -- sums of facts, by where and when they were true
    line         TEXT    NOT NULL,
    from_ms      INTEGER NOT NULL,               -- begin of the stretch: of a day and shift there
    kind         TEXT    NOT NULL                -- what the numbers are of
      CHECK (kind IN ('told', 'made', 'used', 'lot', 'spent', 'posted')),
    order_number TEXT    NOT NULL,               -- '' for none, as in the next three
    operation    TEXT    NOT NULL,
    name         TEXT    NOT NULL,               -- of a material or a lot
    unit         TEXT    NOT NULL,
    body         TEXT    NOT NULL,               -- names and whole numbers as text, in JSON
    PRIMARY KEY (line, from_ms, kind, order_number, operation, name, unit)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE figure_line (                     -- lines that facts were read of
    line     TEXT    PRIMARY KEY,
    heard_ms INTEGER NOT NULL                    -- latest instant that a fact tells of
  ) STRICT, WITHOUT ROWID;
CREATE TABLE figure_move (                     -- what changed how a line spends its time
    line     TEXT    NOT NULL,
    at_ms    INTEGER NOT NULL,
    position INTEGER NOT NULL,                   -- of the fact in the ledger
    doubt    INTEGER NOT NULL CHECK (doubt = 0 OR doubt = 1),
    body     TEXT    NOT NULL,
    PRIMARY KEY (line, at_ms, position)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE figure_state (                    -- how a line was when a stretch began
    line    TEXT    NOT NULL,
    from_ms INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    PRIMARY KEY (line, from_ms)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE figure_due (                      -- stretches whose time is to be summed anew
    line    TEXT    NOT NULL,
    from_ms INTEGER NOT NULL,
    PRIMARY KEY (line, from_ms)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE figure_run (                      -- runs that are open
    line       TEXT    NOT NULL,
    run        TEXT    NOT NULL,
    phase      TEXT    NOT NULL,
    started_ms INTEGER NOT NULL,
    PRIMARY KEY (line, run)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE figure_order (                    -- from when to when an order was worked on
    order_number TEXT    PRIMARY KEY,
    first_ms     INTEGER NOT NULL,
    last_ms      INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
CREATE TABLE figure_hold (                     -- when a hold was placed, and decided last
    hold         TEXT    PRIMARY KEY,
    line         TEXT    NOT NULL,               -- where it was placed, if that is known
    order_number TEXT    NOT NULL,               -- '' for none
    placed_ms    INTEGER,
    decided_ms   INTEGER,
    doubt        INTEGER NOT NULL DEFAULT 0 CHECK (doubt = 0 OR doubt = 1)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE figure_inspected (                -- what was inspected once already
    about   TEXT    PRIMARY KEY,
    last_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
CREATE TABLE figure_correction (
    order_number TEXT NOT NULL,
    event_id     TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('counted', 'reversed', 'waiting')),
    type         TEXT NOT NULL,
    by           TEXT,
    PRIMARY KEY (order_number, event_id)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE figured (                         -- up to where the ledger was read
    position INTEGER NOT NULL,                   -- facts
    attempt  INTEGER NOT NULL,                   -- tries of documents
    trim_ms  INTEGER NOT NULL,                   -- what was before is forgotten
    digest   TEXT    NOT NULL                    -- of the calendars by which it was read
  ) STRICT;
CREATE TABLE feed (                            -- up to where facts were told to everybody
    position        INTEGER NOT NULL,            -- of the last fact in the ledger
    stream_sequence INTEGER NOT NULL,            -- of the last message in the feed's stream
    pepper          BLOB                         -- by which people have pseudonyms
  ) STRICT;
CREATE TABLE onward (                          -- material went on; a serial is named as a lot
    source TEXT NOT NULL,                        -- 'lot:…' or 'order:…'
    target TEXT NOT NULL,
    PRIMARY KEY (source, target)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE seen (                            -- which lines have stated something of it
    node   TEXT    NOT NULL,                     -- 'lot:…', 'order:…' or 'serial:…'
    line   INTEGER NOT NULL,
    latest INTEGER NOT NULL,                     -- position of the last fact in the ledger
    PRIMARY KEY (node, line)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE environment (                     -- what the ledger is of, since its first start
    name     TEXT    NOT NULL CHECK (name IN ('test', 'production')),
    since_ms INTEGER NOT NULL
  ) STRICT;
CREATE TABLE "posting" (
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
      OR kind = 'cancelReceipt' OR kind = 'usageDecision' OR kind = 'supplierClaim' OR kind = 'accrual' OR kind = 'cancelAccrual' OR kind = 'returnDelivery'),
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
      , inbound     TEXT                           -- the supplier's receipt that it follows
      , amount      TEXT                           -- money, a decimal text
        CHECK (amount IS NOT NULL OR kind <> 'accrual')
      , currency    TEXT CHECK ((currency IS NULL) = (amount IS NULL))
  ) STRICT;
CREATE TABLE inbound_receipt (                 -- each item of a receipt, once
    id             INTEGER PRIMARY KEY,          -- in the order in which they came
    receipt        TEXT    NOT NULL UNIQUE,      -- number/year/item, as the ERP has it
    supplier       TEXT    NOT NULL,
    purchase_order TEXT    NOT NULL,
    purchase_item  TEXT    NOT NULL,
    material       TEXT    NOT NULL,
    lot            TEXT    NOT NULL,
    unit           TEXT    NOT NULL,
    quantity       TEXT    NOT NULL,             -- decimal texts
    stock          TEXT    NOT NULL CHECK (stock = 'unrestricted' OR stock = 'inspection'),
    amount         TEXT,                         -- what all of it is worth
    currency       TEXT    CHECK ((currency IS NULL) = (amount IS NULL)),
    day            TEXT    NOT NULL,
    received_ms    INTEGER NOT NULL,             -- when central heard of it
    line           TEXT    NOT NULL,             -- the site that it is of
    mode           TEXT    NOT NULL,             -- by which it was decided whether to inspect it
    why            TEXT    NOT NULL,
    sample         INTEGER NOT NULL CHECK (sample >= 0),
    blocks         INTEGER NOT NULL CHECK (blocks = 0 OR blocks = 1),
    state          TEXT    NOT NULL CHECK (state = 'unknown' OR state = 'requested'
      OR state = 'passed' OR state = 'failed' OR state = 'cancelled'), -- of its inspection
    accepted       TEXT    NOT NULL DEFAULT '0',
    rejected       TEXT    NOT NULL DEFAULT '0',
    disposed       TEXT    NOT NULL DEFAULT '0', -- of what was rejected: decided what becomes of it
    decided_ms     INTEGER,
    claimed        TEXT,                         -- money that the supplier shall make good
    answer         TEXT    CHECK (answer = 'accepted' OR answer = 'dismissed'
      OR answer = 'withdrawn'),
    answered_ms    INTEGER CHECK ((answered_ms IS NULL) = (answer IS NULL)),
    credit_memo    TEXT,
    cancelled_by   TEXT                          -- the receipt that took it back in the ERP
  ) STRICT;
CREATE TABLE inbound_act (                     -- what people have said of a receipt
    id         INTEGER PRIMARY KEY,
    receipt    TEXT    NOT NULL,
    at_ms      INTEGER NOT NULL,
    act        TEXT    NOT NULL CHECK (act = 'result' OR act = 'answer' OR act = 'disposition'),
    body       TEXT    NOT NULL,                 -- as JSON
    by         TEXT    NOT NULL CHECK (by <> ''),
    reason     TEXT    NOT NULL CHECK (reason <> ''),
    decision   TEXT    CHECK (decision = 'approved' OR decision = 'rejected'
      OR decision = 'alone'),                    -- alone: it moves nothing, so one person is enough
    decided_ms INTEGER CHECK ((decided_ms IS NULL) = (decision IS NULL)),
    decided_by TEXT    CHECK ((decided_by IS NULL) = (decision IS NULL)),
    words      TEXT    CHECK ((words IS NULL) = (decision IS NULL)),
    CHECK (decision IS NULL OR decision <> 'approved' OR lower(decided_by) <> lower(by))
  ) STRICT;
CREATE TABLE inbound_counter (                 -- how a supplier's deliveries of a material went
    supplier  TEXT    NOT NULL,
    material  TEXT    NOT NULL,
    run       INTEGER NOT NULL CHECK (run >= 0), -- accepted in a row
    since     INTEGER NOT NULL CHECK (since >= 0), -- not inspected in a row
    recent    TEXT    NOT NULL,                  -- the last results: A accepted, R rejected
    tightened INTEGER NOT NULL CHECK (tightened = 0 OR tightened = 1),
    PRIMARY KEY (supplier, material)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE inbound_odd (                     -- what the ERP has said and cannot be taken
    id      INTEGER PRIMARY KEY,
    receipt TEXT    NOT NULL,                    -- its number, or '' where that cannot be read
    reason  TEXT    NOT NULL,
    given   TEXT    NOT NULL,                    -- as JSON, cut
    at_ms   INTEGER NOT NULL
  ) STRICT;
CREATE TABLE inbound_cursor (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    receipt TEXT    NOT NULL                     -- the last that was read
  ) STRICT;
CREATE TABLE deed (                            -- which fact tells which act at the desk
    position INTEGER PRIMARY KEY,                -- of the fact in the ledger
    number   INTEGER NOT NULL UNIQUE,            -- of the act: 1, 2, 3 … without holes
    act      TEXT    NOT NULL,
    about    TEXT    NOT NULL,                   -- 'posting:…': the first thing that it is about
    by       TEXT    NOT NULL CHECK (by <> ''),
    proved   INTEGER NOT NULL CHECK (proved = 0 OR proved = 1)
  ) STRICT;
CREATE TABLE portion (                         -- what became of a lot that a hold of central held
    act       INTEGER NOT NULL,                  -- by which two people decided it
    hold      TEXT    NOT NULL,
    lot       TEXT    NOT NULL,
    unit      TEXT,
    at_ms     INTEGER NOT NULL,
    line      TEXT,                              -- where what is not used as it is lies
    use_as_is TEXT    NOT NULL,                  -- decimal texts
    rework    TEXT    NOT NULL,
    scrap     TEXT    NOT NULL,
    returned  TEXT    NOT NULL,
    up_to     INTEGER NOT NULL,                  -- the last posting that there was then
    PRIMARY KEY (act)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE letting (                         -- lines that are asked to let a decided lot go
    line_hold TEXT    NOT NULL,
    act       INTEGER NOT NULL,
    line      TEXT    NOT NULL,
    lot       TEXT    NOT NULL,
    rest      TEXT,                              -- what stays held there, in a lot of its own
    unit      TEXT,
    proposer  TEXT    NOT NULL,
    by        TEXT    NOT NULL,
    reason    TEXT    NOT NULL,
    at_ms     INTEGER NOT NULL,
    state     TEXT    NOT NULL CHECK (state = 'open' OR state = 'done' OR state = 'refused'),
    words     TEXT,
    PRIMARY KEY (line_hold, act)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE ward_stock (                      -- lots of others that holds of central reach
    lot      TEXT PRIMARY KEY,
    material TEXT,                               -- as whoever holds it has said
    unit     TEXT,                               -- that the ERP counts it in
    asked_ms INTEGER,                            -- when the ERP was asked last
    state    TEXT NOT NULL CHECK (state = 'not yet asked' OR state = 'told'
      OR state = 'not known' OR state = 'cannot tell' OR state = 'not read' OR state = 'off'
      OR state = 'shadow'),
    why      TEXT
  ) STRICT, WITHOUT ROWID;
CREATE TABLE ward_block (                      -- documents that block what the ERP told of
    key      TEXT PRIMARY KEY,
    lot      TEXT NOT NULL,
    quantity TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
INSERT INTO "line" ("id", "path", "epoch", "sequence", "hash", "chained", "repeats") VALUES (1, 'acme/lyon/turning/M01', 1, 1, X'89B6D5F1F2741CA7E5A0956657B33FE47AE15BC2A8E9C037D68B1B474D9A1A24', 1, 0);
INSERT INTO "line" ("id", "path", "epoch", "sequence", "hash", "chained", "repeats") VALUES (2, 'acme/lyon/turning/M02', 1, 6, X'584D9BF54D45C93982999A8F0626623864169E659278B41F3185A7D1E3D48203', 1, 0);
INSERT INTO "fact" ("position", "line", "epoch", "sequence", "event_id", "received_ms", "bytes", "hash") VALUES (1, 1, 1, 1, X'01A22CB1A1CA700099B427C5F03ACFA7', 1796046168565, X'01DC0014C41001A22CB1A1CA700099B427C5F03ACFA7AD4F7264657252656C656173656401CD03E8CB427A22CB1A1CA000A6736F75726365DE0003A86D6174657269616CA4424F4C54A87175616E74697479A3313030A4756E6974A24541A8706572736F6E3A31A9636F6D6D616E642D31C0A9636F6D6D616E642D31A4574F2D31C0C0C0C0C0C0C0AC636C6F636B53757370656374', X'89B6D5F1F2741CA7E5A0956657B33FE47AE15BC2A8E9C037D68B1B474D9A1A24');
INSERT INTO "fact" ("position", "line", "epoch", "sequence", "event_id", "received_ms", "bytes", "hash") VALUES (2, 2, 1, 1, X'01A22CB1A1E3700091EA163A821DEEF2', 1796046168571, X'01DC0014C41001A22CB1A1E3700091EA163A821DEEF2B04F7065726174696F6E5374617274656401CD03E8CB427A22CB1A1E4000A6736F75726365DE0000A8706572736F6E3A31A9636F6D6D616E642D32C0A9636F6D6D616E642D32A4574F2D31A430303130C0C0C0C0C0C0AC636C6F636B53757370656374', X'18ABA524193C382217E3212D24B0F8A2DC30DDD1AF04FF01D9B842C967FD1B1F');
INSERT INTO "fact" ("position", "line", "epoch", "sequence", "event_id", "received_ms", "bytes", "hash") VALUES (3, 2, 1, 2, X'01A22CB1A1ED7000BC2A402EA231559E', 1796046168599, X'01DC0014C41001A22CB1A1ED7000BC2A402EA231559EAC50686173655374617274656401CD03E8CB427A22CB1A1ED000A6736F75726365DE0004A372756EA25231A57068617365A372756EA46C616E6501A67265776F726BC2A8706572736F6E3A31A9636F6D6D616E642D33C0A9636F6D6D616E642D33A4574F2D31A430303130C0C0C0C0C0C0AC636C6F636B53757370656374', X'E37265A8B53C3FC79837C8495DF5EF4DA2523C8F2EFA42B0E670233E6BAF1770');
INSERT INTO "fact" ("position", "line", "epoch", "sequence", "event_id", "received_ms", "bytes", "hash") VALUES (4, 2, 1, 3, X'01A22CB1A2037000B6E0DBA1ABC44AB3', 1796046168609, X'01DC0014C41001A22CB1A2037000B6E0DBA1ABC44AB3B04D6174657269616C436F6E73756D656401CD03E8CB427A22CB1A203000A6736F75726365DE0003A86D6174657269616CA5535445454CA87175616E74697479A23130A4756E6974A24541A8706572736F6E3A31A9636F6D6D616E642D34C0A9636F6D6D616E642D34A4574F2D31A430303130A3532D31C0C0C0C0C0AC636C6F636B53757370656374', X'69E9E3413470D859A67080E304130BCF5AFECC26052BF2D3B560C9B491949E90');
INSERT INTO "fact" ("position", "line", "epoch", "sequence", "event_id", "received_ms", "bytes", "hash") VALUES (5, 2, 1, 4, X'01A22CB1A21C7000BF3217CBB6F158FC', 1796046168619, X'01DC0014C41001A22CB1A21C7000BF3217CBB6F158FCB05175616E746974795265706F7274656401CD03E8CB427A22CB1A21C000A6736F75726365DE0008A372756EA25231A57068617365A372756EA4676F6F64A133A57363726170A131A67265776F726BA130A468656C64A130A4756E6974A24541A8696E5265776F726BC2A8706572736F6E3A31A9636F6D6D616E642D35C0A9636F6D6D616E642D35A4574F2D31A430303130C0C0C0C0C0C0AC636C6F636B53757370656374', X'5E6B773C8C29568210578ADAB8BE1963689C9DD88B9ADD540E900E1FCD38EFC9');
INSERT INTO "fact" ("position", "line", "epoch", "sequence", "event_id", "received_ms", "bytes", "hash") VALUES (6, 2, 1, 5, X'01A22CB1A226700083CA54846D499280', 1796046168633, X'01DC0014C41001A22CB1A226700083CA54846D499280AB4C6F7450726F647563656401CD03E8CB427A22CB1A226000A6736F75726365DE0003A86D6174657269616CA4424F4C54A87175616E74697479A23130A4756E6974A24541A8706572736F6E3A31A9636F6D6D616E642D36C0A9636F6D6D616E642D36A4574F2D31A430303130A24C31C0C0C0C0C0AC636C6F636B53757370656374', X'E9F2710E8964915CBCDD8DBE8B9064F267F3F9EAFC1D607876BC16C4064FFE58');
INSERT INTO "fact" ("position", "line", "epoch", "sequence", "event_id", "received_ms", "bytes", "hash") VALUES (7, 2, 1, 6, X'01A22CB1A23170008360C35EC3B4CD1D', 1796046168673, X'01DC0014C41001A22CB1A23170008360C35EC3B4CD1DAA486F6C64506C6163656401CD03E8CB427A22CB1A231000A6736F75726365DE0005A4686F6C64A24831A573636F7065A36C6F74A87175616E74697479A132A4756E6974A24541A6726561736F6EA5637261636BA8706572736F6E3A39A9636F6D6D616E642D37C0A9636F6D6D616E642D37A4574F2D31C0A24C31C0C0C0C0C0AC636C6F636B53757370656374', X'584D9BF54D45C93982999A8F0626623864169E659278B41F3185A7D1E3D48203');
INSERT INTO "cursor" ("stream_sequence", "digest") VALUES (7, X'3ECDB42A322C60BE8A280B64ACAC313B958646129FE89F2FA1D72B59D57951BE');
INSERT INTO "production_order" ("order_number", "released", "material", "quantity", "unit", "tolerance_percent", "started", "closed", "judged", "closed_after", "facts", "completed", "rule_edition") VALUES ('WO-1', 1, 'BOLT', '100', 'EA', 0, 1, 0, 0, 0, 7, 0, 0);
INSERT INTO "run" ("line", "run", "phase", "started_ms") VALUES ('acme/lyon/turning/M02', 'R1', 'run', 1000);
INSERT INTO "lot" ("lot", "order_number", "material", "unit", "inspect", "released", "unmade") VALUES ('L1', 'WO-1', 'BOLT', 'EA', 0, 0, 0);
INSERT INTO "lot" ("lot", "order_number", "material", "unit", "inspect", "released", "unmade") VALUES ('S-1', NULL, 'STEEL', 'EA', 0, 0, 0);
INSERT INTO "total" ("kind", "key", "body") VALUES ('line', 'acme/lyon/turning/M01', '{"facts":1,"good":"0","scrap":"0","rework":"0","held":"0","setupGood":"0","reworkGood":"0","reworkScrap":"0","reworkAgain":"0","reworkHeld":"0","heldByHolds":"0","freedGood":"0","freedScrap":"0","freedRework":"0","reports":0,"zeroReports":0,"reworkReports":0,"corrections":0,"lateReports":0,"runs":0,"breakdowns":0,"holds":0,"operationsCompleted":0,"elapsedMs":0,"setupStatedMs":0,"runStatedMs":0,"breakdownStatedMs":0}');
INSERT INTO "total" ("kind", "key", "body") VALUES ('line', 'acme/lyon/turning/M02', '{"facts":6,"good":"3000000","scrap":"1000000","rework":"0","held":"0","setupGood":"0","reworkGood":"0","reworkScrap":"0","reworkAgain":"0","reworkHeld":"0","heldByHolds":"0","freedGood":"0","freedScrap":"0","freedRework":"0","reports":1,"zeroReports":0,"reworkReports":0,"corrections":0,"lateReports":0,"runs":1,"breakdowns":0,"holds":1,"operationsCompleted":0,"elapsedMs":0,"setupStatedMs":0,"runStatedMs":0,"breakdownStatedMs":0}');
INSERT INTO "total" ("kind", "key", "body") VALUES ('operation', 'WO-1
0010', '{"facts":5,"good":"3000000","scrap":"1000000","rework":"0","held":"0","setupGood":"0","reworkGood":"0","reworkScrap":"0","reworkAgain":"0","reworkHeld":"0","heldByHolds":"0","freedGood":"0","freedScrap":"0","freedRework":"0","reports":1,"zeroReports":0,"reworkReports":0,"corrections":0,"lateReports":0,"runs":1,"breakdowns":0,"holds":0,"operationsCompleted":0,"elapsedMs":0,"setupStatedMs":0,"runStatedMs":0,"breakdownStatedMs":0}');
INSERT INTO "total" ("kind", "key", "body") VALUES ('order', 'WO-1', '{"facts":7,"good":"3000000","scrap":"1000000","rework":"0","held":"0","setupGood":"0","reworkGood":"0","reworkScrap":"0","reworkAgain":"0","reworkHeld":"0","heldByHolds":"0","freedGood":"0","freedScrap":"0","freedRework":"0","reports":1,"zeroReports":0,"reworkReports":0,"corrections":0,"lateReports":0,"runs":1,"breakdowns":0,"holds":1,"operationsCompleted":0,"elapsedMs":0,"setupStatedMs":0,"runStatedMs":0,"breakdownStatedMs":0}');
INSERT INTO "hold" ("hold", "placed", "scope", "line", "order_number", "operation", "lot", "quantity", "use_as_is", "scrap", "rework", "returned", "released", "freed") VALUES ('H1', 1, 'lot', 'acme/lyon/turning/M02', 'WO-1', NULL, 'L1', 2000000, 0, 0, 0, 0, 0, NULL);
INSERT INTO "unposted" ("reason", "facts") VALUES ('has no value', 1);
INSERT INTO "unposted" ("reason", "facts") VALUES ('its end carries the time', 1);
INSERT INTO "unposted" ("reason", "facts") VALUES ('the ERP owns the order', 1);
INSERT INTO "lane" ("lane", "due_ms") VALUES ('WO-1', 1796046168611);
INSERT INTO "link" ("source", "target", "first_ms", "last_ms") VALUES ('lot:S-1', 'order:WO-1', 1796046168579, 1796046168579);
INSERT INTO "link" ("source", "target", "first_ms", "last_ms") VALUES ('order:WO-1', 'lot:L1', 1796046168614, 1796046168614);
INSERT INTO "reach" ("hold", "node", "until_ms") VALUES ('H1', 'lot:L1', 9007199254740991);
INSERT INTO "epoch" ("line", "epoch", "store", "began_ms", "ended", "reason") VALUES ('acme/lyon/turning/M01', 1, '01a22cb1-a174-7000-b9a7-339e4f826e42', 1796046168541, NULL, 'new');
INSERT INTO "epoch" ("line", "epoch", "store", "began_ms", "ended", "reason") VALUES ('acme/lyon/turning/M02', 1, '01a22cb1-a177-7000-9068-b1bcab65065f', 1796046168543, NULL, 'new');
INSERT INTO "clock" ("line", "seen_ms") VALUES ('acme/lyon/turning/M01', 1796046168522);
INSERT INTO "clock" ("line", "seen_ms") VALUES ('acme/lyon/turning/M02', 1796046168625);
INSERT INTO "census" ("kind", "state", "postings") VALUES ('blockStock', 'deferred', 1);
INSERT INTO "census" ("kind", "state", "postings") VALUES ('confirmation', 'parked', 1);
INSERT INTO "census" ("kind", "state", "postings") VALUES ('goodsIssue', 'parked', 1);
INSERT INTO "census" ("kind", "state", "postings") VALUES ('goodsReceipt', 'parked', 1);
INSERT INTO "threaded" ("position") VALUES (0);
INSERT INTO "warded" ("position") VALUES (0);
INSERT INTO "figured" ("position", "attempt", "trim_ms", "digest") VALUES (0, 0, 0, '');
INSERT INTO "feed" ("position", "stream_sequence", "pepper") VALUES (0, 0, NULL);
INSERT INTO "posting" ("id", "key", "event_id", "line", "sequence", "at_ms", "lane", "kind", "state", "order_number", "operation", "lot", "material", "unit", "quantity", "blocked", "yield", "scrap", "rework", "setup_ms", "machine_ms", "final", "not_before_ms", "busy", "unsure", "reason", "document", "beside", "cancels", "ticket", "asked", "inspection", "inspection_lot", "inbound", "amount", "currency") VALUES (1, '01a22cb1-a203-868a-b605-689573e9a31f', '01a22cb1-a203-7000-b6e0-dba1abc44ab3', 'acme/lyon/turning/M02', 3, 1796046168609, 'WO-1', 'goodsIssue', 'parked', 'WO-1', '0010', 'S-1', 'STEEL', 'EA', '10', NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 0, 'its time is in doubt: 1970-01-01 00:00 UTC is 57 years before central received it, and its edge does not trust the time; a retry posts it under the day of its arrival', NULL, 0, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL);
INSERT INTO "posting" ("id", "key", "event_id", "line", "sequence", "at_ms", "lane", "kind", "state", "order_number", "operation", "lot", "material", "unit", "quantity", "blocked", "yield", "scrap", "rework", "setup_ms", "machine_ms", "final", "not_before_ms", "busy", "unsure", "reason", "document", "beside", "cancels", "ticket", "asked", "inspection", "inspection_lot", "inbound", "amount", "currency") VALUES (2, '01a22cb1-a21c-8ab5-9787-8952bbd58dd5', '01a22cb1-a21c-7000-bf32-17cbb6f158fc', 'acme/lyon/turning/M02', 4, 1796046168619, 'WO-1', 'confirmation', 'parked', 'WO-1', '0010', NULL, NULL, 'EA', NULL, NULL, '3', '1', '0', NULL, NULL, 0, 0, 0, 0, 'its time is in doubt: 1970-01-01 00:00 UTC is 57 years before central received it, and its edge does not trust the time; a retry posts it under the day of its arrival', NULL, 0, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL);
INSERT INTO "posting" ("id", "key", "event_id", "line", "sequence", "at_ms", "lane", "kind", "state", "order_number", "operation", "lot", "material", "unit", "quantity", "blocked", "yield", "scrap", "rework", "setup_ms", "machine_ms", "final", "not_before_ms", "busy", "unsure", "reason", "document", "beside", "cancels", "ticket", "asked", "inspection", "inspection_lot", "inbound", "amount", "currency") VALUES (3, '01a22cb1-a226-85e1-8553-ac7968e1fc24', '01a22cb1-a226-7000-83ca-54846d499280', 'acme/lyon/turning/M02', 5, 1796046168633, 'WO-1', 'goodsReceipt', 'parked', 'WO-1', '0010', 'L1', 'BOLT', 'EA', '10', NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 0, 'its time is in doubt: 1970-01-01 00:00 UTC is 57 years before central received it, and its edge does not trust the time; a retry posts it under the day of its arrival', NULL, 0, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL);
INSERT INTO "posting" ("id", "key", "event_id", "line", "sequence", "at_ms", "lane", "kind", "state", "order_number", "operation", "lot", "material", "unit", "quantity", "blocked", "yield", "scrap", "rework", "setup_ms", "machine_ms", "final", "not_before_ms", "busy", "unsure", "reason", "document", "beside", "cancels", "ticket", "asked", "inspection", "inspection_lot", "inbound", "amount", "currency") VALUES (4, '01a22cb1-a231-89a2-a6d3-9cbf83a9b920', '01a22cb1-a231-7000-8360-c35ec3b4cd1d', 'acme/lyon/turning/M02', 6, 1796046168673, 'WO-1', 'blockStock', 'deferred', 'WO-1', NULL, 'L1', NULL, 'EA', '2', NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 0, 'behind the parked one', NULL, 0, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL);
CREATE TRIGGER fact_is_history BEFORE UPDATE ON fact
    BEGIN SELECT raise(ABORT, 'a fact is never edited'); END;
CREATE TRIGGER fact_is_kept BEFORE DELETE ON fact
    BEGIN SELECT raise(ABORT, 'the ledger forgets nothing'); END;
CREATE TRIGGER line_goes_on BEFORE UPDATE ON line
    WHEN new.epoch = old.epoch AND new.sequence < old.sequence
    BEGIN SELECT raise(ABORT, 'a head never falls'); END;
CREATE INDEX hold_open ON hold (order_number) WHERE is_open;
CREATE INDEX hold_on_line ON hold (line) WHERE is_open AND scope = 'line';
CREATE INDEX hold_on_lot ON hold (lot) WHERE scope = 'lot';
CREATE INDEX early_hold ON early (hold);
CREATE INDEX early_line ON early (line, sequence);
CREATE INDEX attempt_key ON attempt (key);
CREATE INDEX lane_due ON lane (due_ms) WHERE due_ms IS NOT NULL;
CREATE INDEX reach_node ON reach (node);
CREATE TRIGGER epoch_is_history BEFORE UPDATE ON epoch
    BEGIN SELECT raise(ABORT, 'an epoch has one writer'); END;
CREATE INDEX ahead_line ON ahead (line, epoch, sequence);
CREATE INDEX parked_of_an_old_epoch ON parked (line, bytes) WHERE (reason GLOB 'stale*' OR reason GLOB 'stray*');
CREATE INDEX act_key ON act (key);
CREATE TRIGGER act_is_history BEFORE UPDATE ON act
    BEGIN SELECT raise(ABORT, 'what a person has said is never edited'); END;
CREATE TRIGGER act_is_kept BEFORE DELETE ON act
    BEGIN SELECT raise(ABORT, 'what a person has said is never deleted'); END;
CREATE TRIGGER rule_edition_is_history BEFORE UPDATE ON rule_edition
    BEGIN SELECT raise(ABORT, 'what rules did is never edited'); END;
CREATE TRIGGER rule_edition_is_kept BEFORE DELETE ON rule_edition
    BEGIN SELECT raise(ABORT, 'what rules did is never deleted'); END;
CREATE INDEX shadow_event ON shadow (event_id);
CREATE INDEX amendment_key ON amendment (key);
CREATE UNIQUE INDEX amendment_open ON amendment (key) WHERE decision IS NULL;
CREATE TRIGGER amendment_is_history BEFORE UPDATE ON amendment
    WHEN old.decision IS NOT NULL OR new.key <> old.key OR new.by <> old.by
      OR new.changes <> old.changes OR new.before <> old.before OR new.reason <> old.reason
    BEGIN SELECT raise(ABORT, 'what a person has said is never edited'); END;
CREATE TRIGGER amendment_is_kept BEFORE DELETE ON amendment
    BEGIN SELECT raise(ABORT, 'what a person has said is never deleted'); END;
CREATE INDEX loss_key ON loss (key);
CREATE UNIQUE INDEX loss_open ON loss (key) WHERE decision IS NULL;
CREATE TRIGGER loss_is_history BEFORE UPDATE ON loss
    WHEN old.decision IS NOT NULL OR new.key <> old.key OR new.document <> old.document
      OR new.by <> old.by OR new.reason <> old.reason
    BEGIN SELECT raise(ABORT, 'what a person has said is never edited'); END;
CREATE TRIGGER loss_is_kept BEFORE DELETE ON loss
    BEGIN SELECT raise(ABORT, 'what a person has said is never deleted'); END;
CREATE INDEX order_version_record ON order_version (kind, record, version);
CREATE TRIGGER master_set_is_history BEFORE UPDATE ON master_set
    BEGIN SELECT raise(ABORT, 'what a person has approved is never edited'); END;
CREATE TRIGGER master_set_is_kept BEFORE DELETE ON master_set
    BEGIN SELECT raise(ABORT, 'what a person has approved is never deleted'); END;
CREATE INDEX link_target ON link (target, source);
CREATE UNIQUE INDEX dispatch_source ON dispatch (line, source) WHERE source IS NOT NULL;
CREATE INDEX dispatch_state ON dispatch (state, line, number);
CREATE TRIGGER dispatch_has_no_hole BEFORE INSERT ON dispatch
    WHEN new.number <> 1 + coalesce((SELECT max(number) FROM dispatch WHERE line = new.line), 0)
    BEGIN SELECT raise(ABORT, 'commands of a line are numbered without holes'); END;
CREATE TRIGGER dispatch_is_history BEFORE UPDATE ON dispatch
    WHEN old.state <> 'pending' OR new.line <> old.line OR new.number <> old.number
      OR new.command_id <> old.command_id OR new.content <> old.content OR new.by <> old.by
    BEGIN SELECT raise(ABORT, 'what was sent is never edited'); END;
CREATE TRIGGER dispatch_is_kept BEFORE DELETE ON dispatch
    BEGIN SELECT raise(ABORT, 'what was sent is never deleted'); END;
CREATE INDEX ward_open ON ward (hold) WHERE released_ms IS NULL;
CREATE INDEX ward_root_hold ON ward_root (hold);
CREATE INDEX ward_node_node ON ward_node (node);
CREATE TRIGGER ward_is_history BEFORE UPDATE ON ward
    WHEN old.released_ms IS NOT NULL OR new.name <> old.name OR new.by <> old.by
    BEGIN SELECT raise(ABORT, 'what was held is never edited'); END;
CREATE TRIGGER ward_is_kept BEFORE DELETE ON ward
    BEGIN SELECT raise(ABORT, 'what was held is never deleted'); END;
CREATE TRIGGER ward_line_is_kept BEFORE DELETE ON ward_line
    BEGIN SELECT raise(ABORT, 'who was asked is never deleted'); END;
CREATE INDEX quality_act_about ON quality_act (about);
CREATE UNIQUE INDEX quality_act_open ON quality_act (about) WHERE decision IS NULL;
CREATE TRIGGER quality_act_is_history BEFORE UPDATE ON quality_act
    WHEN old.decision IS NOT NULL OR new.about <> old.about OR new.by <> old.by
      OR new.content <> old.content OR new.act <> old.act
    BEGIN SELECT raise(ABORT, 'what a person has said is never edited'); END;
CREATE TRIGGER quality_act_is_kept BEFORE DELETE ON quality_act
    BEGIN SELECT raise(ABORT, 'what a person has said is never deleted'); END;
CREATE TRIGGER dropped_is_history BEFORE UPDATE ON dropped
    BEGIN SELECT raise(ABORT, 'what a file came to is never edited'); END;
CREATE TRIGGER dropped_is_kept BEFORE DELETE ON dropped
    BEGIN SELECT raise(ABORT, 'what a file came to is never deleted'); END;
CREATE INDEX reference_record_new ON reference_record (site, drafted);
CREATE TRIGGER reference_record_stays BEFORE DELETE ON reference_record
    BEGIN SELECT raise(ABORT, 'what a version says is never deleted'); END;
CREATE TRIGGER reference_record_says BEFORE UPDATE ON reference_record
    WHEN new.content <> old.content OR new.site <> old.site OR new.kind <> old.kind
      OR new.record <> old.record OR new.version <> old.version OR new.source <> old.source
      OR new.received_ms <> old.received_ms
    BEGIN SELECT raise(ABORT, 'what a version says is never edited'); END;
CREATE TRIGGER reference_set_has_no_hole BEFORE INSERT ON reference_set
    WHEN new.number <> 1 + coalesce(
      (SELECT max(number) FROM reference_set WHERE site = new.site), 0)
    BEGIN SELECT raise(ABORT, 'the sets of a site have no holes and no repeats'); END;
CREATE TRIGGER reference_set_is_in_order BEFORE INSERT ON reference_set
    WHEN new.active_ms < coalesce(
      (SELECT max(active_ms) FROM reference_set WHERE site = new.site), 0)
    BEGIN SELECT raise(ABORT, 'a later set does not become active earlier'); END;
CREATE TRIGGER reference_set_is_history BEFORE UPDATE ON reference_set
    BEGIN SELECT raise(ABORT, 'what was approved is never edited'); END;
CREATE TRIGGER reference_set_stays BEFORE DELETE ON reference_set
    BEGIN SELECT raise(ABORT, 'what was approved is never deleted'); END;
CREATE TRIGGER reference_member_is_drafted BEFORE INSERT ON reference_member
    WHEN EXISTS (SELECT 1 FROM reference_decision WHERE draft = new.draft)
    BEGIN SELECT raise(ABORT, 'a draft that is decided takes in nothing more'); END;
CREATE TRIGGER reference_member_is_history BEFORE UPDATE ON reference_member
    BEGIN SELECT raise(ABORT, 'a draft is never edited'); END;
CREATE TRIGGER reference_member_stays BEFORE DELETE ON reference_member
    BEGIN SELECT raise(ABORT, 'a draft is never deleted'); END;
CREATE TRIGGER reference_draft_is_history BEFORE UPDATE ON reference_draft
    BEGIN SELECT raise(ABORT, 'a draft is never edited'); END;
CREATE TRIGGER reference_draft_stays BEFORE DELETE ON reference_draft
    BEGIN SELECT raise(ABORT, 'a draft is never deleted'); END;
CREATE TRIGGER reference_decision_is_history BEFORE UPDATE ON reference_decision
    BEGIN SELECT raise(ABORT, 'what a person has decided is never edited'); END;
CREATE TRIGGER reference_decision_stays BEFORE DELETE ON reference_decision
    BEGIN SELECT raise(ABORT, 'what a person has decided is never deleted'); END;
CREATE INDEX erp_order_state ON erp_order (state, order_number);
CREATE INDEX guard_differs ON guard_verdict (differs, id);
CREATE TRIGGER guard_verdict_is_history BEFORE UPDATE ON guard_verdict
    BEGIN SELECT raise(ABORT, 'a verdict is never edited'); END;
CREATE TRIGGER guard_verdict_stays BEFORE DELETE ON guard_verdict
    BEGIN SELECT raise(ABORT, 'a verdict is never deleted'); END;
CREATE INDEX figure_time ON figure (from_ms, line);
CREATE INDEX figure_order_last ON figure_order (last_ms);
CREATE INDEX figure_hold_placed ON figure_hold (placed_ms);
CREATE INDEX figure_hold_decided ON figure_hold (decided_ms);
CREATE INDEX figure_inspected_last ON figure_inspected (last_ms);
CREATE TRIGGER environment_stays BEFORE UPDATE ON environment
    BEGIN SELECT raise(ABORT, 'a ledger stays in its environment'); END;
CREATE TRIGGER environment_is_kept BEFORE DELETE ON environment
    BEGIN SELECT raise(ABORT, 'a ledger stays in its environment'); END;
CREATE INDEX posting_lane ON posting (lane, id) WHERE state NOT IN ('posted', 'void');
CREATE INDEX posting_flying ON posting (lane) WHERE (state = 'sending' OR state = 'unknown' OR state = 'queued');
CREATE INDEX posting_line ON posting (line, sequence) WHERE state NOT IN ('posted', 'void');
CREATE INDEX posting_sent ON posting (order_number, operation) WHERE (state = 'posted' OR state = 'sending' OR state = 'unknown' OR state = 'queued');
CREATE INDEX posting_lot ON posting (lot, state, kind) WHERE lot IS NOT NULL;
CREATE INDEX posting_beside ON posting (id) WHERE beside;
CREATE INDEX posting_intended ON posting (lane, id) WHERE state = 'intended';
CREATE INDEX posting_unsettled ON posting (line, sequence) WHERE (state = 'intended' OR state = 'sending' OR state = 'unknown' OR state = 'queued');
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
CREATE INDEX posting_pausing ON posting (id) WHERE not_before_ms > 0 AND state NOT IN ('posted', 'void');
CREATE UNIQUE INDEX posting_cancels ON posting (cancels)
    WHERE cancels IS NOT NULL AND state <> 'void';
CREATE INDEX posting_undoing ON posting (lane, id) WHERE cancels IS NOT NULL AND state NOT IN ('posted', 'void');
CREATE TRIGGER cancels_what_is_posted BEFORE UPDATE OF state ON posting
    WHEN new.state = 'sending' AND new.cancels IS NOT NULL
      AND (SELECT state FROM posting WHERE key = new.cancels) IS NOT 'posted'
    BEGIN SELECT raise(ABORT, 'only what is posted is taken back'); END;
CREATE INDEX posting_inbound ON posting (inbound, id) WHERE inbound IS NOT NULL;
CREATE INDEX posting_document ON posting (document) WHERE document IS NOT NULL;
CREATE INDEX inbound_lot ON inbound_receipt (lot);
CREATE INDEX inbound_supplier ON inbound_receipt (supplier, decided_ms);
CREATE INDEX inbound_state ON inbound_receipt (state, id);
CREATE TRIGGER inbound_is_kept BEFORE DELETE ON inbound_receipt
    BEGIN SELECT raise(ABORT, 'no receipt is forgotten'); END;
CREATE TRIGGER inbound_is_decided_once BEFORE UPDATE OF accepted, rejected ON inbound_receipt
    WHEN old.decided_ms IS NOT NULL
    BEGIN SELECT raise(ABORT, 'a receipt is decided once'); END;
CREATE TRIGGER inbound_is_answered_once BEFORE UPDATE OF answer ON inbound_receipt
    WHEN old.answer IS NOT NULL
    BEGIN SELECT raise(ABORT, 'a claim is answered once'); END;
CREATE INDEX inbound_act_receipt ON inbound_act (receipt);
CREATE UNIQUE INDEX inbound_act_open ON inbound_act (receipt) WHERE decision IS NULL;
CREATE TRIGGER inbound_act_is_history BEFORE UPDATE ON inbound_act
    WHEN old.decision IS NOT NULL OR new.receipt <> old.receipt OR new.by <> old.by
      OR new.body <> old.body OR new.reason <> old.reason OR new.act <> old.act
    BEGIN SELECT raise(ABORT, 'what a person has said is never edited'); END;
CREATE TRIGGER inbound_act_is_kept BEFORE DELETE ON inbound_act
    BEGIN SELECT raise(ABORT, 'what a person has said is never deleted'); END;
CREATE UNIQUE INDEX inbound_odd_once ON inbound_odd (receipt, reason);
CREATE INDEX deed_about ON deed (about, position);
CREATE TRIGGER deed_is_history BEFORE UPDATE ON deed
    BEGIN SELECT raise(ABORT, 'an act is never edited'); END;
CREATE TRIGGER deed_is_kept BEFORE DELETE ON deed
    BEGIN SELECT raise(ABORT, 'an act is never deleted'); END;
CREATE INDEX guard_order ON guard_verdict (order_number, id);
CREATE INDEX portion_hold ON portion (hold, lot);
CREATE INDEX portion_lot ON portion (lot);
CREATE TRIGGER portion_is_history BEFORE UPDATE ON portion
    BEGIN SELECT raise(ABORT, 'what was decided is never edited'); END;
CREATE TRIGGER portion_is_kept BEFORE DELETE ON portion
    BEGIN SELECT raise(ABORT, 'what was decided is never deleted'); END;
CREATE INDEX letting_open ON letting (line, act) WHERE state = 'open';
CREATE INDEX ward_block_lot ON ward_block (lot);
