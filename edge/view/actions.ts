import type { CommandType } from '../../shared/command.ts';
import { quantity } from '../../shared/quantity.ts';
import type { Book } from '../line/book.ts';
import type { Offer } from '../line/offers.ts';
import { unnamed, type Verdict, type Weigh, type Wish } from './weighing.ts';
import {
  completeOf,
  phaseOf,
  resumeOf,
  startOf,
  wishesOfInspection,
  wishesOfLine,
  wishesOfOrder,
  wishesOfRun,
  wishesOfWork,
  wishOfOffer,
} from './wishes.ts';
import { freeLane, type Queued, type RunView } from './work.ts';

/** Operations of the queue for which more than the next step is weighed, if they are not begun. */
const nearMax = 5;

type About = Omit<Wish, 'body' | 'action'>;
export type Action = About & Readonly<{ action: CommandType }> & Verdict;

export const actionOf = ({ body: _, lot, ...wish }: Wish, verdict: Verdict): Action => ({
  ...wish,
  ...(lot === undefined || lot === unnamed ? {} : { lot }),
  ...verdict,
});

type Given = Readonly<{
  book: Book;
  weigh: Weigh;
  line: string;
  lanes: number;
  runs: readonly RunView[];
  queue: readonly Queued[];
  inspections: readonly { inspection: string }[];
  offers: readonly Offer[];
}>;

/** What can be asked of a line now, whoever asks; holds, on which that depends, are left out. */
export function actionsOf(given: Given): Action[] {
  const { book, weigh, line, lanes, runs, queue, inspections, offers } = given;
  const lane = freeLane(book, line, lanes) ?? 1;
  const works = new Map(
    [...runs, ...queue.filter(({ state }) => state !== 'ready'), ...queue.slice(0, nearMax)].map(
      (one) => [`${one.order}\n${one.operation}`, one],
    ),
  );
  const orders = new Set([...works.values()].map(({ order }) => order));
  const wishes = [
    ...runs.flatMap(wishesOfRun),
    ...[...works.values()].flatMap(({ order, operation, material, unit }) =>
      wishesOfWork({ order, operation }, { material, unit }, lane),
    ),
    ...queue
      .filter(({ order, operation }) => !works.has(`${order}\n${operation}`))
      .map(({ order, operation }) => startOf({ order, operation })),
    ...[...orders].flatMap(wishesOfOrder),
    ...inspections.flatMap(({ inspection }) => wishesOfInspection(inspection)),
    ...offers.map(wishOfOffer),
    ...wishesOfLine(),
  ];
  return wishes.map((wish) => actionOf(wish, weigh(line, wish)));
}

export type Next = About & Readonly<{ action: CommandType }>;

/** A run has made what was ordered. */
const isMade = ({ counts, ordered }: RunView): boolean =>
  quantity(counts.good, 'good') >= quantity(ordered, 'ordered');

/** The wish for what is to be done next, best first; the first that is allowed is told. */
function* nextWishes({ runs, queue, lanes, book, line }: Given): Generator<Wish> {
  for (const run of runs) {
    const { order, operation } = run;
    if (run.state === 'paused') yield resumeOf({ order, operation });
    const [report, end] = wishesOfRun(run);
    yield isMade(run) ? end! : report!;
  }
  const lane = freeLane(book, line, lanes) ?? 1;
  for (const { order, operation, state, ordered } of queue) {
    const about = { order, operation };
    const made = book.tally('operation', order, operation).good >= quantity(ordered, 'ordered');
    if (state === 'active') yield made ? completeOf(about) : phaseOf(about, lane);
    if (state === 'paused') yield resumeOf(about);
  }
  const first = queue.find(({ ready, state }) => ready && state === 'ready');
  if (first) yield startOf({ order: first.order, operation: first.operation });
}

/** The one thing to be done now, as far as the charts know; null when nothing can be. */
export function nextOf(given: Given): Next | null {
  for (const wish of nextWishes(given)) {
    if (!given.weigh(given.line, wish).allowed) continue;
    const { body: _, ...next } = wish;
    return next;
  }
  return null;
}
