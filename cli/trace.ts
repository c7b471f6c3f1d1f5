import { parseArgs } from 'node:util';
import { invalid } from '../shared/field.ts';
import { type Traced, traceText } from '../shared/tracetext.ts';
import { asking, whereOptions, whereUsage } from './asking.ts';
import { tell } from './central.ts';

export const usage = `holdfast trace ID --central URL

The whole story of anything that has an id: a fact, a correlation, a command, an order, a lot, a
serial, a hold, a posting or a document of the ERP. Tells the facts that name it, with their times
at the machine, at the edge and at central, what the rules call for, each document and every try of
it; and the lots and orders that its material came from and went into, over all lines and plants.

${whereUsage}
  --limit N         most facts in one answer, 1 to 100; 50
  --after N         goes on behind the fact at this position of the ledger
  --json            for programs

Exit code 0: told. 1: nothing bears that id. 2: central was not reached.
`;

/** An answer may have to look through much of the ledger first. */
export const traceMaxMs = 60_000;

/** Exit code where it could not be done. */
export const failed = 2;

/** The command line; returns the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...whereOptions,
      ...({ limit: { type: 'string' }, after: { type: 'string' } } as const),
      json: { type: 'boolean', default: false },
    },
  });
  const [id, ...more] = positionals;
  if (id === undefined || more.length > 0) throw invalid('ID', 'must be one id');
  const { limit, after, json } = values;
  return asking(values, async ({ ask }) =>
    tell(
      { command: 'trace', json },
      await ask<Traced>('trace', { id, limit, after }, traceMaxMs),
      traceText,
    ),
  );
}
