// Goal: an edge talks only to the server that it was told to trust, says why it does not, and
// leaves it alone until trust is back.
// Method: the simulated machine, and open62541, with SignAndEncrypt and a user.

import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { fingerprintOf } from '../edge/opcua/trust.ts';
import { testFolder } from './helpers/folder.ts';
import { simulated, startMachine, startMachineLine } from './helpers/opcua.ts';
import { papersOf, startPeer, testPeer } from './peer/bench.ts';

const secured = (folder: string, pin: string) => (port: number) =>
  simulated(
    port,
    `{ url: "URL", user: edge, passwordPath: "${join(folder, 'password')}",
    serverCertificate: "${pin}" }`,
  );

/** SHA-256 of the certificate that a simulated machine shows. */
function pinOf(folder: string): string {
  const own = join(folder, 'machine', 'pki', 'own', 'certs');
  const [name] = readdirSync(own).filter((file) => file.endsWith('.pem'));
  return fingerprintOf(new X509Certificate(readFileSync(join(own, name!))).raw);
}

/** Share of one core that a process takes over some time. */
async function cpuShare(pid: number, ms: number): Promise<number> {
  const ticks = () => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return Number(fields[11]) + Number(fields[12]);
  };
  const before = ticks();
  await delay(ms);
  return ((ticks() - before) * 10) / ms;
}

async function startSecured(password = 'right') {
  const folder = testFolder();
  const machine = await startMachine(folder, { user: 'edge', password: 'right' });
  writeFileSync(join(folder, 'password'), `${password}\n`);
  const line = await startMachineLine(folder, machine.port, secured(folder, pinOf(folder)));
  return { folder, machine, line };
}
const detailIn = async (line: Awaited<ReturnType<typeof startSecured>>['line']) =>
  (await line.status()).machines.lines[0]!.detail;

test('encrypted, signed, and with a password: pieces are counted', async () => {
  const { machine, line } = await startSecured();
  await line.work();
  await line.until('live', 60_000);
  await delay(1_000);
  await machine.make(4);
  await line.untilBooked('4/0');
});

test('another password is refused in words, costs no CPU, and is no loop', async () => {
  const { line } = await startSecured('wrong');
  await line.until('refused', 60_000);
  expect(await detailIn(line)).toMatch(/BadUserAccessDenied|BadIdentityToken/);
  const share = await cpuShare(line.pid(), 10_000);
  console.log(`CPU while refused: ${(share * 100).toFixed(1)} %`);
  expect(share).toBeLessThan(0.1);
});

test('a machine that comes back with another certificate is not trusted', async () => {
  const { folder, machine, line } = await startSecured();
  await line.until('live', 60_000);
  await machine.kill();
  await line.until('reconnecting');
  rmSync(join(folder, 'machine', 'pki'), { recursive: true });
  await machine.start();
  await line.until('refused', 60_000);
  expect(await detailIn(line)).toMatch(/[Cc]ertificate/);
  const share = await cpuShare(line.pid(), 10_000);
  console.log(`CPU while refused: ${(share * 100).toFixed(1)} %`);
  expect(share).toBeLessThan(0.1);
});

test('without a pinned certificate nothing is trusted by itself', async () => {
  const folder = testFolder();
  const machine = await startMachine(folder);
  const line = await startMachineLine(folder, machine.port, (port) =>
    simulated(port, '{ url: "URL" }'),
  );
  await line.until('refused', 60_000);
  expect(await detailIn(line)).toMatch(/[Cc]ertificate/);
});

testPeer('open62541: encrypted and with a password, then another password', async (peer) => {
  const folder = testFolder();
  const { papers, pin } = await papersOf(folder);
  writeFileSync(join(folder, 'password'), 'right');
  const machine = await startPeer(peer, { first: 0, papers, password: 'right' });
  const line = await startMachineLine(folder, machine.port, secured(folder, pin));
  await line.work();
  // The peer does not know the edge yet: it is trusted by hand, as a person would.
  await line.until('refused', 60_000);
  const own = readFileSync(join(folder, 'edge.sqlite.pki/own/certs/edge.pem'));
  writeFileSync(papers.trusted, new X509Certificate(own).raw);
  await machine.kill();
  await machine.start();
  await line.kill();
  await line.start();
  await line.until('live', 60_000);
  await delay(1_000);
  await machine.make(6);
  await line.untilBooked('6/0');
  await machine.kill();
  await machine.start({ first: 6, password: 'changed' });
  await line.until('refused', 60_000);
  await machine.make(3);
  writeFileSync(join(folder, 'password'), 'changed');
  await line.until('live', 60_000); // the next attempt reads the new password
  await line.untilBooked('9/0');
});
