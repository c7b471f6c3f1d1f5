// Goal: the server that shares no code with ours is a machine as well: what it tells is what it
// made, and its faults are the ones named. Method: open62541 from Debian's packages and a plain
// client; where it cannot be had, the tests are skipped with the reason.
import { afterEach, expect } from 'vitest';
import { closer } from './machine/pair.ts';
import { type PeerOptions, startPeer } from './machine/peer.ts';
import { testPeer } from './machine/servers.ts';
import { openWatcher, standardLogin, until } from './machine/watcher.ts';

const closing = closer();
afterEach(closing.run);

const total = 's=Filler.Total';

async function opened(options: PeerOptions) {
  const peer = await startPeer(options);
  closing.add(() => peer.stop());
  const login = options.security === 'none' ? null : standardLogin;
  const watch = () => openWatcher({ url: peer.url, login });
  const watcher = await watch();
  closing.add(() => watcher.close());
  return { peer, watcher, watch };
}

testPeer(
  'it counts in registers that wrap, and remembers what it told when it is killed',
  async () => {
    const options = { security: 'none', bits: 16, signed: false, counterFrom: 65_500 } as const;
    const { peer, watcher, watch } = await opened(options);
    const tag = 's=Filler.Admin.ProdProcessedCount[0].AccCount';
    const heard = await watcher.watch([total, tag, 's=Filler.Status.StateCurrent']);
    await peer.perform('produce', { perS: 100, badPerMille: 200 });
    await until('60 pieces', async () => (await peer.truth()).made.processed >= 60);
    await peer.perform('state', { state: 'held' });
    const { made, shown } = await peer.truth();
    expect(shown.processed).toBe(65_500 + made.processed - 65_536);
    expect(made.processed).toBe(made.good + made.defective);
    const last = (id: string): unknown =>
      heard.filter((one) => one.id === id).at(-1)?.value.value.value;
    await until('all is heard', () => last(total) === shown.processed && last(tag) === last(total));
    await until('it is held', () => last('s=Filler.Status.StateCurrent') === 11);
    await peer.kill();
    expect(await peer.restart()).toMatchObject({ made, shown, state: 'held' });
    await peer.kill();
    expect((await peer.restart('zeroed')).shown.processed).toBe(0);
    expect((await peer.truth()).made).toEqual(made);
    const again = await watch();
    closing.add(() => again.close());
    expect(await again.read(total)).toBe(0);
    await expect(peer.perform('lot', { lot: 'L' })).rejects.toThrow(/cannot do that/);
  },
);

testPeer('wrapped while it was off: as many pieces as it takes', async () => {
  const { peer } = await opened({ security: 'none', counterFrom: 2 ** 31 - 10 });
  await peer.perform('make', { good: 4, bad: 1 });
  await peer.kill();
  const { shown, made } = await peer.restart('wrapped');
  expect(shown.processed).toBe(-(2 ** 31) + 3);
  expect(made).toEqual({ processed: 13, defective: 1, good: 12 });
});

testPeer(
  'frozen it answers nothing; sessions expire; a flood overflows; times are off',
  async () => {
    const { peer, watcher, watch } = await opened({ security: 'none' });
    const heard = await watcher.watch([total], { everyMs: 200, queue: 5 });
    await until('the first', () => heard.length === 1);
    await peer.perform('shiftTime', { ms: -60_000 });
    await peer.perform('flood', { values: 50 });
    await until('the last', () => heard.at(-1)?.value.value.value === 50);
    expect(heard.some(({ value }) => (value.statusCode.value & 0x480) === 0x480)).toBe(true);
    const { sourceTimestamp, serverTimestamp } = heard.at(-1)!.value;
    expect(serverTimestamp!.getTime() - sourceTimestamp!.getTime()).toBeGreaterThan(59_000);
    const session = watcher.session.sessionId.toString();
    await peer.perform('expireSessions', {});
    // The client's library notices by its next request, and begins a session anew.
    expect(await watcher.read(total)).toBe(50);
    expect(watcher.session.sessionId.toString()).not.toBe(session);
    const again = await watch();
    closing.add(() => again.close());
    peer.freeze();
    await expect(again.read(total)).rejects.toThrow(/timed out/i);
    peer.thaw();
    expect((await peer.truth()).made.good).toBe(50);
  },
);

testPeer('encrypted: its user only, another password, another certificate', async () => {
  const { peer, watcher, watch } = await opened({});
  const [before] = await watcher.client.getEndpoints();
  expect(await watcher.read(total)).toBe(0);
  await expect(openWatcher({ url: peer.url, login: null })).rejects.toThrow();
  await peer.perform('password', { password: 'changed' });
  await expect(watch()).rejects.toThrow(/BadUserAccessDenied/);
  await peer.perform('make', { good: 3 });
  await peer.perform('certificate', {});
  const login = { ...standardLogin, password: 'changed' };
  const again = await openWatcher({ url: peer.url, login });
  closing.add(() => again.close());
  expect(await again.read(total)).toBe(3);
  const [after] = await again.client.getEndpoints();
  expect(after!.serverCertificate).not.toEqual(before!.serverCertificate);
});
