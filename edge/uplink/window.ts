import type { Marks } from '../store/outbox.ts';

/** A line sends no more while central has not read within this time what it has sent, ms … */
export const readMs = 2_000;
/** … or while so many of its segments are unread … */
export const unreadMax = 200;
/** … but one segment after this time all the same, so that no lost word stops a line, ms. */
export const trickleMs = 5_000;

type Sent = { last: number; atMs: number };

/**
 * How much of one line the stream may hold that central's ledger does not: so that what is sent
 * waits there for seconds behind what others send, and not for minutes.
 */
export function openWindow(nowMs: () => number) {
  let epoch = 0;
  let unread: Sent[] = []; // oldest first
  let lastMs = Number.NEGATIVE_INFINITY;

  const read = (kept: number): void => {
    while (unread[0] && unread[0].last <= kept) unread.shift();
  };

  return {
    /** The stream ends for the line as these say, however that came to be. */
    restart({ epoch: now, sent, kept }: Marks): void {
      unread = now === epoch ? unread.filter(({ last }) => last <= sent) : [];
      epoch = now;
      read(kept);
      if (unread.length === 0 && sent > kept) unread.push({ last: sent, atMs: nowMs() });
    },
    /** The stream took a segment that ends there. */
    took(last: number): void {
      lastMs = nowMs();
      if (unread.length > unreadMax) unread.at(-1)!.last = last;
      else unread.push({ last, atMs: lastMs });
    },
    /** How long the next segment waits, unless more is kept before; 0 if it may go, ms. */
    waitMs(kept: number): number {
      read(kept);
      const [oldest] = unread;
      const late = oldest !== undefined && nowMs() - oldest.atMs >= readMs;
      if (!late && unread.length < unreadMax) return 0;
      return Math.max(0, lastMs + trickleMs - nowMs());
    },
  };
}
