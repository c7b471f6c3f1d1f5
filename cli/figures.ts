import { parseArgs } from 'node:util';
import type { FiguresTold } from '../shared/figures.ts';
import { figuresCsv, figuresText } from '../shared/figurestext.ts';
import { asking, whereOptions, whereUsage } from './asking.ts';
import { tell } from './central.ts';

export const usage = `holdfast figures --central URL
holdfast figures --by line|shift|product|order --from DAY --to DAY --central URL

Figures of facts alone: OEE, yield, scrap and rework, cost of poor quality, order variance, how
long holds waited for their decisions and facts for their documents. What is not known is a dash,
with the reason below. Of the last production day, unless days are named.

  --by SORT         by what they are put together: line, shift, product or order; line
  --from DAY        first production day, e.g. 2026-11-01
  --to DAY          last production day, inclusive
  --site SITE       only of this site, e.g. acme/lyon
  --line LINE       only of this line
  --shift NAME      only of this shift
  --product NAME    only of orders over this material
  --order ORDER     only of this order
  --csv             all figures for a spreadsheet (RFC 4180)
${whereUsage}
  --limit N         most rows in one answer, 1 to 500; 100
  --after KEY       goes on behind the row with this key
  --json            for programs, each figure with its basis

Exit code 0: told. 1: refused, in words. 2: central was not reached.
`;

/** Much may have to be read first. */
const figuresMaxMs = 60_000;

/** Exit code where it could not be done. */
export const failed = 2;

const text = { type: 'string' } as const;

/** The command line; returns the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...whereOptions,
      ...{ by: text, from: text, to: text, site: text, line: text, shift: text },
      ...{ product: text, order: text, limit: text, after: text },
      csv: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const { csv, json, central: _c, nats: _n, 'nkey-path': _k, 'ca-path': _p, ...asked } = values;
  return asking(values, async ({ ask }) =>
    tell(
      { command: 'figures', json },
      await ask<FiguresTold>('figures', asked, figuresMaxMs),
      csv ? figuresCsv : figuresText,
    ),
  );
}
