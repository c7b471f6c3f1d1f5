import type { NatsConnection } from '@nats-io/nats-core';
import type { Clock } from '../shared/clock.ts';
import { Fault } from '../shared/fault.ts';
import type { Logger } from '../shared/log.ts';
import type { Bell } from '../shared/loop.ts';
import { decodeSegment } from '../shared/segment.ts';
import { refillSubject } from '../shared/subject.ts';
import type { Ledger } from './ledger.ts';
import type { Gap } from './shelf.ts';

/** A gap may close by itself for this long, ms; then its edge is asked, as often. */
const graceMs = 1_500;
const askTimeoutMs = 5_000;

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
  let before = new Set<string>();
  while (!signal.aborted) {
    await clock.sleep(graceMs, signal);
    const seen = bell.rings();
    const gaps = ledger.gaps();
    const nameOf = ({ line, from }: Gap) => `${line}\n${from}`;
    const old = gaps.filter((gap) => before.has(nameOf(gap)));
    before = new Set(gaps.map(nameOf));
    for (const gap of old) await fill(parts, gap);
    if (gaps.length === 0) await bell.wait(seen, idleMs, signal);
  }
}

async function fill({ connection, ledger, committed, log }: Parts, gap: Gap): Promise<void> {
  const { line, epoch, from, to } = gap;
  try {
    const question = JSON.stringify({ epoch, from, to });
    const timeout = { timeout: askTimeoutMs };
    const answer = await connection.request(refillSubject(line), question, timeout);
    if (answer.data.length === 0) {
      log.error({ ...gap }, 'known loss: the edge no longer has these facts');
      return;
    }
    const segment = decodeSegment(answer.data);
    if (segment.line !== line) throw new Fault('INVALID', `refill: is of ${segment.line}`);
    const taken = ledger.accept([{ segment }]);
    log.info({ ...gap, taken: taken.length }, 'a gap was filled');
    committed();
  } catch (error) {
    log.warn({ ...gap, reason: (error as Error).message }, 'a gap is still open');
  }
}
