import { openCalendar } from '../../shared/calendar.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Database } from '../../shared/database.ts';
import type { assembleEdge } from '../assembly.ts';
import type { EdgeConfig } from '../config.ts';
import { openCounts } from './counts.ts';
import { openFacts } from './facts.ts';
import { openLineViews } from './line.ts';

type Edge = Pick<
  ReturnType<typeof assembleEdge>,
  | 'book'
  | 'roster'
  | 'outbox'
  | 'marks'
  | 'seen'
  | 'disk'
  | 'retention'
  | 'wall'
  | 'barred'
  | 'references'
  | 'offers'
  | 'commandsWait'
  | 'changed'
  | 'signal'
>;
type Parts = {
  config: Pick<EdgeConfig, 'calendar' | 'lines' | 'environment'>;
  db: Database;
  clock: Clock;
  edge: Edge;
  machine?: (line: string) => unknown;
};

/** What people are shown of an edge that is running. */
export function openView({ config, db, clock, edge, machine }: Parts) {
  const { book, seen, changed, signal } = edge;
  const facts = openFacts(db);
  const counts = openCounts({ book, facts, nowMs: clock.nowMs });
  seen.tell(counts);
  counts.ready(); // here, and not while the first screen waits
  const ideals = new Map(
    config.lines.flatMap(({ line, idealPerHour }): [string, string][] =>
      idealPerHour === undefined ? [] : [[line, idealPerHour]],
    ),
  );
  const calendar = config.calendar && openCalendar(config.calendar);
  const lines = openLineViews({
    ...{ ...edge, counts, calendar, ideals, clock, environment: config.environment },
    ...(machine ? { machine } : {}),
  });
  const { roster, outbox, marks } = edge;
  return { lines, facts, book, roster, outbox, marks, changed, clock, signal };
}
