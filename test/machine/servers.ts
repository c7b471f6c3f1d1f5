import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { startMachine } from '../../cli/machine/machine.ts';
import { Fault } from '../../shared/fault.ts';
import { isDrawn, leftOut } from '../helpers/draw.ts';
import { testFolder } from '../helpers/folder.ts';
import { buildPeer } from './packages.ts';
import { type PeerOptions, type Server, startPeer } from './peer.ts';

export type StartServer = (options: PeerOptions) => Promise<Server>;

let lacking: Promise<string | undefined> | undefined;

/** Why the foreign server cannot be had on this machine; looked for once. */
async function reason(): Promise<string | undefined> {
  try {
    await buildPeer();
    return undefined;
  } catch (error) {
    if (error instanceof Fault && error.code === 'UNREACHABLE') return error.message;
    throw error;
  }
}

const lack = (): Promise<string | undefined> => (lacking ??= reason());

/** A test against open62541; where it cannot be had it says that it was not run, and why. */
export const testPeer = (name: string, body: () => Promise<void>, timeoutMs?: number): void =>
  test(
    name,
    async ({ skip }) => {
      const why = await lack();
      if (why !== undefined) skip(why);
      await body();
    },
    timeoutMs,
  );

/** Our own; its certificates are in a folder of the test. */
async function simulated(options: PeerOptions): Promise<Server> {
  const folder = testFolder();
  const machine = await startMachine({ profile: 'packml-tags', folder, ...options });
  const pki = join(folder, 'pki-0', 'pki');
  return {
    ...machine,
    trust(certificate) {
      rmSync(join(pki, 'rejected'), { recursive: true }); // what is in there stays refused
      writeFileSync(join(pki, 'trusted', 'certs', 'client.pem'), certificate);
    },
  };
}

let pairs = 0;

/**
 * A test against the simulated machine, and the same against open62541: one of the two for a change
 * of the code, the first where the other cannot be had.
 */
export function testBoth(
  name: string,
  body: (start: StartServer) => Promise<void>,
  timeoutMs?: number,
): void {
  const [isOurs, isTheirs] = [isDrawn(pairs, 2), isDrawn(pairs + 1, 2)];
  pairs += 1;
  test(
    `simulated: ${name}`,
    async ({ skip }) => {
      if (!isOurs && (await lack()) === undefined) skip(leftOut);
      await body(simulated);
    },
    timeoutMs,
  );
  const other = `open62541: ${name}`;
  if (isTheirs) testPeer(other, () => body(startPeer), timeoutMs);
  else test(other, ({ skip }) => skip(leftOut));
}
