import type { Database } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';

export const problemMigrations = [
  `
  CREATE TABLE refused_input (                   -- what came from an ERP and was not taken
    id       INTEGER PRIMARY KEY,
    source   TEXT    NOT NULL,
    name     TEXT    NOT NULL,                   -- what it was, as far as that could be read
    words    TEXT    NOT NULL,                   -- each field that is bad, and its limit
    first_ms INTEGER NOT NULL,
    last_ms  INTEGER NOT NULL,
    times    INTEGER NOT NULL,
    UNIQUE (source, name)
  ) STRICT;
  `,
];

/** Most inputs that are remembered as refused: the oldest are forgotten; and most that are told. */
const problemsMax = 1_000;
const shownMax = 200;
/** Most characters of what a refusal says. */
const wordsMax = 1_000;

type Problem = Readonly<{
  source: string;
  name: string;
  words: string;
  firstMs: number;
  lastMs: number;
  times: number;
}>;

/** What was refused of what an ERP sent: each once, until it comes again and is right. */
export function openProblems(db: Database, nowMs: () => number) {
  const add = db.prepare(
    `INSERT INTO refused_input (source, name, words, first_ms, last_ms, times)
     VALUES (:source, :name, :words, :now, :now, 1)
     ON CONFLICT (source, name) DO UPDATE
     SET words = :words, last_ms = :now, times = refused_input.times + 1`,
  );
  const over = db.prepare('DELETE FROM refused_input WHERE source = ? AND name = ?');
  const trim = db.prepare(
    `DELETE FROM refused_input WHERE id <= (SELECT max(id) FROM refused_input) - ?`,
  );
  const shown = db.prepare<[number], Problem>(
    `SELECT source, name, words, first_ms AS firstMs, last_ms AS lastMs, times FROM refused_input
     ORDER BY last_ms DESC, id DESC LIMIT ?`,
  );

  function refuse(source: string, name: string, reason: string): string {
    const words = reason.slice(0, wordsMax);
    add.run({ source, name, words, now: nowMs() });
    trim.run(problemsMax);
    return words;
  }

  return {
    refuse,
    /** Does it, or remembers in which words it was refused; returns those words, or undefined. */
    attempt(source: string, name: string, work: () => void): string | undefined {
      try {
        work();
        over.run(source, name);
        return undefined;
      } catch (error) {
        if (!(error instanceof Fault) || error.retry) throw error;
        return refuse(source, name, error.message);
      }
    },
    shown: () => shown.all(shownMax),
  };
}

const nameMax = 120;
/** What an entry is, in words, as far as that can be read; `fallback` where it cannot. */
export function nameOf(entry: unknown, fallback: string): string {
  if (typeof entry !== 'object' || entry === null) return fallback;
  const { kind, record, version, order } = entry as Record<string, unknown>;
  const texts = [kind, record, version, order].filter(
    (value) => typeof value === 'string' && value !== '',
  ) as string[];
  const name = texts.join(' ').replace(/\p{C}/gu, '?').slice(0, nameMax);
  return name === '' ? fallback : name;
}
