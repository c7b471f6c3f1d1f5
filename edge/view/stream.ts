import { once } from 'node:events';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/fault.ts';
import type { Bell } from '../../shared/loop.ts';

/** Who is told what stands is told it at most this often, and at least this often, ms. */
export const pushMinMs = 500;
const pushMaxMs = 5_000;
/** Who does not take a word within this time, ms, is let go: it comes again and goes on. */
export const slowMs = 15_000;

/** Writes one event; false once nobody listens any more. */
export type Tell = (event: string) => Promise<boolean>;
export type Streams = ReturnType<typeof openStreams>;
type Parts = { name: string; max: number; clock: Pick<Clock, 'sleep'>; signal: AbortSignal };

/** One server-sent event; `data` is one line, as JSON is. */
export const eventText = (data: string, about: { id?: string; event?: string } = {}): string =>
  [
    ...(about.id === undefined ? [] : [`id: ${about.id}`]),
    ...(about.event === undefined ? [] : [`event: ${about.event}`]),
    `data: ${data}\n\n`,
  ].join('\n');

/**
 * Streams of server-sent events, at most `max` at once. Not more than one word is kept for a
 * listener that is slow, and one that takes none for `slowMs` is let go.
 */
export function openStreams({ name, max, clock, signal }: Parts) {
  let listeners = 0;

  return {
    listeners: () => listeners,

    /** Serves until `talk` ends, the listener goes or the edge stops. Throws Fault FULL. */
    async serve(
      { raw: request }: FastifyRequest,
      reply: FastifyReply,
      talk: (tell: Tell, ended: AbortSignal) => Promise<void>,
    ): Promise<void> {
      if (listeners >= max) throw new Fault('FULL', `${name}: ${max} are listening already`);
      listeners += 1;
      const gone = new AbortController();
      const ended = AbortSignal.any([gone.signal, signal]);
      request.once('close', () => gone.abort());
      reply.hijack();
      const { raw } = reply;
      raw.once('error', () => gone.abort());
      raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });

      const tell: Tell = async (event) => {
        if (ended.aborted) return false;
        if (raw.write(event)) return true;
        const taken = new AbortController();
        const either = AbortSignal.any([ended, taken.signal]);
        const drained = once(raw, 'drain', { signal: either }).then(
          () => true,
          () => false,
        );
        const inTime = await Promise.race([drained, clock.sleep(slowMs, either).then(() => false)]);
        taken.abort();
        if (!inTime) {
          gone.abort();
          raw.destroy();
        }
        return inTime;
      };
      try {
        await talk(tell, ended);
      } finally {
        listeners -= 1;
        raw.end();
      }
    },
  };
}

/** What is told, and how often the bell had rung when it was read. */
export type Word = Readonly<{ text: string; rings: number }>;

/**
 * Tells what stands as events of that name, at once and at every change, until the listener goes.
 * Throws Fault FULL.
 */
export function openTelling(parts: Parts & { changed: Bell; event?: string }) {
  const { changed, clock, event } = parts;
  const streams = openStreams(parts);
  return (request: FastifyRequest, reply: FastifyReply, now: () => Word): Promise<void> =>
    streams.serve(request, reply, async (tell, ended) => {
      while (!ended.aborted) {
        const { text, rings } = now();
        const about = { id: `${rings}`, ...(event === undefined ? {} : { event }) };
        if (!(await tell(eventText(text, about)))) return;
        await clock.sleep(pushMinMs, ended);
        await changed.wait(rings, pushMaxMs - pushMinMs, ended);
      }
    });
}

/** The text of what `read` gives: what one page was told just now is told to the others as well. */
export function shareText(
  read: () => object,
  changed: Pick<Bell, 'rings'>,
  { monotonicMs }: Pick<Clock, 'monotonicMs'>,
): () => Word {
  let last: Word | undefined;
  let atMs = 0;
  return () => {
    if (last && monotonicMs() - atMs < pushMinMs / 2) return last;
    const rings = changed.rings();
    atMs = monotonicMs();
    last = { text: JSON.stringify(read()), rings };
    return last;
  };
}
