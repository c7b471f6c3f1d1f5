import type { Database } from '../../shared/database.ts';
import { edition } from '../../statecharts/edition.ts';
import { type EdgeConfig, linesOf } from '../config.ts';
import type { Parts as ActorParts } from '../line/actor.ts';
import { type Book, openBook } from '../line/book.ts';
import { openRoster, type Roster } from '../line/roster.ts';
import { inParts } from './carry.ts';
import { judgedBy, leftBehind } from './legacy.ts';
import { writeMemory } from './memory.ts';
import { openStore, type Store } from './store.ts';

type Parts = { store: Store; book: Book; roster: Roster };

/** What became of a store whose facts were judged by other charts, or by none yet. */
export type Upgrade = Readonly<{ from: string; to: string; carried: boolean }>;

/**
 * Takes the store over to the charts of this program, if others have judged its facts.
 *
 * Where every fact, read by today's charts, leads to what it led to then, the state is the one that
 * was read. Otherwise it is the one that the old program left behind when it was closed. Either way
 * it is stated as a fact, from which every later start begins, and no old fact is judged again.
 * Throws Fault CONFLICT, having changed nothing, where there is no such state, and Fault CORRUPT,
 * having changed nothing, where these charts do not know a state that they are to go on from.
 */
export function upgrade(parts: Parts): Upgrade | undefined {
  const { store, book, roster } = parts;
  const { snapshots } = store;
  const from = judgedBy(snapshots);
  if (from === edition) return undefined;
  const carried = !book.isWhole();
  if (carried) carry(parts);
  store.commit(() => state(parts, { from, to: edition, carried }));
  if (snapshots.position() === 0) return undefined;
  roster.rebuild();
  return { from, to: edition, carried };
}

/** Lets the book say what the old charts left; throws what `leftBehind` does. */
function carry({ store: { snapshots }, book, roster }: Parts): void {
  const [failure = ''] = roster.all.flatMap((actor) => actor.failure() ?? []);
  const contents = leftBehind(snapshots, { failure, damaged: roster.damaged() });
  book.clear();
  for (const actor of roster.all) actor.rewind();
  book.restore(contents);
}

/** States on every line that other charts judge from now on; the first line says the state. */
function state({ store: { snapshots }, book, roster }: Parts, upgraded: Upgrade): void {
  const facts = snapshots.position();
  snapshots.begin(upgraded.to);
  if (facts === 0) return;
  const { said, parts, digest } = inParts(writeMemory(book.contents()));
  const all = { ...upgraded, facts, parts, digest };
  const [first, ...others] = roster.actors;
  said.forEach((part, at) => {
    first!.observe('ChartsMigrated', { ...all, part: at + 1, state: part });
  });
  for (const actor of others) actor.observe('ChartsMigrated', { ...all, part: 0 });
}

/**
 * For the transaction that migrates an old file's tables: takes its charts over in the same one.
 * Throws what `upgrade` would, and then the file stays as it was.
 */
export function upgradeWith(config: EdgeConfig, parts: Omit<ActorParts, 'store' | 'book'>) {
  return (db: Database): void => {
    const store = openStore(db);
    const book = openBook(store.written);
    upgrade({ store, book, roster: openRoster(linesOf(config), { ...parts, store, book }) });
  };
}
