import { appendFileSync, writeFileSync } from 'node:fs';
import { csvOf } from '../../shared/csv.ts';
import type { FeedFact } from '../../shared/feed/message.ts';
import type { Column } from './columns.ts';

/** Rows are written together up to so many. */
const rowsMax = 1_000;

/** A sheet that is being written; `close` writes what is left. */
export type Sheet = Readonly<{ add: (fact: FeedFact) => void; close: () => void }>;

/** What a cell says; null where the fact says nothing. */
function cellOf({ kind, of }: Column, fact: FeedFact): string | number | boolean | null {
  const value = of(fact);
  if (value === undefined || value === null) return null;
  if (kind === 'json') return JSON.stringify(value);
  return typeof value === 'number' || typeof value === 'boolean' ? value : `${value}`;
}

/** Lines of text in a file, which is made anew. */
function openLines(path: string, head: string, lineOf: (fact: FeedFact) => string): Sheet {
  writeFileSync(path, head);
  let waiting: string[] = [];
  const flush = (): void => {
    appendFileSync(path, waiting.join(''));
    waiting = [];
  };
  return {
    add(fact) {
      if (waiting.push(lineOf(fact)) === rowsMax) flush();
    },
    close: flush,
  };
}

/** CSV by RFC 4180, UTF-8, with a head; no cell is a formula. */
export const openCsv = (path: string, columns: readonly Column[]): Sheet =>
  openLines(path, csvOf([columns.map(({ name }) => name)]), (fact) =>
    csvOf([columns.map((column) => cellOf(column, fact))]),
  );

/** One message of the feed a line. */
export const openJsonl = (path: string): Sheet =>
  openLines(path, '', (fact) => `${JSON.stringify(fact)}\n`);
