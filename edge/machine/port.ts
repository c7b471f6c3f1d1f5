import type { Sample } from './sample.ts';
import type { Tag } from './tags.ts';

/** How a line's way to its machines stands. */
export const linkStates = [
  ...(['connecting', 'resolving', 'live', 'stale', 'reconnecting', 'refused'] as const),
] as const;
export type LinkState = (typeof linkStates)[number];

/** What a machine's server tells, as it comes. */
export type Listener = Readonly<{
  /** The link is in another state; `detail` says why, in words. */
  changed(state: LinkState, detail?: string): void;
  /** Units whose tags are not as the mapping says, and why; the others are bound. */
  bound(unbound: ReadonlyMap<string, readonly string[]>): void;
  /** How far the server's clock is ahead of the edge's, ms. */
  skew(ms: number): void;
  /** Values, in the order in which they came. */
  heard(samples: readonly Sample[]): void;
}>;

/** Listens to the tags of one line until `signal` aborts; reconnects by itself, never throws. */
export type Listen = (
  tags: readonly Tag[],
  listener: Listener,
  signal: AbortSignal,
) => Promise<void>;
