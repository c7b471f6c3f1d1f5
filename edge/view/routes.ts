import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { linePath } from '../../shared/subject.ts';
import type { Book } from '../line/book.ts';
import type { Roster } from '../line/roster.ts';
import { type FactsParts, listFacts, openFollowing, readFact } from './follow.ts';
import { readHold } from './hold.ts';
import type { LineViews } from './line.ts';
import { openApi } from './openapi.ts';
import { readScan } from './scan.ts';
import { openTelling, pushMinMs } from './stream.ts';
import type { Watching } from './weighing.ts';

/** Most screens of lines at once. */
export const screensMax = 100;

export type ViewParts = FactsParts & {
  lines: LineViews;
  book: Book;
  roster: Roster;
  /** Who asks; without it nobody need be signed in. */
  watching?: ((request: FastifyRequest) => Watching) | undefined;
};

/** The line that a request names. Throws Fault INVALID that names the field. */
const lineIn = ({ query }: FastifyRequest): string =>
  linePath((query as { line?: unknown }).line, 'line');

/** Tells a line's screen how it stands, at once and at every change, until it goes. */
export function openScreens({ lines, roster, watching, changed, clock, signal }: ViewParts) {
  const screens = openTelling({
    name: 'events',
    event: 'line',
    max: screensMax,
    changed,
    clock,
    signal,
  });
  return (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const line = lineIn(request);
    roster.actor(line); // an unknown line is refused before the stream begins
    return screens(request, reply, () => lines.tell(line, watching?.(request), pushMinMs - 50));
  };
}

type Query = Readonly<Record<string, unknown>>;

/** What screens of lines, and a plant's own, can ask. No rule inside. */
export const viewRoutes: FastifyPluginAsync<ViewParts> = async (app, parts) => {
  const { lines, book, roster, watching } = parts;
  const { weigh } = lines;
  const follow = openFollowing(parts);

  const description = JSON.stringify(openApi());
  app.get('/openapi.json', async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(description),
  );

  app.get('/line', async (request, reply) => {
    const { text } = lines.tell(lineIn(request), watching?.(request), 0);
    return reply.type('application/json; charset=utf-8').send(text);
  });

  app.get<{ Querystring: Query }>('/hold', async (request) =>
    readHold({ book, roster, weigh }, request.query, watching?.(request)),
  );

  app.get<{ Querystring: Query }>('/scan', async ({ query }) => readScan(book, query['code']));

  app.get<{ Querystring: Query }>('/facts', async (request) =>
    listFacts(parts, lineIn(request), request.query),
  );

  app.get('/facts/stream', (request, reply) => follow(request, reply, lineIn(request)));

  app.get<{ Params: { eventId: string } }>('/facts/:eventId', async ({ params }) =>
    readFact(parts, params.eventId),
  );
};
