import type { NatsConnection } from '@nats-io/nats-core';
import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/fault.ts';
import type { Logger } from '../../shared/log.ts';
import type { Bell } from '../../shared/loop.ts';
import { decodeSegment } from '../../shared/segment.ts';
import { refillSubject } from '../../shared/subject.ts';
import type { Ledger } from './ledger.ts';
import type { Gap } from './shelf.ts';

/** A gap may close by itself for this long, ms; then its edge is asked, more and more seldom. */
const graceMs = 1_500;
const askTimeoutMs = 5_000;
/** Longest pause between two questions about one gap, ms. */
const pauseMaxMs = 60_000;

type Parts = {
  connection: NatsConnection;
  ledger: Ledger;
  committed: () => void;
  /** Rings when the ledger took facts. */
  bell: Bell;
  /** With no gap, they are looked for again after this time, ms. */
  idleMs: number;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
};

/** Asks edges for facts that are missing before ones that are here, until `signal` aborts. */
export async function fillGaps(parts: Parts): Promise<void> {
  const { ledger, bell, idleMs, clock, signal } = parts;
  let known = new Map<string, Asked>();
  while (!signal.aborted) {
    await clock.sleep(graceMs, signal);
    const seen = bell.rings();
    const gaps = ledger.gaps();
    known = new Map(gaps.map((gap) => [nameOf(gap), known.get(nameOf(gap)) ?? fresh(clock)]));
    for (const gap of gaps) {
      const asked = known.get(nameOf(gap))!;
      if (clock.monotonicMs() < asked.dueMs) continue;
      await fill(parts, gap);
      asked.times += 1;
      asked.dueMs = clock.monotonicMs() + Math.min(graceMs * 2 ** asked.times, pauseMaxMs);
    }
    if (gaps.length === 0) await bell.wait(seen, idleMs, signal);
  }
}

/** How often a gap was asked about, and when it will be again. */
type Asked = { times: number; dueMs: number };
const fresh = (clock: Clock): Asked => ({ times: 0, dueMs: clock.monotonicMs() + graceMs });
const nameOf = ({ line, from }: Gap): string => `${line}\n${from}`;

async function fill({ connection, ledger, committed, log }: Parts, gap: Gap): Promise<void> {
  const { line, epoch, from, to } = gap;
  try {
    const question = JSON.stringify({ epoch, from, to });
    const timeout = { timeout: askTimeoutMs };
    const answer = await connection.request(refillSubject(line), question, timeout);
    if (answer.data.length === 0) {
      log.error({ line, epoch, from, to }, 'known loss: the edge no longer has these facts');
      return;
    }
    const segment = decodeSegment(answer.data);
    if (segment.line !== line) throw new Fault('INVALID', `refill: is of ${segment.line}`);
    const taken = ledger.accept([{ segment }]);
    log.info({ line, epoch, from, to, facts: taken.length }, 'a gap was filled');
    committed();
  } catch (error) {
    const reason = (error as Error).message;
    log.warn({ line, epoch, from, to, reason }, 'a gap is still open');
  }
}
