import type { JobAction, JobState } from './job.ts';
import type { Sample } from './sample.ts';
import type { Address, Tag } from './tags.ts';

/** How a line's way to its machines stands. */
export const linkStates = [
  ...(['connecting', 'resolving', 'live', 'stale', 'reconnecting', 'refused'] as const),
] as const;
export type LinkState = (typeof linkStates)[number];

/** A job order as it is sent down. */
export type JobOrder = Readonly<{ job: string; description: string }>;

/** The one way to ask something of a machine. Every call ends in bounded time, or throws Fault. */
export type JobPort = Readonly<{
  /** The jobs that a receiver has, and their states. */
  list(receiver: Address): Promise<ReadonlyMap<string, JobState>>;
  /** What the receiver answers: its ReturnStatus. */
  call(receiver: Address, action: JobAction, order: JobOrder): Promise<bigint>;
}>;

/** What a machine's server tells, as it comes. */
export type Listener = Readonly<{
  /** The link is in another state; `detail` says why, in words. */
  changed(state: LinkState, detail?: string): void;
  /** Units whose tags are not as the mapping says, and why; the others are bound. */
  bound(unbound: ReadonlyMap<string, readonly string[]>): void;
  /** How far the server's clock is ahead of the edge's, ms. */
  skew(ms: number): void;
  /** Jobs can be sent from now on; or no more, for now. */
  jobs(port: JobPort | undefined): void;
  /** Values, in the order in which they came. */
  heard(samples: readonly Sample[]): void;
}>;

/** Listens to the tags of one line until `signal` aborts; reconnects by itself, never throws. */
export type Listen = (
  tags: readonly Tag[],
  listener: Listener,
  signal: AbortSignal,
) => Promise<void>;
