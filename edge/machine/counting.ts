import { count, type Flag, type Mark, type Step } from './counter.ts';
import type { Unit } from './mapping.ts';
import type { Sample } from './sample.ts';
import { ruleOf } from './tags.ts';
import { instantOf, type Skew } from './time.ts';

export const kinds = ['good', 'scrap', 'rework'] as const;
export type Kind = (typeof kinds)[number];
/** Why nobody can say which job pieces belong to. */
export type Why = 'noRun' | 'jobChanged' | 'mode' | 'restored' | 'refused' | 'implausible';

/** A counter's mark, and under which job of the line it was made. */
export type Kept = Readonly<{ mark: Mark; run: string | undefined; lineEpoch: number }>;

/** What is so while samples are taken in. */
export type Here = Readonly<{
  nowMs: number;
  liveSinceMs: number; // what was true before was heard behind a gap
  skew: Skew;
  run: string | undefined; // open in the unit's lane
  lineEpoch: number;
  producing: boolean; // by the machine's mode
}>;

/** What one counter adds by one sample: to the open job if there is no `why`. */
export type Gain = Readonly<{
  counter: string;
  pieces: bigint; // millionths
  from: bigint; // what the counter showed, and shows
  to: bigint;
  why: Why | undefined;
  fromMs: number; // nothing of it was made before
  atMs: number;
  flags: readonly (Flag | 'catchUp')[];
}>;
/** A step of a counter, and what it adds, if it does. */
export type Counted = Readonly<{
  kind: Step['kind'];
  kept: Kept | undefined;
  isBehind: boolean; // true before the link was live: others may follow from that time
  gain?: Gain;
}>;

/** True for a value that was believed. */
export const isTaken = (kind: Step['kind']): boolean =>
  kind === 'baseline' || kind === 'delta' || kind === 'same';

/** Takes in a sample of a counter that is read. `isFresh`: it was heard since the link is live. */
export function countSample(
  unit: Unit,
  counter: string,
  kept: Kept | undefined,
  sample: Sample,
  here: Here & { isFresh: boolean },
): Counted {
  const given = unit.counters.get(counter)!;
  const { kind, delta, flags, mark } = count(ruleOf(given), kept?.mark, sample);
  const { atMs, edgeMs } = instantOf(sample, here.skew);
  const isBehind = edgeMs < here.liveSinceMs;
  const isCatchUp = !here.isFresh || isBehind;
  if (!mark) return { kind, kept, isBehind };
  const anchored = !kept || kind === 'baseline' || !isCatchUp;
  const next: Kept = {
    mark,
    run: anchored && isTaken(kind) ? here.run : kept?.run,
    lineEpoch: isTaken(kind) ? here.lineEpoch : kept!.lineEpoch,
  };
  if (!kept || delta === 0n) return { kind, kept: next, isBehind };
  const gain: Gain = {
    counter,
    pieces: piecesOf(delta, given.each, given.decimals),
    ...{ from: kept.mark.last, to: mark.last },
    why: whyOf(kept, here, isCatchUp),
    fromMs: Math.min(kept.mark.seenMs, atMs),
    atMs,
    flags: isCatchUp ? [...flags, 'catchUp'] : flags,
  };
  return { kind, kept: next, isBehind, gain };
}

export const piecesOf = (counts: bigint, each: number, decimals: number): bigint =>
  counts * BigInt(each) * 10n ** BigInt(6 - decimals);

/**
 * Why the pieces are nobody's. Over a gap the job must have been the same at both ends; and a store
 * that was restored does not know what the one before it has booked.
 */
function whyOf(kept: Kept, here: Here, isCatchUp: boolean): Why | undefined {
  if (kept.lineEpoch !== here.lineEpoch) return 'restored';
  if (!here.producing) return 'mode';
  if (isCatchUp && kept.run !== here.run) return 'jobChanged';
  return here.run === undefined ? 'noRun' : undefined;
}

/** Pieces by what they are to an operation, and by whose they are; `owed` by derived counters. */
export type Sums = Readonly<{
  sums: ReadonlyMap<Why | undefined, Readonly<Record<Kind, bigint>>>;
  owed: ReadonlyMap<string, bigint>;
}>;

/**
 * Adds up what the counters of a unit have gained. A derived counter may lag: scrap that is told
 * after its total makes it fall. It then owes, and takes nothing until that is made up for.
 */
export function sumOf(unit: Unit, gains: readonly Gain[], owed: ReadonlyMap<string, bigint>): Sums {
  const sums = new Map<Why | undefined, Record<Kind, bigint>>();
  const owing = new Map(owed);
  const add = (why: Why | undefined, kind: Kind, pieces: bigint): void => {
    const known = sums.get(why) ?? { good: 0n, scrap: 0n, rework: 0n };
    sums.set(why, { ...known, [kind]: known[kind] + pieces });
  };
  for (const { counter, why, pieces } of gains) {
    const kind = unit.counters.get(counter)!.counts;
    if (kind) add(why, kind, pieces);
  }
  const whys = [...new Set(gains.map(({ why }) => why))];
  for (const [counter, { derive, counts }] of unit.counters) {
    if (!derive) continue;
    for (const why of whys) {
      const of = (name: string) =>
        gains
          .filter((gain) => gain.counter === name && gain.why === why)
          .reduce((sum, { pieces }) => sum + pieces, 0n);
      const less = derive.less.reduce((sum, name) => sum + of(name), 0n);
      const rest = of(derive.from) - less + (owing.get(counter) ?? 0n);
      owing.set(counter, rest < 0n ? rest : 0n);
      if (rest > 0n) add(why, counts!, rest);
    }
  }
  return { sums, owed: owing };
}
