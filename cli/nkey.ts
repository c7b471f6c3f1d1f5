import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { nkeys } from '@nats-io/nats-core';
import { invalid } from '../shared/field.ts';

export const usage = `holdfast nkey --to FILE

Makes a new NKey for an edge, a leaf or central: the seed goes into FILE, for its owner alone, and
the public key, by which a nats-server knows who it is, is printed.

  --to FILE         a file that is not there yet

Exit code 0: done. 1: not, and why.
`;

/** The command line; resolves with the exit code. */
export async function run(args: string[]): Promise<number> {
  const { to } = parseArgs({ args, options: { to: { type: 'string' } } }).values;
  if (to === undefined) throw invalid('--to', 'must name the file to be written');
  const pair = nkeys.createUser();
  try {
    writeFileSync(to, `${Buffer.from(pair.getSeed())}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw invalid('--to', `${to}: ${(error as Error).message}`);
  }
  process.stdout.write(`${pair.getPublicKey()}\n`);
  return 0;
}
