import type { Heard } from './heartbeat.ts';
import type { Way } from './marks.ts';

/** Central's answer to a heartbeat is late after this time, ms: three of them went without. */
export const lateMs = 15_000;
/** An answer that took longer says that the path is slow, ms. */
export const slowMs = 2_000;

/** Since when the path to central is not as it should be, and why, in words. */
export type Degraded = Readonly<{ sinceMs: number; says: string }>;

/**
 * An open way may lead nowhere: heartbeats go all of it, and central answers them itself. Null
 * while they come back in time, and while the way is not open: then that is what is said.
 */
export function degradedBy(
  { state, sinceMs }: Way,
  heard: Heard | undefined,
  nowMs: number,
): Degraded | null {
  if (state !== 'up' && state !== 'draining') return null;
  const lastMs = Math.max(heard?.atMs ?? sinceMs, sinceMs);
  if (nowMs - lastMs > lateMs) {
    const seconds = Math.round((nowMs - lastMs) / 1_000);
    return { sinceMs: lastMs, says: `central has not answered for ${seconds} s` };
  }
  if (heard === undefined || heard.roundTripMs <= slowMs) return null;
  return { sinceMs: heard.atMs, says: `central's answer took ${heard.roundTripMs} ms` };
}
