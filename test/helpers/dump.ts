import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Database } from '../../shared/database.ts';
import { testFolder } from './folder.ts';

const folder = new URL('../data/schema/', import.meta.url).pathname;

type Made = { type: string; name: string; table: string; sql: string };
const madeIn = (db: Database): Made[] =>
  db
    .prepare<[], Made>(
      `SELECT type, name, tbl_name AS "table", sql FROM sqlite_schema
       WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid`,
    )
    .all();

/** Names of tables, in the order in which they were made. */
export const tablesOf = (db: Database): string[] =>
  madeIn(db).flatMap(({ type, name }) => (type === 'table' ? [name] : []));

export type Column = { name: string; type: string; notnull: number; pk: number };
export const columnsOf = (db: Database, table: string): Column[] =>
  (db.pragma(`table_xinfo(${table})`) as (Column & { hidden: number })[])
    .filter(({ hidden }) => hidden === 0)
    .map(({ name, type, notnull, pk }) => ({ name, type, notnull, pk }));

/** Tables, indexes and triggers by name, without comments and spaces. */
export const schemaOf = (db: Database): Record<string, string> =>
  Object.fromEntries(
    madeIn(db)
      .map(({ name, sql }) => [name, sql.replaceAll(/--[^\n]*/g, '').replaceAll(/\s+/g, ' ')])
      .sort(),
  );

/** Everything in a file, as SQL that makes the same file: pragmas, tables, rows, and the rest. */
export function dumpOf(db: Database): string {
  const made = madeIn(db);
  const [version, reader] = ['user_version', 'application_id'].map((name) =>
    db.pragma(name, { simple: true }),
  );
  const rows = tablesOf(db).flatMap((table) => {
    const names = columnsOf(db, table).map(({ name }) => `"${name}"`);
    const values = names.map((name) => `quote(${name})`).join(" || ', ' || ");
    const lines = db.prepare<[], string>(`SELECT ${values} FROM "${table}"`).pluck().all();
    return lines.map((line) => `INSERT INTO "${table}" (${names.join(', ')}) VALUES (${line});`);
  });
  const sqlOf = (isTable: boolean) =>
    made.flatMap(({ type, sql }) => ((type === 'table') === isTable ? [`${sql};`] : []));
  const head = [`PRAGMA user_version = ${version};`, `PRAGMA application_id = ${reader};`];
  return [...head, ...sqlOf(true), ...rows, ...sqlOf(false), ''].join('\n');
}

/** The golden files of a kind, "edge" or "central", by the number of their schema; oldest first. */
export const goldenOf = (kind: string): number[] =>
  readdirSync(folder)
    .flatMap((name) => new RegExp(`^${kind}-(\\d+)\\.sql$`).exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);

const golden = (kind: string, schema: number) => join(folder, `${kind}-${schema}.sql`);

export function keepGolden(kind: string, schema: number, dump: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(golden(kind, schema), dump);
}

/** A golden file, made anew in a folder of this test. */
export function fileOf(kind: string, schema: number): string {
  const path = join(testFolder(), `${kind}.sqlite`);
  const db = new Sqlite(path);
  db.pragma('foreign_keys = OFF');
  db.pragma('synchronous = OFF');
  db.exec(`BEGIN; ${readFileSync(golden(kind, schema), 'utf8')}; COMMIT;`);
  db.close();
  return path;
}

/** Copies rows, as far as the target has tables and columns for them, by the target's own rules. */
export function copyRows(from: Database, to: Database): void {
  const known = new Set(tablesOf(from));
  to.transaction(() => {
    to.pragma('defer_foreign_keys = ON');
    for (const table of tablesOf(to).filter((name) => known.has(name))) {
      const there = new Set(columnsOf(from, table).map(({ name }) => name));
      const names = columnsOf(to, table).flatMap(({ name }) => (there.has(name) ? [name] : []));
      const listed = names.map((name) => `"${name}"`).join(', ');
      const places = names.map(() => '?').join(', ');
      to.exec(`DELETE FROM "${table}"`); // a table may begin with a row
      const add = to.prepare(`INSERT OR REPLACE INTO "${table}" (${listed}) VALUES (${places})`);
      for (const row of from.prepare(`SELECT ${listed} FROM "${table}"`).raw().all()) {
        add.run(...(row as unknown[]));
      }
    }
  }).immediate();
}
