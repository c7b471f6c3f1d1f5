import { type Quantity, zero } from '../../shared/quantity.ts';

/** General inspection levels of ISO 2859-1. */
export const levels = ['I', 'II', 'III'] as const;
export type Level = (typeof levels)[number];

/** Last size of a lot in each row of Table 1, and its code letters at the levels I, II and III. */
const codeLetters: readonly (readonly [number, string])[] = [
  ...([
    [8, 'AAB'],
    [15, 'ABC'],
    [25, 'BCD'],
    [50, 'CDE'],
    [90, 'CEF'],
  ] as const),
  ...([
    [150, 'DFG'],
    [280, 'EGH'],
    [500, 'FHJ'],
    [1_200, 'GJK'],
    [3_200, 'HKL'],
  ] as const),
  ...([
    [10_000, 'JLM'],
    [35_000, 'KMN'],
    [150_000, 'LNP'],
    [500_000, 'MPQ'],
    [Number.POSITIVE_INFINITY, 'NQR'],
  ] as const),
];
/** Sample size of each code letter, single sampling. */
const sampleSizes: Readonly<Record<string, number>> = {
  ...{ A: 2, B: 3, C: 5, D: 8, E: 13, F: 20, G: 32, H: 50, J: 80, K: 125 },
  ...{ L: 200, M: 315, N: 500, P: 800, Q: 1_250, R: 2_000 },
};
const scale = 1_000_000n;

/**
 * How many units of a lot are looked at, from 1: the sample size of ISO 2859-1 for its size and
 * level, single sampling; all of a lot that is smaller. Half a unit counts as one. Written down
 * from knowledge of the standard, not from its text [K]. Its acceptance numbers are not here:
 * whether a lot is accepted is for whoever inspects it to say.
 */
export function sampleOf(all: Quantity, level: Level): number {
  const units = all <= zero ? 1 : Number((all + scale - 1n) / scale);
  const [, letters] = codeLetters.find(([last]) => units <= last)!;
  return Math.min(Math.max(units, 1), sampleSizes[letters[levels.indexOf(level)]!]!);
}
