/** What came with suppliers: their orders, complaints of what they deliver, and journal entries. */
export const purchaseMigrations = [
  `
  CREATE TABLE supplier (
    supplier TEXT PRIMARY KEY,
    name     TEXT NOT NULL,
    blocked  INTEGER NOT NULL DEFAULT 0 CHECK (blocked IN (0, 1)) -- nothing is received of one
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE purchase_order (
    number   TEXT PRIMARY KEY,
    supplier TEXT NOT NULL REFERENCES supplier,
    currency TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE purchase_item (
    number   TEXT NOT NULL REFERENCES purchase_order,
    item     INTEGER NOT NULL CHECK (item >= 1),
    material TEXT NOT NULL REFERENCES material,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    price    INTEGER NOT NULL CHECK (price >= 0),           -- net price of one unit
    received INTEGER NOT NULL DEFAULT 0 CHECK (received >= 0), -- less what went back
    PRIMARY KEY (number, item),
    CHECK (received <= quantity)                            -- no over-delivery
  ) STRICT, WITHOUT ROWID;
  ALTER TABLE item ADD COLUMN purchaseOrder TEXT REFERENCES purchase_order;
  ALTER TABLE item ADD COLUMN purchaseItem INTEGER;
  CREATE INDEX item_purchase ON item (document, item) WHERE purchaseOrder IS NOT NULL;

  CREATE TABLE inspection_lot_anew (                        -- of what was made, or bought
    number           INTEGER PRIMARY KEY CHECK (number >= 40000000001), -- in sequence
    document         INTEGER NOT NULL REFERENCES document,
    item             INTEGER NOT NULL,
    material         TEXT NOT NULL REFERENCES material,
    lot              TEXT NOT NULL,
    orderNumber      TEXT REFERENCES production_order,
    quantity         INTEGER NOT NULL CHECK (quantity > 0),
    changed          INTEGER NOT NULL DEFAULT 0 CHECK (changed >= 0), -- how often
    catalog          TEXT,
    selectedSet      TEXT,
    selectedSetPlant TEXT,
    codeGroup        TEXT,                                  -- NULL until it is decided
    code             TEXT CHECK ((code IS NULL) = (codeGroup IS NULL)),
    purchaseOrder    TEXT REFERENCES purchase_order,
    UNIQUE (document, item),
    CHECK ((orderNumber IS NULL) <> (purchaseOrder IS NULL))
  ) STRICT;
  INSERT INTO inspection_lot_anew SELECT *, NULL FROM inspection_lot;
  CREATE TABLE inspection_item_anew (                       -- goods that went out of it
    inspectionLot INTEGER NOT NULL REFERENCES inspection_lot_anew,
    counter       INTEGER NOT NULL CHECK (counter >= 1),
    document      INTEGER NOT NULL REFERENCES document,
    stockType     TEXT NOT NULL,
    quantity      INTEGER NOT NULL CHECK (quantity > 0),
    text          TEXT,
    PRIMARY KEY (inspectionLot, counter)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO inspection_item_anew SELECT * FROM inspection_item;
  DROP TABLE inspection_item;
  DROP TABLE inspection_lot;
  ALTER TABLE inspection_lot_anew RENAME TO inspection_lot;
  ALTER TABLE inspection_item_anew RENAME TO inspection_item;
  CREATE INDEX inspection_lot_of ON inspection_lot (orderNumber, material, lot);
  CREATE INDEX inspection_lot_bought ON inspection_lot (purchaseOrder, material, lot);
  CREATE TRIGGER decision_stands BEFORE UPDATE OF codeGroup, code ON inspection_lot
    WHEN old.code IS NOT NULL
    BEGIN SELECT raise(ABORT, 'a lot is decided once'); END;

  CREATE TABLE notification (                               -- a complaint to a supplier
    number        INTEGER PRIMARY KEY CHECK (number >= 200000000), -- in sequence
    key           TEXT,                                     -- ExternalReference
    type          TEXT NOT NULL CHECK (type = 'Q2'),
    text          TEXT,
    supplier      TEXT NOT NULL REFERENCES supplier,
    purchaseOrder TEXT NOT NULL REFERENCES purchase_order,
    purchaseItem  INTEGER NOT NULL,
    material      TEXT NOT NULL REFERENCES material,
    lot           TEXT NOT NULL,
    document      INTEGER NOT NULL REFERENCES document,
    item          INTEGER NOT NULL,
    quantity      INTEGER NOT NULL CHECK (quantity > 0)
  ) STRICT;
  CREATE INDEX notification_key ON notification (key) WHERE key IS NOT NULL;
  CREATE INDEX notification_of ON notification (document, item);

  CREATE TABLE account (                                    -- general ledger accounts
    account TEXT PRIMARY KEY
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE journal_entry (
    number      INTEGER PRIMARY KEY CHECK (number >= 100000000), -- in sequence
    key         TEXT,                                       -- DocumentReferenceID
    type        TEXT NOT NULL,
    text        TEXT,
    postingDate TEXT NOT NULL,
    currency    TEXT NOT NULL,
    reverses    INTEGER UNIQUE REFERENCES journal_entry
  ) STRICT;
  CREATE INDEX journal_key ON journal_entry (key) WHERE key IS NOT NULL;
  CREATE TABLE journal_item (
    entry      INTEGER NOT NULL REFERENCES journal_entry,
    item       INTEGER NOT NULL CHECK (item >= 1),
    account    TEXT NOT NULL REFERENCES account,
    side       TEXT NOT NULL CHECK (side = 'S' OR side = 'H'),
    amount     INTEGER NOT NULL CHECK (amount > 0),
    assignment TEXT,
    text       TEXT,
    PRIMARY KEY (entry, item)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER notification_is_posted BEFORE UPDATE ON notification
    BEGIN SELECT raise(ABORT, 'a complaint is never edited'); END;
  CREATE TRIGGER journal_is_posted BEFORE UPDATE ON journal_entry
    BEGIN SELECT raise(ABORT, 'a journal entry is never edited'); END;
  CREATE TRIGGER journal_item_is_posted BEFORE UPDATE ON journal_item
    BEGIN SELECT raise(ABORT, 'a journal entry is never edited'); END;
  CREATE TRIGGER journal_stays BEFORE DELETE ON journal_entry
    BEGIN SELECT raise(ABORT, 'a journal entry is never deleted'); END;
`,
];
