import type { NatsConnection } from '@nats-io/nats-core';
import { Fault } from '../../shared/fault.ts';
import { decodeKept, decodeRefill, type Kept } from '../../shared/kept.ts';
import type { Logger } from '../../shared/log.ts';
import { encodeSegment } from '../../shared/segment.ts';
import { bellSubject, keptSubject, refillSubject } from '../../shared/subject.ts';
import type { Outbox } from '../store/outbox.ts';

type Parts = {
  connection: NatsConnection;
  lines: readonly string[];
  outbox: Outbox;
  lastKept: (line: string) => Promise<Uint8Array | undefined>;
  heard: (line: string, kept: Kept) => void;
  /** True while this store is the line's writer. */
  writes: (line: string) => boolean;
  /** Called when central says that it has something for the line. */
  rung: (line: string) => void;
  log: Logger;
};

/**
 * What central says to this edge: which facts its ledger keeps, and which it lacks.
 *
 * Central's word moves `kept` only where its hash is ours: another hash there means that central
 * keeps another history of this line, and nothing of ours may be forgotten. A store that does not
 * write the line, or has not come as far, is silent about what is missing: another one has stated
 * it, and its word must not come too late.
 */
export function openDownlink(parts: Parts) {
  const { connection, lines, outbox, lastKept, heard, writes, rung, log } = parts;

  function hear(line: string, bytes: Uint8Array): void {
    try {
      const kept = decodeKept(bytes);
      const own = outbox.linkAt(line, kept.sequence)?.toString('hex');
      const { epoch, head } = outbox.marks(line);
      if (kept.epoch !== epoch) return; // an epoch that is over here, or has not begun yet
      if (kept.sequence > head || own !== kept.hash) {
        const { sequence } = kept;
        log.error({ line, epoch, sequence }, 'central keeps another history of this line');
        return;
      }
      outbox.keep(line, epoch, kept.sequence);
      heard(line, kept);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      log.error({ line, reason: error.message }, "central's word is not understood");
    }
  }

  /**
   * The facts asked for, as one segment; empty when the store no longer has them, and undefined
   * when it never had.
   */
  function refill(line: string, bytes: Uint8Array): Uint8Array | undefined {
    try {
      const { epoch, from, to } = decodeRefill(bytes);
      const own = outbox.marks(line);
      if (epoch === own.epoch && from > own.head) return undefined;
      if (epoch !== own.epoch) return new Uint8Array();
      const segment = outbox.segment(line, from - 1, to);
      log.info({ line, from, to, facts: segment?.facts.length ?? 0 }, 'central asked for a gap');
      return segment ? encodeSegment(segment) : new Uint8Array();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      log.error({ line, reason: error.message }, 'a refill is not understood');
      return new Uint8Array();
    }
  }

  for (const line of lines) {
    connection.subscribe(keptSubject(line), {
      callback: (error, message) => {
        if (!error) hear(line, message.data);
      },
    });
    connection.subscribe(bellSubject(line), {
      callback: (error) => {
        if (!error) rung(line);
      },
    });
    connection.subscribe(refillSubject(line), {
      callback: (error, message) => {
        const answer = error || !writes(line) ? undefined : refill(line, message.data);
        if (answer) message.respond(answer);
      },
    });
  }

  return {
    /** Reads central's last word on a line again: what was said while the link was down. */
    async catchUp(line: string): Promise<void> {
      const bytes = await lastKept(line);
      if (bytes) hear(line, bytes);
    },
  };
}
