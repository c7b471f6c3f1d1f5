import { parseArgs } from 'node:util';
import { Fault } from '../shared/fault.ts';
import { invalid } from '../shared/field.ts';
import type { Difference, Replayed } from '../shared/replay.ts';
import { isSame, replayText } from '../shared/replaytext.ts';
import { askCentral, urlIn } from './central.ts';
import { askPart } from './part.ts';

export const usage = `holdfast replay --from LEDGER|URL --day YYYY-MM-DD --into URL

Lets a test central live through a day of production, and lists each document that its rules would
post otherwise: those that are missing, new ones, and what says something else, field by field. The
day begins as it began in production: everything before it is taken over first. Nothing is posted,
no edge is told anything, and neither ledger is changed. Broken off, it goes on where it was.

  --from FILE       production's ledger, or a backup of it; or the address of production's central
  --day DAY         the day, in UTC, at which the facts came to central
  --into URL        the test central, e.g. http://127.0.0.1:8091
  --line LINE       only documents of this line; as often as needed
  --limit N         most differences that are told, 1 to 100000; 1000
  --json            for programs

Exit code 0: every document is the same. 1: some differ. 2: it could not be done.
`;

/** Exit code where it could not be done. */
export const failed = 2;

const options = {
  from: { type: 'string' },
  day: { type: 'string' },
  into: { type: 'string' },
  line: { type: 'string', multiple: true },
  limit: { type: 'string', default: '1000' },
  json: { type: 'boolean', default: false },
} as const;

/** Differences that are asked for at once. */
const pageRows = 1_000;

/** What was found, with at most so many differences. */
async function told(url: string, limit: number): Promise<Replayed> {
  const differences: Difference[] = [];
  let after = 0;
  for (;;) {
    const rows = Math.min(pageRows, limit - differences.length);
    const answer = await askCentral<Replayed>(url, `/v1/replay?limit=${rows}&after=${after}`);
    if (!('answer' in answer)) throw new Fault('REFUSED', answer.message);
    differences.push(...answer.answer.differences);
    const { next } = answer.answer;
    if (next === null || differences.length >= limit)
      return { ...answer.answer, differences, next };
    after = next;
  }
}

/** The command line; returns the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const {
    from,
    day,
    into,
    line = [],
    limit,
    json,
  } = parseArgs({
    ...{ args: [...args], options },
  }).values;
  if (from === undefined) throw invalid('--from', 'must name a ledger, or a central');
  if (day === undefined || !/^\d{4}-\d\d-\d\d$/.test(day)) {
    throw invalid('--day', 'must be a day in UTC, e.g. 2026-11-23');
  }
  if (!/^\d{1,6}$/.test(limit) || Number(limit) < 1 || Number(limit) > 100_000) {
    throw invalid('--limit', 'must be a whole number from 1 to 100000');
  }
  const url = urlIn(into, '--into');
  const lines = line.flatMap((one) => ['--line', one]);
  await askPart('central/replay/replaying.ts', [
    '--from',
    from,
    '--day',
    day,
    '--into',
    url,
    ...lines,
  ]);
  const found = await told(url, Number(limit));
  process.stdout.write(json ? `${JSON.stringify(found)}\n` : replayText(found));
  return isSame(found) ? 0 : 1;
}
