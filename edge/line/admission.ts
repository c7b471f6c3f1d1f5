import type { Command } from '../../shared/command.ts';
import { type Kind, kindOf, kinds } from '../store/shedding.ts';

/** Most commands that may wait. */
export const waitingMax = 20_000;
/** A kind is let in while fewer wait than this: the last of the room is for quality alone. */
export const admittedBelow: Readonly<Record<Kind, number>> = {
  quality: waitingMax,
  orders: 18_000,
  counts: 16_000,
  telemetry: 10_000,
};
/** Whoever was turned away is let in again once fewer wait than this. */
export const againBelow = 8_000;
/** Most names that are turned away by what came before; with more, every name is. */
const namesMax = 10_000;

export type Admission = ReturnType<typeof openAdmission>;

/** What orders and counts of an order depend on: what was asked before of the same. */
const namesOf = ({ line, statement: { order, lot } }: Command): string[] => [
  `line ${line}`,
  ...(order === undefined ? [] : [`order ${order}`]),
  ...(lot === undefined ? [] : [`lot ${lot}`]),
];

/**
 * Who is let into the queue when it is long. Within it nobody overtakes: "report, then complete"
 * stays so. For the same reason a line, order or lot of which a count or an order was turned away
 * is let in again only when the queue is short: its completion must not come without it.
 */
export function openAdmission() {
  const names = new Set<string>(); // of which something was turned away
  const turned: Record<Kind, number> = { quality: 0, orders: 0, counts: 0, telemetry: 0 };

  function isBehind(command: Command, kind: Kind): boolean {
    if (kind !== 'orders' && kind !== 'counts') return false;
    return names.size >= namesMax || namesOf(command).some((name) => names.has(name));
  }

  return {
    /** Why the command is not let in while so many wait; undefined if it is. */
    refusal(command: Command, waiting: number): string | undefined {
      if (waiting < againBelow) names.clear();
      const kind = kindOf(command);
      const isLate = isBehind(command, kind);
      if (waiting < admittedBelow[kind] && !isLate) return undefined;
      turned[kind] += 1;
      if (kind === 'orders' || kind === 'counts') {
        for (const name of namesOf(command)) if (names.size < namesMax) names.add(name);
      }
      const says = `intake: ${waiting} commands are waiting already`;
      if (kind === 'quality') return says;
      const why = isLate ? ', and something before it was not let in' : '';
      return `${says}: no ${command.command} now${why}; holds and inspections still get in`;
    },
    /** How many were turned away since start. */
    turned: () => kinds.map((kind) => ({ kind, commands: turned[kind] })),
  };
}
