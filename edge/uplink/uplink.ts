import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/nats-core';
import { Fault } from '../../shared/fault.ts';
import { decodeSegment, encodeSegment, lastOf, type Segment } from '../../shared/segment.ts';
import {
  eventStream,
  eventSubject,
  hubDomain,
  keptStream,
  keptSubject,
} from '../../shared/subject.ts';
import { traceHeader } from '../../shared/traceparent.ts';
import type { Last, Noise } from './resync.ts';

/** Header names on every segment; the subject's last message is the line's cursor. */
export const segmentHeaders = { epoch: 'Hf-Epoch', last: 'Hf-Last', hash: 'Hf-Hash' } as const;

/** JetStream's codes for a refused expectation about the subject's last sequence. */
const wrongLast = new Set<number>([
  JetStreamApiCodes.StreamWrongLastSequence,
  JetStreamApiCodes.StreamWrongLastSequenceUnknown,
]);

export type Uplink = Awaited<ReturnType<typeof openUplink>>;

/** The hub's stream as an edge reaches it across its leaf: no stream of its own in between. */
export async function openUplink(connection: NatsConnection, timeoutMs: number) {
  const stream: JetStreamClient = jetstream(connection, { domain: hubDomain, timeout: timeoutMs });
  const manager: JetStreamManager = await jetstreamManager(connection, {
    domain: hubDomain,
    timeout: timeoutMs,
    checkAPI: false,
  });

  /** The last message of a subject of a stream that allows direct reading. */
  const lastMessage = async (name: string, subject: string) => {
    try {
      return await manager.direct.getMessage(name, { last_by_subj: subject });
    } catch (cause) {
      throw new Fault('UNREACHABLE', `hub: ${(cause as Error).message}`, { cause });
    }
  };

  return {
    async publish(segment: Segment, streamSequence: number): Promise<number> {
      const head = headers();
      head.set(segmentHeaders.epoch, `${segment.epoch}`);
      head.set(segmentHeaders.last, `${lastOf(segment)}`);
      head.set(segmentHeaders.hash, Buffer.from(segment.after!).toString('hex'));
      const { line, epoch, first } = segment;
      head.set('ce-specversion', '1.0');
      head.set('ce-id', `${line}/${epoch}/${first}-${lastOf(segment)}`);
      head.set('ce-source', `/${segment.line}`);
      head.set('ce-type', 'holdfast.segment.v1');
      if (segment.traceparent) head.set(traceHeader, segment.traceparent);
      try {
        const answer = await stream.publish(eventSubject(segment.line), encodeSegment(segment), {
          headers: head,
          timeout: timeoutMs,
          retries: 0,
          expect: { lastSubjectSequence: streamSequence },
        });
        return answer.seq;
      } catch (cause) {
        const refused = cause instanceof JetStreamApiError && wrongLast.has(cause.code);
        throw new Fault(refused ? 'CONFLICT' : 'UNREACHABLE', `hub: ${(cause as Error).message}`, {
          cause,
        });
      }
    },

    async last(line: string): Promise<Last | Noise | undefined> {
      const message = await lastMessage(eventStream, eventSubject(line));
      if (!message) return undefined;
      const { seq: streamSequence, header, data } = message;
      const text = (name: string) => header.get(name);
      if (text(segmentHeaders.hash) === '' && !isSegment(data, line)) {
        return { streamSequence, noise: true };
      }
      return {
        streamSequence,
        epoch: Number(text(segmentHeaders.epoch)),
        sequence: Number(text(segmentHeaders.last)),
        hash: text(segmentHeaders.hash),
      };
    },

    /** Central's last word on a line, as it was published. */
    async lastKept(line: string): Promise<Uint8Array | undefined> {
      return (await lastMessage(keptStream, keptSubject(line)))?.data;
    },
  };
}

function isSegment(bytes: Uint8Array, line: string): boolean {
  try {
    return decodeSegment(bytes).line === line;
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}
