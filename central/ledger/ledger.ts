import { link } from '../../shared/codec.ts';
import { type Database, faultOf } from '../../shared/database.ts';
import type { Content, Fact } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import { idBytes, isId } from '../../shared/identity.ts';
import { linksOf, type Segment } from '../../shared/segment.ts';
import { dueOf, type Incoming, incoming } from './additions.ts';
import { judge } from './sequencer.ts';
import { type Cursor, type Head, openShelf, type Place, type Shelf, type Stored } from './shelf.ts';

/** Most facts of one line that wait for what is missing before them; more are parked. */
export const waitingMax = 10_000;

/** A fact as the ledger holds it; `position` orders all lines by acceptance, and no clock does. */
export type Accepted = Fact & Readonly<{ position: number; receivedMs: number }>;

/** What came in by one message: a segment, or bytes that are none and why. */
export type Arrival = { segment: Segment } | { line: string; broken: string; bytes: Uint8Array };

type Parts = {
  db: Database;
  nowMs: () => number;
  /** Told of newly accepted facts, in order, in the transaction that stores them. */
  note: (facts: readonly Accepted[]) => void;
  /** Told where each line stands that something came of, or whose epoch began; after `note`. */
  stands?: (head: Readonly<Head>) => void;
  /** Told when a transaction was undone: whatever was noted in it never happened. */
  undone: () => void;
};
export type Ledger = ReturnType<typeof openLedger>;

/**
 * Central's memory: every fact once, in the order of its line. Synchronous: what has returned is
 * on disk. Whatever cannot be accepted is parked with its reason, never dropped.
 */
export function openLedger({ db, nowMs, note, stands, undone }: Parts) {
  const shelf = openShelf(db);
  const heads = new Map<string, Head>();
  let fresh: Accepted[] = [];
  let placed: Buffer[] = []; // what was taken in this segment, which may have been parked before
  let room: number | undefined; // for facts that wait, once it was asked for in this segment

  function headOf(path: string): Head {
    const head = heads.get(path) ?? shelf.head(path);
    heads.set(path, head);
    return head;
  }

  const setAside = (path: string, place: Place | null, reason: string, bytes: Uint8Array) =>
    shelf.park(path, place, reason, nowMs(), bytes);

  /**
   * Takes the fact that is due. One whose event id is known keeps its place, and no more; one that
   * we cannot read yet is stored and parked.
   */
  function take(head: Head, { bytes, said, eventId }: Incoming, hash: Buffer): void {
    const { epoch, path } = head;
    const place = { epoch, sequence: head.sequence + 1 };
    const content = said instanceof Fault ? undefined : said;
    if (said instanceof Fault) setAside(path, place, `unreadable: ${said.message}`, bytes);
    const receivedMs = nowMs();
    const position = shelf.insert(head, eventId, receivedMs, bytes, hash);
    const before = position === undefined ? shelf.byId(eventId!)! : undefined;
    if (before) shelf.insert(head, null, receivedMs, bytes, hash);
    head.sequence = place.sequence;
    head.hash = hash;
    if (before?.equals(bytes)) head.repeats += 1;
    else if (position === undefined) {
      setAside(path, place, 'conflict: other content under this id', bytes);
    } else if (content) {
      if (epoch > 1) placed.push(bytes);
      fresh.push({ ...content, line: path, ...place, position, receivedMs });
    }
  }

  /** Takes what waited for this. A link that does not fit means another history: it stays out. */
  function takeWaiting(head: Head): void {
    for (;;) {
      const place = { epoch: head.epoch, sequence: head.sequence + 1 };
      const next = shelf.waiting(head, place);
      if (!next) break;
      const hash = link(head.hash, next.bytes);
      if (next.hash && !next.hash.equals(hash)) {
        setAside(head.path, place, 'fork: the chain does not lead here', next.bytes);
        shelf.unwait({ ...head, sequence: place.sequence });
        break;
      }
      take(head, incoming(next.bytes), hash);
    }
    shelf.unwait(head);
  }

  function repeated(head: Head, place: Place, bytes: Buffer, known: Buffer | undefined): void {
    if (known?.equals(bytes)) head.repeats += 1;
    else setAside(head.path, place, 'conflict: other content at this place', bytes);
  }

  /** True for a fact that the ledger holds, in whichever epoch. */
  function isHeld(bytes: Buffer): boolean {
    const { eventId } = incoming(bytes);
    return eventId !== null && (shelf.byId(eventId)?.equals(bytes) ?? false);
  }

  /** Parks a fact of an epoch that is over, once; false for one that is known already. */
  function parkStale(head: Head, place: Place, reason: string, bytes: Buffer): boolean {
    if (isHeld(bytes) || shelf.isParked(head.path, place, bytes)) {
      head.repeats += 1;
      return false;
    }
    setAside(head.path, place, reason, bytes);
    return true;
  }

  function keepWaiting(head: Head, place: Place, bytes: Buffer, hash: Buffer | null): void {
    const known = shelf.waiting(head, place);
    if (known) return void repeated(head, place, bytes, known.bytes);
    room ??= waitingMax - shelf.waits(head);
    if (room-- > 0) shelf.wait(head, place, bytes, hash);
    else setAside(head.path, place, `gap: more than ${waitingMax} facts wait behind it`, bytes);
  }

  /** Why facts with or without a chain cannot belong to this line's history, or undefined. */
  function foreign(head: Head, chained: boolean): string | undefined {
    if (head.chained === null || head.chained === Number(chained)) return undefined;
    return chained ? 'fork: this line has no chain' : 'unchained: this line keeps a chain';
  }

  function admit(segment: Segment): void {
    const { line, epoch, first, before } = segment;
    const head = headOf(line);
    const links = linksOf(segment);
    let reason = foreign(head, before !== null);
    [room, placed] = [undefined, []];
    const facts = segment.facts.map((fact) => Buffer.from(fact));
    const due = dueOf(head, segment, facts);
    shelf.expect([...due.values()]);
    facts.forEach((bytes, index) => {
      const place = { epoch, sequence: first + index };
      const verdict = judge(head, place);
      const previous = index === 0 ? before : links[index - 1]!;
      if (verdict === 'next' && previous && !head.hash.equals(previous)) {
        reason ??= 'fork: the chain does not lead here';
      }
      if (reason) setAside(line, place, reason, bytes);
      else if (verdict === 'next') {
        take(head, due.get(index) ?? incoming(bytes), links[index] ?? link(head.hash, bytes));
        head.chained = before ? 1 : 0;
      } else if (verdict === 'repeat') repeated(head, place, bytes, shelf.at(head, place));
      else if (verdict === 'gap') keepWaiting(head, place, bytes, links[index] ?? null);
      else {
        const why = `${verdict} epoch: this line is in epoch ${head.epoch}`;
        if (verdict === 'stale') parkStale(head, place, why, bytes);
        else setAside(line, place, why, bytes);
      }
    });
    takeWaiting(head);
    for (const bytes of placed) shelf.unpark(line, bytes);
    shelf.save(head);
  }

  const accept = db.transaction((arrivals: readonly Arrival[], cursor: Cursor | undefined) => {
    for (const arrival of arrivals) {
      if ('segment' in arrival) admit(arrival.segment);
      else setAside(arrival.line, null, arrival.broken, arrival.bytes);
    }
    if (fresh.length > 0) note(fresh);
    for (const arrival of arrivals) {
      if ('segment' in arrival) stands?.(headOf(arrival.segment.line));
    }
    if (cursor) shelf.setCursor(cursor);
  });

  const begin = db.transaction((path: string, epoch: number, note: (ended: Head) => void) => {
    const head = headOf(path);
    for (const { bytes, ...place } of shelf.left(head)) {
      const ended = `epoch ${place.epoch} ended at sequence ${head.sequence}`;
      setAside(path, place, `stale epoch: ${ended}, and this waited for what is missing`, bytes);
      shelf.unwait({ ...head, ...place });
    }
    shelf.begin(head, epoch);
    heads.delete(path);
    note(head);
    stands?.(headOf(path));
  });

  const takeStrays = db.transaction((segment: Segment, reason: string): number => {
    const head = headOf(segment.line);
    const fresh = segment.facts.filter((fact, index) => {
      const place = { epoch: segment.epoch, sequence: segment.first + index };
      return parkStale(head, place, reason, Buffer.from(fact));
    });
    shelf.save(head);
    return fresh.length;
  });

  /** Throws Fault FULL when the disk does not take it, having changed nothing. */
  function whole<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      heads.clear();
      undone();
      throw faultOf(error, db.name);
    }
  }

  return {
    /**
     * Ends the line's epoch: its next fact is the first of `epoch`, and what still waited for a gap
     * is parked. `note` is told of the head that it had, in the same transaction.
     */
    begin: (path: string, epoch: number, note: (ended: Readonly<Head>) => void): void =>
      whole(() => begin.immediate(path, epoch, note)),

    /** Parks what a store could not state in the line's epoch, each once; returns how many. */
    strays: (segment: Segment, reason: string): number =>
      whole(() => takeStrays.immediate(segment, reason)),

    /**
     * Takes in what arrived, and moves the cursor of the stream with it, as one transaction;
     * returns the newly accepted facts. Throws Fault FULL when the disk does not take it, having
     * changed nothing.
     */
    accept(arrivals: readonly Arrival[], cursor?: Cursor): readonly Accepted[] {
      fresh = [];
      whole(() => accept.immediate(arrivals, cursor));
      return fresh;
    },

    /** The fact as it is stored, with its place and its line, if the ledger holds it. */
    stored: (eventId: string): Stored | undefined =>
      isId(eventId) ? shelf.stored(idBytes(eventId)) : undefined,
    head: (path: string): Readonly<Head> => headOf(path),
    /** Where lines stand is read anew. */
    undone: (): void => heads.clear(),
    lines: (): readonly Readonly<Head>[] => shelf.lines(),
    ...told(shelf, nowMs),
  };
}

const told = (shelf: Shelf, nowMs: () => number) => {
  const { cursor, gaps, facts, last, parked, parkedCount } = shelf;
  return {
    ...{ cursor, gaps, facts, last, parked, parkedCount },
    /** Adds a fact of central's own line, within the transaction of whoever calls. */
    state: (content: Content) => shelf.state(content, nowMs()),
  };
};
