import { setTimeout as delay } from 'node:timers/promises';
import type { Stage } from '../../cli/stage.ts';
import { random } from '../helpers/random.ts';
import type { SmallDisk } from './disk.ts';
import { failSyncs } from './fsync.ts';
import { loseStream } from './stream.ts';

/** How often each kind of harm was done. */
export type Harm = Record<string, number>;
type Act = () => Promise<void>;
type Parts = {
  stage: Stage;
  seed: number;
  disk: SmallDisk | undefined;
  /** The stores whose syncs can be made to fail. */
  stores: { edge: string; central: string } | undefined;
  /** Says of each kill that it is done; false when there were enough. */
  mayKill: () => boolean;
};

/** Long enough for pings every 5 s, two of which may stay without an answer. */
const longMs = [11_000, 14_000] as const;
const shortMs = [300, 2_500] as const;
/** The ERP commits or drops within 2 s of a call, and is never stopped for that long. */
const erpMs = [200, 900] as const;
/** Kills of a program, for each other harm to it. */
const killsPerDeck = 8;

/**
 * Does harm to a plant until it is told to stop: the network and the programs each in a loop of
 * their own, so that harm overlaps. What comes, and for how long, is drawn from `seed`.
 */
export function startHarm({ stage, seed, disk, stores, mayKill }: Parts) {
  const { below, chance } = random(seed);
  const harm: Harm = {};
  const stop = new AbortController();
  const { signal } = stop;
  const { hub, leaf, link, erp } = stage;
  const pause = ([minMs, maxMs]: readonly [number, number]) =>
    delay(minMs + below(maxMs - minMs), undefined, { signal }).catch(() => undefined);
  const span = () => (chance(0.25) ? longMs : shortMs);
  const count = (name: string) => {
    harm[name] = (harm[name] ?? 0) + 1;
  };

  const fail = (act: () => void) => async () => {
    act();
    await pause(span());
    link.heal();
  };
  const stopped = (pidOf: () => number, ms: () => readonly [number, number]) => async () => {
    const pid = pidOf();
    process.kill(pid, 'SIGSTOP');
    await pause(ms());
    process.kill(pid, 'SIGCONT');
  };
  const killed = (kill: () => Promise<void> | void, start: () => Promise<void>) => async () => {
    await kill();
    await pause([0, 500]);
    await start();
  };
  const unsynced = (path: string, pidOf: () => number, start: () => Promise<void>) => async () => {
    const { heal } = failSyncs(path);
    await pause(shortMs);
    heal();
    if (!isAlive(pidOf())) {
      count('ended by itself, started again');
      await start();
    }
  };

  const network: Record<string, Act> = {
    'hub killed': killed(hub.kill, hub.restart),
    'leaf killed': killed(leaf.kill, leaf.restart),
    'link cut': fail(link.cut),
    'link a black hole': fail(link.freeze),
    'link reset': async () => link.reset(),
    'hub stopped': stopped(() => hub.pid, span),
    'leaf stopped': stopped(() => leaf.pid, span),
    'stream deleted': () => loseStream(hub.url),
  };
  const edgePid = () => stage.edge.pid;
  const centralPid = () => stage.central.pid;
  const programs: Record<string, Act> = {
    'edge killed': killed(stage.killEdge, stage.startEdge),
    'central killed': killed(stage.killCentral, stage.startCentral),
    'edge stopped': stopped(edgePid, span),
    'central stopped': stopped(centralPid, span),
    'ERP stopped': stopped(
      () => erp.pid,
      () => erpMs,
    ),
  };
  if (stores) {
    const { edge, central } = stores;
    programs['edge cannot sync'] = unsynced(edge, edgePid, stage.startEdge);
    programs['central cannot sync'] = unsynced(central, centralPid, stage.startCentral);
  }
  if (disk) {
    programs['disk full'] = async () => {
      disk.fill();
      await pause(shortMs);
      disk.free();
    };
  }

  async function loop(acts: Record<string, Act>): Promise<void> {
    let deck: string[] = [];
    while (!signal.aborted) {
      await pause([50, 900]);
      if (signal.aborted) return;
      if (deck.length === 0) deck = deckOf(Object.keys(acts));
      const [name] = deck.splice(below(deck.length), 1);
      if (isKill(name!) && !mayKill()) continue;
      count(name!);
      await acts[name!]!();
    }
  }
  const loops = Promise.all([loop(network), loop(programs)]);

  return {
    harm: (): Harm => harm,
    /** Rejects if something did not come back. */
    failed: new Promise<never>((_, reject) => loops.catch(reject)),
    /** Resolves when everything runs again; rejects if something did not come back. */
    async stop(): Promise<void> {
      stop.abort();
      await loops;
    },
  };
}

const isKill = (name: string): boolean => name.endsWith(' killed');
const deckOf = (names: readonly string[]): string[] =>
  names.flatMap((name) => Array(isKill(name) ? killsPerDeck : 1).fill(name) as string[]);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
