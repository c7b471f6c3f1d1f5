import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type CentralStatus, inStates } from '../../cli/answers.ts';
import { ask, read } from '../../cli/drive.ts';
import { type Asked, generateShop, type Shop } from '../../cli/shop.ts';
import { startStage } from '../../cli/stage.ts';
import { rest } from '../helpers/rest.ts';
import { besideTryton, byHand } from './beside.ts';
import { readBooks } from './books.ts';
import { closeBooks, price } from './closing.ts';
import { startHazard } from './hazard.ts';
import type { Depot } from './provision.ts';
import { options, startWorks, type Works } from './works.ts';

const batchSize = 100;
/** The ERP commits or drops a call within this time, ms; a late one reaches it after less. */
const maxInFlightMs = 1_500;
const lateMs = 500;
const erp = { maxInFlightMs, clientTimeoutMs: 20_000, timeZone: 'Europe/Paris' };
/** SQLite writes one transaction at a time; those behind it wait longer than they take. */
const lanesMax = 3;
const dayMs = 86_400_000;
/** The floor's work began so long ago: all of it lies in a fiscal year of the seeded Tryton. */
const beganDaysAgo = 300;
/** Tryton is killed when so many documents are posted; looked for so often, every so many ms. */
const postedBeforeKill = 20;
const pollMs = 200;
const looksMax = 3_000;

type Given = Readonly<{ depot: Depot; seed: number; orders: number; restMaxMs: number }>;

/** What the shop needs in Tryton before it can work: products, opening stock, orders that run. */
async function prepare(works: Works, shop: Shop): Promise<void> {
  const { addProducts, addStock, addOrders } = works.planning;
  const made = new Set(shop.materials.map(({ material }) => material));
  await addProducts(
    [...shop.materials, ...shop.components].map(({ material, unit }, index) => ({
      ...{ code: material, unit, cost: price(index), made: made.has(material) },
    })),
  );
  const lots = shop.components.flatMap(({ material: code, lots: all }) =>
    all.map(({ lot, quantity: text }) => ({ code, lot, quantity: Number(text) })),
  );
  const opened = new Date(Date.now() - (beganDaysAgo + 2) * dayMs).toISOString().slice(0, 10);
  await addStock(lots, opened);
  await addOrders(
    shop.orders.map(({ order, material, quantity: text, operations }) => ({
      ...{ reference: order, code: material, quantity: Number(text) },
      operations: operations.map(({ operation }) => operation),
    })),
  );
}

/** Asks the edge for everything in plant time; how many answers were not what the shop expects. */
async function work(edgeUrl: string, shop: Shop): Promise<number> {
  const { signal } = new AbortController();
  let surprises = 0;
  const all: readonly Asked[] = [...shop.commands];
  for (let at = 0; at < all.length; at += batchSize) {
    const batch = all.slice(at, at + batchSize);
    const answers = await ask(
      edgeUrl,
      batch.map(({ command }) => command),
      signal,
    );
    answers.forEach(({ status }, index) => {
      if ((status === 'refused') !== (batch[index]!.expectRefused ?? false)) surprises += 1;
    });
    await delay(20);
  }
  return surprises;
}

/**
 * Works a generated shop through hub, edge and central into a real Tryton, on a road that loses
 * calls and answers; Tryton is killed once in the middle. Then closes the books of the floor, the
 * edge, central and Tryton against each other, by Tryton's own figures too; at last people book in
 * Tryton by hand, and are found out. Gives what speaks against all this, and figures.
 */
export async function runPlant({ depot, seed, orders, restMaxMs }: Given) {
  const works = await startWorks(depot);
  const closing: (() => Promise<unknown>)[] = [works.close];
  try {
    const startMs = Math.floor(Date.now() / dayMs - beganDaysAgo) * dayMs;
    const shop = generateShop({ seed, orders, startMs });
    await prepare(works, shop);
    const hazard = await startHazard({ target: works.url, seed, lateMs });
    closing.push(hazard.close);
    const stage = await startStage({
      directory: join(works.folder, 'stage'),
      lines: shop.lines.map((line) => ({ line, lanes: shop.lanes[line]! })),
      centralConfig: { lanesMax, erp: options(hazard.url, works.folder, erp) },
    });
    closing.push(stage.close);
    const began = performance.now();
    const surprises = await work(stage.edgeUrl, shop);
    await postedSome(stage.centralUrl);
    await works.restart();
    await rest(stage, restMaxMs);
    const seconds = (performance.now() - began) / 1_000;
    const books = await readBooks(works.office);
    const central = await read<CentralStatus>(stage.centralUrl, '/v1/status');
    const checks = await closeBooks(stage, shop, books);
    const counts = { ...hazard.counts };
    hazard.calm();
    checks.push(await besideTryton(stage.centralUrl, shop));
    checks.push(await byHand(works, stage.centralUrl));
    return {
      shop,
      books,
      surprises,
      seconds,
      hazards: counts,
      central,
      checks,
    };
  } finally {
    for (const end of closing.reverse()) await end();
  }
}

/** Resolves when documents are on their way: some posted, more to come. */
async function postedSome(centralUrl: string): Promise<void> {
  for (let looks = 0; looks < looksMax; looks++) {
    const central = await read<CentralStatus>(centralUrl, '/v1/status');
    if (inStates(central, 'posted') >= postedBeforeKill) return;
    await delay(pollMs);
  }
  throw new Error(`not even ${postedBeforeKill} documents were posted`);
}
