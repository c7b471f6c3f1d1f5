import { setTimeout as delay } from 'node:timers/promises';
import type { Stage } from '../../cli/stage.ts';
import { random } from './random.ts';

/** How often each kind of harm was done. */
export type Harm = Record<string, number>;
/** How many kinds of harm there are. */
export const harmKinds = 7;
type Act = () => Promise<void>;

/**
 * Does harm to a plant until it is told to stop: the network and the programs each in a loop of
 * their own, so that harm overlaps. Every kind comes up equally often, in an order and at moments
 * drawn from `seed`, and is made good again after a while.
 */
export function startChaos(stage: Stage, seed: number) {
  const { below } = random(seed);
  const harm: Harm = {};
  const stop = new AbortController();
  const { signal } = stop;
  const pause = (minMs: number, maxMs: number) =>
    delay(minMs + below(maxMs - minMs), undefined, { signal }).catch(() => undefined);
  const { hub, leaf, link } = stage;

  const fail = (act: () => void) => async () => {
    act();
    await pause(300, 2_000);
    link.heal();
  };
  const network: Record<string, Act> = {
    async 'hub killed'() {
      hub.kill();
      await hub.restart();
    },
    async 'leaf killed'() {
      leaf.kill();
      await leaf.restart();
    },
    'link cut': fail(link.cut),
    'link frozen': fail(link.freeze),
    'link reset': async () => link.reset(),
  };
  const programs: Record<string, Act> = {
    async 'edge killed'() {
      await stage.killEdge();
      await pause(0, 500);
      await stage.startEdge();
    },
    async 'central killed'() {
      await stage.killCentral();
      await pause(0, 500);
      await stage.startCentral();
    },
  };

  async function loop(acts: Record<string, Act>, pauseMaxMs: number): Promise<void> {
    let deck: string[] = [];
    while (!signal.aborted) {
      await pause(pauseMaxMs / 10, pauseMaxMs);
      if (signal.aborted) return;
      if (deck.length === 0) deck = Object.keys(acts);
      const [name] = deck.splice(below(deck.length), 1);
      harm[name!] = (harm[name!] ?? 0) + 1;
      await acts[name!]!();
    }
  }
  const loops = Promise.all([loop(network, 2_500), loop(programs, 4_000)]);
  loops.catch(() => undefined);

  return {
    harm: (): Harm => harm,
    /** Resolves when everything runs again; rejects if something did not come back. */
    async stop(): Promise<void> {
      stop.abort();
      await loops;
    },
  };
}
