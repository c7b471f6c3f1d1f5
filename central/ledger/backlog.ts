import { decodeContent } from '../../shared/codec.ts';
import type { Database } from '../../shared/database.ts';
import type { Fact } from '../../shared/event.ts';
import { kinFacts } from '../story/genealogy.ts';

export const backlogMigrations = [
  `
  CREATE TABLE backlog (                         -- facts that were accepted before genealogy
    position INTEGER NOT NULL                    -- the last of them
  ) STRICT;
  INSERT INTO backlog SELECT max(position) FROM fact HAVING max(position) IS NOT NULL;
  `,
];

/** Facts of the backlog that are read together. */
const pageMax = 1_000;

type Row = { position: number; line: string; epoch: number; sequence: number; bytes: Buffer };

/**
 * Hands on what was accepted before genealogy was kept and concerns it, once, in one transaction.
 * A type stands in a fact's bytes as it is written, so that all other facts are passed over unread.
 */
export function takeBacklog(db: Database, take: (fact: Fact) => void): void {
  const last = db.prepare<[], number>('SELECT position FROM backlog').pluck();
  const named = kinFacts.map((type) => `instr(bytes, CAST('${type}' AS BLOB)) > 0`).join(' OR ');
  const page = db.prepare<[number, number], Row>(
    `SELECT position, path AS line, fact.epoch, fact.sequence, bytes
     FROM fact JOIN line ON line.id = fact.line
     WHERE position > ? AND position <= ? AND event_id IS NOT NULL AND (${named})
     ORDER BY position LIMIT ${pageMax}`,
  );
  const run = db.transaction(() => {
    const end = last.get();
    if (end === undefined) return;
    for (let rows = page.all(0, end); rows.length > 0; ) {
      for (const { line, epoch, sequence, bytes } of rows) {
        take({ ...decodeContent(bytes), line, epoch, sequence });
      }
      rows = page.all(rows.at(-1)!.position, end);
    }
    db.exec('DELETE FROM backlog');
  });
  run.immediate();
}
