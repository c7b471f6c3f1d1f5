// Goal: whatever dies or is cut off, and whenever, every fact is in the ledger once and in order,
// every intended document is in the ERP once, and no stock is available that quality holds.
// Method: a whole plant of real processes works a generated shop of over 50,000 facts, while hub,
// leaf, edge and central are killed and the link fails, and the ERP loses answers. Then the books
// of the generator, the edge, central and the ERP are closed against each other.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { audit } from '../cli/audit.ts';
import { ask } from '../cli/drive.ts';
import { loadShop, setFaults } from '../cli/load.ts';
import { closeBooks } from '../cli/report.ts';
import { type Asked, generateShop, type Shop } from '../cli/shop.ts';
import { startStage } from '../cli/stage.ts';
import { readChains } from './helpers/chains.ts';
import { harmKinds, startChaos } from './helpers/chaos.ts';
import { testFolder } from './helpers/folder.ts';
import { seeds } from './helpers/random.ts';
import { rest } from './helpers/rest.ts';

const orders = 560;
const factsMin = 50_000;
const batchSize = 250;
/** The shop's work is spread over about this time, ms, so that harm befalls it in the middle. */
const workMs = 50_000;
const restMaxMs = 180_000;
const faults = { latencyMs: 2, lostPercent: 1, dropPercent: 1, busyPercent: 2 };

/** Asks the edge for everything in plant time; how many answers were not what the shop expects. */
async function work(edgeUrl: string, shop: Shop): Promise<number> {
  const { signal } = new AbortController();
  const pauseMs = workMs / (shop.expected().commands / batchSize);
  let surprises = 0;
  const send = async (batch: readonly Asked[]) => {
    const pause = delay(pauseMs);
    const commands = batch.map(({ command }) => command);
    const answers = await ask(edgeUrl, commands, signal);
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
  await send(batch);
  return surprises;
}

test.each(seeds(1))(
  'a plant under chaos loses and doubles nothing (SEED=%i)',
  async (seed) => {
    const directory = testFolder();
    const shop = generateShop({ seed, orders });
    const { accepted, lines } = shop.expected();
    const facts = Object.values(accepted).reduce((sum, count) => sum + count, 0);
    expect(facts).toBeGreaterThan(factsMin);

    const lanes = shop.lines.map((line) => ({ line, lanes: shop.lanes[line]! }));
    const stage = await startStage({ directory, lines: lanes });
    onTestFinished(() => stage.close());
    await loadShop(stage.erpUrl, shop);
    await setFaults(stage.erpUrl, { seed: seed % 1_000, ...faults });
    const chaos = startChaos(stage, seed);
    onTestFinished(() => chaos.stop());
    const began = performance.now();
    expect(await work(stage.edgeUrl, shop), 'answers that surprise').toBe(0);
    await chaos.stop();
    const worked = performance.now();
    await rest(stage, restMaxMs);
    const seconds = [worked - began, performance.now() - worked].map((ms) =>
      Math.round(ms / 1_000),
    );
    const harm = Object.entries(chaos.harm()).map(([kind, count]) => `${kind} ${count}`);
    console.log(
      `${facts} facts in ${seconds[0]} s, at rest ${seconds[1]} s later; ${harm.join(', ')}`,
    );
    expect(harm).toHaveLength(harmKinds);

    await setFaults(stage.erpUrl, {});
    const checks = audit(await closeBooks(stage), shop);
    expect(checks.filter(({ against }) => against.length > 0)).toEqual([]);
    await stage.close();

    const edge = readChains(join(directory, 'edge.sqlite'), 'edge');
    const ledger = readChains(join(directory, 'ledger.sqlite'), 'ledger');
    expect(edge).toMatchObject({ facts, broken: [] });
    expect(Object.keys(edge.ends)).toEqual(Object.keys(lines).sort());
    expect(ledger).toEqual(edge);
  },
  1_500_000,
);
