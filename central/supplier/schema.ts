/** What suppliers deliver, what is found of it, and what people say of that. */
export const inboundMigrations = [
  `
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
  CREATE INDEX inbound_act_receipt ON inbound_act (receipt);
  CREATE UNIQUE INDEX inbound_act_open ON inbound_act (receipt) WHERE decision IS NULL;
  CREATE TRIGGER inbound_act_is_history BEFORE UPDATE ON inbound_act
    WHEN old.decision IS NOT NULL OR new.receipt <> old.receipt OR new.by <> old.by
      OR new.body <> old.body OR new.reason <> old.reason OR new.act <> old.act
    BEGIN SELECT raise(ABORT, 'what a person has said is never edited'); END;
  CREATE TRIGGER inbound_act_is_kept BEFORE DELETE ON inbound_act
    BEGIN SELECT raise(ABORT, 'what a person has said is never deleted'); END;
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
  CREATE UNIQUE INDEX inbound_odd_once ON inbound_odd (receipt, reason);
  CREATE TABLE inbound_cursor (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    receipt TEXT    NOT NULL                     -- the last that was read
  ) STRICT;
  `,
];
