import type { NatsConnection } from '@nats-io/nats-core';
import { type Beat, decodeBeat, skewMaxMs, skewText } from '../../shared/beat.ts';
import { Fault } from '../../shared/fault.ts';
import type { Logger } from '../../shared/log.ts';
import { beatSubject, beatSubjects } from '../../shared/subject.ts';

/** Most edges that are remembered. */
const edgesMax = 10_000;

export type Pulse = ReturnType<typeof openPulse>;
type Parts = { connection: NatsConnection; nowMs: () => number; log: Logger };

/** Answers every edge's heartbeat with our clock, and remembers when each was last heard. */
export function openPulse({ connection, nowMs, log }: Parts) {
  const edges = new Map<string, Beat & { heardMs: number; skewMs: number }>();
  connection.subscribe(beatSubjects, {
    callback: (error, message) => {
      if (error) return;
      try {
        const beat = decodeBeat(message.data);
        const heardMs = nowMs();
        const own = beatSubject(beat.line) === message.subject;
        if (!own) throw new Fault('INVALID', `beat.line: claims to be ${beat.line}`);
        if (edges.has(beat.line) || edges.size < edgesMax) {
          edges.set(beat.line, { ...beat, heardMs, skewMs: heardMs - beat.nowMs });
        }
        message.respond(JSON.stringify({ nowMs: heardMs }));
      } catch (fault) {
        if (!(fault instanceof Fault)) throw fault;
        log.error(
          { subject: message.subject, reason: fault.message },
          'a heartbeat is no heartbeat',
        );
      }
    },
  });
  return {
    /** Every edge that was heard since start: when, how far its clock is off, what it owes. */
    edges: () =>
      [...edges.values()].map((edge) => ({
        ...edge,
        clock: {
          state: Math.abs(edge.skewMs) > skewMaxMs ? 'suspect' : 'ok',
          says: `clock ${skewText(edge.skewMs)}`,
        } as const,
      })),
  };
}
