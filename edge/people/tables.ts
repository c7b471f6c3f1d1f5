/** Who is signed in, and who is locked out: a migration of the edge's store. */
export const peopleTables = `
  -- A cookie is kept as its hash: a copy of the file lets nobody in.
  CREATE TABLE session (
    hash     TEXT    PRIMARY KEY CHECK (length(hash) = 64),
    person   TEXT    NOT NULL,
    station  TEXT    NOT NULL,                           -- the address of the screen
    line     TEXT    NOT NULL,                           -- where it was stated
    began_ms INTEGER NOT NULL,
    seen_ms  INTEGER NOT NULL,                           -- last request, to within a minute
    signs    INTEGER NOT NULL CHECK (signs IN (0, 1))    -- has signed with name and PIN
  ) STRICT, WITHOUT ROWID;
  -- Wrong tries, by person and by address.
  CREATE TABLE lockout (
    name     TEXT    PRIMARY KEY,
    tries    INTEGER NOT NULL CHECK (tries >= 1),
    last_ms  INTEGER NOT NULL,
    until_ms INTEGER NOT NULL                            -- 0 while it is not locked
  ) STRICT, WITHOUT ROWID;
`;
