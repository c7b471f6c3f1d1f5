import type { Calendar } from '../../shared/calendar.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Environment } from '../../shared/environment.ts';
import type { Fault } from '../../shared/fault.ts';
import type { Bell } from '../../shared/loop.ts';
import { quantityText } from '../../shared/quantity.ts';
import { isOpen } from '../../statecharts/hold.ts';
import { stopStates } from '../../statecharts/linetime.ts';
import { factsStatus, holdStatus } from '../http/status.ts';
import type { Book } from '../line/book.ts';
import type { Offer, Offers } from '../line/offers.ts';
import type { Roster } from '../line/roster.ts';
import type { Wall } from '../line/wall.ts';
import type { References } from '../reference/reference.ts';
import type { Disk } from '../store/disk.ts';
import type { Outbox } from '../store/outbox.ts';
import type { Retention } from '../store/retention.ts';
import type { Marks } from '../uplink/marks.ts';
import type { CommandsWait } from '../uplink/receiving.ts';
import { type Action, actionOf, actionsOf, nextOf } from './actions.ts';
import type { Counted } from './counts.ts';
import { figuresOf } from './figures.ts';
import { headerOf, openDrains } from './header.ts';
import type { LineSeen, Seen } from './seen.ts';
import { forViewer, openWeighing, type Watching } from './weighing.ts';
import { wishesOfHold } from './wishes.ts';
import { type Queued, queueOf, type RunView, runsOf } from './work.ts';

/** Most holds, and most inspections, that one line's screen tells of; the newest. */
export const holdsMax = 50;
/** Most codes of reasons that a screen is told of. */
export const reasonsMax = 100;
/** Most people for whom what they may do is kept beside a line. */
const viewersMax = 100;

export type Parts = {
  roster: Roster;
  book: Book;
  outbox: Outbox;
  marks: Marks;
  seen: Seen;
  counts: Counted;
  disk: Disk;
  retention: Pick<Retention, 'lasting'>;
  wall: Pick<Wall, 'status'>;
  barred: (line: string) => Fault | undefined;
  calendar?: Calendar | undefined;
  /** Pieces an hour at the ideal rate, by line. */
  ideals?: ReadonlyMap<string, string>;
  /** What central asks of orders that run at a line; without it nothing is offered. */
  offers?: Pick<Offers, 'of'>;
  /** Commands of central that wait at a line; without it nothing is known of any. */
  commandsWait?: (line: string) => CommandsWait | null;
  /** The plant's codes of reasons; without it the page has its own. */
  references?: Pick<References, 'reasons'>;
  /** What is known of a line's machines; null where nobody listens to any. */
  machine?: (line: string) => unknown;
  /** What all of the plant is; production if absent. */
  environment?: Environment;
  changed: Bell;
  clock: Pick<Clock, 'nowMs' | 'monotonicMs'>;
};
export type LineViews = ReturnType<typeof openLineViews>;

/** What is the same for everybody: the object, its text, and what is weighed once for all. */
type Shared = Readonly<{
  rings: number;
  atMs: number;
  body: ReturnType<typeof sharedOf>['body'];
  text: string;
  actions: readonly Action[];
  persons: Map<string, string>;
}>;

/** Holds of the line, and of orders that it works on. */
function holdsOf(book: Book, line: string, orders: ReadonlySet<string>) {
  return [...book.rows('hold')]
    .filter(([, { state }]) => isOpen(state))
    .filter(([, row]) => row.line === line || orders.has(row.order ?? ''))
    .slice(-holdsMax);
}

function inspectionsOf(book: Book, orders: ReadonlySet<string>) {
  return [...book.rows('inspection')]
    .filter(([, { state, order }]) => state === 'requested' && (!order || orders.has(order)))
    .slice(-holdsMax)
    .map(([inspection, { order = null, operation = null, lot = null }]) => {
      return { inspection, order, operation, lot };
    });
}

/** Why the line stands, as far as somebody said so; null while it does not. */
function stopOf(book: Book, line: string, seen: LineSeen, runs: readonly RunView[]) {
  const { state, sinceMs } = book.look('line', line) ?? { state: 'idle', sinceMs: null };
  if (stopStates.has(state)) return { state, sinceMs, reason: seen.stop()?.reason ?? null };
  const broken = runs.find(({ phase }) => phase === 'breakdown');
  if (broken) return { state: 'breakdown', sinceMs: broken.startedMs, reason: null };
  if (runs.length === 0 || runs.some((run) => run.state !== 'paused')) return null;
  const pauses = runs.map(({ order, operation }) => seen.pausedBy(order, operation));
  const last = pauses.reduce((a, b) => ((b?.sinceMs ?? 0) > (a?.sinceMs ?? 0) ? b : a));
  return { state: 'paused', sinceMs: last?.sinceMs ?? null, reason: last?.reason ?? null };
}

type Own = Parts & {
  weigh: ReturnType<typeof openWeighing>;
  drains: ReturnType<typeof openDrains>;
};

function sharedOf(parts: Own, line: string) {
  const { roster, book, seen, counts, weigh, clock, calendar, ideals, machine } = parts;
  const actor = roster.actor(line);
  const nowMs = clock.nowMs();
  const own = seen.of(line);
  const row = book.look('line', line);
  const runs = runsOf({ book, seen, counts, weigh }, line);
  const queue = queueOf({ book, seen, counts, weigh }, line, actor.lanesMax);
  const orders = new Set([...runs, ...queue].map(({ order }: RunView | Queued) => order));
  const holds = holdsOf(book, line, orders);
  const inspections = inspectionsOf(book, orders);
  const offers = parts.offers?.of(line) ?? [];
  const given = { book, weigh, line, lanes: actor.lanesMax, runs, queue, inspections, offers };
  const shift = row?.shift;
  const idealPerHour = ideals?.get(line);
  const body = {
    ...{ nowMs, line, name: line.slice(line.lastIndexOf('/') + 1) },
    state: actor.failure() === undefined ? (row?.state ?? 'idle') : 'failed',
    stateSinceMs: row?.sinceMs ?? null,
    shift: row && (shift !== undefined || row.people.length > 0) ? shiftOf(row) : null,
    ...{ lanes: actor.lanesMax, runs, next: nextOf(given), queue },
    holds: holds.map(([hold, known]) => holdStatus(hold, known)),
    proposals: holds.flatMap(([hold, { proposal, unit = null }]) =>
      proposal ? [{ hold, ...proposal, quantity: quantityText(proposal.quantity), unit }] : [],
    ),
    inspections,
    ...toldOf(parts, line, offers),
    figures: figuresOf({ line, counts, seen: own, shift, calendar, idealPerHour, nowMs }),
    stop: stopOf(book, line, own, runs),
    machine: machine?.(line) ?? null,
    facts: factsStatus(parts, own.facts()),
    header: headerOf({ ...parts, actor, seen: own, nowMs }),
  };
  return { body, actions: actionsOf(given) };
}

/** What is there only where central has sent something. */
function toldOf({ references }: Own, line: string, offers: readonly Offer[]) {
  const reasons = references?.reasons(line)?.slice(0, reasonsMax) ?? [];
  return {
    ...(offers.length > 0 ? { offers } : {}),
    ...(reasons.length > 0 ? { reasons } : {}),
  };
}

const shiftOf = ({
  shift = null,
  people,
}: {
  shift?: string | null;
  people: readonly string[];
}) => ({
  shift,
  people,
});

/**
 * What the screens of lines are told. It is made once for a line and change, and its text is shared
 * by all who watch; only what depends on the person is made for each, and kept while it holds.
 */
export function openLineViews(given: Parts) {
  const weigh = openWeighing(given);
  const parts: Own = { ...given, weigh, drains: openDrains(given.clock.monotonicMs) };
  const { book, changed, clock } = parts;
  const views = new Map<string, Shared>();

  function make(line: string): Shared {
    const rings = changed.rings();
    const { body, actions } = sharedOf(parts, line);
    const atMs = clock.monotonicMs();
    const made = { rings, atMs, body, actions, persons: new Map<string, string>() };
    const shared = { ...made, text: JSON.stringify(body) };
    views.set(line, shared);
    return shared;
  }

  /** As it stands now, or as it stood at most so long ago. */
  function shared(line: string, maxAgeMs: number): Shared {
    const known = views.get(line);
    if (!known) return make(line);
    const ageMs = clock.monotonicMs() - known.atMs;
    const holds = known.rings === changed.rings() && ageMs < holdsMs;
    return holds || ageMs < maxAgeMs ? known : make(line);
  }

  function actionsFor({ body, actions }: Shared, line: string, watching: Watching): Action[] {
    const actor = typeof watching === 'object' ? watching.id : undefined;
    const onHolds = body.holds.flatMap(({ hold }) => {
      const row = book.look('hold', hold);
      const wishes = row ? wishesOfHold(hold, row) : [];
      return wishes.map((wish) => actionOf(wish, weigh(line, wish, actor)));
    });
    return [...actions, ...onHolds].map((action) => {
      const { allowed, rule, reason } = action;
      return { ...action, ...forViewer({ allowed, rule, reason }, action.action, watching) };
    });
  }

  return {
    weigh,

    /** The view as JSON, and how often `changed` had rung when it was made. */
    tell(line: string, watching: Watching, maxAgeMs: number): { text: string; rings: number } {
      const known = shared(line, maxAgeMs);
      const key = viewerKey(watching);
      const own = known.persons.get(key) ?? JSON.stringify(actionsFor(known, line, watching));
      if (known.persons.size < viewersMax) known.persons.set(key, own);
      return { text: `${known.text.slice(0, -1)},"actions":${own}}`, rings: known.rings };
    },
  };
}

/** What passes with time alone is told at least this often, ms. */
const holdsMs = 1_000;

const viewerKey = (watching: Watching): string =>
  typeof watching === 'object' ? `${watching.id}\n${watching.roles}` : `${watching}`;
