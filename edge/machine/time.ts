import type { Sample } from './sample.ts';

/** How the machine's clock stands to the edge's, and how far the two may differ, ms. */
export type Skew = Readonly<{ skewMs: number; skewMaxMs: number; bufferMaxMs: number }>;
export type Instant = Readonly<{
  atMs: number;
  edgeMs: number; // the same by the edge's clock, as well as it is known
  of: 'source' | 'server' | 'edge';
}>;

/**
 * When a value was true: by the source's clock, else by the server's, else when it was received.
 *
 * A clock is believed if, less the skew that was measured, it is not ahead of the receipt by more
 * than `skewMaxMs`, nor behind it by more than a server buffers. A skew beyond `skewMaxMs` is
 * taken off: an order is not booked into another shift because a PLC's clock is wrong.
 */
export function instantOf(sample: Sample, skew: Skew): Instant {
  const { receivedMs } = sample;
  const { skewMs, skewMaxMs, bufferMaxMs } = skew;
  const off = Math.abs(skewMs) > skewMaxMs ? skewMs : 0;
  const isBelieved = (ms: number | undefined): ms is number =>
    ms !== undefined &&
    ms - skewMs <= receivedMs + skewMaxMs &&
    ms - skewMs >= receivedMs - bufferMaxMs - skewMaxMs;
  const said = (ms: number, of: Instant['of']) => ({ atMs: ms - off, edgeMs: ms - skewMs, of });
  if (isBelieved(sample.sourceMs)) return said(sample.sourceMs, 'source');
  if (isBelieved(sample.serverMs)) return said(sample.serverMs, 'server');
  return { atMs: receivedMs, edgeMs: receivedMs, of: 'edge' };
}
