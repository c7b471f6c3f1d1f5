import { test } from 'vitest';
import { type Controlled, startMachine } from '../../cli/machine/machine.ts';
import { Fault } from '../../shared/fault.ts';
import { buildPeer } from './packages.ts';
import { type PeerOptions, type PeerTruth, startPeer } from './peer.ts';

/** A machine, whoever built its server: its PackTags and counters are at the same nodes. */
export type Server = Controlled<PeerTruth>;
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

/** A test against open62541; where it cannot be had it says that it was not run, and why. */
export const testPeer = (name: string, body: () => Promise<void>, timeoutMs?: number): void =>
  test(
    name,
    async ({ skip }) => {
      lacking ??= reason();
      const why = await lacking;
      if (why !== undefined) skip(why);
      await body();
    },
    timeoutMs,
  );

/** A test against the simulated machine, and the same against open62541. */
export function testBoth(
  name: string,
  body: (start: StartServer) => Promise<void>,
  timeoutMs?: number,
): void {
  const simulated: StartServer = (options) => startMachine({ profile: 'packml-tags', ...options });
  test(`simulated: ${name}`, () => body(simulated), timeoutMs);
  testPeer(`open62541: ${name}`, () => body(startPeer), timeoutMs);
}
