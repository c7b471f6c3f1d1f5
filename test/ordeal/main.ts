import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { canUnshare, mayMount, runUnshared } from './disk.ts';
import { interposeSync } from './fsync.ts';
import type { Harm } from './harm.ts';
import { playRound } from './round.ts';

const usage = `npm run ordeal -- [options]
  --kills N    rounds until so many programs were killed; 1000
  --seed S     of the first round, the next has the next one; of the day if absent
  --orders N   work orders of each round; 150
  --seconds T  the work of a round is spread over about this time; 60
`;
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    seed: { type: 'string' },
    orders: { type: 'string', default: '150' },
    seconds: { type: 'string', default: '60' },
    help: { type: 'boolean', default: false },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const wanted = Number(values.kills);
const firstSeed = Number(values.seed ?? Date.now() % 1e9);
const [orders, seconds] = [Number(values.orders), Number(values.seconds)];

const harmText = (harm: Harm): string =>
  Object.entries(harm)
    .map(([kind, count]) => `${kind} ${count}`)
    .sort()
    .join(', ');

/**
 * Every other round has bad disks. One that is full takes a hold and refuses the report before it,
 * so the commands are asked one by one there, each until it is taken.
 */
const disksOf = (seed: number, mayFailSyncs: boolean) =>
  seed % 2 === 0
    ? { mayMount, mayFailSyncs, batchSize: 1 }
    : { mayMount: false, mayFailSyncs: false, batchSize: 100 };

/** Rounds until there were kills enough, or one fails; the exit code. */
async function main(): Promise<number> {
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => process.exit(130));
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-ordeal-'));
  const mayFailSyncs = interposeSync(folder);
  if (!mayMount) say('skipped: a full disk (no namespace of its own in which to mount one)');
  if (!mayFailSyncs) say('skipped: a sync that fails (no C compiler)');
  const beganMs = performance.now();
  const sum = { kills: 0, facts: 0, documents: 0, rounds: 0, harm: {} as Harm };
  const mayKill = () => sum.kills < wanted && ++sum.kills > 0;
  for (let seed = firstSeed; sum.kills < wanted; seed++) {
    const directory = join(folder, `${seed}`);
    mkdirSync(directory);
    const before = { ms: performance.now(), kills: sum.kills };
    const workMs = seconds * 1_000;
    const given = { directory, seed, orders, workMs, mayKill, ...disksOf(seed, mayFailSyncs) };
    let against: string[];
    try {
      const outcome = await playRound(given);
      against = outcome.against;
      sum.rounds += 1;
      sum.facts += outcome.facts;
      sum.documents += outcome.documents;
      for (const [kind, count] of Object.entries(outcome.harm)) {
        sum.harm[kind] = (sum.harm[kind] ?? 0) + count;
      }
      const { ledger, erp } = outcome;
      const inSeconds = Math.round((performance.now() - before.ms) / 1_000);
      say(
        `seed ${seed}: ${sum.kills - before.kills} kills, ${outcome.facts} facts, ` +
          `${outcome.documents} documents in ${inSeconds} s; ` +
          `ledger ${JSON.stringify(ledger)}, ERP ${JSON.stringify(erp)}`,
      );
    } catch (error) {
      against = [(error as Error).stack ?? `${error}`];
    }
    if (against.length > 0) {
      say(`FAILED, files in ${directory}; again: npm run ordeal -- --seed ${seed}`);
      for (const line of against) say(`  ${line}`);
      return 1;
    }
    rmSync(directory, { recursive: true });
  }
  const inSeconds = Math.round((performance.now() - beganMs) / 1_000);
  say(harmText(sum.harm));
  say(
    `${sum.kills} kills in ${sum.rounds} rounds, ${sum.facts} facts, ${sum.documents} documents, ` +
      `${inSeconds} s: nothing lost, doubled or out of order`,
  );
  rmSync(folder, { recursive: true });
  return 0;
}

if (values.help || ![wanted, firstSeed, orders, seconds].every((n) => n > 0)) say(usage);
else if (!mayMount && canUnshare()) process.exitCode = runUnshared(process.argv.slice(1));
else process.exitCode = await main();
