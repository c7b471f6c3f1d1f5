// Method: the command runs as people run it, against an edge that tells a made-up story: what it
// says of itself depends on how often it was asked.

import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { nkeys } from '@nats-io/nats-core';
import { expect, onTestFinished, test, vi } from 'vitest';
import { run as nkey } from '../cli/nkey.ts';
import { failed, run } from '../cli/prove.ts';
import { testFolder } from './helpers/folder.ts';

const line = (of: object = {}) => ({
  ...{ line: 'acme/lyon/turning/M01', failure: null, epoch: 1, head: 100, kept: 100 },
  ...{ hash: 'aa', runs: [], way: { state: 'up' }, ...of },
});
const stand = (of: object = {}) => ({
  ...{ nowMs: 1_000, central: { atMs: 1_000 }, unsent: 0, lines: [line(of)] },
  program: { release: '1.0.1' },
});

/** An edge that answers the n-th question, from 1, with `told(n)`; undefined is no answer. */
async function edgeThat(told: (asked: number) => unknown): Promise<string> {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    const body = told(asked);
    if (body === undefined) response.destroy();
    else response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Runs the command; gives its exit code and its words. */
async function prove(...args: string[]) {
  const words: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    words.push(`${text}`);
    return true;
  });
  try {
    return { code: await run(args), said: words.join('') };
  } finally {
    spy.mockRestore();
  }
}

function saved(of: object = {}): string {
  const file = join(testFolder(), 'before.json');
  writeFileSync(file, JSON.stringify(stand(of)));
  return file;
}
const of = (url: string) => ['--edge', url, '--against', saved(), '--for', '0.4'];
const against = (url: string, ...more: string[]) => prove(...of(url), '--within', '0.4', ...more);
/** Has time until it holds, so that a machine that stands still meanwhile disproves nothing. */
const inTime = (url: string, ...more: string[]) => prove(...of(url), '--within', '30', ...more);

test('what stands as it stood is proved, and the right release with it', async () => {
  const url = await edgeThat((asked) =>
    stand({ head: 100 + asked, kept: 99 + asked, hash: `${asked}` }),
  );
  const { code, said } = await inTime(url, '--release', '1.0.1');
  expect({ code, said }).toEqual({ code: 0, said: '✓ 1 lines have taken over all they had\n' });
  const wrong = await inTime(url, '--release', '1.0.2');
  expect(wrong).toEqual({ code: 1, said: '✗ release 1.0.1 runs, and not 1.0.2\n' });
});

test('an edge that comes up late is waited for, one that never comes is not proved', async () => {
  const late = await edgeThat((asked) => (asked < 2 ? undefined : stand()));
  expect((await inTime(late)).code).toBe(0);
  const never = await edgeThat(() => undefined);
  const { code, said } = await against(never);
  expect(code).toBe(1);
  expect(said).toContain(never);
});

test('an edge that goes mute is found out, though all was sent when the watch began', async () => {
  const url = await edgeThat((asked) => {
    const stated = asked - 1;
    return stand({ head: 100 + stated, hash: `${stated || 'aa'}`, unsent: stated });
  });
  const { code, said } = await prove(...of(url), '--within', '3');
  expect(code).toBe(1);
  expect(said).toMatch(/the ledger holds 100 of \d+ facts/);
});

test('a line that fails is told at once', async () => {
  const url = await edgeThat(() => stand({ failure: 'stopped at epoch 1, sequence 3' }));
  const { code, said } = await prove('--edge', url, '--against', saved(), '--within', '600');
  expect(code).toBe(1);
  expect(said).toContain('stopped at epoch 1, sequence 3');
});

test('what holds now and again is not proved', async () => {
  const url = await edgeThat((asked) => stand(asked % 2 === 0 ? {} : { way: { state: 'down' } }));
  expect((await against(url)).code).toBe(1);
});

test('what does not hold for a moment late in the watch is watched anew', async () => {
  let blinkedMs = performance.now();
  const url = await edgeThat(() => {
    if (performance.now() - blinkedMs < 300) return stand();
    blinkedMs = performance.now();
    return stand({ way: { state: 'down' } });
  });
  expect((await against(url)).code).toBe(1);
});

test('how an edge stands is written down once nothing speaks against it', async () => {
  const to = join(testFolder(), 'before.json');
  const cut = await edgeThat(() => stand({ way: { state: 'down', detail: 'no leaf' } }));
  const refused = await prove('--edge', cut, '--save', to, '--within', '0.4');
  expect(refused).toEqual({ code: 1, said: '✗ acme/lyon/turning/M01: its way is no leaf\n' });
  expect(existsSync(to)).toBe(false);
  const busy = await edgeThat((asked) => stand({ runs: asked < 3 ? [{}] : [] }));
  const { code } = await prove('--edge', busy, '--save', to, '--idle', '--within', '20');
  expect(code).toBe(0);
  expect(JSON.parse(readFileSync(to, 'utf8'))).toEqual(stand());
});

test('what was typed wrong is named', async () => {
  const url = 'http://127.0.0.1:1';
  await expect(run(['--edge', url])).rejects.toThrow('--save: or --against must be given');
  await expect(run(['--edge', url, '--save', 'x', '--for', '-1'])).rejects.toThrow('--for');
  await expect(run(['--edge', url, '--against', '/nowhere'])).rejects.toThrow(
    '--against: /nowhere',
  );
  await expect(run(['--save', 'x'])).rejects.toThrow('--edge');
  expect(failed).toBe(2);
});

test('an NKey is for its owner alone, and never takes the place of another', async () => {
  const to = join(testFolder(), 'edge.nk');
  const spy = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  await nkey(['--to', to]);
  const open = `${spy.mock.calls[0]![0]}`.trim();
  spy.mockRestore();
  expect(statSync(to).mode & 0o777).toBe(0o600);
  const seed = Buffer.from(readFileSync(to, 'utf8').trim());
  expect(nkeys.fromSeed(seed).getPublicKey()).toBe(open);
  await expect(nkey(['--to', to])).rejects.toThrow('EEXIST');
});
