import type { Database } from '../../shared/database.ts';
import type { Flag } from './counter.ts';
import type { Kept } from './counting.ts';
import type { Zone } from './level.ts';
import { openLooseShelf } from './loose.ts';
import { type Memory, noMemory } from './memory.ts';
import type { Equipment } from './packml.ts';

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
  job: string | null;
  lot: string | null;
  unnamed: string;
};
type MachineRow = {
  unit: string;
  told: string | null;
  row: number;
  owed: string;
  zones: string;
  sequences: string;
  alarms: string;
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
         ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET last = excluded.last, total = excluded.total,
         server = excluded.server, source_ms = excluded.source_ms, seen_ms = excluded.seen_ms,
         run = excluded.run, line_epoch = excluded.line_epoch, suspect = excluded.suspect,
         suspect_source_ms = excluded.suspect_source_ms,
         suspect_seen_ms = excluded.suspect_seen_ms, job = excluded.job, lot = excluded.lot,
         unnamed = excluded.unnamed`,
    ),
    putMachine: db.prepare(
      `INSERT INTO machine VALUES ((SELECT id FROM line WHERE path = ?), ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET told = excluded.told, row = excluded.row, owed = excluded.owed,
         zones = excluded.zones, sequences = excluded.sequences, alarms = excluded.alarms`,
    ),
  };
}

/** What of machines is kept beside the facts, and moves in their transaction. */
export function openMachineLedger(db: Database) {
  const sql = prepare(db);

  return {
    ...openLooseShelf(db),

    /** What was kept of a line's units. */
    read(line: string): Map<string, Memory> {
      const units = new Map<string, Memory>();
      const of = (unit: string): Memory => units.get(unit) ?? noMemory;
      for (const one of sql.machines.iterate(line)) {
        const { unit, told, row, owed, zones, sequences, alarms } = one;
        const amounts = Object.entries(JSON.parse(owed) as Record<string, string>);
        units.set(unit, {
          counters: new Map(),
          owed: new Map(amounts.map(([name, text]) => [name, BigInt(text)])),
          row,
          zones: new Map(Object.entries(JSON.parse(zones) as Record<string, Zone>)),
          sequences: new Map(Object.entries(JSON.parse(sequences) as Record<string, string>)),
          alarms: new Set(JSON.parse(alarms) as string[]),
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
      const { told, row, owed, zones, sequences, alarms, counters } = memory;
      const amounts = Object.fromEntries([...owed].map(([name, value]) => [name, `${value}`]));
      const tables = [amounts, Object.fromEntries(zones), Object.fromEntries(sequences)];
      const json = [...tables, [...alarms]].map((one) => JSON.stringify(one));
      sql.putMachine.run(line, unit, told ?? null, row, ...json);
      for (const [counter, { mark, run, lineEpoch, job, lot, unnamed }] of counters) {
        const { last, total, seen, seenMs, suspect } = mark;
        const heard = [seen.epoch, seen.sourceMs ?? null, seenMs, run ?? null, lineEpoch];
        const doubted = suspect
          ? [`${suspect.value}`, suspect.sourceMs, suspect.receivedMs]
          : [null, null, null];
        const place = [job ?? null, lot ?? null, unnamed.join(' ')];
        const known = [...heard, ...doubted, ...place];
        sql.putCounter.run(line, unit, counter, `${last}`, total, ...known);
      }
    },
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
    ...{ job: row.job ?? undefined, lot: row.lot ?? undefined },
    unnamed: (row.unnamed === '' ? [] : row.unnamed.split(' ')) as Flag[],
    lineEpoch: row.line_epoch,
  };
}
