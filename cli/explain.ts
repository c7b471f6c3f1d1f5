import { parseArgs } from 'node:util';
import { type Explained, explainText } from '../shared/explained.ts';
import { invalid } from '../shared/field.ts';
import { isId } from '../shared/identity.ts';
import { asking, whereOptions, whereUsage } from './asking.ts';
import { tell } from './central.ts';

export const usage = `holdfast explain EVENT_ID --central URL

Says what central makes of one fact: which document of the ERP its rule calls for, or why none, and
what became of each document: where it waits, what the ERP said to it, its number.

${whereUsage}
  --json            for programs

Exit code 0: told. 1: the ledger has no such fact. 2: central was not reached.
`;

/** Exit code where it could not be done. */
export const failed = 2;

/** The command line; returns the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...whereOptions, json: { type: 'boolean', default: false } },
  });
  const { json } = values;
  const [eventId, ...more] = positionals;
  if (!isId(eventId) || more.length > 0) throw invalid('EVENT_ID', 'must be one id of a fact');
  return asking(values, async ({ ask }) =>
    tell({ command: 'explain', json }, await ask<Explained>('explain', { eventId }), explainText),
  );
}
