import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Fault } from '../shared/fault.ts';
import { invalid } from '../shared/field.ts';
import {
  type Recalled,
  type RecalledRow,
  recallCsv,
  recallHash,
  recallText,
} from '../shared/recalltext.ts';
import { type Asking, asking, whereOptions, whereUsage } from './asking.ts';
import { type Told, tell } from './central.ts';

export const usage = `holdfast recall ID --central URL

Everything that a bad lot, serial or order may have gone into, over all lines and plants: each lot
with what is left of it and where it was stated last, each order, each serial, and each document in
the ERP with its number. A lot that came from outside, and whatever nobody can tell, is "unknown":
to be looked for as if it were still there. What was delivered to customers the ERP alone knows.

${whereUsage}
  --csv FILE        writes all rows as CSV (RFC 4180), for the authority; its SHA-256 is told
  --json            for programs: all rows, with the same hash

Exit code 0: told. 1: nothing bears that id. 2: central was not reached, or not all was told.
`;

/** An answer may have to look through much of the ledger first. */
export const recallMaxMs = 60_000;
/** Rows that are asked for at once; at most so many pages, so that nothing is asked for ever. */
const pageRows = 2_000;
const pagesMax = 1_000;

/** A recall with all of its rows. */
type All = Omit<Recalled, 'next'> & Readonly<{ sha256: string }>;

/**
 * Asks for page after page. What came while it was asked may be among the rows or not; fewer rows
 * than were counted are told as Fault INVALID.
 */
async function allOf({ ask }: Asking, id: string): Promise<Told<All>> {
  const rows: RecalledRow[] = [];
  let after: string | undefined;
  for (let page = 0; page < pagesMax; page++) {
    const told = await ask<Recalled>('recall', { id, limit: pageRows, after }, recallMaxMs);
    if (!('answer' in told)) return told;
    const { next, rows: more, ...answer } = told.answer;
    rows.push(...more);
    if (next !== null) {
      after = next;
      continue;
    }
    const { lots, orders, serials, documents } = answer.counts;
    const counted = lots + orders + serials + documents;
    if (rows.length < counted) {
      const words = `central told ${rows.length} rows and counted ${counted}: ask again`;
      throw new Fault('INVALID', `recall: ${words}`);
    }
    return { answer: { ...answer, rows, sha256: recallHash(rows) } };
  }
  throw new Fault('FULL', `recall: more than ${pagesMax * pageRows} rows: ask for less`);
}

/** What a person is told of a whole recall. */
const text = (told: All, file: string | undefined): string =>
  [
    recallText({ ...told, next: null }).trimEnd(),
    '',
    `${told.rows.length} rows, SHA-256 as CSV: ${told.sha256}`,
    ...(file === undefined ? [] : [`written to ${file}`]),
    '',
  ].join('\n');

function save(file: string, csv: string): void {
  try {
    writeFileSync(file, csv, { mode: 0o600 });
  } catch (error) {
    throw invalid('--csv', `${file}: ${(error as Error).message}`);
  }
}

/** Exit code where it could not be done. */
export const failed = 2;

/** The command line; returns the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...whereOptions,
      csv: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const [id, ...more] = positionals;
  if (id === undefined || more.length > 0) throw invalid('ID', 'must be one id');
  const { csv, json } = values;
  return asking(values, async (central) => {
    const told = await allOf(central, id);
    if ('answer' in told && csv !== undefined) {
      save(csv, recallCsv(told.answer.rows));
    }
    const code = tell({ command: 'recall', json }, told, (answer) => text(answer, csv));
    const isWhole = 'answer' in told && !told.answer.isCut && told.answer.notYet === 0;
    return code === 0 && !isWhole ? failed : code;
  });
}
