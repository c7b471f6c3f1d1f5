import { appendFileSync, writeFileSync } from 'node:fs';
import type { FeedFact } from '../../shared/feed/message.ts';
import type { Column } from './columns.ts';

/** Rows are written together up to so many. */
const rowsMax = 1_000;

/** A sheet that is being written; `close` writes what is left. */
export type Sheet = Readonly<{ add: (fact: FeedFact) => void; close: () => void }>;

/** A cell by RFC 4180; what says nothing is empty, and an empty text is "". */
function cellOf({ kind, of }: Column, fact: FeedFact): string {
  const value = of(fact);
  if (value === undefined || value === null) return '';
  const text = kind === 'json' ? JSON.stringify(value) : `${value}`;
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
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

/** CSV by RFC 4180, UTF-8, with a head. */
export const openCsv = (path: string, columns: readonly Column[]): Sheet =>
  openLines(
    path,
    `${columns.map(({ name }) => name).join(',')}\r\n`,
    (fact) => `${columns.map((column) => cellOf(column, fact)).join(',')}\r\n`,
  );

/** One message of the feed a line. */
export const openJsonl = (path: string): Sheet =>
  openLines(path, '', (fact) => `${JSON.stringify(fact)}\n`);
