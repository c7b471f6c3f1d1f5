import { parseArgs } from 'node:util';
import { type Rules, rulesText } from '../shared/ruling.ts';
import { asking, whereOptions, whereUsage } from './asking.ts';

export const usage = `holdfast rules --central URL

Says which facts call for which documents of the ERP, what must be known before, and what each rule
does at each site: live, shadow (computed and shown, not posted) or off.

${whereUsage}
  --json            for programs

Exit code 0: told. 2: central was not reached.
`;

/** Exit code where it could not be done. */
export const failed = 2;

/** The command line; returns the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { ...whereOptions, json: { type: 'boolean', default: false } },
  });
  const { json } = values;
  const told = await asking(values, ({ ask }) => ask<Rules>('rules'));
  if (!('answer' in told)) {
    process.stderr.write(`holdfast rules: ${told.message}\n`);
    return 2;
  }
  process.stdout.write(json ? `${JSON.stringify(told.answer)}\n` : rulesText(told.answer));
  return 0;
}
