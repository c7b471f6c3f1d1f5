import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../shared/clock.ts';
import type { Bell } from '../../shared/loop.ts';
import { linePath } from '../../shared/subject.ts';
import type { LineViews } from './line.ts';
import { eventText, openStreams } from './stream.ts';
import type { Watching } from './weighing.ts';

/** A screen is told at most this often, and at least this often, ms. */
const pushMinMs = 500;
const pushMaxMs = 5_000;
/** Most screens of lines at once. */
export const screensMax = 100;

export type ViewParts = {
  lines: LineViews;
  /** Who asks; without it nobody need be signed in. */
  watching?: ((request: FastifyRequest) => Watching) | undefined;
  changed: Bell;
  clock: Clock;
  signal: AbortSignal;
};

/** The line that a request names. Throws Fault INVALID that names the field. */
export const lineIn = ({ query }: FastifyRequest): string =>
  linePath((query as { line?: unknown }).line, 'line');

/** Tells a line's screen how it stands, at once and at every change, until it goes. */
export function openScreens({ lines, watching, changed, clock, signal }: ViewParts) {
  const streams = openStreams({ name: 'events', max: screensMax, clock, signal });
  return (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const line = lineIn(request);
    lines.text(line, undefined, pushMaxMs); // an unknown line is refused before the stream begins
    return streams.serve(request, reply, async (tell, ended) => {
      while (!ended.aborted) {
        const seen = changed.rings();
        const text = lines.text(line, watching?.(request), pushMinMs - 50);
        if (!(await tell(eventText(text, { id: `${seen}`, event: 'line' })))) return;
        await clock.sleep(pushMinMs, ended);
        await changed.wait(seen, pushMaxMs - pushMinMs, ended);
      }
    });
  };
}

/** What screens of lines, and a plant's own, can ask. No rule inside. */
export const viewRoutes: FastifyPluginAsync<ViewParts> = async (app, parts) => {
  app.get('/line', async (request, reply) => {
    const text = parts.lines.text(lineIn(request), parts.watching?.(request), 0);
    return reply.type('application/json; charset=utf-8').send(text);
  });
};
