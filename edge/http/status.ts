import type { Fact } from '../../shared/event.ts';
import { quantityText, zero } from '../../shared/quantity.ts';
import { balanceOf } from '../../statecharts/balance.ts';
import { isOpen } from '../../statecharts/hold.ts';
import { keyOf, type Tables } from '../../statecharts/tables.ts';
import type { Tally } from '../../statecharts/tally.ts';
import { completionOf } from '../../statecharts/tolerance.ts';
import { operationsOf } from '../line/balance.ts';
import type { Book } from '../line/book.ts';
import type { Roster } from '../line/roster.ts';
import type { Softwares } from '../line/software.ts';
import type { Outbox } from '../store/outbox.ts';
import { degradedBy } from '../uplink/canary.ts';
import type { Marks, Settled } from '../uplink/marks.ts';
import type { CommandsWait } from '../uplink/receiving.ts';
import type { Recent } from './recent.ts';

/** Most orders that one status tells of: open ones first, newest first. */
export const ordersMax = 100;
/** Most lots that may not be used, and are told of in one status. */
export const lotsMax = 100;
/** Most open holds that one status tells of. */
export const holdsMax = 100;

type Parts = {
  roster: Roster;
  book: Book;
  outbox: Outbox;
  marks: Marks;
  recent: Recent;
  /** Commands of central that wait at a line; without it nothing is known of any. */
  commandsWait?: (line: string) => CommandsWait | null;
  /** Absent where a store is only looked at. */
  software?: Pick<Softwares, 'standing'>;
  nowMs: () => number;
};
export type Status = ReturnType<typeof readStatus>;

const counts = (tally: Tally) => ({
  good: quantityText(tally.good),
  scrap: quantityText(tally.scrap),
  rework: quantityText(tally.rework),
  held: quantityText(tally.held),
  reports: tally.reports,
});

/** Everything the status page shows, as it stands now; reads memory and the cursors only. */
export function readStatus(parts: Parts) {
  const { roster, book, nowMs } = parts;
  const lines = roster.actors.map(({ path }) => lineStatus(parts, path));
  const orders = [...book.rows('order')].reverse();
  const open = orders.filter(([, { state }]) => state !== 'closed');
  const closed = orders.filter(([, { state }]) => state === 'closed');
  const holds = [...book.rows('hold')].filter(([, { state }]) => isOpen(state));
  const oldest = lines.flatMap((line) => line.oldestUnsentMs ?? []);
  return {
    nowMs: nowMs(),
    central: parts.marks.central() ?? null,
    unsent: lines.reduce((sum, { unsent }) => sum + unsent, 0),
    oldestUnsentMs: oldest.length === 0 ? null : Math.min(...oldest),
    lines,
    ordersOpen: open.length,
    ordersClosed: closed.length,
    orders: [...open, ...closed].slice(0, ordersMax).map(([order]) => orderStatus(book, order)),
    holdsOpen: holds.length,
    holds: holds.slice(-holdsMax).map(([hold, row]) => holdStatus(hold, row)),
    lots: [...book.rows('lot')]
      .filter(([, { state }]) => state === 'restricted' || state === 'inProcess')
      .slice(-lotsMax)
      .map(([lot, { state }]) => ({ lot, state })),
    facts: factsStatus(parts, parts.recent.list()),
  };
}

/** A hold as it is told of. */
export const holdStatus = (
  hold: string,
  { quantity, remaining, suspect, proposal, ...rest }: Tables['hold'],
) => ({
  hold,
  ...rest,
  suspect: suspect === undefined ? null : quantityText(suspect),
  proposal: proposal ? { ...proposal, quantity: quantityText(proposal.quantity) } : null,
  quantity: quantity === undefined ? null : quantityText(quantity),
  remaining: quantityText(remaining),
});

function lineStatus(parts: Parts, path: string) {
  const { roster, book, outbox, marks, software, nowMs } = parts;
  const { head: _, ...cursor } = outbox.marks(path);
  const actor = roster.actor(path);
  const { sequence: head, hash } = actor.head();
  const row = book.look('line', path);
  const runs = [...book.rows('run')]
    .filter(([key]) => key.startsWith(`${path}\n`))
    .map(([key, run]) => ({ run: key.slice(path.length + 1), ...run }));
  const { settled, waiting } = marks.settled(path);
  return {
    line: path,
    state: actor.failure() === undefined ? (row?.state ?? 'idle') : 'failed',
    failure: actor.failure() ?? null,
    orphans: book.orphans(path), // facts that rest on what is lost, and have no effect here
    shift: row?.shift ?? null,
    lanes: actor.lanesMax,
    runs,
    way: marks.way(path),
    degraded: degradedBy(marks.way(path), marks.central(), nowMs()), // null: the path is well
    ...cursor,
    head,
    hash: hash.toString('hex'), // the chain's link there
    software: software?.standing(path) ?? null, // null: nobody knows what stated its facts
    settled: marks.heardOf(path) ? settled : null, // null until central has said
    waiting: waiting.length,
    commandsWait: parts.commandsWait?.(path) ?? null,
    // Null unless central is behind with the line; then up to where it was told ahead, if it was.
    ahead: head > cursor.kept ? marks.ahead(path) : null,
    unsent: head - cursor.sent,
    oldestUnsentMs: head > cursor.sent ? (outbox.oldestUnsentMs(path) ?? nowMs()) : null,
    ...counts(book.tally('line', path)),
  };
}

function orderStatus(book: Book, order: string) {
  const row = book.look('order', order)!;
  const operations = [...operationsOf(book, order)].sort();
  return {
    order,
    state: row.state,
    material: row.material,
    quantity: quantityText(row.quantity),
    unit: row.unit,
    holds: book.look('held', keyOf('in', order)) ?? [],
    operations: operations.map((operation) => operationStatus(book, order, operation)),
    ...counts(book.tally('order', order)),
  };
}

function operationStatus(book: Book, order: string, operation: string) {
  const row = book.look('operation', keyOf(order, operation));
  const tally = book.tally('operation', order, operation);
  const { quantity: ordered, tolerancePercent } = book.look('order', order)!;
  const completion = completionOf(ordered, tolerancePercent, tally.good - tally.reworkGood);
  const { before, over } = balanceOf(book, order, operation);
  const holds = (book.look('held', keyOf('in', order)) ?? []).filter(
    (hold) => book.look('hold', hold)?.operation === operation,
  );
  return {
    operation,
    name: row?.name ?? '',
    state: row?.state ?? 'ready',
    openRuns: row?.openRuns ?? 0,
    overCompleted: completion !== 'within',
    completion,
    // Null unless the operation before has passed on less.
    unbalanced: before === undefined || over === zero ? null : quantityText(over),
    holds,
    ...counts(tally),
  };
}

/** How far a line's facts have come. */
type Reached = ReturnType<Outbox['marks']> & { said: Settled };
type Cursors = Pick<Parts, 'outbox' | 'marks'>;
export const reachedBy = ({ outbox, marks }: Cursors, line: string): Reached => ({
  ...outbox.marks(line),
  said: marks.settled(line),
});

/** 1 recorded here, 2 at central, 3 posted; 0 for a commit that failed. */
export function markOf(
  { epoch, sequence }: Pick<Fact, 'epoch' | 'sequence'>,
  { kept, head, epoch: current, said }: Reached,
): 0 | 1 | 2 | 3 {
  if (epoch === current && sequence > head) return 0;
  const posted = said.epoch === epoch && sequence <= said.settled;
  const done = posted && !said.waiting.includes(sequence);
  const atCentral = epoch < current || sequence <= kept; // an epoch is over only there
  return !atCentral ? 1 : done ? 3 : 2;
}

/** Facts with their marks, the last one first. */
export function factsStatus(cursors: Cursors, facts: readonly Fact[]) {
  const reached = new Map<string, Reached>();
  const told = facts.flatMap((fact) => {
    const { line, epoch, sequence, eventId, type, atMs, order, operation, lot, actor, body } = fact;
    const known = reached.get(line) ?? reachedBy(cursors, line);
    reached.set(line, known);
    const mark = markOf(fact, known);
    if (mark === 0) return [];
    const about = { order: order ?? null, operation: operation ?? null, lot: lot ?? null };
    const { flags = null } = fact;
    return [{ line, epoch, sequence, eventId, type, atMs, actor, ...about, body, flags, mark }];
  });
  return told.reverse();
}
