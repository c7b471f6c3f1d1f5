import { decodeContent } from '../../shared/codec.ts';
import type { Database } from '../../shared/database.ts';
import type { Content } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import { idBytes } from '../../shared/identity.ts';
import type { Segment } from '../../shared/segment.ts';
import { turnsOf } from '../sql/turns.ts';

type Row = [
  line: number,
  epoch: number,
  sequence: number,
  eventId: Buffer | null,
  receivedMs: number,
  bytes: Buffer,
  hash: Buffer,
];
/** A fact that came in: what it says, or why it cannot be read. */
export type Incoming = Readonly<{ bytes: Buffer; said: Content | Fault; eventId: Buffer | null }>;

export function incoming(bytes: Buffer): Incoming {
  try {
    const said = decodeContent(bytes);
    if (said.type === 'DeskActed') throw new Fault('REFUSED', 'only central states DeskActed');
    return { bytes, said, eventId: idBytes(said.eventId) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { bytes, said: error, eventId: null };
  }
}

/** Those of a segment that go on from where the line stands, by their index. */
export function dueOf(
  { epoch, sequence }: Readonly<{ epoch: number; sequence: number }>,
  segment: Segment,
  facts: readonly Buffer[],
): ReadonlyMap<number, Incoming> {
  const next = sequence + 1 - segment.first;
  const due = segment.epoch === epoch && next >= 0 ? facts.slice(next) : [];
  return new Map(due.map((bytes, at) => [next + at, incoming(bytes)]));
}

/** How facts are added; `position` orders all lines, from 1 on and without holes. */
export type Additions = Readonly<{
  /** These may be added next in this transaction: what the ledger knows of them is asked once. */
  expect: (facts: readonly Incoming[]) => void;
  /** Its position; undefined, and nothing is added, if there is a fact of this event id. */
  add: (...row: Row) => number | undefined;
}>;

/** SQLite gives the next position by itself. */
function inFile(db: Database): Additions {
  const insert = db.prepare<Row>(
    `INSERT INTO fact (line, epoch, sequence, event_id, received_ms, bytes, hash)
     VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (event_id) DO NOTHING`,
  );
  return {
    expect: () => undefined,
    add(...row) {
      const done = insert.run(...row);
      return done.changes === 0 ? undefined : Number(done.lastInsertRowid);
    },
  };
}

/**
 * PostgreSQL's own counters leave holes where something is undone: here it is counted, in turns. No
 * answer is waited for, so that facts are added many at once.
 */
function inTurns(db: Database): Additions {
  const insert = db.prepare(
    `INSERT INTO fact (line, epoch, sequence, event_id, received_ms, bytes, hash, position)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const last = db.prepare<[], number>('SELECT coalesce(max(position), 0) FROM fact').pluck();
  const held = db
    .prepare<[Buffer, number], Buffer>(
      `SELECT event_id FROM fact WHERE event_id = ANY (ARRAY (
         SELECT substring(?::bytea FROM (nth * 16 + 1)::int FOR 16)
         FROM generate_series(0, ? - 1) AS nth))`,
    )
    .pluck();
  let positions: number | undefined; // how many there are
  const known = new Map<string, boolean>(); // by event id, whether the ledger holds it

  turnsOf(db)!.onForeign(() => {
    positions = undefined;
    known.clear();
  });

  function look(ids: readonly Buffer[]): void {
    for (const id of ids) known.set(id.toString('latin1'), false);
    if (ids.length === 0) return;
    for (const id of held.all(Buffer.concat(ids), ids.length))
      known.set(id.toString('latin1'), true);
  }
  function isHeld(id: Buffer): boolean {
    const key = id.toString('latin1');
    if (!known.has(key)) look([id]);
    return known.get(key)!;
  }

  return {
    expect(facts) {
      known.clear();
      look(facts.flatMap(({ eventId }) => eventId ?? []));
    },
    add(...row) {
      const [, , , id] = row;
      if (id && isHeld(id)) return undefined;
      positions = (positions ?? last.get()!) + 1;
      insert.run(...row, positions);
      if (id) known.set(id.toString('latin1'), true);
      return positions;
    },
  };
}

export const openAdditions = (db: Database): Additions => (turnsOf(db) ? inTurns(db) : inFile(db));
