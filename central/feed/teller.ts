import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { headers } from '@nats-io/nats-core';
import { backoff } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { readRaw } from '../../shared/codec.ts';
import type { Exporter } from '../../shared/exporter.ts';
import { Fault } from '../../shared/fault.ts';
import { type FeedMessage, messageOf } from '../../shared/feed/message.ts';
import type { Mask } from '../../shared/feed/people.ts';
import { idBytes } from '../../shared/identity.ts';
import type { Logger } from '../../shared/log.ts';
import type { Bell } from '../../shared/loop.ts';
import { ofHub } from '../ledger/place.ts';
import type { Book, Row, Spot } from './book.ts';
import type { FeedConfig } from './config.ts';
import { type Reached, reachedOf, type Start, startOf } from './spot.ts';
import { ensureFeed } from './stream.ts';
import { tellSpans } from './tracing.ts';

/** Rows of the ledger that are told together: as many messages are on their way at once. */
const pageMax = 200;

type Parts = {
  stream: JetStreamClient;
  manager: JetStreamManager;
  book: Book;
  config: FeedConfig;
  replicas: number;
  mask: Mask | undefined;
  /** Where traces are told; absent where none is. */
  exporter?: Exporter | undefined;
  /** Rings when the ledger took facts. */
  bell: Bell;
  /** The ledger is looked at though no bell rang, ms. */
  idleMs: number;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
};

/**
 * What of a row everybody is told; undefined for a fact that was accepted before, for one that came
 * under the id of another, and for what is parked because it breaks its schema. A fact of a type
 * that only a newer program knows is told.
 */
export function toldOf(row: Row, book: Pick<Book, 'isKnown'>, mask?: Mask, ratio = 0) {
  if (row.isAgain) {
    const raw = readRaw(row.bytes);
    if (!raw || raw.type === 'DeskActed' || book.isKnown(idBytes(raw.eventId))) return undefined;
  }
  return messageOf(row, mask, ratio);
}

const isBehind = (row: Row, reached: Reached): boolean =>
  row.epoch < reached.epoch || (row.epoch === reached.epoch && row.sequence <= reached.sequence);

/** Lines that were asked how far they were told, where the stream's end does not say it. */
function openReached({ manager }: Parts, { asks }: Start) {
  const known = new Map<string, Reached | undefined>();
  return async (row: Row): Promise<boolean> => {
    if (!asks) return false;
    if (!known.has(row.line)) known.set(row.line, await reachedOf(manager, row.line));
    const reached = known.get(row.line);
    return reached !== undefined && isBehind(row, reached);
  };
}

/**
 * Publishes in order, all on their way at once: each only at its own place of the stream, which the
 * server minds. Throws Fault UNREACHABLE if any was not stored there; those before it were.
 */
async function publish({ stream }: Parts, messages: readonly FeedMessage[], after: number) {
  const sent = messages.map(async ({ subject, headers: given, data }, index) => {
    const said = headers();
    for (const [name, value] of Object.entries(given)) said.set(name, value);
    const place = { msgID: `${data.eventId}.${data.epoch}.${data.sequence}` };
    const expect = { lastSequence: after + index };
    const { seq } = await stream.publish(subject, JSON.stringify(data), {
      ...{ headers: said, expect, ...place },
    });
    if (seq !== after + index + 1) throw new Error(`stored at ${seq} before`);
  });
  for (const one of await Promise.allSettled(sent)) {
    if (one.status === 'rejected') await ofHub(Promise.reject(one.reason as Error));
  }
}

const isAt = (one: Spot, other: Spot): boolean =>
  one.position === other.position && one.streamSequence === other.streamSequence;

/** Tells on from where the stream ends until `signal` aborts. */
async function tellOn(parts: Parts, progress: () => void): Promise<void> {
  const { book, mask, exporter, bell, idleMs, signal } = parts;
  await ensureFeed(parts);
  const { keepDays } = parts.config;
  const found = book.cursor();
  const start = await startOf({ ...parts, nowMs: parts.clock.nowMs, keepDays });
  const wasTold = openReached(parts, start);
  let at: Spot = start;
  if (!isAt(found, at)) book.move(found, at);
  while (!signal.aborted) {
    const seen = bell.rings();
    const page = book.page(at.position, pageMax);
    const messages: FeedMessage[] = [];
    for (const row of page) {
      const message = (await wasTold(row)) ? undefined : toldOf(row, book, mask, exporter?.ratio);
      if (message) messages.push(message);
    }
    const last = page.at(-1);
    if (last === undefined) {
      await bell.wait(seen, idleMs, signal);
      continue;
    }
    await publish(parts, messages, at.streamSequence);
    if (exporter) tellSpans(exporter, messages, parts.clock.nowMs());
    const streamSequence = at.streamSequence + messages.length;
    const next = { position: last.position, streamSequence };
    book.move(at, next);
    at = next;
    progress();
  }
}

/**
 * Tells everybody each fact of the ledger, once and in the ledger's order, until `signal` aborts.
 * Whatever happens between publishing and moving the cursor, the stream's own end says where to go
 * on; and the server takes each message at one place only, also from two who think that it is their
 * turn.
 */
export async function tell(parts: Parts): Promise<void> {
  const { clock, log, signal } = parts;
  for (let failures = 0; !signal.aborted; ) {
    try {
      await tellOn(parts, () => {
        failures = 0;
      });
    } catch (error) {
      if (!(error instanceof Fault && error.retry)) throw error;
      const delayMs = backoff(++failures);
      log.warn({ reason: error.message, attempt: failures, delayMs }, 'the feed waits');
      await clock.sleep(delayMs, signal);
    }
  }
}
