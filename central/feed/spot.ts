import type { JetStreamManager, StoredMsg } from '@nats-io/jetstream';
import { readRaw } from '../../shared/codec.ts';
import type { Logger } from '../../shared/log.ts';
import { factStream, factsOfLine } from '../../shared/subject.ts';
import { ofHub } from '../ledger/place.ts';
import type { Book, Spot } from './book.ts';

/** How far a line was told: order is by epoch first. */
export type Reached = Readonly<{ epoch: number; sequence: number }>;
/**
 * Where telling goes on; `asks` where the stream is not known to end there, so that each line is to
 * be asked how far it was told.
 */
export type Start = Spot & Readonly<{ asks: boolean }>;

type Parts = {
  manager: JetStreamManager;
  book: Book;
  nowMs: () => number;
  keepDays: number;
  log: Logger;
};
const dayMs = 86_400_000;

const numberIn = (message: StoredMsg, name: string): number => Number(message.header.get(name));

/** The stream's last message; undefined for one that is empty, or has let all expire. */
async function lastOf(manager: JetStreamManager, subject: string): Promise<StoredMsg | undefined> {
  const message = await ofHub(manager.direct.getMessage(factStream, { last_by_subj: subject }));
  return message ?? undefined;
}

/** Whether it tells the fact that stands at its position in this very ledger. */
function isOurs(book: Book, message: StoredMsg): boolean {
  const held = book.at(numberIn(message, 'Hf-Position'));
  return held !== undefined && readRaw(held.bytes)?.eventId === message.header.get('ce-id');
}

/**
 * Where to go on, by what the stream holds: its last message says up to where the ledger was told,
 * whatever the cursor says. The cursor counts where the stream has no message any more, or ends
 * with one that this ledger has not told: it was restored. A stream that never had one begins with
 * facts that came within the days that it keeps.
 */
export async function startOf(parts: Parts): Promise<Start> {
  const { manager, book, nowMs, keepDays, log } = parts;
  const { state } = await ofHub(manager.streams.info(factStream));
  const { last_seq: streamSequence } = state;
  const cursor = book.cursor();
  const kept = (): number => book.since(nowMs() - keepDays * dayMs);
  if (streamSequence === 0) return { position: kept(), streamSequence, asks: false };
  const message = state.messages === 0 ? undefined : await lastOf(manager, 'hf.fact.>');
  if (message && isOurs(book, message)) {
    const position = numberIn(message, 'Hf-Position');
    return { position, streamSequence, asks: false };
  }
  if (message)
    log.error({ streamSequence: message.seq }, 'the feed ends with a fact that we did not tell');
  const position = cursor.position > 0 ? cursor.position : kept();
  return { position, streamSequence, asks: message !== undefined };
}

/** How far the stream tells a line; undefined if not at all. */
export async function reachedOf(
  manager: JetStreamManager,
  line: string,
): Promise<Reached | undefined> {
  const message = await lastOf(manager, factsOfLine(line));
  if (!message) return undefined;
  return { epoch: numberIn(message, 'Hf-Epoch'), sequence: numberIn(message, 'Hf-Sequence') };
}
