import { backoff } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { asOne, type Database } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import type { Logger } from '../../shared/log.ts';
import type { PulledEntry, Source } from '../erp/erp.ts';
import { openCursors } from './cursors.ts';
import type { Downlink } from './downlink.ts';

/** Most pages of one stream in one round: what is left comes in the next. */
const pagesMax = 200;
/** Longest pause after a round that failed, ms. */
const pauseMaxMs = 300_000;

type PulledSite = Readonly<{ plant: string; site: string }>;
type Parts = {
  db: Database;
  downlink: Pick<Downlink, 'receiveReferences' | 'receiveOrders' | 'refuse' | 'again' | 'undone'>;
  /** What hands over; without it only what waits is looked at again. */
  source: Source | undefined;
  sites: readonly PulledSite[];
  everyMs: number;
  /** Told when orders may have been sent. */
  moved: () => void;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
};
/** The entries of one page, by site and kind; what is of no plant is of all. */
function bySite(entries: readonly PulledEntry[], sites: readonly PulledSite[]) {
  return sites.map(({ plant, site }) => {
    const own = entries.filter((one) => one.plant === null || one.plant === plant);
    const of = (kind: PulledEntry['kind']) =>
      own.flatMap((one) => (one.kind === kind && 'given' in one ? [one.given] : []));
    return { site, references: of('reference'), orders: of('order') };
  });
}

/**
 * Reads what the ERP has changed, stream by stream and page by page; each page and its cursor are
 * one transaction. What does not answer is asked again after a pause that doubles.
 */
export async function pull(parts: Parts): Promise<void> {
  const { db, downlink, source, sites, everyMs, moved, clock, log, signal } = parts;
  const cursors = openCursors(db);
  let failures = 0;

  const whole = <A extends unknown[], R>(work: (...args: A) => R) =>
    asOne(db, work, downlink.undone);
  const take = whole((stream: string, entries: readonly PulledEntry[], cursor: string) => {
    for (const { site, references, orders } of bySite(entries, sites)) {
      const by = `erp ${stream} ${site}`;
      if (references.length > 0) downlink.receiveReferences(site, by, references);
      if (orders.length > 0) downlink.receiveOrders(site, by, orders);
    }
    for (const one of entries) {
      if (one.kind === 'refused') downlink.refuse(`erp ${stream}`, one.name, one.reason);
    }
    cursors.save(stream, cursor, clock.nowMs());
  });
  const again = whole(downlink.again);
  const failed = whole((stream: string, reason: string) => cursors.fail(stream, reason));

  /** False if the stream did not answer. */
  async function read(stream: string): Promise<boolean> {
    for (let pages = 0; pages < pagesMax && !signal.aborted; pages++) {
      const got = await source!.pull(stream, cursors.at(stream));
      if (signal.aborted) return true;
      if (got.kind === 'unread') {
        failed(stream, got.reason);
        log.warn({ stream, reason: got.reason }, 'the ERP does not hand over');
        return false;
      }
      take(stream, got.entries, got.cursor);
      if (got.entries.length > 0) moved();
      if (!got.more) return true;
    }
    return true;
  }

  async function round(): Promise<boolean> {
    let isRead = true;
    for (const stream of sites.length > 0 ? (source?.streams ?? []) : []) {
      isRead = (await read(stream)) && isRead;
    }
    for (let after: string | undefined = ''; after !== undefined; ) after = again(after);
    return isRead;
  }

  while (!signal.aborted) {
    try {
      failures = (await round()) ? 0 : failures + 1;
    } catch (error) {
      if (!(error instanceof Fault && error.retry)) throw error;
      log.warn({ reason: error.message }, 'the ledger does not take what the ERP hands over');
      failures += 1;
    }
    const waitMs = failures === 0 ? everyMs : backoff(failures + 3, pauseMaxMs);
    await clock.sleep(waitMs, signal);
  }
}
