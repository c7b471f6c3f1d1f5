// Goal: an edge talks only to the server that it was told to trust, says why it does not, and
// leaves it alone until trust is back.
// Method: the simulated machine, and open62541, with SignAndEncrypt and a user.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { testFolder } from './helpers/folder.ts';
import { type MachineLine, makerOf, simulated, startMachineLine } from './helpers/opcua.ts';
import type { Server } from './machine/peer.ts';
import { usePlant } from './machine/plant.ts';
import { testBoth } from './machine/servers.ts';

const site = usePlant();

const secured = (folder: string, pin: string) => (port: number) =>
  simulated(
    port,
    `{ url: "URL", user: edge, passwordPath: "${join(folder, 'password')}",
    serverCertificate: "${pin}" }`,
  );

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

/** An edge that pins the certificate of a machine, and knows a password of its user. */
async function startSecured(machine: Server, password = 'edge-password') {
  onTestFinished(() => machine.stop());
  const folder = testFolder();
  const setPassword = (given: string) => writeFileSync(join(folder, 'password'), `${given}\n`);
  setPassword(password);
  const began = await machine.truth();
  const text = secured(folder, began.certificate);
  const line = await startMachineLine(folder, machine, text, site);
  const expectOnce = () => site.expectOnce({ line, machine, began });
  return { folder, line, setPassword, expectOnce, make: makerOf(machine) };
}
const detailIn = async (line: MachineLine) => (await line.status()).machines.lines[0]!.detail;
const encrypted = { security: 'encrypted' } as const;

/** Refused it leaves the machine alone: it costs no CPU, and is no loop. */
async function expectQuiet(line: MachineLine): Promise<void> {
  const share = await cpuShare(line.pid(), 5_000);
  console.log(`CPU while refused: ${(share * 100).toFixed(1)} %`);
  expect(share).toBeLessThan(0.1);
}

testBoth(
  'encrypted, with a password; another one is refused until the edge has it',
  async (start) => {
    const machine = await start(encrypted);
    const { line, make, setPassword, expectOnce } = await startSecured(machine);
    await line.work();
    await line.until('live', 60_000);
    await delay(1_000);
    await make(6);
    await line.untilBooked('6/0');
    await machine.perform('password', { password: 'changed' });
    await machine.perform('expireSessions');
    await line.until('refused', 60_000);
    expect(await detailIn(line)).toMatch(/BadUserAccessDenied|BadIdentityToken/);
    await expectQuiet(line);
    await make(3);
    setPassword('changed');
    await line.until('live', 60_000); // the next attempt reads the new password
    await line.untilBooked('9/0');
    await expectOnce();
  },
);

testBoth('another certificate is not trusted until a person says so', async (start) => {
  const machine = await start(encrypted);
  const { folder, line, make, expectOnce } = await startSecured(machine);
  await line.work();
  await line.until('live', 60_000);
  await delay(1_000);
  await make(4);
  await line.untilBooked('4/0');
  await machine.perform('certificate');
  await line.until('refused', 60_000);
  expect(await detailIn(line)).toMatch(/[Cc]ertificate/);
  await expectQuiet(line);
  await make(5);
  const { certificate } = await machine.truth();
  await line.kill();
  await line.start();
  await line.until('refused', 60_000);
  expect(await detailIn(line)).toContain(`shows certificate ${certificate}, the mapping trusts`);
  expect(await line.booked()).toBe('4/0');
  await line.kill();
  line.map(secured(folder, certificate));
  await line.start();
  await line.until('live', 60_000);
  await line.untilBooked('9/0');
  await expectOnce();
});

testBoth(
  'an edge that the machine does not know is refused until the machine trusts it',
  async (start) => {
    const machine = await start({ ...encrypted, trustAll: false });
    const { line, make, expectOnce } = await startSecured(machine);
    await line.work();
    await line.until('refused', 60_000);
    expect(await detailIn(line)).toMatch(/[Cc]ertificate|Security/);
    await expectQuiet(line);
    await machine.kill();
    machine.trust(readFileSync(line.certificateFile, 'utf8'));
    await machine.restart();
    await line.until('live', 60_000);
    await delay(1_000);
    await make(2);
    await line.untilBooked('2/0');
    await expectOnce();
  },
);

testBoth('without a pinned certificate nothing is trusted by itself', async (start) => {
  const machine = await start(encrypted);
  onTestFinished(() => machine.stop());
  const line = await startMachineLine(testFolder(), machine, (port) =>
    simulated(port, '{ url: "URL" }'),
  );
  await line.until('refused', 60_000);
  expect(await detailIn(line)).toMatch(/[Cc]ertificate/);
});
