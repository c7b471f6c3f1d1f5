import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import type { Join } from '../../edge/uplink/hub.ts';
import type { Uplink } from '../../edge/uplink/uplink.ts';
import { Fault } from '../../shared/fault.ts';
import { encodeSegment, lastOf } from '../../shared/segment.ts';
import { eventStream, eventSubject, keptSubject } from '../../shared/subject.ts';
import type { Hub, Link, Message, Reading } from './hub.ts';
import type { Life } from './life.ts';

type Callback = (error: null, message: { subject: string; data: Uint8Array }) => void;
type Ends = { hub: Hub; link: Link; life: Life };

/** Wait for an answer of the stream's management, ms, as the client has it. */
const apiTimeoutMs = 5_000;

/** As much of a connection to NATS as edge and central use. */
export function connectionOf({ hub, link, life }: Ends): NatsConnection {
  const connection = {
    getServer: () => 'hub',
    isClosed: () => false,
    close: async () => undefined,
    publish: (subject: string, data = '') => hub.tell(link, subject, Buffer.from(data)),
    subscribe(subject: string, { callback }: { callback: Callback }) {
      hub.listen(life, link, subject, (message) => callback(null, message));
    },
    request: (subject: string, data: string, { timeout }: { timeout: number }) =>
      hub.request(life, link, subject, Buffer.from(data), timeout),
  };
  return connection as unknown as NatsConnection;
}

/** The edge's way to the hub's stream; compare-and-append may be left out to plant a bug. */
export function joinOf(ends: Ends, compares: boolean): Join {
  const { hub, link, life } = ends;
  const by = `${life.name} ${life.medium}`;
  const ask = async <T>(timeoutMs: number, work: () => T): Promise<T> => {
    try {
      return await hub.ask(life, link, timeoutMs, work);
    } catch (cause) {
      throw new Fault('UNREACHABLE', `hub: ${(cause as Error).message}`, { cause });
    }
  };
  return async ({ ackTimeoutMs }) => {
    const uplink: Uplink = {
      async publish(segment, streamSequence) {
        const data = encodeSegment(segment);
        const { line, epoch, first } = segment;
        const hash = Buffer.from(segment.after!).toString('hex');
        const head = { epoch, first, sequence: lastOf(segment), hash, by };
        const expected = compares ? streamSequence : undefined;
        const seq = await ask(ackTimeoutMs, () =>
          hub.append(eventSubject(line), data, head, expected),
        );
        if (seq === undefined) throw new Fault('CONFLICT', 'hub: wrong last sequence');
        return seq;
      },
      async last(line) {
        const message = await ask(ackTimeoutMs, () => hub.end(eventSubject(line)));
        return message && { streamSequence: message.seq, ...message.head };
      },
      lastKept: (line) => ask(ackTimeoutMs, () => hub.word(keptSubject(line))),
    };
    return { connection: connectionOf(ends), uplink };
  };
}

/** Central's way to the hub's stream. */
export function streamOf({ hub, link, life }: Ends) {
  const ask = <T>(work: () => T): Promise<T> => hub.ask(life, link, apiTimeoutMs, work);
  const manager = {
    streams: {
      info: () => ask(() => ({ state: hub.state(), config: { max_bytes: hub.room } })),
      purge: (_: string, { seq }: { seq: number }) => ask(() => ({ purged: hub.purge(seq) })),
    },
    direct: {
      getMessage: (_: string, { seq }: { seq: number }) => ask(() => hub.at(seq) ?? null),
    },
  };
  const stream = {
    consumers: {
      async get(name: string, { opt_start_seq: start }: { opt_start_seq: number }) {
        if (name !== eventStream) throw new Error('stream not found');
        await ask(() => undefined);
        return { consume: async () => consume(hub, { life, link, next: start }) };
      },
    },
  };
  return {
    connection: connectionOf({ hub, link, life }),
    manager: manager as unknown as JetStreamManager,
    stream: stream as unknown as JetStreamClient,
  };
}

function consume(hub: Hub, from: Pick<Reading, 'life' | 'link' | 'next'>) {
  const here: Message[] = [];
  let wake: ((result: IteratorResult<Message>) => void) | undefined;
  let over = false;
  const reading: Reading = {
    ...from,
    moving: false,
    take(batch) {
      here.push(...batch);
      if (wake) {
        wake({ done: false, value: here.shift()! });
        wake = undefined;
      }
    },
  };
  hub.read(reading);
  return {
    stop(): void {
      over = true;
      hub.leave(reading);
      wake?.({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]: () => ({
      next(): Promise<IteratorResult<Message>> {
        if (over) return Promise.resolve({ done: true, value: undefined });
        const value = here.shift();
        if (value) return Promise.resolve({ done: false, value });
        return new Promise((resolve) => {
          wake = resolve;
        });
      },
    }),
  };
}
