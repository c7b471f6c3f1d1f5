/** Of migrations: the fewest with which a program can work on a file that has them all. */
const oldest = new WeakMap<readonly string[], number>();

/**
 * Declares that a program that has only the first `version` of these migrations can work on a file
 * of all of them: the ones behind only add. A list of which nothing is declared has no way back.
 */
export const readableFrom = (migrations: readonly string[], version: number): void =>
  void oldest.set(migrations, version);

export const oldestReader = (migrations: readonly string[]): number =>
  Math.min(oldest.get(migrations) ?? migrations.length, migrations.length);

/** The statements of a script, without comments; those of a trigger together. */
function statementsOf(script: string): string[] {
  const plain = script.replaceAll(/--[^\n]*/g, '').replaceAll(/\s+/g, ' ');
  return (plain.match(/\s*CREATE TRIGGER .*?\bEND\s*;|[^;]+;?/gi) ?? [])
    .map((statement) => statement.trim().replace(/;$/, ''))
    .filter((statement) => statement !== '');
}

const column = /^ALTER TABLE (\w+) ADD COLUMN \w+/i;
const table = /^CREATE TABLE (?:IF NOT EXISTS )?(\w+)/i;
const index = /^CREATE INDEX /i;
/** What works on a table: of a new one it is nobody's but the new program's. */
const acts = [
  ...['CREATE TRIGGER .*? ON', 'CREATE UNIQUE INDEX .*? ON', 'INSERT INTO', 'ALTER TABLE'],
  ...['UPDATE', 'DELETE FROM', 'DROP TABLE'],
];
const within = new RegExp(`^(?:${acts.join('|')})\\s+(\\w+)`, 'i');

/**
 * What of these migrations takes something away from a program that does not know them, or asks of
 * it what it does not give; empty if they only add tables, indexes, and columns that may be absent.
 */
export function contractions(migrations: readonly string[]): string[] {
  const own = new Set<string>();
  return migrations.flatMap(statementsOf).filter((statement) => {
    const made = table.exec(statement);
    if (made) {
      own.add(made[1]!);
      return false;
    }
    if (index.test(statement)) return false;
    const added = column.exec(statement);
    const asks = /\bNOT NULL\b/i.test(statement) && !/\bDEFAULT\b/i.test(statement);
    if (added && (!asks || own.has(added[1]!))) return false;
    return !own.has(within.exec(statement)?.[1] ?? '');
  });
}
