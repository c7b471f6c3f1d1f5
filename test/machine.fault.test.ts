// Goal: each fault of a simulated machine is the one that it is named for, and its truth survives.
// Method: a plain client, without an edge's care, meets it.
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { openMachine } from '../cli/machine/simulated.ts';
import { closer, folderFor, openPair } from './machine/pair.ts';
import { openWatcher, standardLogin, until } from './machine/watcher.ts';

const closing = closer();
afterEach(closing.run);

const total = 's=Filler.Total';
const level = 's=Filler.Level';
const overflow = 0x480;

test('sessions expire, and a password is another from then on', async () => {
  const { machine, watcher } = await openPair(closing, { profile: 'generic' });
  expect(await watcher.read(total)).toBe(0);
  await machine.perform('password', { password: 'changed' });
  expect(await watcher.read(total)).toBe(0);
  await machine.perform('expireSessions', {});
  expect(machine.truth().sessions).toBe(0);
  await expect(openWatcher({ url: machine.url })).rejects.toThrow(/BadUserAccessDenied/);
  const again = await openWatcher({
    ...{ url: machine.url, login: { ...standardLogin, password: 'changed' } },
  });
  expect(await again.read(total)).toBe(0);
  await again.close();
});

test('another certificate: the same port and counters, another key', async () => {
  const { machine, watcher } = await openPair(closing, { profile: 'generic' });
  const before = machine.truth().certificate;
  const own = (await watcher.client.getEndpoints())[0]!.serverCertificate;
  await machine.perform('make', { good: 9 });
  await machine.perform('certificate', {});
  await expect(watcher.read(total)).rejects.toThrow();
  const again = await openWatcher({ url: machine.url });
  closing.add(() => again.close());
  const [endpoint] = await again.client.getEndpoints();
  expect(endpoint!.serverCertificate).not.toEqual(own);
  expect(machine.truth().certificate).not.toBe(before);
  expect(await again.read(total)).toBe(9);
});

test('who is not trusted, gives no password or does not encrypt is not let in', async () => {
  const options = { profile: 'generic', trustAll: false };
  const machine = await openMachine({ folder: folderFor(closing), ...options });
  closing.add(() => machine.close());
  await expect(openWatcher({ url: machine.url })).rejects.toThrow();
  await expect(openWatcher({ url: machine.url, login: null })).rejects.toThrow();
  expect(machine.truth().sessions).toBe(0);
  const { machine: open } = await openPair(closing, { profile: 'generic' });
  await expect(openWatcher({ url: open.url, anonymous: true })).rejects.toThrow();
  const wrong = { user: 'guest', password: standardLogin.password };
  await expect(openWatcher({ url: open.url, login: wrong })).rejects.toThrow(/AccessDenied/);
});

test('a flood is more than a queue holds: the overflow is marked, the count is whole', async () => {
  const { machine, watcher } = await openPair(closing, {
    profile: 'generic',
    security: 'encrypted',
  });
  const heard = await watcher.watch([total, level], { everyMs: 200, queue: 5 });
  await until('the first values', () => heard.length >= 2);
  await machine.perform('flood', { values: 300 });
  await machine.perform('flood', { values: 300, of: 'level' });
  const last = (id: string) => heard.filter((one) => one.id === id).at(-1)!.value.value.value;
  await until('the last values', () => last(total) === 300 && last(level) === 0.299);
  expect(heard.length).toBeLessThan(30);
  const marked = heard.filter(({ value }) => (value.statusCode.value & overflow) === overflow);
  expect(marked.length).toBeGreaterThan(0);
  expect(machine.truth().made.good).toBe(300);
});

test('values are told again, late and twice, with the times they had', async () => {
  const { machine, watcher } = await openPair(closing, { profile: 'generic' });
  const heard = await watcher.watch([total]);
  for (const good of [1, 2, 3]) {
    await machine.perform('make', { good });
    await delay(20);
  }
  await until('6', () => heard.at(-1)?.value.value.value === 6);
  const once = heard.map(({ value }) => [value.value.value, value.sourceTimestamp!.getTime()]);
  await machine.perform('repeat', { last: 2 });
  await until('again', () => heard.length >= once.length + 3);
  const all = heard.map(({ value }) => [value.value.value, value.sourceTimestamp!.getTime()]);
  expect(all.slice(0, once.length)).toEqual(once);
  expect(all.slice(once.length)).toEqual(once.slice(-3));
});

test('source times are off, and values are bad or uncertain, as long as asked', async () => {
  const { machine, watcher } = await openPair(closing, { profile: 'generic' });
  const heard = await watcher.watch([total]);
  await until('the first', () => heard.length === 1);
  await machine.perform('shiftTime', { ms: -3_600_000 });
  await machine.perform('make', { good: 1 });
  await until('the second', () => heard.length === 2);
  const [, { value }] = heard as [unknown, (typeof heard)[0]];
  const behindMs = Date.now() - value.sourceTimestamp!.getTime();
  expect(behindMs).toBeGreaterThan(3_599_000);
  await machine.perform('quality', { quality: 'BadNoCommunication' });
  await until('the third', () => heard.length === 3);
  expect(heard[2]!.value.statusCode.name).toBe('BadNoCommunication');
  await machine.perform('quality', { quality: 'Good' });
  await until('the fourth', () => heard.length === 4);
  expect(heard[3]!.value).toMatchObject({ statusCode: { name: 'Good' }, value: { value: 1 } });
});
