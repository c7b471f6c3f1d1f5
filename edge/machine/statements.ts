import { type Command, type CommandType, readCommand } from '../../shared/command.ts';
import { quantityText } from '../../shared/quantity.ts';
import { instantMaxMs } from '../../shared/vocabulary.ts';
import { keyOf, type Look, type Tables } from '../../statecharts/tables.ts';
import type { Crossed } from './alarms.ts';
import type { Gain, Kind } from './counting.ts';
import type { StateChange } from './interpreter.ts';
import { plainText } from './plaintext.ts';
import type { Fired } from './rejects.ts';
import type { Use } from './uses.ts';

/** The run in a lane of a line, with its name. */
export type OpenRun = Readonly<{ run: string; row: Tables['run']; unit: string }>;
type Pieces = Readonly<Record<Kind, bigint>>;
type Made = Readonly<{ line: string; unit: string; newId: () => string }>;

/** The run that is open in a lane, if its order is known. */
export function runIn(look: Look, line: string, lane: number): OpenRun | undefined {
  const run = look('lane', keyOf(line, lane));
  const row = run === undefined ? undefined : look('run', keyOf(line, run));
  const order = row && look('order', row.order);
  return order && { run: run!, row, unit: order.unit };
}

const timely = (atMs: number) => {
  const at = Math.round(atMs);
  return at >= 0 && at <= instantMaxMs ? { atMs: at } : {};
};

function commandOf(
  { line, unit, newId }: Made,
  type: CommandType,
  about: object,
  flags: readonly string[],
): Command {
  const actor = `machine:${unit}`;
  const command = readCommand({ commandId: newId(), line, type, actor, ...about });
  if (flags.length === 0) return command;
  return { ...command, statement: { ...command.statement, flags: flags.join(' ') } as never };
}

/** Pieces of one booking, as a report on the open run. */
export function reportOf(
  made: Made,
  { run, row, unit }: OpenRun,
  pieces: Pieces,
  gains: readonly Gain[],
  lot: string | undefined,
): Command {
  const amounts = Object.entries(pieces).map(([kind, amount]) => [kind, quantityText(amount)]);
  const body = {
    ...{ run, phase: row.phase, ...Object.fromEntries(amounts), held: '0' },
    ...{ unit, inRework: row.rework, given: spansOf(gains) },
  };
  const { order, operation } = row;
  const lotOf = lot === undefined ? {} : { lot };
  const about = { order, operation, ...lotOf, ...timely(Math.max(...gains.map((g) => g.atMs))) };
  return commandOf(made, 'ReportQuantity', { ...about, body }, flagsOf(gains));
}

/** "good 100→110, scrap 3→4": what the counters showed before and after. */
function spansOf(gains: readonly Gain[]): string {
  const counters = [...new Set(gains.map(({ counter }) => counter))];
  const spans = counters.map((counter) => {
    const own = gains.filter((gain) => gain.counter === counter);
    return `${counter} ${own[0]!.from}→${own.at(-1)!.to}`;
  });
  return spans.join(', ').slice(0, 200);
}

/** Material that was used, as consumed by the open run's operation; of a lot that is known. */
export function consumptionOf(made: Made, { row }: OpenRun, use: Use): Command {
  const { material, measure, lot, quantity, gains } = use;
  const body = {
    ...{ material, quantity: quantityText(quantity), unit: measure },
    given: spansOf(gains),
  };
  const { order, operation } = row;
  const about = { order, operation, lot, ...timely(Math.max(...gains.map((g) => g.atMs))) };
  return commandOf(made, 'ConsumeMaterial', { ...about, body }, flagsOf(gains));
}

const flagsOf = (gains: readonly Gain[]) => [...new Set(gains.flatMap((gain) => gain.flags))];

/** A state of the machine, as the line's. */
export function stateChangeOf(made: Made, change: StateChange): Command {
  const { state, reason, isResync } = change;
  const about = { ...timely(change.atMs), body: { state, reason: plainText(reason) } };
  return commandOf(made, 'ChangeEquipmentState', about, isResync ? ['resync'] : []);
}

/** A measured value out of its limits, as a nonconformance, with its hold where one is asked. */
export function raisedBy(made: Made, crossed: Crossed, open?: OpenRun): Command[] {
  const nonconformance = made.newId();
  const { reason, atMs, hold } = crossed;
  const run = open ? { order: open.row.order, operation: open.row.operation } : {};
  const about = { ...run, ...timely(atMs), body: { nonconformance, reason: plainText(reason) } };
  const raised = commandOf(made, 'RaiseNonconformance', about, []);
  const held = hold && holdOf(made, { rule: 0, hold, reason }, open, nonconformance);
  return held ? [raised, held] : [raised];
}

/** The hold that a rule of the plant asks for; none of an operation where none is worked on. */
export function holdOf(
  made: Made,
  { hold: scope, reason }: Fired,
  open?: OpenRun,
  nonconformance?: string,
): Command | undefined {
  if (scope !== 'line' && !open) return undefined;
  const about = open && scope !== 'line' ? { order: open.row.order } : {};
  const operation = open && scope === 'operation' ? { operation: open.row.operation } : {};
  const named = nonconformance === undefined ? {} : { nonconformance };
  const body = { hold: made.newId(), scope, reason: plainText(reason), ...named };
  return commandOf(made, 'PlaceHold', { ...about, ...operation, body }, []);
}
