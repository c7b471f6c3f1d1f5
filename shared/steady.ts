import type Sqlite from 'better-sqlite3';

const value = String.raw`(\?\d*|:\w+)`;
/** What may stand behind a value that is compared, so that it is all that is compared. */
const behind = String.raw`(?=\s*(?:[),;]|$|(?:AND|OR|THEN|ELSE|END|AS|ORDER|GROUP|LIMIT|UNION)\b))`;
const equal = new RegExp(String.raw`(\w) = ${value}${behind}`, 'g');
const limit = new RegExp(String.raw`\bLIMIT ${value}(?=\s*(?:\)|$))`, 'g');
const reads = /^\s*(?:SELECT|WITH)\b/;
const writes = /\b(?:INSERT|UPDATE|DELETE)\b/;
const sorts = /\b(?:(?:ORDER|GROUP) BY\b|(?:max|min)\()/;

/**
 * The same question so that SQLite compiles it once. As of 3.54 it looks at the values behind
 * `LIMIT ?`, and behind `x = ?` where something is sorted, as it compiles, and so compiles again
 * whenever others are bound: 20 µs for a table with many columns and indexes, 30 times what the
 * question costs. A sum, and a list of one, hide the value from it, and mean and plan the same.
 */
export function steady(sql: string): string {
  const bounded = sql.replace(limit, 'LIMIT $1 + 0');
  if (!reads.test(sql) || writes.test(sql) || !sorts.test(sql)) return bounded;
  return bounded.replace(equal, '$1 IN ($2)');
}

/** The same database; whatever it is asked is compiled once. */
export function steadied(db: Sqlite.Database): Sqlite.Database {
  const prepare = db.prepare.bind(db);
  db.prepare = ((sql: string) => prepare(steady(sql))) as typeof db.prepare;
  return db;
}
