// Goal: the drill of docs/swap.md: a box is lost, another takes its lines over in minutes, and the
// old disk that comes back harms nothing. Method: all parts are processes, on a real hub.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ask, read } from '../cli/drive.ts';
import { type Program, startProgram } from '../cli/program.ts';
import { startStage } from '../cli/stage.ts';
import type { Status } from '../edge/http/status.ts';
import { testFolder } from './helpers/folder.ts';
import { waitFor } from './helpers/plantnet.ts';
import { m01, m02, shop } from './helpers/shop.ts';

const { signal } = new AbortController();
const timeoutMs = 300_000;
const waitMs = 30_000;
const lines = [m01, m02].map((line) => ({ line, lanes: 2 }));
const op = { order: 'WO-1', operation: '0010', line: m02 };
type Central = {
  facts: number;
  arrivalsParked: number;
  epochs: { line: string; epoch: number; reason: string; ended: number | null }[];
  permits: { line: string; by: string }[];
  refused: { line: string; answer: string }[];
};

test(
  'D7, D8: a box is swapped: the new one has all orders, the old disk is fenced off',
  async () => {
    const directory = testFolder();
    const stage = await startStage({ directory, lines });
    onTestFinished(() => stage.close());
    const central = () => read<Central>(stage.centralUrl, '/v1/status');
    const tell = (box: { url: string }, ...commands: object[]) => ask(box.url, commands, signal);
    const statusOf = (box: { url: string }) => read<Status>(box.url, '/v1/status');
    const until = (box: Program, what: string, is: (status: Status) => boolean) =>
      waitFor(async () => is(await statusOf(box)), waitMs, what);
    const kept = ({ lines: all }: Status) =>
      all.every(({ head, kept }) => head > 0 && head === kept);

    await tell(stage.edge, shop.release(), shop.start(op), shop.phase('R1', {}, op));
    await tell(stage.edge, shop.report('R1', { good: '7' }, op));
    await until(stage.edge, 'the first box to be kept', kept);
    stage.link.cut();
    await tell(stage.edge, shop.report('R1', { good: '5' }, op));
    await stage.killEdge();
    stage.link.heal();

    const boxAt = async (name: string) => {
      const box = await startProgram({
        ...{ name, entry: 'edge/main.ts', directory },
        config: {
          ...{ storePath: join(directory, `${name}.sqlite`), natsUrl: stage.leaf.url, httpPort: 0 },
          ...{ ackTimeoutMs: 2_000, lines },
        },
      });
      onTestFinished(() => box.stop());
      return box;
    };
    const states = (status: Status) => status.lines.map(({ way }) => way.state).join();
    const blank = await boxAt('blank');
    await until(blank, 'the blank box to be refused', (now) => states(now) === 'owned,owned');
    expect((await central()).refused.map(({ answer }) => answer)).toEqual(['owned', 'owned']);

    const swap = spawnSync(
      process.execPath,
      ['cli/holdfast.ts', 'swap', '--central', stage.centralUrl, '--by', 'person:17'].concat(
        ...[m01, m02].map((line) => ['--line', line]),
      ),
      { encoding: 'utf8' },
    );
    expect(swap.status, swap.stderr).toBe(0);
    expect(swap.stdout).toContain(`${m01}\n  permitted by person:17 until`);
    expect(swap.stdout).toContain('central holds epoch 1 up to sequence 1, written by');

    await until(
      blank,
      'the blank box to take over',
      (now) => now.lines[1]!.epoch === 2 && kept(now),
    );
    const [order] = (await statusOf(blank)).orders;
    expect(order).toMatchObject({ order: 'WO-1', state: 'started', good: '7' });
    const [more] = await tell(blank, shop.report('R1', { good: '1' }, op));
    expect(more).toMatchObject({ status: 'accepted' });
    await until(blank, 'the new box to be kept', kept);

    await stage.startEdge();
    await until(stage.edge, 'the old disk to be fenced', (now) => states(now) === 'stale,stale');
    await waitFor(async () => (await central()).arrivalsParked === 1, waitMs, 'the stray');
    const [refused] = await tell(stage.edge, shop.report('R1', { good: '9' }, op));
    expect(refused).toMatchObject({ status: 'refused', code: 'CONFLICT' });
    const now = await central();
    // Each line of the new box has begun an epoch and said by which software it goes on.
    expect(now).toMatchObject({ facts: 4 + 2 + 2 + 1, permits: [] });
    expect(now.epochs.filter(({ line }) => line === m02)).toMatchObject([
      { epoch: 2, reason: 'swapped', ended: 3 },
      { epoch: 1, reason: 'new' },
    ]);
  },
  timeoutMs,
);
