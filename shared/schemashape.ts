import Sqlite from 'better-sqlite3';

type Part = Readonly<{ kind: string; name: string; words: string }>;

/** Columns and keys of all tables; all indexes, triggers and views in the words that made them. */
const partsSql = `
  SELECT 'column' AS kind, m.name || '.' || c.name AS name, c.type || ' ' || c."notnull" || ' '
    || ifnull(c.dflt_value, '-') || ' ' || c.pk || ' ' || c.hidden AS words
  FROM sqlite_schema AS m JOIN pragma_table_xinfo(m.name) AS c WHERE m.type = 'table'
  UNION ALL SELECT 'foreign key', m.name || '.' || k."from", k."table" || ' ' || ifnull(k."to", '-')
  FROM sqlite_schema AS m JOIN pragma_foreign_key_list(m.name) AS k WHERE m.type = 'table'
  UNION ALL SELECT type, name, sql FROM sqlite_schema WHERE type <> 'table' AND sql IS NOT NULL`;

/** SQLite quotes a name, or sets blanks, as it likes when it writes a statement anew. */
const bare = (words: string): string => words.replaceAll(/["`[\]]/g, '').replaceAll(/\s+/g, ' ');

const partsOf = (db: Sqlite.Database): Part[] =>
  db
    .prepare<[], Part>(partsSql)
    .all()
    .map((part) => ({ ...part, words: bare(String(part.words)) })); // damaged it may be no text

const known = new WeakMap<readonly string[], readonly Part[]>();

/** What a file has to which these were applied. */
function partsAfter(migrations: readonly string[]): readonly Part[] {
  const before = known.get(migrations);
  if (before) return before;
  const db = new Sqlite(':memory:');
  try {
    for (const migration of migrations) db.exec(migration);
    const parts = partsOf(db);
    known.set(migrations, parts);
    return parts;
  } finally {
    db.close();
  }
}

/**
 * What `migrations` have made and the file has not, or in other words, by kind and name; undefined
 * where all is as it was made. SQLite's own checks compare no schema: with a bit flipped in a name
 * it is another one. A trigger that somebody took away is no damage: what it guards is checked.
 */
export function damagedIn(db: Sqlite.Database, migrations: readonly string[]): string | undefined {
  const keyOf = ({ kind, name }: Part): string => `${kind} ${name}`;
  const own = new Map(partsOf(db).map((part) => [keyOf(part), part.words]));
  const damaged = partsAfter(migrations).find((part) => {
    const words = own.get(keyOf(part));
    return words === undefined ? part.kind !== 'trigger' : words !== part.words;
  });
  return damaged && keyOf(damaged);
}
