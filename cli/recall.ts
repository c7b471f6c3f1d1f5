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
holdfast recall ID --hold --by NAME --reason TEXT --central URL

Everything that a bad lot, serial or order may have gone into, over all lines and plants: each lot
with what is left of it and where it was stated last, each order, each serial, and each document in
the ERP with its number. A lot that came from outside, and whatever nobody can tell, is "unknown":
to be looked for as if it were still there. What was delivered to customers the ERP alone knows.

${whereUsage}
  --csv FILE        writes all rows as CSV (RFC 4180), for the authority; its SHA-256 is told
  --hold            holds it, with all that is made of it, in all plants: at central at once, and at
                    every line that has stated something of it; serials that went on as lots too
  --by NAME         who holds, e.g. person:17; --reason TEXT why
  --dry-run         with --hold: says what would come of it, and holds nothing
  --json            for programs: all rows, with the same hash

Exit code 0: told, and held. 1: nothing bears that id, or it was not held. 2: central was not
reached, or not all was told.
`;

/** An answer may have to look through much of the ledger first. */
const recallMaxMs = 60_000;
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

/** Most holds that one recall places. */
const holdsMax = 200;
type Held = Readonly<{ hold: string; lines: readonly Readonly<{ line: string }>[] }>;
type Holding = Readonly<{ by: string | undefined; reason: string | undefined; dryRun: boolean }>;

/**
 * What is to be held, so that all that was told is reached: the thing itself, and each serial that
 * was consumed under the name of a lot. Throws Fault FULL, before anything is held, for too many.
 */
function holdsOf({ id, rows }: All): object[] {
  const isOrder = rows.every(({ kind, name }) => name !== id || kind === 'order');
  const onward = rows.filter((row) => row.kind === 'serial' && row.state === 'MaterialConsumed');
  const names = onward.map(({ name }) => name).filter((name) => name !== id);
  if (names.length < holdsMax)
    return [isOrder ? { order: id } : { lot: id }, ...names.map((lot) => ({ lot }))];
  const words = `${names.length} serials went on as lots: at most ${holdsMax - 1} are held at once`;
  throw new Fault('FULL', `recall: ${words}`);
}

/** Places the holds one by one; those that are placed stand, whatever comes of the next. */
async function place({ ask }: Asking, told: All, holding: Holding): Promise<Told<Held[]>> {
  const held: Held[] = [];
  for (const on of holdsOf(told)) {
    const answer = await ask<Held>('hold', { ...on, ...holding }, recallMaxMs);
    if (!('answer' in answer)) return answer;
    held.push(answer.answer);
  }
  return { answer: held };
}

/** What a person is told of a whole recall. */
const text = (told: All & { held?: readonly Held[] }, file: string | undefined): string =>
  [
    recallText({ ...told, next: null }).trimEnd(),
    '',
    `${told.rows.length} rows, SHA-256 as CSV: ${told.sha256}`,
    ...(file === undefined ? [] : [`written to ${file}`]),
    ...(told.held ?? []).map(({ hold, lines }) => {
      return `held: ${hold}, told to ${new Set(lines.map(({ line }) => line)).size} lines so far`;
    }),
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
      ...({ csv: { type: 'string' }, by: { type: 'string' } } as const),
      reason: { type: 'string' },
      hold: { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const [id, ...more] = positionals;
  if (id === undefined || more.length > 0) throw invalid('ID', 'must be one id');
  const { csv, json, by, reason, hold: isHeld, 'dry-run': dryRun } = values;
  if (isHeld && (by === undefined || reason === undefined)) {
    throw invalid('--hold', 'needs --by and --reason');
  }
  return asking(values, async (central) => {
    const told = await allOf(central, id);
    if ('answer' in told && csv !== undefined) save(csv, recallCsv(told.answer.rows));
    const placed =
      'answer' in told && isHeld
        ? await place(central, told.answer, { by, reason, dryRun })
        : undefined;
    const held = placed && 'answer' in placed ? { held: placed.answer } : {};
    const whole = 'answer' in told ? { answer: { ...told.answer, ...held } } : told;
    const code = tell({ command: 'recall', json }, whole, (answer) => text(answer, csv));
    if (placed && !('answer' in placed)) {
      process.stderr.write(`holdfast recall: not held: ${placed.message}\n`);
      return 1;
    }
    const isWhole = 'answer' in told && !told.answer.isCut && told.answer.notYet === 0;
    return code === 0 && !isWhole ? failed : code;
  });
}
