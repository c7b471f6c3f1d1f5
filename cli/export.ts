import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { backoff } from '../shared/backoff.ts';
import { Fault } from '../shared/fault.ts';
import type { FeedFact } from '../shared/feed/message.ts';
import { invalid } from '../shared/field.ts';
import { grouped } from '../shared/table.ts';
import { type Asking, openAsking, whereOptions, whereUsage } from './asking.ts';
import { type Format, formats, openBook } from './export/book.ts';

export const usage = `holdfast export --day DAY --out FOLDER --central URL

Writes the facts of one production day into FOLDER/DAY, for analysts: facts.* has all of them with
their bodies as JSON, and each type has a file of its own with a column for each field;
manifest.json counts them, with the SHA-256 of each file. The same ledger gives the same bytes.

${whereUsage}
  --day DAY         e.g. 2026-11-29: the day that the edge has stated; where it has none, by
  --time-zone ZONE  the plant's zone, e.g. Europe/Paris; UTC if absent
  --day-start TIME  local time at which its day begins; 00:00 if absent
  --format FORMAT   parquet, csv or jsonl; parquet if absent
  --up-to POSITION  only what the ledger held up to there, to write an earlier export again

Exit code 0: written. 2: not, and why.
`;

/** Exit code where it could not be done. */
export const failed = 2;

const options = {
  ...whereOptions,
  day: { type: 'string' },
  out: { type: 'string' },
  format: { type: 'string', default: 'parquet' },
  'time-zone': { type: 'string', default: 'UTC' },
  'day-start': { type: 'string', default: '00:00' },
  'up-to': { type: 'string' },
} as const;

/** A page that central does not give is asked for so often. */
const tries = 5;
const pageMaxMs = 60_000;
/** Between two pages, so that central's own work comes first, ms. */
const pauseMs = 20;

type Page = { facts: FeedFact[]; next: number | null; upTo: number };

/** One page. Throws Fault UNREACHABLE after the last try, and INVALID for what central refuses. */
async function pageOf(ask: Asking['ask'], asked: object): Promise<Page> {
  for (let attempt = 1; ; attempt++) {
    try {
      const told = await ask<Page>('facts', asked, pageMaxMs);
      if ('answer' in told) return told.answer;
      throw new Fault('INVALID', told.message);
    } catch (error) {
      if (!(error instanceof Fault && error.retry) || attempt === tries) throw error;
      await delay(backoff(attempt));
    }
  }
}

const formatOf = (given: string): Format => {
  const format = formats.find((one) => one === given);
  if (format) return format;
  throw invalid('--format', `must be one of ${formats.join(', ')}`);
};

/** The command line; resolves with the exit code. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options });
  const { day, out, 'time-zone': timeZone, 'day-start': dayStart } = values;
  if (day === undefined || !/^\d{4}-\d\d-\d\d$/.test(day)) {
    throw invalid('--day', 'must be a day, e.g. 2026-11-29');
  }
  if (out === undefined) throw invalid('--out', 'must name a folder');
  const format = formatOf(values.format);
  const asking = await openAsking(values);
  try {
    const asked = { day, timeZone, dayStart };
    let page = await pageOf(asking.ask, { ...asked, upTo: values['up-to'] });
    const book = openBook(out, day, format);
    try {
      const { upTo } = page;
      for (;;) {
        for (const fact of page.facts) book.add(fact);
        if (page.next === null) break;
        await delay(pauseMs);
        page = await pageOf(asking.ask, { ...asked, after: page.next, upTo });
      }
      const { place, manifest } = await book.close({ ...asked, upTo });
      process.stdout.write(`${place}: ${grouped(manifest.facts)} facts\n`);
      return 0;
    } catch (error) {
      book.drop();
      throw error;
    }
  } finally {
    await asking.close();
  }
}
