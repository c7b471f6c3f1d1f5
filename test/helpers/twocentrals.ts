// A plant whose ledger is on PostgreSQL, with two centrals as processes of their own, of which now
// the one and now the other is killed or stands still.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '../../cli/port.ts';
import { type Program, startProgram } from '../../cli/program.ts';
import { startStage } from '../../cli/stage.ts';
import { genesis, link } from '../../shared/codec.ts';
import type { Cluster } from './cluster.ts';
import type { random } from './random.ts';

export const leaseMs = 2_000;

type Parts = {
  directory: string;
  cluster: Cluster;
  schema: string;
  lines: readonly { line: string; lanes: number }[];
};

export async function startTwo({ directory, cluster, schema, lines }: Parts) {
  const { url, passwordPath } = cluster;
  const postgres = { url, passwordPath, schema, leaseMs };
  const centralConfig = { storePath: undefined, postgres, feed: {} };
  const stage = await startStage({ directory, lines, centralConfig });
  const [httpPort] = await freePorts(1);
  const config = { ...stage.centralConfig, httpPort };
  const parts = { name: 'second', entry: 'central/main.ts', config, directory };
  let second: Program;
  try {
    second = await startProgram(parts);
  } catch (error) {
    await stage.close();
    throw error;
  }
  return {
    stage,
    secondUrl: second.url,
    second: (): Program => second,
    async restartSecond(): Promise<void> {
      second = await startProgram(parts);
    },
    async close(): Promise<void> {
      await second.stop();
      await stage.close();
    },
  };
}

export type Two = Awaited<ReturnType<typeof startTwo>>;
export type Toll = { firstKilled: number; secondKilled: number; still: number };

const ways = ['second', 'still', 'second', 'first', 'second'] as const;

/** So many times: kills the second, again and again, the first now and then, or stops one. */
export async function harmTwo(two: Two, dice: ReturnType<typeof random>, turns: number) {
  const toll: Toll = { firstKilled: 0, secondKilled: 0, still: 0 };
  const wait = (ms: number) => delay(ms);
  for (let turn = 0; turn < turns; turn++) {
    await wait(500 + dice.below(2_500));
    const way = ways[turn % ways.length]!;
    if (way === 'second') {
      await two.second().kill();
      toll.secondKilled += 1;
      await wait(dice.below(2 * leaseMs));
      await two.restartSecond();
    } else if (way === 'first') {
      await two.stage.killCentral();
      toll.firstKilled += 1;
      await wait(dice.below(2 * leaseMs));
      await two.stage.startCentral();
    } else {
      await standStill(dice.chance(0.5) ? two.stage.central : two.second());
      toll.still += 1;
    }
  }
  return toll;

  /** For longer than its lease; the system shows it stopped, and nothing of it runs. */
  async function standStill({ pid }: Program): Promise<void> {
    process.kill(pid, 'SIGSTOP');
    await wait(leaseMs + 1_000 + dice.below(leaseMs));
    process.kill(pid, 'SIGCONT');
  }
}

type Kept = { path: string; sequence: number; hash: Buffer; bytes: Buffer };

/** Places of the ledger, in its own order, at which a line's chain does not lead on; epoch 1. */
export function breaksIn(kept: readonly Kept[]): string[] {
  const last = new Map<string, Buffer>();
  return kept.flatMap(({ path, sequence, hash, bytes }) => {
    const isNext = link(last.get(path) ?? genesis(path, 1), bytes).equals(hash);
    last.set(path, hash);
    return isNext ? [] : [`${path} ${sequence}`];
  });
}

/** What the ledger's tables say, as the books of the ordeal read them. */
export function ledgerRows(cluster: Cluster, schema: string) {
  const rows = async <T>(sql: string) => (await cluster.query(sql)) as T[];
  return {
    facts: () =>
      rows<Kept>(
        `SELECT path, fact.sequence::int, fact.hash, bytes FROM ${schema}.fact
         JOIN ${schema}.line ON line.id = fact.line ORDER BY position`,
      ),
    posted: () =>
      rows<{ lane: string; lot: string | null; aside: number; number: string }>(
        `SELECT lane, lot, document AS number,
           (final = 1 OR kind NOT IN ('confirmation', 'goodsIssue'))::int AS aside
         FROM ${schema}.posting WHERE state = 'posted' ORDER BY id`,
      ),
  };
}

export const pathsIn = (directory: string) => ({
  edge: join(directory, 'edge.sqlite'),
  erp: join(directory, 'erp.sqlite'),
});
