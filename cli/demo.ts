import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Fault } from '../shared/fault.ts';
import { integer } from '../shared/field.ts';
import { openDoors, withTrial } from './doors.ts';
import { isCalm, openEars } from './ears.ts';
import { openHands } from './hands.ts';
import { loadShop, setFaults } from './load.ts';
import { firstWords, machineBooks } from './machinebooks.ts';
import { type Park, startPark } from './park.ts';
import { grouped, openProgress } from './progress.ts';
import { closeBooks, report } from './report.ts';
import { piecesOf, rest, type Scene, work } from './scene.ts';
import { generateShop, type Shop } from './shop.ts';
import { type Stage, startStage } from './stage.ts';

export const usage = `holdfast demo [--once] [--orders N] [--seed N] [--keep]
  Starts a hub, a leaf, central, an ERP sandbox, an edge, and the machines of its twelve lines,
  which it hears over OPC UA. Works a generated shop through them; meanwhile a machine loses its
  counters, another one's cable is pulled, the link to central is cut and the edge is killed. Then
  closes the books, and stays up until Ctrl-C.
  --once      end by itself; exit code 0 only if everything adds up
  --orders N  work orders of the shop (1 to 2,000; 150)
  --seed N    another shop (1)
  --keep      leave the files behind; where they are is printed at the start and at the end`;

/** How the ERP misbehaves: slow, busy now and then, and some answers are lost. */
const faults = { seed: 7, latencyMs: 4, busyPercent: 1, lostPercent: 1 };
/** All machines must be heard within this time of the start, ms. */
const heardMaxMs = 120_000;

/** Throws Fault INVALID where there is no OPC UA server for the machines, as in a bundle. */
function checkMachines(): void {
  try {
    createRequire(import.meta.url).resolve('node-opcua');
  } catch (cause) {
    const words =
      'its machines need the package node-opcua, which no bundle has; run it in a clone';
    throw new Fault('INVALID', words, { cause });
  }
}

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
  checkMachines();
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-demo-'));
  const stop = new AbortController();
  const end = () => stop.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  let stage: Stage | undefined;
  let park: Park | undefined;
  try {
    const shop = withTrial(generateShop({ seed, orders }));
    say(`Holdfast demo: ${shop.lines.length} lines, ${orders} orders, seed ${seed}`);
    park = await startPark(directory, shop);
    say(`✓ ${park.places.length} machines (OPC UA servers, encrypted) are up and stand idle`);
    stage = await startStage({ directory, lines: park.mappings, centralConfig: { feed: {} } });
    say('✓ hub and leaf (nats-server), ERP sandbox, central and edge are up');
    say(addresses(stage, directory));
    const good = await play(stage, shop, park, stop.signal);
    if (!values.once && !stop.signal.aborted) {
      say(`${await openDoors(stage, shop, directory, stop.signal)}\n`);
      say(`Everything stays up until Ctrl-C:\n${addresses(stage, directory)}`);
      await linger(stop.signal);
    }
    return good ? 0 : 1;
  } catch (error) {
    if (!stop.signal.aborted) throw error; // what is asked while all ends is not answered
    return 1;
  } finally {
    await stage?.close();
    await park?.close();
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
async function play(stage: Stage, shop: Shop, park: Park, signal: AbortSignal): Promise<boolean> {
  const facts = [...Object.values(shop.expected().accepted), ...Object.values(firstWords(park))];
  const total = facts.reduce((sum, count) => sum + count, 0);
  await loadShop(stage.erpUrl, shop);
  await setFaults(stage.erpUrl, faults);
  const ears = openEars(() => stage.edgeUrl, signal);
  const areHeard = await ears.until(isCalm(shop.lines), heardMaxMs);
  if (signal.aborted) return false;
  if (!areHeard) throw new Fault('UNREACHABLE', `the edge does not hear its machines`);
  say('✓ the edge hears all of them: what they count, nobody reports');
  const hands = openHands(park, ears);
  const progress = openProgress(process.stdout);
  const scene: Scene = { stage, shop, park, ears, hands, total, progress, signal };
  const startMs = performance.now();
  const { surprises, jobs } = await work(scene);
  const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
  progress.say(`  all ${grouped(total)} facts are recorded at the edge after ${seconds} s`);
  await rest(scene);
  progress.end();
  if (signal.aborted) return false;
  say(await piecesOf(scene));
  await setFaults(stage.erpUrl, {});
  const books = await closeBooks(stage);
  const truth = await park.truth();
  const beside = machineBooks({ books, shop, park, truth, jobs, lost: hands.lost });
  const { text, good } = report(books, shop, surprises, beside);
  say(`\n${text}\n`);
  const all = ((performance.now() - startMs) / 1_000).toFixed(1);
  say(good ? `Everything adds up (${all} s).` : 'The books do NOT close: see above.');
  return good;
}

async function linger(signal: AbortSignal): Promise<void> {
  const keepAlive = setInterval(() => undefined, 60_000);
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
  clearInterval(keepAlive);
}
