import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type CentralStatus,
  type CentralTotals,
  type EdgeStatus,
  inStates,
  type OpenPosting,
} from '../../cli/answers.ts';
import { audit, type Check } from '../../cli/audit.ts';
import { ask, read } from '../../cli/drive.ts';
import { type Asked, generateShop, type Shop } from '../../cli/shop.ts';
import { startStage } from '../../cli/stage.ts';
import { quantity, quantityText } from '../../shared/quantity.ts';
import { rest } from '../helpers/rest.ts';
import { type Books, readBooks } from './books.ts';
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
/** Prices by which the value of a thousandth of any unit is whole cents. */
const price = (index: number): string => `${(index + 1) * 10}`;

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
 * edge, central and Tryton against each other. Gives what speaks against it, and figures.
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
    return {
      shop,
      books,
      surprises,
      seconds,
      hazards: hazard.counts,
      central,
      checks: await close(stage, shop, books),
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

const openStates = ['held', 'deferred', 'parked', 'intended', 'sending', 'unknown'];

async function close(
  { edgeUrl, centralUrl }: { edgeUrl: string; centralUrl: string },
  shop: Shop,
  books: Books,
): Promise<Check[]> {
  const open = await Promise.all(
    openStates.map((state) => read<OpenPosting[]>(centralUrl, `/v1/postings/${state}`)),
  );
  return [
    ...audit(
      {
        edge: await read<EdgeStatus>(edgeUrl, '/v1/status'),
        central: await read<CentralStatus>(centralUrl, '/v1/status'),
        totals: await read<CentralTotals>(centralUrl, '/v1/totals'),
        erp: books.summary,
        open: open.flat(),
      },
      shop,
    ),
    { says: 'cycles last and cost what the floor worked', against: timesAgainst(shop, books) },
    { says: 'documents count what the floor counted', against: countsAgainst(shop, books) },
    { says: 'stock in the journal is worth what lies there', against: valueAgainst(shop, books) },
    { says: 'each move has one journal entry', against: [...books.journal] },
    { says: 'nothing is half done', against: [...books.open] },
  ];
}

/** An hour costs as much as it has seconds, so that the cost is the time. */
function timesAgainst(shop: Shop, { worked }: Books): string[] {
  const { orders } = shop.expected();
  return Object.entries(orders).flatMap(([order, { operations }]) =>
    Object.entries(operations).flatMap(([operation, total]) => {
      const ms = total.setupStatedMs + total.runStatedMs;
      const is = worked.get(`${order}/${operation}`) ?? { ms: 0, cost: 0n };
      const cost = quantityText(is.cost);
      if (is.ms === ms && is.cost === BigInt(ms) * 1_000n) return [];
      return [`${order}/${operation}: ${is.ms} ms for ${cost}, should be ${ms} ms`];
    }),
  );
}

/** Of operations that no hold has taken pieces from: what it decides is confirmed by itself. */
function countsAgainst(shop: Shop, { worked }: Books): string[] {
  const { orders } = shop.expected();
  const micros = (text: string) => quantity(text, 'quantity');
  return Object.entries(orders).flatMap(([order, { operations }]) =>
    Object.entries(operations).flatMap(([operation, total]) => {
      if (total.held !== '0' || total.heldByHolds !== '0') return [];
      const is = worked.get(`${order}/${operation}`) ?? { good: 0n, scrap: 0n };
      const good = micros(total.good) - micros(total.reworkGood);
      const scrap = micros(total.scrap) - micros(total.reworkScrap);
      if (is.good === good && is.scrap === scrap) return [];
      const said = `${quantityText(is.good)} and ${quantityText(is.scrap)} scrap`;
      return [`${order}/${operation}: ${said}, should be ${total.good} and ${total.scrap}`];
    }),
  );
}

function valueAgainst(shop: Shop, { summary, value }: Books): string[] {
  return [...shop.materials, ...shop.components].flatMap(({ material }, index) => {
    const there = summary.stock
      .filter((row) => row.material === material)
      .reduce((sum, row) => sum + quantity(row.unrestricted, '') + quantity(row.blocked, ''), 0n);
    const should = there * BigInt(price(index));
    const is = value.get(material) ?? 0n;
    if (is === should) return [];
    return [`${material}: ${quantityText(is)}, should be ${quantityText(should)}`];
  });
}
