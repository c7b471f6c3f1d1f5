import type { Clock } from '../../shared/clock.ts';
import { keepRunning } from '../../shared/loop.ts';
import type { Intake } from '../line/intake.ts';
import { type Booking, type Parts as BookingParts, type Entry, openBooking } from './booking.ts';
import { type LineHearing, openHearing } from './hearing.ts';
import type { Mapping } from './mapping.ts';
import type { Memory } from './memory.ts';
import type { Listen } from './port.ts';
import type { Tag } from './tags.ts';

/** What is listened to for one line. */
export type Machine = Readonly<{ mapping: Mapping; tags: readonly Tag[]; listen: Listen }>;
type Parts = BookingParts &
  Readonly<{
    machines: readonly Machine[];
    intake: Pick<Intake, 'state'>;
    changed: () => void;
    clock: Clock;
    signal: AbortSignal;
  }>;
export type Machines = ReturnType<typeof openMachines>;

/** A round of booking comes this often at least, ms. */
const roundMs = 100;

/** The machines of this edge's lines: listened to at their pace, booked at ours. */
export function openMachines(parts: Parts) {
  const { machines, book, roster, ledger, intake, changed, clock, signal } = parts;
  const booking = openBooking(parts);
  const lines = machines.map(({ mapping }) =>
    openHearing({
      mapping,
      memories: ledger.read(mapping.line),
      look: book.look,
      lineEpoch: () => roster.actor(mapping.line).head().epoch,
      nowMs: clock.nowMs,
      changed,
    }),
  );

  /** Books what these lines have said, all in one commit. False if the disk did not take it. */
  function bookAll(due: readonly LineHearing[]): boolean {
    const open = due.filter(({ line }) => booking.closed(line) === undefined);
    const rounds = open.flatMap((line) => roundOf(booking, line) ?? []);
    const works = rounds.flatMap(({ works }) => works);
    const stored = new Map<Entry, Memory>();
    const write = () => {
      for (const { entry, work } of works) stored.set(entry, work());
    };
    if (works.length > 0 && !intake.state(write)) return false;
    for (const { line, samples, entries } of rounds) {
      line.stored(
        samples,
        entries.map((entry) => [entry, stored.get(entry) ?? entry.understood.memory] as const),
      );
    }
    return true;
  }

  async function run(): Promise<void> {
    const dueMs = new Map(lines.map((line) => [line, 0]));
    while (!signal.aborted) {
      const nowMs = clock.monotonicMs();
      const due = lines.filter((line) => dueMs.get(line)! <= nowMs);
      bookAll(due);
      for (const line of due) dueMs.set(line, nowMs + line.mapping.session.bookMs);
      const nextMs = Math.min(...dueMs.values(), nowMs + roundMs * 10);
      await clock.sleep(Math.max(1, nextMs - clock.monotonicMs()), signal);
    }
    bookAll(lines);
  }

  return {
    lines,
    ledger,
    loops: () =>
      lines.length === 0
        ? []
        : [
            keepRunning(run()),
            ...machines.map(({ tags, listen }, index) =>
              keepRunning(listen(tags, lines[index]!.listener, signal)),
            ),
          ],
    bookAll: () => bookAll(lines),
  };
}

/** What a line's samples lead to; undefined if the disk has no room for its counts. */
function roundOf(booking: Booking, line: LineHearing) {
  const { entries, samples } = line.read();
  const works = [];
  for (const entry of entries) {
    if (!entry.news) continue;
    const work = booking.prepare(entry);
    if (!work) return undefined;
    works.push({ entry, work });
  }
  return { line, samples, entries, works };
}
