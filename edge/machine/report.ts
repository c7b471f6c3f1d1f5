import { quantityText } from '../../shared/quantity.ts';
import type { Book } from '../line/book.ts';
import type { EventBecame } from './conditions.ts';
import { type LineHearing, tells } from './hearing.ts';
import { jobOf } from './inhand.ts';
import type { Machines } from './machines.ts';
import { runIn } from './statements.ts';
import { standingIn } from './troubles.ts';

/** Most pieces that nobody owns, and are told of in one status: those that wait longest. */
export const looseMax = 100;
type EventCounts = Partial<Record<EventBecame, number>>;
export type MachinesStatus = ReturnType<typeof readMachines>;

/** What the machines of this edge say, and what of it waits for a person. */
export function readMachines(machines: Machines, book: Book) {
  const loose = machines.ledger.loose();
  return {
    lines: machines.lines.map((line) => lineOf(line, book)),
    unattributedRows: loose.length,
    unattributed: loose.slice(0, looseMax),
  };
}

/** The machines of one line, and its pieces that wait; null where none is listened to. */
export function readMachine(machines: Machines, book: Book, line: string) {
  const hearing = machines.lines.find((one) => one.line === line);
  if (!hearing) return null;
  const loose = machines.ledger.loose().filter((row) => row.line === line);
  return { ...lineOf(hearing, book), unattributed: loose.slice(0, looseMax) };
}

function lineOf(hearing: LineHearing, book: Book) {
  const { link, skewMs, unbound, waiting, dropped } = hearing.figures();
  const telling = tells(hearing.mapping);
  return {
    line: hearing.line,
    ...{ link: link.state, sinceMs: link.sinceMs, detail: link.detail },
    ...{ skewMs, waiting, dropped },
    units: [...hearing.units].map(([unit, { memory, hearing: ear, noted }]) => {
      const { lane } = hearing.mapping.units.get(unit)!;
      const open = runIn(book.look, hearing.line, lane);
      const state = link.state === 'live' ? (ear.state.value ?? null) : null;
      const isComplete = unit === telling && state === 'complete' && open !== undefined;
      const job = open && { order: open.row.order, operation: open.row.operation };
      return {
        unit,
        unbound: unbound.get(unit) ?? [], // why it is not listened to; empty while it is
        state, // null while it is not known
        job: jobOf(ear.heard.get('job')) ?? null, // '' for none; null while it is not known
        proposes: isComplete ? { complete: job! } : null, // a person completes the operation
        rejectsInARow: memory.row,
        levels: [...ear.levels].map(([level, { value = null, zone }]) => {
          return { level, value, zone: zone.value ?? null };
        }),
        alarms: standingIn(ear.troubles).map(({ key, text, atMs }) => ({
          key,
          text,
          sinceMs: atMs,
        })),
        // Whether its server can tell again what stands; null while that is not known.
        events: [...hearing.mapping.units.get(unit)!.events.keys()].map((event) => {
          return { event, refreshes: ear.troubles.conditions.refreshes.get(event) ?? null };
        }),
        eventCounts: Object.fromEntries(ear.troubles.conditions.counts) as EventCounts,
        owed: [...memory.owed]
          .filter(([, pieces]) => pieces < 0n)
          .map(([counter, pieces]) => ({ counter, pieces: quantityText(-pieces) })),
        samples: Object.fromEntries(noted),
        counters: [...memory.counters].map(([counter, { mark }]) => ({
          counter,
          shows: `${mark.last}`,
          counted: `${mark.total}`,
          notBelieved: mark.suspect === undefined ? null : `${mark.suspect.value}`,
        })),
      };
    }),
  };
}
