import { backoff } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Logger } from '../../shared/log.ts';
import type { Breaker } from '../erp/breaker.ts';
import type { Receipts } from '../erp/receipts.ts';
import type { InboundConfig } from './config.ts';
import { before, isBehind, receiptOf } from './delivery.ts';
import type { Inbound } from './inbound.ts';
import type { Standing } from './standing.ts';

/** Most pages of one round; the next one goes on where it ended. */
export const pagesMax = 100;
const pauseMaxMs = 60_000;

type Parts = {
  receipts: Receipts;
  inbound: Pick<Inbound, 'take' | 'cursor'>;
  config: Pick<InboundConfig, 'pollMs' | 'pageMax' | 'lookBack'>;
  breaker: Pick<Breaker, 'room' | 'dueInMs' | 'lookedUp'>;
  /** Told when something was taken. */
  moved: () => void;
  /** Told how reading stands. */
  stands: (standing: Partial<Standing>) => void;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
};

/**
 * Reads what suppliers have delivered, from the cursor that is in the ledger, page by page, until
 * `signal` aborts. Each round begins a few documents before the cursor, because an ERP may give
 * numbers out of turn; what is known is not taken twice. Whatever does not answer is asked again
 * with growing pauses, and now and then only once the circuit is open.
 */
export async function pull(parts: Parts): Promise<void> {
  const { config, breaker, stands, clock, log, signal } = parts;
  for (let failures = 0; !signal.aborted; ) {
    if (breaker.room(1, 0) === 0) {
      await clock.sleep(Math.max(1, breaker.dueInMs()), signal);
      continue;
    }
    const reason = await round(parts);
    breaker.lookedUp(reason === undefined ? [] : undefined);
    if (reason === undefined) {
      failures = 0;
      stands({ readMs: clock.nowMs(), reason: null });
      await clock.sleep(config.pollMs, signal);
      continue;
    }
    failures += 1;
    stands({ reason });
    const delayMs = backoff(failures, pauseMaxMs);
    log.warn({ reason, attempt: failures, delayMs }, 'receipts of suppliers were not read');
    await clock.sleep(delayMs, signal);
  }
}

/** All pages there are, as far as one round goes; why it broke off. */
async function round(parts: Parts): Promise<string | undefined> {
  const { receipts, inbound, config, moved, log, signal } = parts;
  const kept = inbound.cursor();
  let after = kept === null ? null : before(kept, config.lookBack);
  for (let page = 0; page < pagesMax && !signal.aborted; page++) {
    const read = await receipts(after, config.pageMax);
    if (signal.aborted) return undefined;
    if ('unread' in read) return read.unread;
    const last = read.receipts.map(receiptOf).reduce(furthest, after ?? undefined);
    const cursor = inbound.cursor();
    const isFurther = last !== undefined && (cursor === null || isBehind(last, cursor));
    const taken = inbound.take(read.receipts, isFurther ? last : undefined);
    const count = (of: string) => taken.filter((one) => one === of).length;
    const news = { kept: count('kept'), cancelled: count('cancelled'), odd: count('odd') };
    if (Object.values(news).some((number) => number > 0)) {
      log.info({ ...news }, 'receipts of suppliers were read');
      moved();
    }
    if (!read.isMore) return undefined;
    if (last === undefined || last === after) {
      return `the ERP told ${read.receipts.length} receipts, none behind ${after}`;
    }
    after = last;
  }
  return undefined;
}

/** The last of those that have a number. */
const furthest = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || (b !== undefined && isBehind(b, a)) ? b : a;
