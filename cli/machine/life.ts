import { random } from '../random.ts';
import type { Act } from './acts.ts';

/** Something that a machine does, so long after what it did before. */
export type Step = Readonly<{ waitMs: number; act: Act; with?: unknown }>;

const disturbances = [
  [101, 'no cap in the chute'],
  [102, 'label torn'],
  [205, 'film at its end'],
] as const;
const failures = [
  [901, 'drive overload'],
  [903, 'guard opened while running'],
] as const;

/**
 * The days of a machine that executes, for ever: it starves, is held, fails, is inspected, and
 * changes lots. The same seed, the same life; waits are `speed` times shorter.
 */
export function* life(seed: number, speed: number): Generator<Step> {
  const dice = random(seed);
  const after = (fromS: number, toS: number): number =>
    Math.ceil(dice.between(fromS * 1_000, toS * 1_000) / speed);
  for (let lot = 1, round = 1; ; round += 1) {
    const lotName = `LOT-${lot}`;
    yield {
      waitMs: after(5, 20),
      act: 'result',
      with: { passed: dice.chance(0.95), lot: lotName },
    };
    if (round % 5 === 0) {
      lot += 1;
      yield { waitMs: after(1, 5), act: 'lot', with: { lot: `LOT-${lot}` } };
    }
    yield { waitMs: after(1, 5), act: 'level', with: { value: dice.between(18_000, 22_000) } };
    const what = dice.below(10);
    if (what < 3) yield* pause('Suspend', 'Unsuspend', after(5, 15), after(3, 20));
    else if (what < 6) {
      yield* stopFor(dice.pick(disturbances), after(5, 15));
      yield* pause('Hold', 'Unhold', 0, after(8, 30));
      yield* stopFor([0, ''], 0);
    } else if (what < 7) {
      yield* stopFor(dice.pick(failures), after(5, 15));
      yield* commands(['Abort', 'Clear', 'Reset', 'Start'], after(4, 15));
    }
  }
}

function* pause(begin: string, end: string, waitMs: number, lastsMs: number): Generator<Step> {
  yield { waitMs, act: 'command', with: { name: begin } };
  yield { waitMs: lastsMs, act: 'command', with: { name: end } };
}

function* stopFor([code, message]: readonly [number, string], waitMs: number): Generator<Step> {
  yield { waitMs, act: 'stopReason', with: { code, message } };
}

function* commands(names: readonly string[], waitMs: number): Generator<Step> {
  for (const name of names) yield { waitMs, act: 'command', with: { name } };
}
