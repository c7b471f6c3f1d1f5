import type { Kept } from '../../shared/kept.ts';
import type { LinkState } from './forwarder.ts';
import type { Heard } from './heartbeat.ts';

/** How a line's way to central stands. */
export type Way = { state: LinkState; detail?: string; sinceMs: number };
/** Whether the way is closed to our credentials, and not only away. */
export const isRefusal = ({ state, detail }: Way): boolean =>
  state === 'down' && detail !== undefined && detail.startsWith('auth:');

/** How far the ERP has what a line stated: all up to `settled`, but for those `waiting`. */
export type Settled = Pick<Kept, 'epoch' | 'settled' | 'waiting'>;

/** How far central was told ahead of a line's backlog; null before it was. */
export type Ahead = Readonly<{ upTo: number | null }>;

export type Marks = ReturnType<typeof openMarks>;

/** What the status page tells of each line's way; in memory, central says it again at connect. */
export function openMarks(nowMs: () => number, changed: () => void, kept?: () => void) {
  const ways = new Map<string, Way>();
  const settled = new Map<string, Settled>();
  const aheads = new Map<string, Ahead>();
  const openedMs = nowMs();
  let central: Heard | undefined;
  return {
    report(line: string, state: LinkState, detail?: string): void {
      const known = ways.get(line);
      if (known?.state === state && known.detail === detail) return;
      const sinceMs = known?.state === state ? known.sinceMs : nowMs();
      ways.set(line, { state, sinceMs, ...(detail === undefined ? {} : { detail }) });
      changed();
    },
    heard(line: string, { epoch, settled: upTo, waiting }: Kept): void {
      settled.set(line, { epoch, settled: upTo, waiting });
      changed();
      kept?.();
    },
    /** Central is behind with the line, or no more. */
    goAhead(line: string, ahead: Ahead | null): void {
      if (ahead) aheads.set(line, ahead);
      else aheads.delete(line);
      changed();
    },
    ahead: (line: string): Ahead | null => aheads.get(line) ?? null,
    /** Central answered a heartbeat. */
    beaten(word: Heard): void {
      central = word;
      changed();
    },
    central: (): Heard | undefined => central,
    way: (line: string): Way => ways.get(line) ?? { state: 'down', sinceMs: openedMs },
    heardOf: (line: string): boolean => settled.has(line),
    settled: (line: string): Settled => settled.get(line) ?? { epoch: 1, settled: 0, waiting: [] },
  };
}
