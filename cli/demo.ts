import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { integer } from '../shared/field.ts';
import {
  type CentralStatus,
  type EdgeStatus,
  inStates,
  movingStates,
  unposted,
} from './answers.ts';
import { ask, batchMax, read } from './drive.ts';
import { loadShop, setFaults } from './load.ts';
import { type Press, startPress, withPress } from './pressline.ts';
import { grouped, openProgress } from './progress.ts';
import { closeBooks, report } from './report.ts';
import { type Asked, generateShop, type Shop } from './shop.ts';
import { type Stage, startStage } from './stage.ts';

export const usage = `holdfast demo [--once] [--orders N] [--seed N] [--keep]
  Starts a hub, a leaf, central, an ERP sandbox and an edge, works a generated shop through them,
  cuts the link, kills the edge, and closes the books. Stays up until Ctrl-C.
  --once      end by itself; exit code 0 only if everything adds up
  --orders N  work orders of the shop (1 to 2,000; 150)
  --seed N    another shop (1)
  --keep      leave the files behind; where they are is printed at the start and at the end`;

/** How the ERP misbehaves: slow, busy now and then, and some answers are lost. */
const faults = { seed: 7, latencyMs: 4, busyPercent: 1, lostPercent: 1 };
const cutAt = 0.3;
const healAt = 0.55;
const killAt = 0.75;
/** After the last command everything must have come to rest within this time, ms. */
const restMaxMs = 100_000;
const pollMs = 150;

type Scene = {
  stage: Stage;
  shop: Shop;
  press: Press;
  total: number; // facts that will be stated
  progress: ReturnType<typeof openProgress>;
  signal: AbortSignal;
};

export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      once: { type: 'boolean' },
      keep: { type: 'boolean' },
      orders: { type: 'string', default: '150' },
      seed: { type: 'string', default: '1' },
    },
  });
  const orders = integer('Work orders.', 1, 2_000).read(Number(values.orders), '--orders');
  const seed = integer('Seed.', 0, 2 ** 31).read(Number(values.seed), '--seed');
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-demo-'));
  const stop = new AbortController();
  const end = () => stop.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  let stage: Stage | undefined;
  let press: Press | undefined;
  try {
    const shop = withPress(generateShop({ seed, orders }));
    say(`Holdfast demo: ${shop.lines.length} lines, ${orders} orders, seed ${seed}`);
    press = await startPress(directory);
    const lines = shop.lines.map((line) => ({ line, lanes: shop.lanes[line]! }));
    stage = await startStage({ directory, lines: [...lines, press.line] });
    say('✓ hub and leaf (nats-server), ERP sandbox, central, edge and a press (OPC UA) are up');
    say(addresses(stage, directory));
    const good = await play(stage, shop, press, stop.signal);
    if (!values.once && !stop.signal.aborted) {
      say(`Everything stays up until Ctrl-C:\n${addresses(stage, directory)}`);
      await linger(stop.signal);
    }
    return good ? 0 : 1;
  } finally {
    await press?.close();
    await stage?.close();
    if (values.keep) say(`files are in ${directory}`);
    else rmSync(directory, { recursive: true, force: true });
  }
}

/** Where everything is, while it is up. */
const addresses = ({ edgeUrl, centralUrl, erpUrl, hub }: Stage, directory: string): string =>
  Object.entries({
    'status page of the edge': edgeUrl,
    central: `${centralUrl}/v1/status`,
    'ERP sandbox': `${erpUrl}/sandbox/summary`,
    hub: hub.url,
    'monitoring of the hub': `${hub.httpUrl}/jsz`,
    files: directory,
  })
    .map(([what, where]) => `  ${`${what}:`.padEnd(25)}${where}`)
    .join('\n');

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Works the shop through the plant and closes the books; true if everything adds up. */
async function play(stage: Stage, shop: Shop, press: Press, signal: AbortSignal): Promise<boolean> {
  const { accepted } = shop.expected();
  const total = Object.values(accepted).reduce((sum, count) => sum + count, 0);
  await loadShop(stage.erpUrl, shop);
  await setFaults(stage.erpUrl, faults);
  const progress = openProgress(process.stdout);
  const scene = { stage, shop, press, total, progress, signal };
  await press.begin(stage.edgeUrl, signal);
  const startMs = performance.now();
  const surprises = await work(scene);
  await press.finish(stage.edgeUrl, signal);
  progress.say(`  ${await press.says(stage.edgeUrl)}`);
  const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
  progress.say(`  all ${grouped(total)} facts are recorded at the edge after ${seconds} s`);
  await rest(scene);
  progress.end();
  if (signal.aborted) return false;
  await setFaults(stage.erpUrl, {});
  const books = await closeBooks(stage);
  const { text, good } = report(books, shop, surprises, await press.audit(books));
  say(`\n${text}\n`);
  const all = ((performance.now() - startMs) / 1_000).toFixed(1);
  say(good ? `Everything adds up (${all} s).` : 'The books do NOT close: see above.');
  return good;
}

/** Asks the edge for every command in plant time; counts answers that surprise. */
async function work(scene: Scene): Promise<number> {
  const { stage, shop, signal } = scene;
  const commands = shop.expected().commands;
  let asked = 0;
  let surprises = 0;
  const script = events(scene);
  const send = async (batch: readonly Asked[]) => {
    const answers = await ask(
      stage.edgeUrl,
      batch.map(({ command }) => command),
      signal,
    );
    answers.forEach(({ status }, index) => {
      if ((status === 'refused') !== (batch[index]!.expectRefused ?? false)) surprises += 1;
    });
    asked += batch.length;
    await script(asked / commands);
    await show(scene);
  };
  const batch: Asked[] = [];
  const size = Math.min(batchMax, Math.max(20, Math.ceil(commands / 100)));
  for (const command of shop.commands) {
    if (signal.aborted) return surprises;
    batch.push(command);
    if (batch.length === size) await send(batch.splice(0));
  }
  if (batch.length > 0) await send(batch);
  return surprises;
}

/** What happens in the middle: the link is cut for a while, and the edge is killed once. */
function events({ stage, press, progress }: Scene) {
  const todo: { at: number; act: () => Promise<void> | void }[] = [
    {
      at: cutAt,
      act() {
        stage.link.cut();
        progress.say('✂ the link between leaf and hub is cut; the lines work on');
      },
    },
    {
      at: healAt,
      async act() {
        const { unsent } = await read<EdgeStatus>(stage.edgeUrl, '/v1/status');
        stage.link.heal();
        progress.say(`⚭ the link is back; ${grouped(unsent)} facts wait at the edge`);
        progress.say(`  ${await press.says(stage.edgeUrl)}`);
      },
    },
    {
      at: killAt,
      async act() {
        const { pid } = stage.edge;
        await stage.killEdge();
        progress.say(`✗ kill -9 of the edge (process ${pid})`);
        const startMs = performance.now();
        await stage.startEdge();
        const ms = Math.round(performance.now() - startMs);
        progress.say(`↻ the edge is back after ${ms} ms, rebuilt from its store`);
      },
    },
  ];
  return async (share: number): Promise<void> => {
    while (todo[0] && share >= todo[0].at) await todo.shift()!.act();
  };
}

/** Moves the bar; it tells what edge and central answered just now. */
async function show({ stage, total, progress }: Scene): Promise<boolean> {
  const [edge, central] = await Promise.all([
    read<EdgeStatus>(stage.edgeUrl, '/v1/status'),
    read<CentralStatus>(stage.centralUrl, '/v1/status'),
  ]);
  const recorded = edge.lines.reduce((sum, { head }) => sum + head, 0);
  const kept = edge.lines.reduce((sum, line) => sum + line.kept, 0);
  progress.move(
    total,
    recorded,
    central.facts,
    inStates(central, 'posted', 'void') + unposted(central),
  );
  const open = inStates(central, ...movingStates);
  return kept === recorded && central.facts === recorded && open === 0;
}

/** Waits until every fact is at central and no posting can move. */
async function rest(scene: Scene): Promise<void> {
  const deadlineMs = performance.now() + restMaxMs;
  let still = 0;
  while (!scene.signal.aborted && performance.now() < deadlineMs && still < 3) {
    still = (await show(scene)) ? still + 1 : 0;
    await delay(pollMs);
  }
}

async function linger(signal: AbortSignal): Promise<void> {
  const keepAlive = setInterval(() => undefined, 60_000);
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
  clearInterval(keepAlive);
}
