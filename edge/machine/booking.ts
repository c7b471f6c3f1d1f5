import type { Command } from '../../shared/command.ts';
import type { Fault } from '../../shared/fault.ts';
import type { Book } from '../line/book.ts';
import type { Roster } from '../line/roster.ts';
import type { Disk } from '../store/disk.ts';
import { type Gain, kinds, type Why } from './counting.ts';
import type { JobName } from './docket.ts';
import type { Understood } from './interpreter.ts';
import type { MachineLedger } from './ledger.ts';
import { ofPieces } from './loose.ts';
import type { Unit } from './mapping.ts';
import {
  consumptionOf,
  holdOf,
  type OpenRun,
  raisedBy,
  reportOf,
  runIn,
  stateChangeOf,
} from './statements.ts';
import { isUse, type Use, usesOf } from './uses.ts';

export type Parts = Readonly<{
  book: Book;
  roster: Roster;
  ledger: MachineLedger;
  barred: (line: string) => Fault | undefined;
  disk: Pick<Disk, 'refusal'>;
  newId: () => string;
  /** Pieces of a unit were reported on an operation; within the same commit. */
  counted?: (unit: Omit<JobName, 'job'> & OfOperation, good: bigint, scrap: bigint) => void;
}>;
type OfOperation = Readonly<{ order: string; operation: string }>;
/** What one unit has said, understood and not yet stored. */
export type Entry = Readonly<{
  line: string;
  name: string;
  unit: Unit;
  lot: string | undefined;
  news: boolean; // something of it must be stored
  before: Understood['memory'];
  understood: Understood;
}>;
export type Booking = ReturnType<typeof openBooking>;
/** How one entry is stored; the memory is what stands then. Within a commit only. */
export type Ready = () => Understood['memory'];

/** Turns what machines have said into facts of their lines, through the lines' own actors. */
export function openBooking({ book, roster, ledger, barred, disk, newId, counted }: Parts) {
  /** Decides a command; returns why it was refused, if it was. */
  function decide(command: Command): string | undefined {
    const answer = roster.actor(command.line).decide(command);
    return answer.status === 'refused' ? answer.reason : undefined;
  }

  const looseOf = ({ name, before }: Entry, gains: readonly Gain[], why: Why) => ({
    ...{ unit: name, why, run: runBefore(before, gains), job: gains.at(-1)!.job },
    fromMs: Math.round(Math.min(...gains.map(({ fromMs }) => fromMs))),
    untilMs: Math.round(Math.max(...gains.map(({ atMs }) => atMs))),
  });

  function addPieces(entry: Entry, why: Why, under: Why | undefined): void {
    const { line, unit, understood } = entry;
    const own = understood.gains.filter((gain) => gain.why === under && !isUse(unit, gain));
    const amounts = understood.sums.get(under)!;
    for (const kind of kinds) {
      if (amounts[kind] === 0n) continue;
      const pieces = { kind, pieces: amounts[kind], ...ofPieces };
      ledger.addLoose(line, { ...looseOf(entry, own, why), ...pieces });
    }
  }

  function addUse(entry: Entry, use: Use, why: Why): void {
    const { material, measure, lot = '', quantity, gains } = use;
    const used = { kind: 'consumed', pieces: quantity, material, measure, lot } as const;
    ledger.addLoose(entry.line, { ...looseOf(entry, gains, why), ...used });
  }

  /** What is consumed, each with its command where nothing speaks against it. */
  const usesBy = ({ line, name, unit, understood }: Entry, open: OpenRun | undefined) =>
    usesOf(unit, understood.gains).map((use) => {
      const made = { line, unit: name, newId };
      const isKnown = use.why === undefined && open !== undefined;
      return { use, command: isKnown ? consumptionOf(made, open, use) : undefined };
    });

  return {
    /** Why nothing may be stated on a line now; what was said waits until it may be. */
    closed: (line: string): string | undefined =>
      barred(line)?.message ?? roster.actor(line).failure(),

    /**
     * How an entry is stored: the facts it leads to, what belongs to no job, and the marks that
     * account for both, in one transaction. Undefined if the disk has no room for its counts now.
     * A state that the disk does not take is left out, and told when there is room.
     */
    prepare(entry: Entry): Ready | undefined {
      const { line, name, unit, lot, understood } = entry;
      const { sums, gains, state, fired, crossed, memory } = understood;
      const made = { line, unit: name, newId };
      const open = runIn(book.look, line, unit.lane);
      const own = gains.filter((gain) => gain.why === undefined && !isUse(unit, gain));
      const pieces = sums.get(undefined);
      const report = pieces && open && reportOf(made, open, pieces, own, lot);
      const uses = usesBy(entry, open);
      const counts = [report, ...uses.map(({ command }) => command)];
      if (counts.some((one) => one && disk.refusal(one) !== undefined)) return undefined;
      const change = state && stateChangeOf(made, state);
      const isTold = change === undefined || disk.refusal(change) === undefined;
      const holds = fired.flatMap((rule) => holdOf(made, rule, open) ?? []);
      const raised = crossed.flatMap((one) => raisedBy(made, one, open));
      return () => {
        if (change && isTold) decide(change);
        if (report && decide(report) !== undefined) addPieces(entry, 'refused', undefined);
        else if (report) {
          const { order, operation } = open.row;
          counted?.({ line, unit: name, order, operation }, pieces.good, pieces.scrap);
        }
        for (const why of sums.keys()) if (why !== undefined) addPieces(entry, why, why);
        for (const { use, command } of uses) {
          const isStated = command !== undefined && decide(command) === undefined;
          if (!isStated) addUse(entry, use, use.why ?? 'refused');
        }
        for (const command of [...holds, ...raised]) decide(command);
        const stored = isTold ? memory : { ...memory, told: entry.before.told };
        ledger.write(line, name, stored);
        return stored;
      };
    },
  };
}

/** The run that was open before the pieces were made, as far as it is known. */
const runBefore = ({ counters }: Understood['memory'], gains: readonly Gain[]): string =>
  gains.flatMap(({ counter }) => counters.get(counter)?.run ?? []).at(0) ?? '';
