import { backoffMaxMs } from './backoff.ts';

/**
 * How often what is idle looks again, ms. Each look is for what no bell tells of: a message that
 * was lost, a clock that was set, a disk that another program fills.
 */
export type Pace = Readonly<{
  /** The edge asks central for a heartbeat. */
  beatMs: number;
  /** An edge that has nothing to send reads where the stream ends for its line. */
  resyncMs: number;
  /** An edge whose line another box writes asks for it again; at first every ten seconds. */
  barredMs: number;
  /** A hub or a central that does not answer is asked again, at most so much later. */
  downMs: number;
  /** The edge looks whether its clock was set; it does before every batch of commands, too. */
  clockMs: number;
  /** The edge asks central for commands though no bell has rung. */
  commandsMs: number;
  /** The edge measures its disk. */
  measureMs: number;
  /** The edge looks at the day though no timer is due: it may have been set. */
  timersMs: number;
  /** The edge looks whether there is something to forget. */
  retentionMs: number;
  /** Central checks a silence of the stream. */
  quietMs: number;
  /** Central looks whether the stream is to be trimmed. */
  trimMs: number;
  /** Central looks for gaps though nothing has come. */
  gapsMs: number;
  /** Central tells each line again what it keeps of it. */
  repeatMs: number;
  /** Central looks at its lanes though nothing has come and nothing is due. */
  lanesMs: number;
}>;

/** The pace of a plant. */
export const plantPace: Pace = {
  beatMs: 5_000,
  resyncMs: 60_000,
  barredMs: 60_000,
  downMs: backoffMaxMs,
  clockMs: 5_000,
  commandsMs: 30_000,
  measureMs: 5_000,
  timersMs: 60_000,
  retentionMs: 60_000,
  quietMs: 5_000,
  trimMs: 10_000,
  gapsMs: 60_000,
  repeatMs: 30_000,
  lanesMs: 15_000,
};
