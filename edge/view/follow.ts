import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../shared/clock.ts';
import { invalid } from '../../shared/field.ts';
import type { Bell } from '../../shared/loop.ts';
import { markOf, reachedBy } from '../http/status.ts';
import type { Roster } from '../line/roster.ts';
import type { Outbox } from '../store/outbox.ts';
import type { Marks } from '../uplink/marks.ts';
import {
  type Facts,
  type Found,
  listMax,
  type Place,
  placeIn,
  placeText,
  plainFact,
} from './facts.ts';
import { eventText, openStreams } from './stream.ts';

/** Most listeners to facts at once. */
export const listenersMax = 50;
/** Facts that are read and told at once. */
const batchMax = 100;
/** Without a fact a listener hears this often that the edge is there, ms. */
const beatMs = 15_000;

type Cursors = { outbox: Outbox; marks: Marks };
export type FactsParts = Cursors & {
  facts: Facts;
  roster: Pick<Roster, 'actor'>;
  changed: Bell;
  clock: Clock;
  signal: AbortSignal;
};

const told = (cursors: Cursors, { fact, hash, digest }: Found) => ({
  ...plainFact(fact),
  ...{ hash, digest },
  mark: markOf(fact, reachedBy(cursors, fact.line)),
});

/** One fact, whole, with its marks, what it hashes to, and what belongs together with it. */
export function readFact({ facts, outbox, marks }: FactsParts, eventId: string) {
  const found = facts.find(eventId);
  const { fact, hash, digest } = found;
  const reached = reachedBy({ outbox, marks }, fact.line);
  const mark = markOf(fact, reached);
  const sent = fact.epoch < reached.epoch || fact.sequence <= reached.sent;
  return {
    fact: plainFact(fact),
    mark,
    marks: { recordedMs: fact.recordedMs, sent, kept: mark >= 2, settled: mark === 3 },
    correlation: facts.related(found).map(plainFact),
    ...{ hash, digest, command: fact.commandId ?? null },
  };
}

/** Facts of a line in order: behind a place, or the last ones. */
export function listFacts(
  parts: FactsParts,
  line: string,
  { after, limit }: { after?: unknown; limit?: unknown },
) {
  const { facts, roster, outbox, marks } = parts;
  roster.actor(line);
  const most = limit === undefined ? batchMax : Number(limit);
  if (!Number.isInteger(most) || most < 1 || most > listMax) {
    throw invalid('limit', `must be a whole number from 1 to ${listMax}`);
  }
  const found =
    after === undefined ? facts.last(line, most) : facts.after(line, placeIn(after, 'after'), most);
  const end = found.at(-1)?.fact;
  return {
    line,
    facts: found.map((one) => told({ outbox, marks }, one)),
    next: end ? placeText(end) : (after ?? null),
  };
}

/**
 * Streams the facts of a line as they are stored, each once and in order, under the id of its
 * place; who comes again with the last one it heard goes on behind it. Facts that are forgotten
 * meanwhile are named as a gap.
 */
export function openFollowing(parts: FactsParts) {
  const { facts, roster, outbox, marks, changed, clock, signal } = parts;
  const streams = openStreams({ name: 'facts', max: listenersMax, clock, signal });

  function beginning(line: string, request: FastifyRequest): Place {
    const { epoch, sequence } = roster.actor(line).head();
    const { after } = request.query as { after?: unknown };
    const said = request.headers['last-event-id'] ?? after;
    if (said === undefined || said === '') return { epoch, sequence };
    const place = placeIn(said, 'after');
    const isAhead = place.epoch > epoch || (place.epoch === epoch && place.sequence > sequence);
    if (!isAhead) return place;
    const head = placeText({ epoch, sequence });
    throw invalid('after', `${placeText(place)} is ahead of the line, which stands at ${head}`);
  }

  function* eventsOf(found: readonly Found[], before: Place): Generator<string> {
    let last = before;
    for (const one of found) {
      const { fact } = one;
      const isNext = fact.sequence === last.sequence + 1 || fact.epoch !== last.epoch;
      if (!isNext) {
        const gap = { line: fact.line, after: placeText(last), next: placeText(fact) };
        yield eventText(JSON.stringify(gap), { event: 'gap' });
      }
      const data = JSON.stringify(told({ outbox, marks }, one));
      yield eventText(data, { id: placeText(fact), event: 'fact' });
      last = fact;
    }
  }

  return (request: FastifyRequest, reply: FastifyReply, line: string): Promise<void> => {
    let last = beginning(line, request);
    return streams.serve(request, reply, async (tell, ended) => {
      if (!(await tell(': facts\n\n'))) return;
      while (!ended.aborted) {
        const seen = changed.rings();
        const found = facts.after(line, last, batchMax);
        for (const event of eventsOf(found, last)) if (!(await tell(event))) return;
        last = found.at(-1)?.fact ?? last;
        if (found.length > 0) continue;
        await changed.wait(seen, beatMs, ended);
        if (changed.rings() === seen && !(await tell(': still here\n\n'))) return;
      }
    });
  };
}
