import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { nkeys } from '@nats-io/nats-core';
import { invalid } from '../shared/field.ts';
import { feedPermissions } from './permissions.ts';

export const usage = `holdfast nkey --to FILE [--feed NAME]

Makes a new NKey for an edge, a leaf or central: the seed goes into FILE, for its owner alone, and
the public key, by which a nats-server knows who it is, is printed.

  --to FILE         a file that is not there yet
  --feed NAME       for a consumer of the feed: prints its user as the hub's configuration has it

Exit code 0: done. 1: not, and why.
`;

/** The command line; resolves with the exit code. */
export async function run(args: string[]): Promise<number> {
  const options = { to: { type: 'string' }, feed: { type: 'string' } } as const;
  const { to, feed } = parseArgs({ args, options }).values;
  if (feed !== undefined && !/^[A-Za-z0-9_-]{1,40}$/.test(feed)) {
    throw invalid('--feed', 'must be 1 to 40 letters, digits, "_" or "-"');
  }
  if (to === undefined) throw invalid('--to', 'must name the file to be written');
  const pair = nkeys.createUser();
  try {
    writeFileSync(to, `${Buffer.from(pair.getSeed())}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw invalid('--to', `${to}: ${(error as Error).message}`);
  }
  const nkey = pair.getPublicKey();
  const user =
    feed === undefined ? nkey : JSON.stringify({ nkey, permissions: feedPermissions(feed) });
  process.stdout.write(`${user}\n`);
  return 0;
}
