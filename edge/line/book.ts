import type { Content } from '../../shared/event.ts';
import { leaving } from '../../statecharts/leaving.ts';
import type { Verdict } from '../../statecharts/plant.ts';
import {
  type Change,
  given,
  keyOf,
  type Look,
  type Table,
  type Tables,
} from '../../statecharts/tables.ts';
import {
  addTo,
  byLine,
  emptyTally,
  type Increments,
  increments,
  type Tally,
} from '../../statecharts/tally.ts';
import { isReport, nowhere, openBygone, type Place } from '../store/bygone.ts';
import { type Contents, emptyTables, isStored, type Stored } from '../store/contents.ts';
import { openReported, type Read } from '../store/reported.ts';
import { openOrphans } from './orphans.ts';

export type Book = ReturnType<typeof openBook>;

/** Where a fact stands: in its line, and in the store that the book can read it from again. */
export type At = Omit<Place, 'line'> & Readonly<{ position?: number }>;

/** The key up to and after its `nth` line break. */
function cut(key: string, nth: 1 | 2): [string, string] {
  const once = key.indexOf('\n');
  const at = nth === 1 ? once : key.indexOf('\n', once + 1);
  return [key.slice(0, at), key.slice(at + 1)];
}

function join(sets: Map<string, Set<string>>, key: string, other: string, is?: true): void {
  const known = sets.get(key) ?? new Set<string>();
  if (is) known.add(other);
  else known.delete(other);
  if (known.size > 0) sets.set(key, known);
  else sets.delete(key);
}

/**
 * What the edge knows of all its lines, in memory: a fold over the store and nothing else. Orders,
 * operations, lots and holds are seen by every line of the edge; each fact is stated by one. Of
 * facts that may be corrected only the places are remembered: `read` gives them again.
 */
export function openBook(read?: Read) {
  const tables = emptyTables();
  const reported = openReported(read);
  const operations = new Map<string, Set<string>>(); // by order
  const kin = { into: new Map<string, Set<string>>(), from: new Map<string, Set<string>>() };
  const tallies = new Map<string, Tally>();
  const bygone = openBygone();
  const orphans = openOrphans();
  const moves = new Map<string, number>();
  let whole = true;

  const look = ((table: Table, key: string) => {
    if (table === 'reports') return reported.of(key);
    if (table === 'operations') return operations.get(key);
    if (table === 'into' || table === 'from') return kin[table].get(key);
    if (table !== 'report' && table !== 'link') return tables[table].get(key);
    const [first, second] = cut(key, table === 'link' ? 2 : 1);
    if (table === 'report') return reported.get(first, second);
    return kin.into.get(first)?.has(second) || undefined;
  }) as Look;

  function put({ table, key, value }: Change): void {
    const [first, second] = cut(key, table === 'link' ? 2 : 1);
    if (table === 'report') reported.put(first, second, value);
    else if (table === 'link') {
      join(kin.into, first, second, value);
      join(kin.from, second, first, value);
    } else if (isStored(table)) {
      if (table === 'operation') join(operations, first, second, value && true);
      const rows = tables[table] as Map<string, unknown>;
      if (value === undefined) rows.delete(key);
      else rows.set(key, value);
    }
  }

  function count(line: string, fact: Content, { effects }: Verdict, at: At): void {
    const open = 'run' in fact.body ? look('run', keyOf(line, fact.body.run)) : undefined;
    const run = orphans.runOf(line, fact, open);
    const more = increments(fact, run, effects);
    const place = { line, epoch: at.epoch, sequence: at.sequence };
    bygone.note(fact, place);
    if (effects) reported.note(fact.order!, fact, place, at.position);
    const lineOf = (id: string) => reported.placeOf(fact.order!, id)?.line;
    for (const [home, part] of byLine(line, fact, run, effects, more, lineOf)) {
      add(keyOf('line', home), part);
    }
    if (fact.order !== undefined) add(keyOf('order', fact.order), more);
    if (fact.operation !== undefined) add(keyOf('operation', fact.order!, fact.operation), more);
  }

  function add(key: string, more: Increments): void {
    const tally = tallies.get(key) ?? emptyTally();
    addTo(tally, more);
    tallies.set(key, tally);
  }

  const rows = <T extends Stored>(table: T): ReadonlyMap<string, Tables[T]> => tables[table];

  /** Lets go of what may leave, now that facts up to these places are forgotten. Twice is once. */
  function forget(said: Parameters<typeof bygone.forget>[0]): void {
    const closed = [...bygone.forget(said)].filter((order) =>
      reported.isGone(order, bygone.isGone),
    );
    const { orders, changes } = leaving({ look, rows }, new Set(closed));
    for (const change of changes) put(change);
    for (const order of orders) {
      bygone.left(order);
      reported.leave(order);
    }
    reported.keep(bygone.isGone);
    if (orders.size === 0) return;
    for (const key of tallies.keys()) {
      const [of, order = ''] = key.split('\n');
      if (of !== 'line' && orders.has(order)) tallies.delete(key);
    }
  }

  return {
    look,
    rows,
    forget,
    upTo: bygone.upTo,
    covers: bygone.covers,

    /** Takes in a stored fact and what it does. */
    apply(line: string, fact: Content, verdict: Verdict, at: At = nowhere): void {
      count(line, fact, verdict, at);
      orphans.note(line, fact, false);
      for (const change of verdict.changes) put(change);
      for (const move of verdict.moves) moves.set(move, (moves.get(move) ?? 0) + 1);
      if (fact.type === 'StateCarried' && fact.body.upTo) forget(fact.body);
    },

    /** Takes in a stored fact that no chart accepts. */
    adopt(line: string, fact: Content, verdict: Verdict, at: At): void {
      count(line, fact, verdict, at);
      orphans.note(line, fact, true);
      for (const change of verdict.changes) put(change);
    },
    /** How many facts of a line are there without effect. */
    orphans: orphans.of,

    /** Reports of orders that are not closed, up to a position of the store, or some more. */
    openReports: (position: number): number =>
      [...tables.order]
        .filter(([, { state }]) => state !== 'closed')
        .reduce((sum, [order]) => sum + reported.countUpTo(order, position), 0),

    tally: (...key: string[]): Tally => tallies.get(keyOf(...key)) ?? emptyTally(),

    /** What a report of an order is, if it is not simply counted. */
    standing: reported.standing,
    /** The line that stated a report of an order, while the report is remembered. */
    lineOf: (order: string, id: string) => reported.placeOf(order, id)?.line,

    /** How often each transition of a chart was taken, by "released OperationStarted started". */
    moved(chart: string): ReadonlyMap<string, number> {
      const own = [...moves].filter(([move]) => move.startsWith(`${chart}\n`));
      return new Map(own.map(([move, count]) => [move.slice(chart.length + 1), count]));
    },

    /** A fact of some line could not be taken in: what came of later ones proves nothing. */
    miss(): void {
      whole = false;
    },
    isWhole: () => whole,

    /** What a book must be told to say the same, beside the facts that it was told. */
    contents(): Contents {
      const stored = Object.entries(tables).map(([table, known]) => [table, [...known]]);
      return {
        tables: Object.fromEntries(stored),
        reports: reported.said(),
        links: [...kin.into].flatMap(([from, all]) =>
          [...all].map((to) => [from, to] as const),
        ) as Contents['links'],
        tallies: [...tallies],
        moves: [...moves],
        ...given({ bygone: bygone.contents(reported.kept(bygone.isGone)) }),
        ...given({ orphaned: orphans.contents() }),
      };
    },

    /** Says what another book said; each fact before it that can be corrected is told after. */
    restore(contents: Contents): void {
      for (const [table, known] of Object.entries(contents.tables)) {
        for (const [key, value] of known) put({ table, key, value } as Change);
      }
      for (const [key, value] of contents.reports) put({ table: 'report', key, value });
      for (const [from, to] of contents.links) {
        put({ table: 'link', key: keyOf(from, to), value: true });
      }
      for (const [key, tally] of contents.tallies) tallies.set(key, { ...emptyTally(), ...tally });
      for (const [move, count] of contents.moves) moves.set(move, count);
      if (contents.orphaned) orphans.restore(contents.orphaned);
      if (!contents.bygone) return;
      bygone.restore(contents.bygone);
      for (const [key, fact, at] of contents.bygone.reports)
        reported.remind(cut(key, 1)[0], fact, at);
    },

    /** A fact before the restored contents, which only name it. */
    recall(line: string, fact: Content, at: At = nowhere): void {
      const place = { line, epoch: at.epoch, sequence: at.sequence };
      if (bygone.isGone(place)) return;
      bygone.note(fact, place);
      if (!isReport(fact) || reported.note(fact.order!, fact, place, at.position)) return;
      reported.remind(fact.order!, fact, place);
    },

    /** Forgets everything, to be rebuilt from the store. */
    clear(): void {
      whole = true;
      for (const rows of Object.values(tables)) rows.clear();
      for (const known of [reported, operations, kin.into, kin.from]) known.clear();
      for (const known of [tallies, bygone, orphans, moves]) known.clear();
    },
  };
}
