import { once } from 'node:events';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/fault.ts';
import type { Bell } from '../../shared/loop.ts';

/** Who does not take a word within this time, ms, is let go: it comes again and goes on. */
export const slowMs = 15_000;
/** Who is told what stands is told it at most this often, and at least this often, ms. */
export const pushMinMs = 500;
const pushMaxMs = 5_000;

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

/**
 * Tells what stands, at once and at every change, until the listener goes. `now` makes the event,
 * and says how often `changed` had rung before. Throws Fault FULL.
 */
export function openTelling({ changed, ...parts }: Parts & { changed: Bell }) {
  const streams = openStreams(parts);
  return (
    request: FastifyRequest,
    reply: FastifyReply,
    now: () => { event: string; rings: number },
  ): Promise<void> =>
    streams.serve(request, reply, async (tell, ended) => {
      while (!ended.aborted) {
        const { event, rings } = now();
        if (!(await tell(event))) return;
        await parts.clock.sleep(pushMinMs, ended);
        await changed.wait(rings, pushMaxMs - pushMinMs, ended);
      }
    });
}
