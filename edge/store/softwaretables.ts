/** Remembers beside the facts by which software they were stated. */
export const softwareTables = `
  -- Who stated the last facts of a line; without a place where no fact of the line says so.
  CREATE TABLE software (
    line     INTEGER PRIMARY KEY REFERENCES line (id),
    said     TEXT    NOT NULL CHECK (json_valid(said)),
    epoch    INTEGER CHECK (epoch >= 1),
    sequence INTEGER CHECK (sequence >= 1),
    CHECK ((epoch IS NULL) = (sequence IS NULL))
  ) STRICT;
`;
