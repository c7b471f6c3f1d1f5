import type { Database } from '../../shared/database.ts';
import { type PostingState, postingStates } from '../../statecharts/posting.ts';
import type { PostingKind } from '../erp/erp.ts';
import { flies, open } from './docket.ts';
import { openRecords } from './records.ts';

export type PostingRow = {
  id: number;
  key: string;
  eventId: string;
  line: string;
  sequence: number;
  atMs: number;
  lane: string;
  kind: PostingKind;
  state: PostingState;
  order: string | null;
  operation: string | null;
  lot: string | null;
  material: string | null;
  unit: string | null;
  quantity: string | null;
  blocked: string | null;
  yield: string | null;
  scrap: string | null;
  rework: string | null;
  setupMs: number | null;
  machineMs: number | null;
  final: 0 | 1;
  notBeforeMs: number;
  busy: number;
  unsure: number;
  reason: string | null;
  document: string | null;
  cancels: string | null;
  ticket: string | null;
  asked: number;
  inspection: 0 | 1; // a receipt into quality inspection stock, what takes it back, its decision
  inspectionLot: string | null; // as the ERP calls what it inspects, once it has said so
  inbound: string | null; // the supplier's receipt that it follows, as "number/year/item"
  amount: string | null; // money, a decimal text in `currency`
  currency: string | null;
};

/** In SQL: all of a posting, as a row has it. */
export const columns = `id, key, event_id AS eventId, line, sequence, at_ms AS atMs, lane, kind,
  state, order_number AS "order", operation, lot, material, unit, quantity, blocked, yield, scrap,
  rework, setup_ms AS setupMs, machine_ms AS machineMs, final, not_before_ms AS notBeforeMs, busy,
  unsure, reason, document, cancels, ticket, asked, inspection, inspection_lot AS inspectionLot,
  inbound, amount, currency`;

/** Postings of one lane that are read together. */
const pageMax = 10;

/** Postings of the lane in order, a few at a time: most lanes begin with one to send. */
export function* inPages(
  read: Queue['lane'],
  lane: string,
  after = 0,
  size = pageMax,
): Generator<PostingRow> {
  for (let page = read(lane, after, size); page.length > 0; ) {
    yield* page;
    page = page.length < size ? [] : read(lane, page.at(-1)!.id, size);
  }
}

/** Most lanes of which it is remembered whether they are stopped. */
const stoppedMax = 20_000;

/** A posting as it is planned. */
export type Planned = Omit<
  PostingRow,
  | ('id' | 'notBeforeMs' | 'busy' | 'unsure' | 'document' | 'blocked' | 'ticket' | 'asked')
  | 'inspectionLot'
> & { beside: 0 | 1 };
/** What a planned posting does not say. */
export const blank = {
  ...{ order: null, operation: null, lot: null, material: null, unit: null, quantity: null },
  ...{ yield: null, scrap: null, rework: null, setupMs: null, machineMs: null, reason: null },
  ...({ cancels: null, inspection: 0, inbound: null, amount: null, currency: null } as const),
} as const;
type Told = { touched: (line: string) => void; came: (row: Planned) => void };
export type Queue = ReturnType<typeof openQueue>;

/**
 * The postings and what came of them, one small function a statement; no rule inside. `touched` is
 * told of the line of each posting that is new or has moved, `came` of each that is new.
 */
export function openQueue(db: Database, told: Told) {
  return { ...openRows(db, told), ...openKeys(db), ...openRecords(db), byState: openLists(db) };
}

function openRows(db: Database, { touched, came }: Told) {
  const insert = db.prepare(
    `INSERT INTO posting (key, event_id, line, sequence, at_ms, lane, kind, state, order_number,
       operation, lot, material, unit, quantity, yield, scrap, rework, setup_ms, machine_ms, final,
       reason, beside, cancels, inspection, inbound, amount, currency)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const move = db.prepare(
    `UPDATE posting SET state = :state, quantity = :quantity, blocked = :blocked, scrap = :scrap,
       reason = :reason, material = :material, unit = :unit, document = :document,
       not_before_ms = :notBeforeMs, busy = :busy, unsure = :unsure, ticket = :ticket,
       asked = :asked, inspection_lot = :inspectionLot WHERE id = :id`,
  );
  const lane = db.prepare<[string, number, number], PostingRow>(
    `SELECT ${columns} FROM posting WHERE lane = ? AND id > ? AND ${open} ORDER BY id LIMIT ?`,
  );
  const first = db
    .prepare<[string], PostingState>(
      `SELECT state FROM posting WHERE lane = ? AND ${open} ORDER BY id LIMIT 1`,
    )
    .pluck();
  const intended = db.prepare<[string, number, number], PostingRow>(
    `SELECT ${columns} FROM posting
     WHERE lane = ? AND id > ? AND state = 'intended' ORDER BY id LIMIT ?`,
  );
  const flying = db.prepare<[string], PostingRow>(
    `SELECT ${columns} FROM posting
     WHERE lane = ? AND ${flies} ORDER BY id LIMIT 1`,
  );
  const sending = db.prepare<[], PostingRow>(
    `SELECT ${columns} FROM posting WHERE ${flies} AND state = 'sending' ORDER BY lane`,
  );
  const waitUntil = db.prepare(
    `UPDATE posting SET not_before_ms = iif(state = 'unknown', ?, 0)
     WHERE not_before_ms > 0 AND ${open}`,
  );

  const waitInLane = db.prepare(
    `UPDATE posting SET not_before_ms = iif(state = 'unknown', ?, 0)
     WHERE lane = ? AND not_before_ms > 0 AND ${open}`,
  );

  const stopped = new Map<string, boolean>(); // by lane, as long as none of its postings moves

  return {
    insert(row: Planned): void {
      const { key, eventId, line, sequence, atMs, lane: name, kind, state, order, operation } = row;
      const { lot, material, unit, quantity, yield: good, scrap, rework } = row;
      insert.run(
        ...[key, eventId, line, sequence, atMs, name, kind, state, order, operation],
        ...[lot, material, unit, quantity, good, scrap, rework],
        ...[row.setupMs, row.machineMs, row.final, row.reason, row.beside, row.cancels],
        ...[row.inspection, row.inbound, row.amount, row.currency],
      );
      if (state === 'parked') stopped.delete(name);
      touched(line);
      came(row);
    },
    move(row: PostingRow): void {
      move.run(row);
      stopped.delete(row.lane);
      touched(row.line);
    },
    /** Whether the lane's first open posting is parked. */
    isStopped(name: string): boolean {
      const known = stopped.get(name);
      if (known !== undefined) return known;
      if (stopped.size >= stoppedMax) stopped.clear();
      const parked = first.get(name) === 'parked';
      stopped.set(name, parked);
      return parked;
    },
    /** A transaction was undone: what is known of lanes is read again. */
    undone: (): void => stopped.clear(),
    /** Open postings of a lane behind the one of this id, at most so many. */
    lane: (name: string, after: number, limit: number) => lane.all(name, after, limit),
    /** Those of a lane behind the one of this id that nobody has looked at, at most so many. */
    intended: (name: string, after: number, limit: number) => intended.all(name, after, limit),
    /** The posting of the lane that is at the ERP or may be. */
    flying: (name: string) => flying.get(name),
    sending: () => sending.all(),
    /** What is unknown, in all lanes or in one, waits until then, and nothing else waits. */
    waitAnew(untilMs: number, lane?: string): void {
      if (lane === undefined) waitUntil.run(untilMs);
      else waitInLane.run(untilMs, lane);
    },
  };
}

/** What stands under a key, or of an event. */
function openKeys(db: Database) {
  const one = db.prepare<[string], PostingRow>(`SELECT ${columns} FROM posting WHERE key = ?`);
  const inverse = db.prepare<[string], PostingRow>(
    `SELECT ${columns} FROM posting WHERE cancels = ? AND state <> 'void'`,
  );
  // Keys begin with the time of their event id: those of one time stand side by side.
  const called = db
    .prepare<[string, string, string], 1>(
      'SELECT 1 FROM posting WHERE key >= ? AND key < ? AND event_id = ? LIMIT 1',
    )
    .pluck();
  const ofEvent = db.prepare<[string, string, string], PostingRow>(
    `SELECT ${columns} FROM posting WHERE key >= ? AND key < ? AND event_id = ? ORDER BY id`,
  );
  const around = (eventId: string) =>
    [eventId.slice(0, 13), `${eventId.slice(0, 13)}~`, eventId] as const;

  return {
    one: (key: string) => one.get(key),
    /** What takes back the posting of this key, or shall: one at most. */
    inverse: (key: string) => inverse.get(key),
    /** Whether there is a posting of this event. */
    isCalled: (eventId: string): boolean => called.get(...around(eventId)) !== undefined,
    /** All postings of this event. */
    ofEvent: (eventId: string): readonly PostingRow[] => ofEvent.all(...around(eventId)),
  };
}

const openStates = postingStates.filter((state) => state !== 'posted' && state !== 'void');

/** Open postings of a state, lane by lane, at most so many; each state by its own index. */
function openLists(db: Database) {
  const within: Partial<Record<PostingState, string>> = {
    ...{ sending: flies, unknown: flies, queued: flies },
  };
  const all = openStates.map((state) => {
    const where = `${within[state] ?? open} AND state = '${state}'`;
    const rows = db.prepare<[number], PostingRow>(
      `SELECT ${columns} FROM posting WHERE ${where} ORDER BY lane, id LIMIT ?`,
    );
    return [state, rows] as const;
  });
  const by = new Map<PostingState, (typeof all)[number][1]>(all);
  return (state: PostingState, limit: number): PostingRow[] => by.get(state)?.all(limit) ?? [];
}
