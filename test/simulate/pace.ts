import { type Pace, plantPace } from '../../shared/pace.ts';

/** At the plant's own pace, looks that find nothing would be most of a simulated day. */
const calmPace: Pace = {
  beatMs: 240_000,
  resyncMs: 600_000,
  barredMs: 300_000,
  downMs: 60_000,
  clockMs: 300_000,
  measureMs: 300_000,
  timersMs: 300_000,
  retentionMs: 600_000,
  quietMs: 120_000,
  trimMs: 600_000,
  gapsMs: 600_000,
  repeatMs: 300_000,
  lanesMs: 600_000,
};

/** How often what is idle looks again; every fiftieth plant does at the pace of a real one. */
export const paceOf = (seed: number): Pace => (seed % 50 === 0 ? plantPace : calmPace);
