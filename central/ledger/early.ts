import type { Database } from '../../shared/database.ts';
import type { Fact } from '../../shared/event.ts';

export const earlyMigrations = [
  `
  CREATE TABLE early (
    hold     TEXT    NOT NULL,
    line     TEXT    NOT NULL,
    sequence INTEGER NOT NULL,
    fact     TEXT    NOT NULL                    -- as JSON
  ) STRICT;
  CREATE INDEX early_hold ON early (hold);
  CREATE INDEX early_line ON early (line, sequence);
  `,
];

export type Early = ReturnType<typeof openEarly>;

/**
 * Decisions on holds whose placing is not known yet: what they call for cannot be said. `touched`
 * is told of each line of whose facts more or fewer are kept.
 */
export function openEarly(db: Database, touched: (line: string) => void) {
  const keep = db.prepare('INSERT INTO early VALUES (?, ?, ?, ?)');
  const kept = db
    .prepare<[string], string>('SELECT fact FROM early WHERE hold = ? ORDER BY rowid')
    .pluck();
  const drop = db.prepare('DELETE FROM early WHERE hold = ?');
  const of = db
    .prepare<[string, number], number>(
      'SELECT sequence FROM early WHERE line = ? ORDER BY sequence LIMIT ?',
    )
    .pluck();

  return {
    keep(hold: string, fact: Fact): void {
      keep.run(hold, fact.line, fact.sequence, JSON.stringify(fact));
      touched(fact.line);
    },
    /** What was kept for the hold, in order of arrival; it is kept no longer. */
    take(hold: string): Fact[] {
      const facts = kept.all(hold).map((fact) => JSON.parse(fact) as Fact);
      if (facts.length > 0) drop.run(hold);
      for (const { line } of facts) touched(line);
      return facts;
    },
    /** Sequences of the line's facts that are kept. */
    of: (line: string, limit: number): number[] => of.all(line, limit),
  };
}
