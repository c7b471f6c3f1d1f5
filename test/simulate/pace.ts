import { type Pace, plantPace } from '../../shared/pace.ts';
import { longHours } from './shifts.ts';

/** At the plant's own pace, looks that find nothing would be most of a simulated day. */
const calmPace: Pace = {
  beatMs: 240_000,
  resyncMs: 600_000,
  barredMs: 300_000,
  downMs: 60_000,
  clockMs: 300_000,
  commandsMs: 300_000,
  measureMs: 300_000,
  timersMs: 300_000,
  retentionMs: 600_000,
  quietMs: 120_000,
  trimMs: 600_000,
  gapsMs: 600_000,
  repeatMs: 300_000,
  lanesMs: 600_000,
};

/** Of a plant that stands still at night and at weekends: nothing is there to be looked for. */
const shiftPace: Pace = {
  ...calmPace,
  beatMs: 720_000,
  barredMs: 600_000,
  clockMs: 900_000,
  commandsMs: 600_000,
  measureMs: 900_000,
  timersMs: 900_000,
  quietMs: 300_000,
  repeatMs: 600_000,
};
/** How often what is idle looks again; every fiftieth plant does at the pace of a real one. */
export function paceOf(seed: number, hours: number): Pace {
  if (seed % 50 === 0) return plantPace;
  return hours < longHours ? calmPace : shiftPace;
}
