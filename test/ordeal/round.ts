import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { audit } from '../../cli/audit.ts';
import { ask } from '../../cli/drive.ts';
import { loadShop, setFaults } from '../../cli/load.ts';
import { closeBooks } from '../../cli/report.ts';
import { type Asked, generateShop, type Shop } from '../../cli/shop.ts';
import { type Stage, startStage } from '../../cli/stage.ts';
import { readChains } from '../helpers/chains.ts';
import { rest } from '../helpers/rest.ts';
import { compareErp, compareLogs, type Flaws, selfStated } from './books.ts';
import { budgetMb, mountSmallDisk, type SmallDisk } from './disk.ts';
import { type Harm, startHarm } from './harm.ts';

/** How much longer than it is spread over the work may take, ms. */
const workSpareMs = 600_000;
/** How long the rest after it may take, ms: so much, and so much more for each fact. */
const restSpareMs = 300_000;
const restOfFactMs = 5;
const faults = {
  ...{ latencyMs: 2, lostPercent: 1, dropPercent: 1, busyPercent: 1, throttlePercent: 1 },
  ...{ brokenPercent: 1, barePercent: 1, truncatedPercent: 1 },
};

export type Parts = {
  directory: string;
  seed: number;
  orders: number;
  /** The work is spread over about this time, ms. */
  workMs: number;
  mayMount: boolean;
  mayFailSyncs: boolean;
  /** Commands in one request; 1 where the edge may refuse one and take the next. */
  batchSize: number;
  mayKill: () => boolean;
};
export type Outcome = {
  facts: number;
  documents: number;
  harm: Harm;
  ledger: Flaws;
  erp: Flaws;
  /** All that is not as it must be, in words. */
  against: string[];
};

/** One fresh plant works one shop while harm is done to it, comes to rest and is audited. */
export async function playRound(parts: Parts): Promise<Outcome> {
  const { directory, seed, orders, mayMount } = parts;
  const shop = generateShop({ seed, orders });
  const edgeFolder = join(directory, 'edge');
  const disk = mayMount ? mountSmallDisk(edgeFolder) : undefined;
  const paths = {
    edge: join(disk ? edgeFolder : directory, 'edge.sqlite'),
    ledger: join(directory, 'ledger.sqlite'),
    erp: join(directory, 'erp.sqlite'),
  };
  let outcome: Outcome | undefined;
  try {
    const edgeConfig = { storePath: paths.edge, ...(disk ? { diskBudgetMb: budgetMb } : {}) };
    const lines = shop.lines.map((line) => ({ line, lanes: shop.lanes[line]! }));
    const stage = await startStage({ directory, lines, edgeConfig });
    try {
      outcome = await playOn({ ...parts, stage, shop, paths, disk });
    } finally {
      await stage.close();
    }
    return outcome;
  } finally {
    const good = outcome?.against.length === 0;
    disk?.unmount(good ? undefined : join(directory, 'edge.kept'));
  }
}

type Paths = { edge: string; ledger: string; erp: string };
type Scene = Parts & { stage: Stage; shop: Shop; paths: Paths; disk: SmallDisk | undefined };

async function playOn(scene: Scene): Promise<Outcome> {
  const { stage, seed, shop, paths, disk, mayKill, mayFailSyncs } = scene;
  await loadShop(stage.erpUrl, shop);
  await setFaults(stage.erpUrl, { seed: seed % 1_000, ...faults });
  const stores = mayFailSyncs ? { edge: paths.edge, central: paths.ledger } : undefined;
  const chaos = startHarm({ stage, seed, disk, stores, mayKill });
  let surprises: number;
  try {
    surprises = await Promise.race([work(scene), chaos.failed]);
  } finally {
    await chaos.stop();
  }
  await rest(stage, restSpareMs + restOfFactMs * factsOf(shop));
  await setFaults(stage.erpUrl, {});
  const books = await closeBooks(stage);
  await stage.close();
  const { documents, ...erp } = compareErp(paths.ledger, paths.erp);
  const ledger = compareLogs(paths.edge, paths.ledger);
  const edge = readChains(paths.edge, 'edge');
  const there = readChains(paths.ledger, 'ledger');
  const stated = shop.expected();
  const own = selfStated(paths.edge);
  const accepted = { ...stated.accepted, DiskLevelChanged: own.length };
  const lines = Object.fromEntries(
    Object.entries(stated.lines).map(([line, total]) => {
      const facts = total.facts + own.filter((of) => of === line).length;
      return [line, { ...total, facts }];
    }),
  );
  const checks = audit(books, { ...shop, expected: () => ({ ...stated, accepted, lines }) });
  const against = [
    ...checks.flatMap(({ says, against }) => against.map((detail) => `not so: ${says}: ${detail}`)),
    ...[...edge.broken, ...there.broken],
    ...(JSON.stringify(edge) === JSON.stringify(there) ? [] : ['the chains differ']),
    ...(surprises > 0 ? [`${surprises} answers that surprise`] : []),
    ...flawed('ledger', ledger),
    ...flawed('ERP', erp),
  ];
  return { facts: there.facts, documents, harm: chaos.harm(), ledger, erp, against };
}

const factsOf = (shop: Shop): number =>
  Object.values(shop.expected().accepted).reduce((sum, count) => sum + count, 0);

const flawed = (where: string, flaws: Flaws): string[] =>
  Object.entries(flaws).flatMap(([what, count]) =>
    count > 0 ? [`${where}: ${count} ${what}`] : [],
  );

/** Asks the edge for everything in plant time; how many answers were not what the shop expects. */
async function work({ stage, shop, workMs, batchSize }: Scene): Promise<number> {
  const signal = AbortSignal.timeout(workMs + workSpareMs);
  const pauseMs = workMs / (shop.expected().commands / batchSize);
  let surprises = 0;
  const send = async (batch: readonly Asked[]) => {
    const pause = delay(pauseMs, undefined, { signal });
    pause.catch(() => undefined); // awaited only after the answers
    const commands = batch.map(({ command }) => command);
    const answers = await ask(stage.edgeUrl, commands, signal);
    answers.forEach(({ status }, index) => {
      if ((status === 'refused') !== (batch[index]!.expectRefused ?? false)) surprises += 1;
    });
    await pause;
  };
  const batch: Asked[] = [];
  for (const command of shop.commands) {
    batch.push(command);
    if (batch.length === batchSize) await send(batch.splice(0));
  }
  if (batch.length > 0) await send(batch);
  return surprises;
}
