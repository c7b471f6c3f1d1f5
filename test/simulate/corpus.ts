/** Days that once failed, and what they found. Each is lived again with every build. */
export const corpus: readonly Readonly<{ seed: number; hours: number; found: string }>[] = [
  { seed: 315, hours: 2, found: 'a line of which nothing was left came behind what rested on it' },
  { seed: 383, hours: 2, found: 'salvage ended at a row whose last column was damaged' },
  { seed: 408, hours: 2, found: 'salvage ended at a row whose last column was damaged' },
  { seed: 602, hours: 2, found: 'salvage ended at a row whose place on the disk was damaged' },
  { seed: 701, hours: 2, found: 'salvage left a store without its charts, which did not start' },
  {
    seed: 654,
    hours: 2,
    found: 'the ledger had what its box lacked; why is not known',
  },
  { seed: 1077, hours: 1, found: 'what waited for a gap was parked, and then stated again' },
  { seed: 2233, hours: 1, found: 'refused commands put off the question to central for ever' },
  { seed: 1142, hours: 1, found: 'a salvaged store lacked facts of an epoch that was over' },
  { seed: 2361, hours: 1, found: 'a salvaged line stood for good, as another had lost facts' },
  { seed: 2873, hours: 1, found: 'a store went on in an epoch that ended while it was off' },
  { seed: 1951, hours: 1, found: 'a backup of a salvaged store was not known to be of one' },
  { seed: 6139, hours: 1, found: 'damaged words of which charts had judged went into a fact' },
  { seed: 6850, hours: 1, found: 'a damaged index of the lines made a second line of that name' },
  { seed: 7150, hours: 1, found: 'a twin that had not stated them said that facts were lost' },
  { seed: 505, hours: 2, found: 'a clone took a line, and its box had not noticed yet' },
];
