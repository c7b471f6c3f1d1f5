import type { Database } from '../../shared/database.ts';

/** How SQLite would run each statement on a table that `open` prepares, by statement. */
export function plansOf(db: Database, table: string, open: () => void): Map<string, string> {
  const statements = new Set<string>();
  const prepare = db.prepare.bind(db);
  db.prepare = ((sql: string) => {
    statements.add(sql);
    return prepare(sql);
  }) as typeof db.prepare;
  open();
  db.prepare = prepare as typeof db.prepare;
  const plan = (sql: string) => {
    const asked = prepare(`EXPLAIN QUERY PLAN ${sql}`);
    const blanks = (sql.match(/\?/g) ?? []).map(() => 'x');
    const names = [...sql.matchAll(/:(\w+)/g)].map(([, name]) => [name, 'x']);
    const rows = names.length > 0 ? asked.all(Object.fromEntries(names)) : asked.all(...blanks);
    return (rows as { detail: string }[]).map(({ detail }) => detail).join('; ');
  };
  const about = new RegExp(`\\b(FROM|UPDATE|JOIN) ${table}\\b`);
  const found = [...statements].filter((sql) => about.test(sql));
  return new Map(found.map((sql) => [sql, plan(sql)]));
}
