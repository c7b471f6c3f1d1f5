// Goal: a machine may be killed, frozen and cut off, and what it made stays known.
// Method: machines as processes of their own, behind a link; SIGKILL and SIGSTOP.
import { afterEach, expect, test } from 'vitest';
import { startMachine } from '../cli/machine/machine.ts';
import { closer } from './machine/pair.ts';
import { openWatcher, until } from './machine/watcher.ts';

const closing = closer();
afterEach(closing.run);
const total = 's=Filler.Total';

test('killed and back: counters zeroed and wrapped; frozen; cut; the truth goes on', async () => {
  const machine = await startMachine({
    ...{ profile: 'generic', security: 'none', bits: 16, signed: false, counterFrom: 65_000 },
  });
  closing.add(() => machine.stop());
  const seen = async (): Promise<unknown> => {
    const watcher = await openWatcher({ url: machine.url, login: null });
    const value = await watcher.read(total);
    await watcher.close();
    return value;
  };
  await machine.perform('make', { good: 10, bad: 2 });
  const shown = async () => (await machine.truth()).shown.processed;
  expect(await seen()).toBe(65_012);

  const watcher = await openWatcher({ url: machine.url, login: null });
  closing.add(() => watcher.close());
  machine.freeze();
  await expect(watcher.read(total)).rejects.toThrow(/timed out/i);
  machine.thaw();
  expect(await seen()).toBe(65_012);

  machine.link.cut();
  await expect(openWatcher({ url: machine.url, login: null })).rejects.toThrow();
  machine.link.heal();

  await machine.kill();
  expect(() => machine.pid()).toThrow(/was killed/);
  await machine.restart('wrapped');
  expect([await seen(), await shown()]).toEqual([3, 3]);
  expect((await machine.truth()).made).toEqual({ processed: 539, defective: 2, good: 537 });
  await machine.kill();
  await machine.restart('zeroed');
  expect(await seen()).toBe(0);
  expect((await machine.truth()).made.processed).toBe(539);
  await machine.kill();
  await expect(machine.restart('wrapped')).rejects.toThrow(/too far, 65539 pieces, from a wrap/);
});

test('a machine that is killed at work has told no piece that it forgot', async () => {
  const options = { profile: 'generic', security: 'none', perS: 400 } as const;
  const machine = await startMachine(options);
  closing.add(() => machine.stop());
  const watcher = await openWatcher({ url: machine.url, login: null });
  closing.add(() => watcher.close());
  const heard = await watcher.watch([total], { everyMs: 50 });
  await until('100 pieces', () => (heard.at(-1)?.value.value.value ?? 0) > 100);
  await machine.kill();
  const last = heard.at(-1)!.value.value.value as number;
  const { made, shown } = await machine.restart('kept');
  expect(made.processed).toBeGreaterThanOrEqual(last);
  expect(shown.processed).toBeGreaterThanOrEqual(made.processed);
  const again = await openWatcher({ url: machine.url, login: null });
  closing.add(() => again.close());
  expect(await again.read(total)).toBeGreaterThanOrEqual(made.processed);
});
