import { quantityText, zero } from '../../shared/quantity.ts';
import { balanceOf } from '../../statecharts/balance.ts';
import { keyOf, type Tables } from '../../statecharts/tables.ts';
import type { Tally } from '../../statecharts/tally.ts';
import { operationsOf } from '../line/balance.ts';
import type { Book } from '../line/book.ts';
import type { Counted } from './counts.ts';
import type { Seen } from './seen.ts';
import type { Verdict, Weigh, Wish } from './weighing.ts';
import { phaseOf, resumeOf, startOf } from './wishes.ts';

/** Most operations that a queue tells of. */
export const queueMax = 50;
/** Orders in which there is nothing more to be done. */
const over: ReadonlySet<string> = new Set(['closed', 'cancelled', 'completed']);

type Parts = Readonly<{ book: Book; seen: Seen; counts: Counted; weigh: Weigh }>;
export type Why = Readonly<{ rule: string; reason: string }>;

const counts = (tally: Pick<Tally, 'good' | 'scrap' | 'rework' | 'held'>) => ({
  good: quantityText(tally.good),
  scrap: quantityText(tally.scrap),
  rework: quantityText(tally.rework),
  held: quantityText(tally.held),
});

const countsOf = (sums: Parameters<typeof counts>[0] | undefined) => (sums ? counts(sums) : null);

/** The open runs of a line, by lane. */
export function runsOf({ book, counts: counted }: Parts, line: string) {
  const own = [...book.rows('run')].filter(([key]) => key.startsWith(`${line}\n`));
  return own
    .map(([key, row]) => {
      const run = key.slice(line.length + 1);
      const { order, operation, startedMs, people = [] } = row;
      const { phase, lane, rework } = row;
      const of = book.look('order', order)!;
      const about = book.look('operation', keyOf(order, operation));
      return {
        ...{ run, order, operation, name: about?.name ?? '', state: about?.state ?? 'active' },
        ...{ material: of.material, phase, lane, rework, startedMs, people },
        ...{ unit: of.unit, ordered: quantityText(of.quantity) },
        runCounts: countsOf(counted.ofRun(line, run, startedMs)),
        counts: counts(book.tally('operation', order, operation)),
      };
    })
    .sort((a, b) => a.lane - b.lane);
}
export type RunView = ReturnType<typeof runsOf>[number];

/** The first lane that no run has; undefined if all are taken. */
export function freeLane(book: Book, line: string, lanes: number): number | undefined {
  for (let lane = 1; lane <= lanes; lane++) {
    if (book.look('lane', keyOf(line, lane)) === undefined) return lane;
  }
  return undefined;
}

/** The next step of an operation that is not worked on here. */
function stepOf(about: { order: string; operation: string }, state: string, lane: number) {
  if (state === 'paused') return resumeOf(about);
  return state === 'ready' ? startOf(about) : phaseOf(about, lane);
}

type Row = Readonly<{ order: string; operation: string; of: Tables['order'] }>;

/** Operations that this line may be asked to do, in the order of their release. */
function* waiting({ book, seen }: Parts, line: string): Generator<Row> {
  const busy = new Set(
    [...book.rows('run').values()].map((run) => keyOf(run.order, run.operation)),
  );
  for (const [order, of] of book.rows('order')) {
    if (over.has(of.state) || (seen.home(order)?.line ?? line) !== line) continue;
    for (const operation of operationsOf(book, order)) {
      const key = keyOf(order, operation);
      const state = book.look('operation', key)?.state ?? 'ready';
      if (state !== 'completed' && !busy.has(key)) yield { order, operation, of };
    }
  }
}

function whyNot({ book }: Parts, row: Row, verdict: Verdict, lane: number | undefined): Why[] {
  const { before, in: came } = balanceOf(book, row.order, row.operation);
  const nothing = before !== undefined && came === zero;
  const taken = lane === undefined && { rule: 'laneFree', reason: 'all lanes are taken' };
  return [
    ...(verdict.allowed || (taken && verdict.rule === taken.rule)
      ? []
      : [{ rule: verdict.rule!, reason: verdict.reason! }]),
    ...(taken ? [taken] : []),
    ...(nothing
      ? [{ rule: 'nothingIn', reason: `operation ${before} has passed on nothing yet` }]
      : []),
  ];
}

/**
 * What the line can do next, and what keeps it from being begun: what the charts forbid, lanes that
 * are all taken, and an operation before it that has passed on nothing (which forbids nothing).
 */
export function queueOf(parts: Parts, line: string, lanes: number) {
  const { book, seen, weigh } = parts;
  const lane = freeLane(book, line, lanes);
  const queue = [];
  for (const row of waiting(parts, line)) {
    if (queue.length >= queueMax) break;
    const { order, operation, of } = row;
    const about = book.look('operation', keyOf(order, operation));
    const state = about?.state ?? 'ready';
    const step: Wish = stepOf({ order, operation }, state, lane ?? 1);
    const why = whyNot(parts, row, weigh(line, step), lane);
    const versions = seen.home(order)?.versions;
    queue.push({
      ...{ order, operation, name: about?.name ?? '', material: of.material },
      ...{ ordered: quantityText(of.quantity), unit: of.unit, state, ready: why.length === 0, why },
      ...(versions ? { versions } : {}),
    });
  }
  return queue;
}
export type Queued = ReturnType<typeof queueOf>[number];
