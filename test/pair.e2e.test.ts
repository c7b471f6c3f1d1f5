// Goal: a plant with two centrals on one PostgreSQL loses nothing and doubles nothing, whichever of
// them is killed or stands still, and how often.
// Method: real processes: hub, leaf, edge, ERP sandbox with faults, two centrals. A generated shop
// is worked while they are harmed; then every fact and every document is compared, one by one.
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { audit } from '../cli/audit.ts';
import { ask, read } from '../cli/drive.ts';
import { loadShop, setFaults } from '../cli/load.ts';
import { closeBooks } from '../cli/report.ts';
import { generateShop } from '../cli/shop.ts';
import { postgresOrWhy } from './helpers/again.ts';
import { openHubside } from './helpers/feedbox.ts';
import { testFolder } from './helpers/folder.ts';
import { waitFor } from './helpers/plantnet.ts';
import { random } from './helpers/random.ts';
import { rest } from './helpers/rest.ts';
import {
  breaksIn,
  harmTwo,
  ledgerRows,
  pathsIn,
  startTwo,
  type Two,
} from './helpers/twocentrals.ts';
import { booksOf, erpFlawsOf, flawsOf, statedAt } from './ordeal/books.ts';

const seed = 7;
const turns = 7;
const faults = { latencyMs: 20, lostPercent: 2, dropPercent: 2, busyPercent: 3 };
const none = { lost: 0, doubled: 0, disordered: 0 };
const cluster = await postgresOrWhy();

/** What the feed has told, once it has told all. */
async function toldBy({ stage, secondUrl }: Two): Promise<string[]> {
  const behind = async () => (await read<{ behind: number }>(secondUrl, '/v1/feed')).behind;
  await waitFor(async () => (await behind()) === 0, 30_000, 'the feed to tell all');
  const facts = await (await openHubside(stage.hub, false)).told();
  return facts.map(({ line, sequence }) => `${line} ${sequence}`);
}

test('two centrals, one killed again and again: duplicates 0, missing 0', async ({ skip }) => {
  if (typeof cluster === 'string') return skip(cluster);
  const directory = testFolder();
  const schema = 'two_centrals';
  const shop = generateShop({ seed, orders: 9 });
  const lines = shop.lines.map((line) => ({ line, lanes: shop.lanes[line]! }));
  const two = await startTwo({ directory, cluster, schema, lines });
  const { stage } = two;
  try {
    await loadShop(stage.erpUrl, shop);
    await setFaults(stage.erpUrl, { seed, ...faults });
    const harming = harmTwo(two, random(seed), turns);
    harming.catch(() => undefined); // awaited only after the work
    let surprises = 0;
    const signal = AbortSignal.timeout(400_000);
    const all = [...shop.commands];
    for (let at = 0; at < all.length; at += 8) {
      const batch = all.slice(at, at + 8);
      const commands = batch.map(({ command }) => command);
      const answers = await ask(stage.edgeUrl, commands, signal);
      answers.forEach(({ status }, index) => {
        if ((status === 'refused') !== (batch[index]!.expectRefused ?? false)) surprises += 1;
      });
      await delay(200);
    }
    const toll = await harming;
    await rest(stage, 300_000);
    await setFaults(stage.erpUrl, {});

    const against = audit(await closeBooks(stage), shop).flatMap((check) => check.against);
    expect({ against, surprises }).toEqual({ against: [], surprises: 0 });
    // One that stood still until just now is among them when it has looked around.
    const sharing = async () => {
      const { centrals } = await read<{ centrals: object[] }>(two.secondUrl, '/v1/status');
      return centrals.length;
    };
    await expect.poll(sharing).toBeGreaterThanOrEqual(2);

    const rows = ledgerRows(cluster, schema);
    const posted = await rows.posted();
    const kept = await rows.facts();
    const told = await toldBy(two);
    await two.close();
    expect(told).toEqual(kept.map(({ path, sequence }) => `${path} ${sequence}`));
    const documents = booksOf(pathsIn(directory).erp);
    expect(breaksIn(kept)).toEqual([]);
    expect(flawsOf(statedAt(pathsIn(directory).edge), kept)).toEqual(none);
    expect(erpFlawsOf(posted, documents)).toEqual(none);
    expect(documents.length).toBe(posted.length);
    process.stdout.write(
      `${JSON.stringify({ facts: kept.length, documents: documents.length, toll })}\n`,
    );
  } finally {
    await two.close();
  }
}, 900_000);
