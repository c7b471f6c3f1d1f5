import { readContent } from '../../shared/codec.ts';
import { asOne, type Database, faultOf } from '../../shared/database.ts';
import { idBytes, isId } from '../../shared/identity.ts';
import { nextTurn } from '../../shared/loop.ts';
import type { Accepted } from '../ledger/ledger.ts';
import type { Stored } from '../ledger/shelf.ts';
import { correctionTable, openCorrections } from '../posting/corrections.ts';
import { cellMigration, openCells } from './cells.ts';
import { momentMigration, openMoments } from './moments.ts';
import type { Plant } from './plant.ts';
import { openPosted } from './posted.ts';
import { openSpending, spendingMigration } from './spending.ts';
import { openTaking } from './taking.ts';
import { type Timed, timed } from './timed.ts';

export const figureMigrations = [
  `
  ${cellMigration}
  ${spendingMigration}
  ${momentMigration}
  ${correctionTable('figure_correction')}
  CREATE TABLE figured (                         -- up to where the ledger was read
    position INTEGER NOT NULL,                   -- facts
    attempt  INTEGER NOT NULL,                   -- tries of documents
    trim_ms  INTEGER NOT NULL,                   -- what was before is forgotten
    digest   TEXT    NOT NULL                    -- of the calendars by which it was read
  ) STRICT;
  INSERT INTO figured VALUES (0, 0, 0, '');
  `,
];

/** Facts, and tries of documents, that are read in one transaction; and stretches summed anew. */
const pageMax = 500;
const stretchesMax = 50;
/** Oldest figures are looked for when the newest fact has moved on so far, ms. */
const trimEveryMs = 86_400_000;

/** Tables that begin anew where the calendars are others than before. */
const tables = [
  ...['figure', 'figure_line', 'figure_move', 'figure_state', 'figure_due', 'figure_run'],
  ...['figure_order', 'figure_hold', 'figure_inspected', 'figure_correction'],
];

type Row = Readonly<{
  position: number;
  line: string;
  epoch: number;
  sequence: number;
  receivedMs: number;
  isAgain: 0 | 1;
  bytes: Buffer;
}>;
type Place = Readonly<{ position: number; attempt: number; trimMs: number; digest: string }>;
type Parts = Readonly<{ db: Database; plant: Plant; keepDays: number; skewMaxMs: number }>;
export type Fold = ReturnType<typeof openFold>;

const factColumns = `position, path AS line, fact.epoch, fact.sequence, received_ms AS receivedMs,
  event_id IS NULL AS isAgain, bytes`;

const statementsOf = (db: Database) => ({
  place: db.prepare<[], Place>('SELECT position, attempt, trim_ms AS trimMs, digest FROM figured'),
  move: db.prepare('UPDATE figured SET position = ?, attempt = ?'),
  trimmed: db.prepare('UPDATE figured SET trim_ms = ?'),
  restart: db.prepare('UPDATE figured SET position = 0, attempt = 0, trim_ms = 0, digest = ?'),
  last: db.prepare<[], number>('SELECT coalesce(max(position), 0) FROM fact').pluck(),
  page: db.prepare<[number, number], Row>(
    `SELECT ${factColumns} FROM fact JOIN line ON line.id = fact.line
     WHERE position > ? ORDER BY position LIMIT ?`,
  ),
  one: db.prepare<[Buffer], Row>(
    `SELECT ${factColumns} FROM fact JOIN line ON line.id = fact.line WHERE event_id = ?`,
  ),
});

/** A fact that this version can read; one that the ledger holds twice counts once. */
function factOf({ bytes, isAgain, ...row }: Row): Accepted | undefined {
  const content = isAgain ? undefined : readContent(bytes);
  return content && ({ ...content, ...row } as unknown as Accepted);
}

/**
 * The figures as sums behind cursors of their own: over facts, and over tries of documents. They
 * cost the ledger nothing as facts come. What is read again from the start comes to the same.
 */
export function openFold({ db, plant, keepDays, skewMaxMs }: Parts) {
  const { place, move, trimmed, restart, last, page, one } = statementsOf(db);
  const cells = openCells(db);
  const moments = openMoments(db);
  const spending = openSpending(db, plant, cells, keepDays);
  const rowOf = (eventId: string): Row | undefined =>
    isId(eventId) ? one.get(idBytes(eventId)) : undefined;
  const stored = (eventId: string): Stored | undefined => rowOf(eventId);
  const timedOf = (eventId: string): Timed | undefined => {
    const row = rowOf(eventId);
    const fact = row && factOf(row);
    return fact && timed(fact, skewMaxMs);
  };
  const corrections = openCorrections({ db, stored, table: 'figure_correction' });
  const take = openTaking({ cells, spending, moments, plant, timedOf });
  const posted = openPosted(db, { cells, plant, timedOf });

  function undone(): void {
    cells.undone();
    spending.undone();
    corrections.undone();
  }

  const readFacts = asOne(
    db,
    () => {
      undone(); // whoever shares the ledger may have written meanwhile
      const { position, attempt } = place.get()!;
      const rows = page.all(position, pageMax);
      for (const row of rows) {
        const fact = factOf(row);
        // What was done at the desk is no production.
        if (fact && fact.type !== 'DeskActed') take(timed(fact, skewMaxMs), corrections.note(fact));
      }
      const tries = posted.take(attempt, pageMax);
      const end = rows.at(-1)?.position ?? position;
      if (rows.length + tries.read > 0) move.run(end, tries.upTo);
      cells.save();
      spending.save();
      return rows.length + tries.read;
    },
    undone,
  );
  const settle = asOne(db, () => spending.settle(stretchesMax), undone);
  const trim = asOne(
    db,
    () => {
      const oldestMs = spending.trim();
      moments.trim(oldestMs);
      trimmed.run(oldestMs);
    },
    undone,
  );
  const begin = asOne(
    db,
    () => {
      if (place.get()!.digest === plant.digest) return;
      for (const name of tables) db.prepare(`DELETE FROM ${name}`).run();
      restart.run(plant.digest);
    },
    undone,
  );
  const behind = (): number => last.get()! - place.get()!.position;

  /** Looks first, so that nobody's turn is taken for nothing. */
  function step(): number {
    if (place.get()!.digest !== plant.digest) begin();
    if (behind() > 0 || posted.isBehind(place.get()!.attempt)) return readFacts();
    if (!spending.isSettled()) return settle();
    if (spending.horizonMs() >= place.get()!.trimMs + trimEveryMs) trim();
    return 0;
  }

  /** Reads one page on; 0 when nothing is left. Throws Fault FULL when the disk is full. */
  function readOn(): number {
    try {
      return step();
    } catch (error) {
      throw faultOf(error, db.name);
    }
  }

  return {
    ...{ behind, readOn, cells, moments },
    lines: spending.lines,
    /** Reads on, other work between, until nothing is left or so much was done. */
    async catchUp(most: number): Promise<void> {
      for (let done = 0; done < most; ) {
        const count = readOn();
        if (count === 0) return;
        done += count;
        await nextTurn();
      }
    },
  };
}
