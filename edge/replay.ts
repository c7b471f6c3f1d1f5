import { hash } from 'node:crypto';
import { decodeContent, genesis, link } from '../shared/codec.ts';
import type { Content, Fact } from '../shared/event.ts';
import { Fault } from '../shared/fault.ts';
import { partsMax } from '../shared/runtime.ts';
import { edition } from '../statecharts/edition.ts';
import type { Actor } from './actor.ts';
import type { Book, Contents } from './book.ts';
import { readMemory } from './memory.ts';
import { fits } from './snapshots.ts';
import type { Row, Store } from './store.ts';

/** What was remembered after the fact at `position`; `holds` says whether it may be believed. */
export type Memory = Readonly<{
  position: number;
  contents: Contents;
  holds: (heads: Iterable<Row>) => boolean;
}>;

type Parts = {
  store: Store;
  book: Book;
  actorOf: (line: number) => Actor;
  /** Told of every fact, in order. */
  stated: (fact: Fact) => void;
};

/**
 * The state that the last change of charts has carried over, from the facts that say it; undefined
 * where there was none. Throws Fault CORRUPT if it cannot be read.
 */
export function carriedBy(store: Store): Memory | undefined {
  const { position = 0 } = store.snapshots.edition() ?? {};
  if (position === 0) return undefined;
  const parts: Uint8Array[] = [];
  for (const row of store.from(position)) {
    const fact = decodeContent(row.bytes);
    const missing = fact.type !== 'ChartsMigrated' || fact.body.part !== parts.length + 1;
    if (missing || fact.body.state === undefined || parts.length === partsMax) break;
    parts.push(fact.body.state);
    if (parts.length < fact.body.parts) continue;
    const memory = Buffer.concat(parts);
    if (hash('sha256', memory) !== fact.body.digest) break;
    return { position, contents: readMemory(memory), holds: () => true };
  }
  throw new Fault(
    'CORRUPT',
    `the state that was carried over behind position ${position}: it is damaged`,
  );
}

/** Where reading may begin, best first: the last is the beginning, and always possible. */
function* beginnings({ store }: Parts): Generator<Memory | undefined> {
  const snapshot = store.snapshots.read();
  const carried = readable(() => carriedBy(store));
  if (snapshot?.charts === edition && snapshot.position > (carried?.position ?? 0)) {
    const contents = readable(() => readMemory(snapshot.memory));
    const { position } = snapshot;
    if (contents) {
      yield { position, contents, holds: (heads) => fits(snapshot, heads) };
    }
  }
  if (carried) yield carried;
  yield undefined;
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
}

/** False, and nothing read, if the memory is not to be believed. */
function readFrom(memory: Memory | undefined, { store, book, actorOf, stated }: Parts): boolean {
  const heads = new Map<number, Row>();
  const early: [line: string, fact: Content][] = [];
  const begin = memory?.position ?? 0;
  let begun = memory === undefined;

  function start(): boolean {
    if (memory && !memory.holds(heads.values())) return false;
    if (memory) book.restore(memory.contents);
    for (const [line, fact] of early) book.recall(line, fact);
    begun = true;
    return true;
  }

  for (const row of store.history()) {
    if (!begun && row.position > begin && !start()) return false;
    const actor = actorOf(row.line);
    const before = heads.get(row.line);
    heads.set(row.line, row);
    let damaged = true;
    try {
      checkLink(actor.path, before, row);
      const content = decodeContent(row.bytes);
      damaged = false;
      if (begun)
        actor.replay(content, row.sequence === 1 ? null : (before?.state ?? null), row.state);
      else early.push([actor.path, content]);
      stated({ ...content, line: actor.path, epoch: row.epoch, sequence: row.sequence } as Fact);
    } catch (cause) {
      if (!(cause instanceof Fault)) throw cause;
      const place = `${actor.path} stopped at epoch ${row.epoch}, sequence ${row.sequence}`;
      actor.fail(new Fault('CORRUPT', `${place}: ${cause.message}`, { cause }), damaged);
    }
  }
  return begun || start();
}

/** Throws Fault CORRUPT if the row does not follow from the one before, where that is known. */
export function checkLink(
  path: string,
  last: Row | undefined,
  { epoch, sequence, bytes, hash }: Row,
): void {
  const before = sequence === 1 ? genesis(path, epoch) : last?.hash;
  if (before && !link(before, bytes).equals(hash)) {
    throw new Fault('CORRUPT', 'its bytes do not match the hash chain');
  }
}
