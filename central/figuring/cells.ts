import type { Database } from '../../shared/database.ts';
import { keyOf } from '../../statecharts/tables.ts';

export const cellMigration = `
  CREATE TABLE figure (                          -- sums of facts, by where and when they were true
    line         TEXT    NOT NULL,
    from_ms      INTEGER NOT NULL,               -- begin of the stretch: of a day and shift there
    kind         TEXT    NOT NULL                -- what the numbers are of
      CHECK (kind IN ('told', 'made', 'used', 'lot', 'spent', 'posted')),
    order_number TEXT    NOT NULL,               -- '' for none, as in the next three
    operation    TEXT    NOT NULL,
    name         TEXT    NOT NULL,               -- of a material or a lot
    unit         TEXT    NOT NULL,
    body         TEXT    NOT NULL,               -- names and whole numbers as text, in JSON
    PRIMARY KEY (line, from_ms, kind, order_number, operation, name, unit)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX figure_time ON figure (from_ms, line);
`;

/** Whole numbers by name: pieces in millionths of their unit, times in ms, or counts. */
export type Sums = Record<string, bigint>;
/** What the numbers of a cell are of: counts, pieces, material, lots, time, and waits. */
export type Kind = 'told' | 'made' | 'used' | 'lot' | 'spent' | 'posted';
export type Place = Readonly<{
  line: string;
  fromMs: number;
  kind: Kind;
  order?: string | undefined;
  operation?: string | undefined;
  name?: string;
  unit?: string;
}>;
export type Cell = Readonly<{
  line: string;
  fromMs: number;
  kind: Kind;
  order: string; // '' for none, as in the next three
  operation: string;
  name: string;
  unit: string;
  sums: Sums;
}>;
type Row = Omit<Cell, 'sums'> & { body: string };

/** Of these the greatest is kept, not the sum. */
const peaks = new Set(['maxMs']);
const columns = `line, from_ms AS fromMs, kind, order_number AS "order", operation, name, unit,
  body`;

const readSums = (body: string): Sums =>
  Object.fromEntries(
    Object.entries(JSON.parse(body) as Record<string, string>).map(([name, text]) => [
      name,
      BigInt(text),
    ]),
  );
/** In one spelling: names in order, nothing that is nothing; undefined if nothing is left. */
function writeSums(sums: Sums): string | undefined {
  const some = Object.entries(sums).filter(([, value]) => value !== 0n);
  if (some.length === 0) return undefined;
  some.sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(some.map(([name, value]) => [name, `${value}`])));
}

/** Adds `more`, in place. */
export function addSums(sums: Sums, more: Readonly<Sums>): void {
  for (const [name, value] of Object.entries(more)) {
    const before = sums[name] ?? 0n;
    if (!peaks.has(name)) sums[name] = before + value;
    else sums[name] = before > value ? before : value;
  }
}

export type Cells = ReturnType<typeof openCells>;

/**
 * The sums, each in the cell of its line, stretch, order and operation. What is added is kept until
 * `save`, in one transaction: nothing is remembered beyond it.
 */
export function openCells(db: Database) {
  const key = 'line = ? AND from_ms = ? AND kind = ? AND order_number = ? AND operation = ?';
  const load = db
    .prepare<(string | number)[], string>(
      `SELECT body FROM figure WHERE ${key} AND name = ? AND unit = ?`,
    )
    .pluck();
  const put = db.prepare(
    `INSERT INTO figure VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (line, from_ms, kind, order_number, operation, name, unit)
       DO UPDATE SET body = excluded.body`,
  );
  const drop = db.prepare(`DELETE FROM figure WHERE ${key} AND name = ? AND unit = ?`);
  const clear = db.prepare(`DELETE FROM figure WHERE line = ? AND from_ms = ? AND kind = 'spent'`);
  const between = db.prepare<[number, number, number], Row>(
    `SELECT ${columns} FROM figure WHERE from_ms >= ? AND from_ms < ?
     ORDER BY from_ms, line LIMIT ?`,
  );
  const trim = db.prepare('DELETE FROM figure WHERE from_ms < ?');
  const all = db.prepare('DELETE FROM figure');
  const open = new Map<string, { at: (string | number)[]; sums: Sums }>();

  return {
    add({ line, fromMs, kind, order, operation, name, unit }: Place, more: Readonly<Sums>): void {
      const at = [line, fromMs, kind, order ?? '', operation ?? '', name ?? '', unit ?? ''];
      const known = keyOf(...at.map((part) => `${part}`));
      let entry = open.get(known);
      if (!entry) {
        const body = load.get(...at);
        entry = { at, sums: body === undefined ? {} : readSums(body) };
        open.set(known, entry);
      }
      addSums(entry.sums, more);
    },

    /** Writes what was added; at the end of the transaction. */
    save(): void {
      for (const { at, sums } of open.values()) {
        const body = writeSums(sums);
        if (body === undefined) drop.run(...at);
        else put.run(...at, body);
      }
      open.clear();
    },
    /** Forgets what was not written. */
    undone: (): void => open.clear(),

    /** How the time of a stretch was spent, in place of what was said of it before. */
    spend(line: string, fromMs: number, spent: ReadonlyMap<string, Sums>): void {
      clear.run(line, fromMs);
      for (const [work, sums] of spent) {
        const [order = '', operation = ''] = work.split('\n');
        const body = writeSums(sums);
        if (body !== undefined) put.run(line, fromMs, 'spent', order, operation, '', '', body);
      }
    },

    /** Cells of stretches that begin between two times, at most so many. */
    between: (fromMs: number, untilMs: number, limit: number): Cell[] =>
      between.all(fromMs, untilMs, limit).map(({ body, ...row }) => ({
        ...row,
        sums: readSums(body),
      })),
    trim: (beforeMs: number): void => void trim.run(beforeMs),
    clear: (): void => void all.run(),
  };
}
