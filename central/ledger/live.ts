import { readContent } from '../../shared/codec.ts';
import { type Database, faultOf } from '../../shared/database.ts';
import type { Content, Fact } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import { idBytes, idText } from '../../shared/identity.ts';
import type { LiveAnswer, LiveFact, Live as Told } from '../../shared/live.ts';
import type { AheadRow } from './ahead.ts';
import type { Registry } from './registry.ts';
import { type Head, openShelf, type Place } from './shelf.ts';

/** Most copies of one line; of more, those that its segments will bring first are let go. */
export const copiesMax = 1_000;
/** Most holds of one line that are in force ahead of the ledger; more are not taken. */
export const aheadMax = 1_000;
/** Most holds told ahead that are shown one by one. */
export const aheadShownMax = 1_000;

type Copy = Place & { bytes: Buffer; hash: Buffer };
type Standing = { line: string; epoch: number; facts: number; last: number; receivedMs: number };
/** How far central knows a line, beyond what its ledger holds of it. */
export type Beyond = Readonly<{
  upTo: number;
  facts: number; // copies that are here
  receivedMs: number; // when the newest came, central's clock
  behind: number; // facts from the ledger's head to there
  behindMs: number | null; // the same by the edge's clock; null while one of both is not known
}>;

type Parts = {
  db: Database;
  registry: Pick<Registry, 'writes'>;
  nowMs: () => number;
  /** Looks again at every posting that is held; within the transaction. */
  rouse: () => void;
};
export type Live = ReturnType<typeof openLive>;

/**
 * Facts that edges with a backlog tell ahead of it, as copies: they count in no sum and post
 * nothing. A hold among them is in force at the gate until the ledger has it. Each copy goes when
 * the ledger reaches its place, in that transaction; a hold that it does not find there, or whose
 * epoch ends, stays in force and is shown until its fact comes after all or a person lifts it.
 */
export function openLive({ db, registry, nowMs, rouse }: Parts) {
  const tables = prepare(db);
  const shelf = openShelf(db);
  let lines: Set<string> | undefined; // with something to be reached; read again after a change

  const isWaitedFor = (path: string): boolean => {
    lines ??= new Set(tables.lines.all());
    return lines.has(path);
  };
  const setAside = (path: string, place: Place, reason: string, bytes: Buffer) =>
    shelf.park(path, place, reason, nowMs(), bytes);

  /** Puts a hold in force; false if there are too many of the line. */
  function enforce(line: string, place: Place, content: Content, bytes: Buffer): boolean {
    if (content.type !== 'HoldPlaced') return true;
    const eventId = idBytes(content.eventId);
    if (shelf.byId(eventId) || tables.hold.get(eventId)) return true;
    if (tables.holds.get(line)! >= aheadMax) return false;
    const { order = null, operation = null, lot = null, body } = content;
    const about = { order, operation, lot, hold: body.hold, scope: body.scope };
    tables.addHold.run({ eventId, line, ...place, ...about, nowMs: nowMs(), bytes });
    return true;
  }

  /** Takes one copy; false if a bound was reached. */
  function add(head: Readonly<Head>, { sequence, hash, bytes: given }: LiveFact): boolean {
    if (sequence <= head.sequence) return true; // the ledger has it by now
    const { path: line, epoch } = head;
    const place = { epoch, sequence };
    const bytes = Buffer.from(given);
    const known = tables.copy.get(line, epoch, sequence);
    if (known?.bytes.equals(bytes)) return true;
    if (known) setAside(line, place, 'conflict: other content was told ahead here', bytes);
    const content = readContent(bytes);
    if (!content) return true; // a newer edge's: the segment brings it, and the ledger parks it
    if (!enforce(line, place, content, bytes)) return false;
    if (!known) tables.add.run(line, epoch, sequence, nowMs(), bytes, Buffer.from(hash));
    return true;
  }

  const take = db.transaction((line: string, { store, epoch, facts }: Told): LiveAnswer => {
    if (!registry.writes(line, store, epoch)) {
      return { answer: 'refused', reason: `this store does not write epoch ${epoch} of it` };
    }
    const head = shelf.head(line);
    const taken = facts.filter((fact) => add(head, fact));
    const [oldest] = tables.oldest.all(line, copiesMax);
    if (oldest) tables.forget.run(line, oldest.epoch, oldest.sequence);
    if (taken.length === facts.length) return { answer: 'taken' };
    return { answer: 'full', reason: `more than ${aheadMax} holds of the line are ahead` };
  });

  /** The ledger may never have this hold: it stays in force, and is told of. */
  function lose(row: AheadRow, reason: string): void {
    tables.lose.run(reason, row.eventId);
  }

  /** The copy's place is in the ledger: it must be the same fact. */
  function compare(head: Readonly<Head>, { bytes, hash, ...place }: Copy): void {
    const there = tables.fact.get(head.id, place.epoch, place.sequence);
    if (there?.bytes.equals(bytes) && there.hash.equals(hash)) return;
    setAside(head.path, place, 'conflict: another fact was told ahead at this place', bytes);
  }

  return {
    /**
     * Takes in what a store tells of a line; what is answered is on disk. Throws Fault FULL when
     * the disk does not take it, having changed nothing.
     */
    take(line: string, told: Told): LiveAnswer {
      try {
        return take.immediate(line, told);
      } catch (error) {
        throw faultOf(error, db.name);
      } finally {
        lines = undefined;
      }
    },

    /** The ledger stands here with a line; within its transaction, after `note`. */
    reach(head: Readonly<Head>): void {
      const { path, epoch, sequence } = head;
      if (!isWaitedFor(path)) return;
      for (const copy of tables.reached.all(path, epoch, sequence)) compare(head, copy);
      tables.forget.run(path, epoch, sequence);
      for (const row of tables.missed.all(path, epoch, sequence)) {
        const why =
          row.epoch < epoch ? `epoch ${row.epoch} is over` : 'another fact is in its place';
        lose(row, `it was told ahead, and ${why}`);
      }
      lines = undefined;
    },

    /** A fact is in the ledger, within its transaction: a hold is in force by that from now on. */
    note(fact: Fact): void {
      if (fact.type !== 'HoldPlaced') return;
      const row = tables.hold.get(idBytes(fact.eventId));
      if (!row) return;
      tables.dropHold.run(row.eventId);
      rouse();
    },

    /** Whatever was written in the ledger's transaction never happened. */
    undone(): void {
      lines = undefined;
    },

    /** Holds that are in force ahead of the ledger, those first whose facts may never come. */
    holds: () =>
      tables.shown
        .all(aheadShownMax)
        .map(({ eventId, bytes: _, ...row }) => ({ eventId: idText(eventId), ...row })),

    /** What is known of each line beyond the ledger; by its path. */
    beyond: (): Map<string, Beyond> =>
      new Map(tables.standing.all().map((row) => [row.line, beyondOf(tables, shelf.head, row)])),

    /**
     * A person takes a hold out of force whose fact may never come; it is parked with the reason.
     * Throws Fault UNKNOWN, or Fault REFUSED while its fact may still come.
     */
    lift: db.transaction((eventId: string, by: string, reason: string): void => {
      const row = tables.hold.get(idBytes(eventId));
      if (!row)
        throw new Fault('UNKNOWN', `hold: none was told ahead by event ${eventId.slice(0, 40)}`);
      if (row.lost === null) {
        throw new Fault('REFUSED', `hold: ${row.hold} is on its way; decide it at its edge`);
      }
      const words = `hold ${row.hold} was told ahead and lifted by ${by}: ${reason}`;
      setAside(row.line, row, words, row.bytes);
      tables.dropHold.run(row.eventId);
      rouse();
    }).immediate,
  };
}

function beyondOf(
  tables: ReturnType<typeof prepare>,
  headOf: (path: string) => Head,
  { line, epoch, last, facts, receivedMs }: Standing,
): Beyond {
  const { id, sequence } = headOf(line);
  const recorded = (bytes: Buffer | undefined) => bytes && readContent(bytes)?.recordedMs;
  const from = recorded(tables.fact.get(id, epoch, sequence)?.bytes);
  const to = recorded(tables.copy.get(line, epoch, last)?.bytes);
  const behindMs = from === undefined || to === undefined ? null : Math.max(0, to - from);
  return { upTo: last, facts, receivedMs, behind: last - sequence, behindMs };
}

function prepare(db: Database) {
  const hold = 'event_id AS eventId, hold, line, epoch, sequence, bytes, lost';
  const upTo = 'line = ? AND (epoch, sequence) <= (?, ?)';
  return {
    lines: db
      .prepare<[], string>('SELECT line FROM live UNION SELECT line FROM ahead WHERE lost IS NULL')
      .pluck(),
    copy: db.prepare<[string, number, number], Copy>(
      `SELECT epoch, sequence, bytes, hash FROM live
       WHERE line = ? AND epoch = ? AND sequence = ?`,
    ),
    reached: db.prepare<[string, number, number], Copy>(
      `SELECT epoch, sequence, bytes, hash FROM live
       WHERE line = ? AND epoch = ? AND sequence <= ?`,
    ),
    /** The newest of those that are too many. */
    oldest: db.prepare<[string, number], Place>(
      `SELECT epoch, sequence FROM live WHERE line = ?
       ORDER BY epoch DESC, sequence DESC LIMIT 1 OFFSET ?`,
    ),
    add: db.prepare('INSERT INTO live VALUES (?, ?, ?, ?, ?, ?)'),
    forget: db.prepare(`DELETE FROM live WHERE ${upTo}`),
    fact: db.prepare<[number, number, number], { bytes: Buffer; hash: Buffer }>(
      'SELECT bytes, hash FROM fact WHERE line = ? AND epoch = ? AND sequence = ?',
    ),
    standing: db.prepare<[], Standing>(
      `SELECT line, max(epoch) AS epoch, max(sequence) AS last, count(*) AS facts,
         max(received_ms) AS receivedMs FROM live GROUP BY line`,
    ),
    hold: db.prepare<[Buffer], AheadRow>(`SELECT ${hold} FROM ahead WHERE event_id = ?`),
    holds: db.prepare<[string], number>('SELECT count(*) FROM ahead WHERE line = ?').pluck(),
    addHold: db.prepare(
      `INSERT INTO ahead VALUES (:eventId, :hold, :scope, :line, :epoch, :sequence, :order,
         :operation, :lot, :nowMs, :bytes, NULL)`,
    ),
    dropHold: db.prepare('DELETE FROM ahead WHERE event_id = ?'),
    lose: db.prepare('UPDATE ahead SET lost = ? WHERE event_id = ?'),
    missed: db.prepare<[string, number, number], AheadRow>(
      `SELECT ${hold} FROM ahead WHERE ${upTo} AND lost IS NULL`,
    ),
    shown: db.prepare<[number], AheadRow>(
      `SELECT ${hold} FROM ahead ORDER BY lost IS NULL, line, sequence LIMIT ?`,
    ),
  };
}
