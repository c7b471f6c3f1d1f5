import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import type { Clock } from '../../shared/clock.ts';
import type { Exporter } from '../../shared/exporter.ts';
import { openMask } from '../../shared/feed/people.ts';
import type { Logger } from '../../shared/log.ts';
import type { Bell } from '../../shared/loop.ts';
import type { WhileOnDuty } from '../watch.ts';
import type { Book } from './book.ts';
import type { FeedConfig } from './config.ts';
import { type ReaderSeen, watchReaders } from './readers.ts';
import { tell } from './teller.ts';

/** The feed as it is configured, and how many copies the hub keeps of its streams. */
export type FeedSet = FeedConfig & Readonly<{ replicas: number }>;

type Parts = {
  stream: JetStreamClient;
  manager: JetStreamManager;
  memory: { book: Book };
  bell: Bell;
  idleMs: number;
  exporter: Exporter | undefined;
  /** Told of each look at the readers, and the pause between two, ms. */
  seen: (readers: readonly ReaderSeen[]) => void;
  everyMs: number;
  clock: Clock;
  log: Logger;
};

/** The loops of the feed, of the one central that does so for all; none without a feed. */
export function tellFeed(
  feed: FeedSet | undefined,
  { memory: { book }, ...parts }: Parts,
  onDuty: WhileOnDuty,
): Promise<void>[] {
  if (feed === undefined) return [];
  const mask = () => (feed.people === 'stated' ? undefined : openMask(book.pepper()));
  const told = { book, config: feed, replicas: feed.replicas };
  return [
    onDuty((signal) => tell({ ...parts, ...told, mask: mask(), signal })),
    onDuty((signal) => watchReaders({ ...parts, config: feed, signal })),
  ];
}
