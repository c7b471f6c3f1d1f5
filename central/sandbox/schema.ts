import { purchaseMigrations } from './purchaseschema.ts';

/**
 * The sandbox's tables. Quantities are millionths of the unit, money millionths of the currency.
 * Stock never falls below zero, and a document once posted is never edited or deleted.
 */
export const sandboxMigrations = [
  `
  CREATE TABLE material (
    material TEXT PRIMARY KEY,
    unit     TEXT NOT NULL,
    price    INTEGER NOT NULL CHECK (price >= 0)            -- standard price of one unit
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE production_order (
    number       TEXT PRIMARY KEY,
    material     TEXT NOT NULL REFERENCES material,
    quantity     INTEGER NOT NULL CHECK (quantity > 0),
    tolerance    INTEGER NOT NULL CHECK (tolerance BETWEEN 0 AND 100), -- percent over quantity
    closed       INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1)),
    received     INTEGER NOT NULL DEFAULT 0 CHECK (received >= 0),
    materialCost INTEGER NOT NULL DEFAULT 0 CHECK (materialCost >= 0),
    setupCost    INTEGER NOT NULL DEFAULT 0 CHECK (setupCost >= 0),
    machineCost  INTEGER NOT NULL DEFAULT 0 CHECK (machineCost >= 0),
    CHECK (received * 100 <= quantity * (100 + tolerance))
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE operation (
    groupNumber   INTEGER PRIMARY KEY,                      -- ConfirmationGroup, in sequence
    number        TEXT NOT NULL REFERENCES production_order,
    operation     TEXT NOT NULL,
    workCenter    TEXT,
    confirmations INTEGER NOT NULL DEFAULT 0 CHECK (confirmations >= 0),
    final         INTEGER NOT NULL DEFAULT 0 CHECK (final IN (0, 1)),
    yield         INTEGER NOT NULL DEFAULT 0 CHECK (yield >= 0),
    scrap         INTEGER NOT NULL DEFAULT 0 CHECK (scrap >= 0),
    rework        INTEGER NOT NULL DEFAULT 0 CHECK (rework >= 0),
    UNIQUE (number, operation)
  ) STRICT;

  CREATE TABLE confirmation (
    groupNumber INTEGER NOT NULL REFERENCES operation,
    count       INTEGER NOT NULL CHECK (count >= 1),        -- ConfirmationCount, in sequence
    key         TEXT,                                       -- ExternalSystemConfirmation
    postingDate TEXT NOT NULL,
    unit        TEXT NOT NULL,
    yield       INTEGER NOT NULL CHECK (yield >= 0),
    scrap       INTEGER NOT NULL CHECK (scrap >= 0),
    rework      INTEGER NOT NULL CHECK (rework >= 0),
    setup       INTEGER NOT NULL CHECK (setup >= 0),        -- millionths of a minute
    machine     INTEGER NOT NULL CHECK (machine >= 0),
    final       INTEGER NOT NULL CHECK (final IN (0, 1)),
    text        TEXT,
    PRIMARY KEY (groupNumber, count)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX confirmation_key ON confirmation (key) WHERE key IS NOT NULL;

  CREATE TABLE document (
    number       INTEGER PRIMARY KEY CHECK (number >= 4900000000), -- in sequence
    kind         TEXT NOT NULL,
    key          TEXT,                                      -- ReferenceDocument
    headerText   TEXT,
    postingDate  TEXT NOT NULL,
    documentDate TEXT NOT NULL
  ) STRICT;
  CREATE INDEX document_key ON document (key) WHERE key IS NOT NULL;

  CREATE TABLE item (
    document    INTEGER NOT NULL REFERENCES document,
    item        INTEGER NOT NULL CHECK (item >= 1),
    movement    TEXT NOT NULL,                              -- GoodsMovementType
    material    TEXT NOT NULL REFERENCES material,
    lot         TEXT NOT NULL,
    quantity    INTEGER NOT NULL CHECK (quantity > 0),
    fromStock   TEXT,
    toStock     TEXT,
    orderNumber TEXT REFERENCES production_order,
    value       INTEGER NOT NULL CHECK (value >= 0),        -- at standard price
    text        TEXT,
    PRIMARY KEY (document, item),
    CHECK (fromStock IS NOT NULL OR toStock IS NOT NULL)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE stock (
    material TEXT NOT NULL REFERENCES material,
    plant    TEXT NOT NULL,
    lot      TEXT NOT NULL,
    kind     TEXT NOT NULL CHECK (kind IN ('unrestricted', 'quality', 'blocked')),
    quantity INTEGER NOT NULL CHECK (quantity >= 0),
    PRIMARY KEY (material, plant, lot, kind)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE period (                                     -- first and last open posting date
    openFrom TEXT NOT NULL,
    openTo   TEXT NOT NULL CHECK (openFrom <= openTo)
  ) STRICT;
  INSERT INTO period VALUES ('1970-01-01', '2099-12-31');

  CREATE TRIGGER confirmation_is_posted BEFORE UPDATE ON confirmation
    BEGIN SELECT raise(ABORT, 'a confirmation is never edited'); END;
  CREATE TRIGGER confirmation_stays BEFORE DELETE ON confirmation
    BEGIN SELECT raise(ABORT, 'a confirmation is never deleted'); END;
  CREATE TRIGGER document_is_posted BEFORE UPDATE ON document
    BEGIN SELECT raise(ABORT, 'a material document is never edited'); END;
  CREATE TRIGGER document_stays BEFORE DELETE ON document
    BEGIN SELECT raise(ABORT, 'a material document is never deleted'); END;
  CREATE TRIGGER item_is_posted BEFORE UPDATE ON item
    BEGIN SELECT raise(ABORT, 'an item is never edited'); END;
  CREATE TRIGGER item_stays BEFORE DELETE ON item
    BEGIN SELECT raise(ABORT, 'an item is never deleted'); END;
`,
  `
  -- What takes another one back: each of them once.
  ALTER TABLE confirmation ADD COLUMN reverses INTEGER;     -- count of the one in its group
  CREATE UNIQUE INDEX confirmation_reverses ON confirmation (groupNumber, reverses)
    WHERE reverses IS NOT NULL;
  ALTER TABLE document ADD COLUMN reverses INTEGER REFERENCES document;
  CREATE UNIQUE INDEX document_reverses ON document (reverses) WHERE reverses IS NOT NULL;
`,
  `
  ALTER TABLE production_order ADD COLUMN process INTEGER NOT NULL DEFAULT 0
    CHECK (process IN (0, 1));                              -- confirmed as a process order
`,
  `
  CREATE INDEX item_order ON item (orderNumber, document, item) WHERE orderNumber IS NOT NULL;
`,
  `
  CREATE TABLE inspection_lot (                             -- one for each item received into it
    number           INTEGER PRIMARY KEY CHECK (number >= 40000000001), -- in sequence
    document         INTEGER NOT NULL REFERENCES document,
    item             INTEGER NOT NULL,
    material         TEXT NOT NULL REFERENCES material,
    lot              TEXT NOT NULL,
    orderNumber      TEXT NOT NULL REFERENCES production_order,
    quantity         INTEGER NOT NULL CHECK (quantity > 0),
    changed          INTEGER NOT NULL DEFAULT 0 CHECK (changed >= 0), -- how often
    catalog          TEXT,
    selectedSet      TEXT,
    selectedSetPlant TEXT,
    codeGroup        TEXT,                                  -- NULL until it is decided
    code             TEXT CHECK ((code IS NULL) = (codeGroup IS NULL)),
    UNIQUE (document, item)
  ) STRICT;
  CREATE INDEX inspection_lot_of ON inspection_lot (orderNumber, material, lot);
  CREATE TABLE inspection_item (                            -- goods that went out of it
    inspectionLot INTEGER NOT NULL REFERENCES inspection_lot,
    counter       INTEGER NOT NULL CHECK (counter >= 1),
    document      INTEGER NOT NULL REFERENCES document,
    stockType     TEXT NOT NULL,
    quantity      INTEGER NOT NULL CHECK (quantity > 0),
    text          TEXT,
    PRIMARY KEY (inspectionLot, counter)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER decision_stands BEFORE UPDATE OF codeGroup, code ON inspection_lot
    WHEN old.code IS NOT NULL
    BEGIN SELECT raise(ABORT, 'a lot is decided once'); END;
`,
  `
  ALTER TABLE production_order ADD COLUMN plant TEXT;       -- NULL: the one plant
  ALTER TABLE production_order ADD COLUMN status TEXT NOT NULL DEFAULT 'released'
    CHECK (status IN ('created', 'released', 'deleted'));
  ALTER TABLE production_order ADD COLUMN changed INTEGER NOT NULL DEFAULT 0; -- Unix ms
  CREATE INDEX production_order_changed ON production_order (changed, number);
  CREATE TABLE master (                                     -- master data, in SAP's own words
    entitySet TEXT    NOT NULL,
    key       TEXT    NOT NULL,
    changed   INTEGER NOT NULL,                             -- Unix ms
    entity    TEXT    NOT NULL,                             -- JSON
    PRIMARY KEY (entitySet, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX master_changed ON master (entitySet, changed, key);
`,
  ...purchaseMigrations,
];
