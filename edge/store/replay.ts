import { decodeContent, genesis, link } from '../../shared/codec.ts';
import type { Fact } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import { edition } from '../../statecharts/edition.ts';
import type { Actor } from '../line/actor.ts';
import type { Book } from '../line/book.ts';
import { carriedBy, type Memory } from './carry.ts';
import type { Anchor } from './forgotten.ts';
import { readMemory } from './memory.ts';
import { fits } from './snapshots.ts';
import type { Row, Store } from './store.ts';

type Parts = {
  store: Store;
  book: Book;
  actorOf: (line: number) => Actor;
  /** Told of every fact, in order. */
  stated: (fact: Fact) => void;
};

/**
 * Where reading may begin, best first: what was written down, what facts say, and the first fact.
 * Once facts are forgotten there is no first one; an older state serves that is behind them all.
 */
function* beginnings({ store }: Parts): Generator<Memory | undefined> {
  const { snapshots, forgotten } = store;
  const upTo = forgotten.upTo();
  const snapshot = snapshots.read();
  const positions = snapshots.editions().filter((position) => position >= Math.max(1, upTo));
  const first = readable(() => carriedBy(store, positions[0] ?? 0));
  if (snapshot?.charts === edition && snapshot.position > Math.max(upTo, first?.position ?? 0)) {
    const contents = readable(() => readMemory(snapshot.memory));
    const { position } = snapshot;
    if (contents) {
      yield { position, contents, holds: (heads) => fits(snapshot, heads) };
    }
  }
  if (first) yield first;
  for (const position of upTo > 0 ? positions.slice(1) : []) {
    const carried = readable(() => carriedBy(store, position));
    if (carried) yield carried;
  }
  if (upTo === 0) yield undefined;
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

/**
 * Reads the store into the book. Every link of every chain is checked. What stands before a state
 * that was remembered is not judged again; from there on every fact is, and must change what it has
 * changed when it was stored. A line with a row that does not hold stops there, alone: its other
 * rows still stand, because other lines have gone on from them.
 */
export function readStore(parts: Parts): void {
  for (const memory of beginnings(parts)) if (readFrom(memory, parts)) return;
  const reason = 'no state can be read that stands for the facts that are forgotten';
  const { store, actorOf } = parts;
  for (const path of store.lines()) {
    const actor = actorOf(store.head(path).line);
    actor.fail(new Fault('CORRUPT', `${path} stopped: ${reason}`), true);
  }
}

/** False, and nothing read, if the memory is not to be believed. */
function readFrom(memory: Memory | undefined, { store, book, actorOf, stated }: Parts): boolean {
  const heads = new Map<number, Anchor>();
  const begin = memory?.position ?? 0;
  let begun = memory === undefined;
  if (memory) book.restore(memory.contents);

  function start(): boolean {
    for (const anchor of store.forgotten.all()) {
      const known = heads.get(anchor.line)?.position ?? 0;
      if (anchor.position > known) heads.set(anchor.line, anchor);
    }
    begun = !memory || memory.holds(heads.values());
    if (!begun) book.clear();
    return begun;
  }

  for (const row of store.history()) {
    if (!begun && row.position > begin && !start()) return false;
    const actor = actorOf(row.line);
    const before = store.forgotten.before(row, heads.get(row.line));
    heads.set(row.line, row);
    let damaged = true;
    try {
      checkLink(actor.path, before, row);
      const content = decodeContent(row.bytes);
      damaged = false;
      if (begun) actor.replay(content, row, before?.state ?? null, row.state);
      else book.recall(actor.path, content, row);
      stated({ ...content, line: actor.path, epoch: row.epoch, sequence: row.sequence } as Fact);
    } catch (cause) {
      if (!(cause instanceof Fault)) throw cause;
      const place = `${actor.path} stopped at epoch ${row.epoch}, sequence ${row.sequence}`;
      actor.fail(new Fault('CORRUPT', `${place}: ${cause.message}`, { cause }), damaged);
    }
  }
  return begun || start();
}

/** Throws Fault CORRUPT if the row does not follow from what stands before it in its epoch. */
export function checkLink(
  path: string,
  last: Pick<Row, 'hash'> | undefined,
  { epoch, sequence, bytes, hash }: Row,
): void {
  const before = sequence === 1 ? genesis(path, epoch) : last?.hash;
  if (!before) throw new Fault('CORRUPT', 'the facts before it are missing');
  if (link(before, bytes).equals(hash)) return;
  throw new Fault('CORRUPT', 'its bytes do not match the hash chain');
}
