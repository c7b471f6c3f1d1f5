import type { Family } from '../../shared/metrics.ts';
import type { Book } from './book.ts';
import type { FeedConfig } from './config.ts';
import type { ReaderSeen } from './readers.ts';

export type Parts = {
  book: Pick<Book, 'untold'>;
  /** How the feed is told; absent where it is not, and then nothing is told of it. */
  feed?: FeedConfig | undefined;
  /** Readers as they were last seen; none where another central looks. */
  readersSeen: () => readonly ReaderSeen[];
  nowMs: () => number;
};

/** How long it is that the oldest of what waits came, s; 0 where nothing waits. */
export const ageS = (sinceMs: number | null, nowMs: number): number =>
  sinceMs === null ? 0 : Math.max(0, nowMs - sinceMs) / 1_000;

/** How far the feed is behind the ledger, and each of its readers behind the feed. */
export function feedFamilies({ book, feed, readersSeen, nowMs }: Parts): Family[] {
  if (feed === undefined) return [];
  const { facts, sinceMs } = book.untold();
  const readers = readersSeen();
  const each = (value: (seen: ReaderSeen) => number) =>
    readers.map((seen) => ({ labels: { reader: seen.reader }, value: value(seen) }));
  return [
    {
      ...{ name: 'feed_behind_facts', type: 'gauge', samples: [{ value: facts }] },
      help: 'Facts of the ledger that the feed has not told.',
    },
    {
      ...{ name: 'feed_behind_seconds', type: 'gauge' },
      help: 'Since when the oldest of them is in the ledger; 0 without one.',
      samples: [{ value: ageS(sinceMs, nowMs()) }],
    },
    {
      ...{ name: 'feed_reader_behind_facts', type: 'gauge', samples: each(({ behind }) => behind) },
      help: 'Facts that the feed has told and the reader has not acknowledged.',
    },
    {
      ...{ name: 'feed_reader_behind_seconds', type: 'gauge' },
      help: 'Since when the oldest of them is in the ledger; 0 without one.',
      samples: each((seen) => ageS(seen.sinceMs, nowMs())),
    },
  ];
}
