import { count, type Flag, type Mark, type Step } from './counter.ts';
import { type InHand, isOf, isWhole, jobAt, type Work } from './inhand.ts';
import type { Counter, Unit } from './mapping.ts';
import { countPulse } from './pulse.ts';
import type { Sample } from './sample.ts';
import { ruleOf } from './tags.ts';
import { instantOf, type Skew } from './time.ts';

export const kinds = ['good', 'scrap', 'rework'] as const;
export type Kind = (typeof kinds)[number];
/** Why nobody can say which job, or which lot, pieces belong to. */
export const whys = [
  ...(['noRun', 'jobChanged', 'otherJob', 'mode', 'restored', 'refused', 'implausible'] as const),
  'lotUnknown',
] as const;
export type Why = (typeof whys)[number];

/** A counter's mark, and under which job of the line it was made. */
export type Kept = Readonly<{
  mark: Mark;
  run: string | undefined;
  job: string | undefined; // as the machine named it; '' for none, undefined: it did not say
  lot: string | undefined; // that was consumed
  unnamed: readonly Flag[]; // what befell it and no report has told yet
  lineEpoch: number;
}>;

/** What is so while samples are taken in. */
export type Here = Readonly<{
  nowMs: number;
  liveSinceMs: number; // what was true before was heard behind a gap
  skew: Skew;
  run: string | undefined; // open in the unit's lane
  work: Work | undefined; // of that run
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
  job: string; // in hand by the machine's word; '' for none
  lot: string | undefined; // that was consumed
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

/** What else is known when a sample is taken in. */
type About = Readonly<{
  isFresh: boolean; // the counter was heard since the link is live
  jobs: InHand;
  lot: string | undefined; // of what a counter of consumption counts
}>;
/** These are told by a report, even if the counter rose by nothing when they befell it. */
const lasting = ({ pulse }: Counter, flag: Flag): boolean =>
  flag === 'reset' || flag === 'newEpoch' || (pulse !== undefined && flag === 'gap');

/** Takes in a sample of a counter that is read. */
export function countSample(
  unit: Unit,
  counter: string,
  kept: Kept | undefined,
  sample: Sample,
  here: Here & About,
): Counted {
  const given = unit.counters.get(counter)!;
  const { pulse } = given;
  const step = pulse ? countPulse(kept?.mark, sample) : count(ruleOf(given), kept?.mark, sample);
  const { kind, delta, flags: own, mark } = step;
  const { atMs, edgeMs } = instantOf(sample, here.skew);
  const isBehind = edgeMs < here.liveSinceMs;
  const isCatchUp = !here.isFresh || isBehind;
  if (!mark) return { kind, kept, isBehind };
  const job = jobAt(here.jobs, isCatchUp ? Number.POSITIVE_INFINITY : atMs);
  // What a pulse did in a gap is lost, where a counter tells it afterwards.
  const lost: Flag[] = pulse && kept && isCatchUp ? ['gap'] : [];
  const flags = [...new Set([...(kept?.unnamed ?? []), ...own, ...lost])];
  const next: Kept = {
    mark,
    ...placeOf(kept, { ...here, job }, isTaken(kind), !kept || kind === 'baseline' || !isCatchUp),
    unnamed: flags.filter((flag) => lasting(given, flag)),
  };
  if (!kept || delta === 0n) return { kind, kept: next, isBehind };
  const why = whyOf(given, kept, { ...here, job }, isCatchUp);
  const gain: Gain = {
    counter,
    pieces: piecesOf(delta, given.each, given.decimals),
    ...{ from: kept.mark.last, to: mark.last },
    ...{ why, job: job ?? '', lot: here.lot },
    fromMs: Math.min(kept.mark.seenMs, atMs),
    atMs,
    flags: isCatchUp && !pulse ? [...flags, 'catchUp'] : flags,
  };
  const unnamed = why === undefined ? [] : next.unnamed;
  return { kind, kept: { ...next, unnamed }, isBehind, gain };
}

type Place = Pick<Here, 'run' | 'lineEpoch'> & Pick<Kept, 'job' | 'lot'>;

/** Under what a mark was made; behind a gap it is what was so before it, until all has arrived. */
function placeOf(kept: Kept | undefined, here: Place, isTaken: boolean, isAnchored: boolean) {
  const { run, job, lot } = isAnchored && isTaken ? here : (kept ?? noPlace);
  return { run, job, lot, lineEpoch: isTaken ? here.lineEpoch : kept!.lineEpoch };
}
const noPlace = { run: undefined, job: undefined, lot: undefined };

export const piecesOf = (counts: bigint, each: number, decimals: number): bigint =>
  counts * BigInt(each) * 10n ** BigInt(6 - decimals);

/**
 * Why the pieces are nobody's. Over a gap the job must have been the same at both ends; and a store
 * that was restored does not know what the one before it has booked. What is consumed is of a lot.
 */
function whyOf(
  { counts }: Counter,
  kept: Kept,
  here: Here & Pick<Kept, 'job' | 'lot'>,
  isCatchUp: boolean,
): Why | undefined {
  const { job, work, lot } = here;
  if (kept.lineEpoch !== here.lineEpoch) return 'restored';
  if (!here.producing) return 'mode';
  if (isCatchUp && !isSameJob(kept, here)) return 'jobChanged';
  if (!work) return 'noRun';
  if (job && !isOf(job, work)) return 'otherJob';
  if (counts !== 'consumed') return undefined;
  return lot === undefined || (isCatchUp && lot !== kept.lot) ? 'lotUnknown' : undefined;
}

/** By the machine's own word if it names the operation at both ends, by the open run otherwise. */
function isSameJob(kept: Kept, { job, work, run }: Pick<Here, 'run' | 'work'> & Pick<Kept, 'job'>) {
  const isTold = kept.job !== undefined && job !== undefined;
  if (isTold && kept.job !== job) return false;
  return (isTold && work !== undefined && isWhole(job, work)) || kept.run === run;
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
    if (kind && kind !== 'consumed') add(why, kind, pieces);
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
      if (rest > 0n && counts !== 'consumed') add(why, counts!, rest);
    }
  }
  return { sums, owed: owing };
}
