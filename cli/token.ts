import { hash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { sender } from '../shared/dispatch.ts';
import { id as idField, invalid } from '../shared/field.ts';

export const usage = `holdfast token --to FILE --name NAME --id ID [--until DATE]

Makes a new token by which somebody acts at central's desk over HTTP: the token goes into FILE, for
its owner alone, and what central's file of tokens (tokensPath) shall say of it is printed; nothing
of the token can be made of that.

  --to FILE         a file that is not there yet; name it with --token-path where central is asked
  --name NAME       who acts with it: person:17, system:lims
  --id ID           name of the token, one of its kind; it stands in what is done with it
  --until DATE      the last day that it is valid, UTC, e.g. 2027-03-31

Exit code 0: done. 1: not, and why.
`;

const dayMs = 86_400_000;
const text = { type: 'string' } as const;

/** The last instant of a day, Unix ms. Throws Fault INVALID for none. */
function endOf(day: string): number {
  const ms = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(ms)) throw invalid('--until', 'must be a day, e.g. 2027-03-31');
  return ms + dayMs - 1;
}

/** The command line; resolves with the exit code. */
export async function run(args: string[]): Promise<number> {
  const options = { to: text, name: text, id: text, until: text };
  const { to, name: who, id: called, until } = parseArgs({ args, options }).values;
  const name = sender.read(who, '--name');
  const id = idField('', 40).read(called, '--id');
  const untilMs = until === undefined ? undefined : endOf(until);
  if (to === undefined) throw invalid('--to', 'must name the file to be written');
  const token = randomBytes(32).toString('base64url');
  try {
    writeFileSync(to, `${token}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw invalid('--to', `${to}: ${(error as Error).message}`);
  }
  const entry = { name, id, sha256: hash('sha256', token), ...(untilMs && { untilMs }) };
  process.stdout.write(`${JSON.stringify(entry)}\n`);
  return 0;
}
