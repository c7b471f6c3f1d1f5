import type { Database } from '../../shared/database.ts';
import { quantity, quantityText } from '../../shared/quantity.ts';
import type { Kept, Kind, Why } from './counting.ts';
import type { Memory } from './interpreter.ts';
import type { Zone } from './level.ts';
import type { Equipment } from './packml.ts';

/** Pieces that nobody can say whose they are. */
export type Loose = Readonly<{
  unit: string;
  kind: Kind;
  why: Why;
  pieces: bigint; // millionths
  fromMs: number;
  untilMs: number;
  run: string; // open before the gap; '' for none
}>;
export type LooseRow = Omit<Loose, 'pieces'> &
  Readonly<{ id: number; line: string; pieces: string }>;

type CounterRow = {
  unit: string;
  counter: string;
  last: string;
  total: string;
  server: string;
  source_ms: number | null;
  seen_ms: number;
  run: string | null;
  line_epoch: number;
  suspect: string | null;
  suspect_source_ms: number | null;
  suspect_seen_ms: number | null;
};
type MachineRow = {
  unit: string;
  told: string | null;
  row: number;
  owed: string;
  zones: string;
  sequences: string;
};
export type MachineLedger = ReturnType<typeof openMachineLedger>;

function prepare(db: Database) {
  return {
    counters: db.prepare<[string], CounterRow>(
      `SELECT counter.*, CAST(total AS TEXT) AS total FROM counter
       JOIN line ON line.id = counter.line WHERE line.path = ?`,
    ),
    machines: db.prepare<[string], MachineRow>(
      'SELECT machine.* FROM machine JOIN line ON line.id = machine.line WHERE line.path = ?',
    ),
    putCounter: db.prepare(
      `INSERT INTO counter VALUES ((SELECT id FROM line WHERE path = ?),
         ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET last = excluded.last, total = excluded.total,
         server = excluded.server, source_ms = excluded.source_ms, seen_ms = excluded.seen_ms,
         run = excluded.run, line_epoch = excluded.line_epoch, suspect = excluded.suspect,
         suspect_source_ms = excluded.suspect_source_ms,
         suspect_seen_ms = excluded.suspect_seen_ms`,
    ),
    putMachine: db.prepare(
      `INSERT INTO machine VALUES ((SELECT id FROM line WHERE path = ?), ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET told = excluded.told, row = excluded.row, owed = excluded.owed,
         zones = excluded.zones, sequences = excluded.sequences`,
    ),
    openLike: db.prepare<[string, string, string, string, string], { id: number; pieces: string }>(
      `SELECT unattributed.id, pieces FROM unattributed JOIN line ON line.id = unattributed.line
       WHERE became IS NULL AND line.path = ? AND unit = ? AND kind = ? AND why = ? AND run = ?`,
    ),
    add: db.prepare(
      `INSERT INTO unattributed (line, unit, kind, why, pieces, from_ms, until_ms, run)
       VALUES ((SELECT id FROM line WHERE path = ?), ?, ?, ?, ?, ?, ?, ?)`,
    ),
    grow: db.prepare(
      `UPDATE unattributed SET pieces = ?, from_ms = min(from_ms, ?), until_ms = max(until_ms, ?)
       WHERE id = ?`,
    ),
    open: db.prepare<[], LooseRow>(
      `SELECT unattributed.id, line.path AS line, unit, kind, why, pieces, from_ms AS fromMs,
         until_ms AS untilMs, run FROM unattributed JOIN line ON line.id = unattributed.line
       WHERE became IS NULL ORDER BY unattributed.id`,
    ),
    decide: db.prepare('UPDATE unattributed SET became = ?, decided_by = ? WHERE id = ?'),
  };
}

/** What of machines is kept beside the facts, and moves in their transaction. */
export function openMachineLedger(db: Database) {
  const sql = prepare(db);

  return {
    /** What was kept of a line's units. */
    read(line: string): Map<string, Memory> {
      const units = new Map<string, Memory>();
      const of = (unit: string): Memory =>
        units.get(unit) ?? {
          ...{ counters: new Map(), owed: new Map(), row: 0 },
          ...{ zones: new Map(), sequences: new Map(), told: undefined },
        };
      for (const { unit, told, row, owed, zones, sequences } of sql.machines.iterate(line)) {
        const amounts = Object.entries(JSON.parse(owed) as Record<string, string>);
        units.set(unit, {
          counters: new Map(),
          owed: new Map(amounts.map(([name, text]) => [name, BigInt(text)])),
          row,
          zones: new Map(Object.entries(JSON.parse(zones) as Record<string, Zone>)),
          sequences: new Map(Object.entries(JSON.parse(sequences) as Record<string, string>)),
          told: (told ?? undefined) as Equipment | undefined,
        });
      }
      for (const row of sql.counters.iterate(line)) {
        const known = of(row.unit);
        const counters = new Map(known.counters).set(row.counter, keptOf(row));
        units.set(row.unit, { ...known, counters });
      }
      return units;
    },

    /** Within a commit only. */
    write(line: string, unit: string, memory: Memory): void {
      const { told, row, owed, zones, sequences, counters } = memory;
      const amounts = Object.fromEntries([...owed].map(([name, value]) => [name, `${value}`]));
      const json = [amounts, Object.fromEntries(zones), Object.fromEntries(sequences)].map((one) =>
        JSON.stringify(one),
      );
      sql.putMachine.run(line, unit, told ?? null, row, ...json);
      for (const [counter, { mark, run, lineEpoch }] of counters) {
        const { last, total, seen, seenMs, suspect } = mark;
        const heard = [seen.epoch, seen.sourceMs ?? null, seenMs, run ?? null, lineEpoch];
        const doubted = suspect
          ? [`${suspect.value}`, suspect.sourceMs, suspect.receivedMs]
          : [null, null, null];
        sql.putCounter.run(line, unit, counter, `${last}`, total, ...heard, ...doubted);
      }
    },

    /** Pieces that a person must decide on, with those that lack the same. Within a commit only. */
    addLoose(line: string, loose: Loose): void {
      const { unit, kind, why, pieces, fromMs, untilMs, run } = loose;
      const like = sql.openLike.get(line, unit, kind, why, run);
      if (!like) {
        sql.add.run(line, unit, kind, why, quantityText(pieces), fromMs, untilMs, run);
        return;
      }
      const sum = quantity(like.pieces, 'pieces') + pieces;
      sql.grow.run(quantityText(sum), fromMs, untilMs, like.id);
    },

    loose: (): LooseRow[] => sql.open.all(),

    /** Within a commit only. */
    decide: (id: number, became: string, by: string): void => void sql.decide.run(became, by, id),
  };
}

function keptOf(row: CounterRow): Kept {
  const { last, total, server, source_ms: sourceMs, seen_ms: seenMs, run, suspect } = row;
  const seen = { epoch: server, sourceMs: sourceMs ?? undefined, values: [] as string[] };
  const doubted = suspect && {
    value: BigInt(suspect),
    sourceMs: row.suspect_source_ms!,
    receivedMs: row.suspect_seen_ms!,
  };
  const mark = { last: BigInt(last), total: BigInt(total), seen, seenMs };
  return {
    mark: doubted ? { ...mark, suspect: doubted } : mark,
    run: run ?? undefined,
    lineEpoch: row.line_epoch,
  };
}
