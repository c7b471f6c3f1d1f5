import { type Command, readCommand } from '../../shared/command.ts';
import { Fault } from '../../shared/fault.ts';
import { id, integer, invalid, optional, prose, readFields, text } from '../../shared/field.ts';
import { lineField } from '../../shared/subject.ts';
import { instantMaxMs } from '../../shared/vocabulary.ts';
import { keyOf } from '../../statecharts/tables.ts';
import type { Answer } from '../line/answers.ts';
import type { Book } from '../line/book.ts';
import type { Intake } from '../line/intake.ts';
import type { Roster } from '../line/roster.ts';
import { committing } from './commit.ts';
import { acceptSuspect } from './counter.ts';
import { type Kept, piecesOf } from './counting.ts';
import { type LooseRow, ofPieces } from './loose.ts';
import type { Machines } from './machines.ts';
import type { Counter } from './mapping.ts';
import { ruleOf } from './tags.ts';

const by = id('Who decides: "person:…".', 64);
export const piecesFields = {
  id: integer('Which pieces, as the status tells.', 1, Number.MAX_SAFE_INTEGER),
  run: optional(id('The open run that they belong to.')),
  lot: optional(id('The lot that was consumed, where nobody knew it.')),
  reason: optional(prose('Why they belong to none, in words.')),
  by,
};
export const counterFields = {
  line: lineField,
  unit: text('Machine of the line.', 40),
  counter: text('Its counter.', 40),
  by,
};
type Parts = Readonly<{
  machines: Machines;
  book: Book;
  roster: Roster;
  intake: Pick<Intake, 'state'>;
  newId: () => string;
}>;
export type MachineDesk = ReturnType<typeof openMachineDesk>;

/** What a counter of consumption counts; its lot is the one of its mark. */
const materialOf = ({ material = '', unit: measure = '' }: Counter, { lot = '' }: Kept) => {
  return { material, measure, lot };
};

const least = (counts: bigint): bigint => (counts > 0n ? counts : 0n);

/** What people decide about machines: whose pieces are, and where a counter goes on. */
export function openMachineDesk({ machines, book, roster, intake, newId }: Parts) {
  const { ledger } = machines;
  const commit = committing(intake);

  function find(wanted: number): LooseRow {
    const row = ledger.loose().find((loose) => loose.id === wanted);
    if (row) return row;
    throw new Fault('UNKNOWN', `pieces.id: ${wanted} are none that wait for a decision`);
  }

  /** What an entry becomes on an open run: pieces are reported, material is consumed. */
  function commandOf(row: LooseRow, run: string, person: string, lot?: string): Command {
    const open = book.look('run', keyOf(row.line, run));
    const order = open && book.look('order', open.order);
    if (!order) throw new Fault('REFUSED', `pieces.run: ${run} is no open run of ${row.line}`);
    const { phase, rework: inRework, operation } = open;
    const given = `${row.unit}: ${row.pieces} ${row.kind}, ${row.why}`;
    const at = Math.min(instantMaxMs, Math.max(0, row.untilMs));
    const about = {
      ...{ commandId: newId(), line: row.line, actor: person, atMs: at },
      ...{ order: open.order, operation },
    };
    if (row.kind !== 'consumed') {
      if (lot !== undefined)
        throw invalid('pieces.lot', 'must be given for consumed material only');
      const amounts = { good: '0', scrap: '0', rework: '0', held: '0', [row.kind]: row.pieces };
      const body = { run, phase, ...amounts, unit: order.unit, inRework, given };
      return readCommand({ ...about, type: 'ReportQuantity', body });
    }
    const used = lot ?? row.lot;
    if (used === '') throw invalid('pieces.lot', `must be given: of which ${row.material}?`);
    const body = { material: row.material, quantity: row.pieces, unit: row.measure, given };
    return readCommand({ ...about, type: 'ConsumeMaterial', lot: used, body });
  }

  return {
    /**
     * Pieces belong to an open run, and are reported on it, or to none. Throws Fault UNKNOWN for
     * what does not wait for a decision, Fault REFUSED for a run that is not open. The answer is
     * that of the report; one that is refused leaves the pieces where they are.
     */
    pieces(given: unknown): Answer | { status: 'discarded' } {
      const read = readFields(piecesFields, given, 'pieces');
      const { id: wanted, run, reason, lot, by: person } = read;
      if ((run === undefined) === (reason === undefined)) {
        throw new Fault('INVALID', 'pieces: must have one of run and reason');
      }
      const row = find(wanted);
      if (run === undefined) {
        commit(() => ledger.decide(row.id, `none: ${reason}`, person));
        return { status: 'discarded' };
      }
      const command = commandOf(row, run, person, lot);
      let answer: Answer | undefined;
      commit(() => {
        answer = roster.actor(row.line).decide(command);
        if (answer.status === 'accepted') ledger.decide(row.id, command.commandId, person);
      });
      return answer!;
    },

    /**
     * A counter goes on from the value that was not believed. What it would have counted waits
     * among the pieces that nobody owns, for a person to say. Throws Fault UNKNOWN.
     */
    accept(given: unknown): { status: 'accepted'; from: string; to: string } {
      const { line, unit, counter } = readFields(counterFields, given, 'counter');
      const hearing = machines.lines.find((one) => one.line === line);
      const known = hearing?.units.get(unit)?.memory;
      const kept = known?.counters.get(counter);
      if (!hearing || !known || !kept?.mark.suspect) {
        throw new Fault('UNKNOWN', `counter: ${counter} of ${unit} shows nothing to be accepted`);
      }
      const { mark } = kept;
      const to = kept.mark.suspect.value;
      const next = { ...kept, mark: acceptSuspect(mark) };
      const memory = { ...known, counters: new Map(known.counters).set(counter, next) };
      const rule = hearing.mapping.units.get(unit)!.counters.get(counter)!;
      const rise = to - mark.last;
      // Of a fall nobody knows more than what was counted since it began anew.
      const counts = rise < 0n ? least(to - ruleOf(rule).resetTo) : rise;
      commit(() => {
        ledger.write(line, unit, memory);
        if (!rule.counts || counts === 0n) return;
        ledger.addLoose(line, {
          ...{ unit, kind: rule.counts, why: 'implausible' },
          ...{ run: kept.run ?? '', job: kept.job ?? '' },
          ...(rule.counts === 'consumed' ? materialOf(rule, kept) : ofPieces),
          pieces: piecesOf(counts, rule.each, rule.decimals),
          fromMs: mark.seenMs,
          untilMs: Math.max(mark.seenMs, kept.mark.suspect!.receivedMs),
        });
      });
      hearing.accept(unit, memory);
      return { status: 'accepted', from: `${mark.last}`, to: `${to}` };
    },
  };
}
