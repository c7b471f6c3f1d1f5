import type { JobContent } from './content.ts';
import type { JobAction, JobState } from './job.ts';
import type { Sent } from './jobmap.ts';
import type { Plain, Sample } from './sample.ts';
import type { Address, Tag } from './tags.ts';
import type { ReadBack, Target } from './targets.ts';

/** How a line's way to its machines stands. */
export const linkStates = [
  ...(['connecting', 'resolving', 'live', 'stale', 'reconnecting', 'refused'] as const),
] as const;
export type LinkState = (typeof linkStates)[number];

/** What a machine told of a job in the end; at most 50 of each, texts of at most 200 characters. */
export type JobResponse = Readonly<{
  id: string;
  state: JobState | null;
  startMs: number | null;
  endMs: number | null;
  data: readonly Readonly<{ id: string; value: string; unit: string }>[];
  materials: readonly Readonly<{
    material: string;
    use: string;
    quantity: string;
    unit: string;
    lot: string;
  }>[];
}>;

/** The one way to ask something of a machine. Every call ends in bounded time, or throws Fault. */
export type JobPort = Readonly<{
  /** Which incarnation of the server it is. */
  epoch: string;
  /** The jobs that a receiver has, and their states. */
  list(receiver: Address): Promise<ReadonlyMap<string, JobState>>;
  /** What the receiver answers: its ReturnStatus. Contents go with Store only. */
  call(receiver: Address, action: JobAction, job: string, order?: JobContent): Promise<bigint>;
  /** Undefined where the machine does not know the job; writes nothing. */
  response(
    receiver: Readonly<{ object: Address; results: Address | undefined }>,
    job: string,
  ): Promise<JobResponse | undefined>;
  /** What stands there now; null for what cannot be read. */
  read(places: readonly ReadBack[]): Promise<readonly Plain[]>;
  /** Throws Fault REFUSED where the machine does not take it, or the value is none for it. */
  write(target: Target, value: Sent): Promise<void>;
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
