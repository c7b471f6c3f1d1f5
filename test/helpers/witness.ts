import type { Content } from '../../shared/event.ts';
import { quantity, zero } from '../../shared/quantity.ts';
import type { Policy } from '../../statecharts/policy.ts';

export type Said = Content & { line: string };
type Of<T extends Content['type']> = Content<T> & { line: string };

export const micros = (text: string): bigint => quantity(text, 'quantity');
export const is = <T extends Content['type']>(fact: Said, ...types: T[]): fact is Said & Of<T> =>
  (types as string[]).includes(fact.type);

export type Hold = {
  placed: Of<'HoldPlaced'>;
  open: boolean;
  decided: bigint;
  proposer: string;
  approver: string;
  freed: readonly string[];
};

/** What stands before a fact, as a list of what was said: nothing of it is read from the book. */
export type Before = Readonly<{
  said: readonly Said[];
  holds: ReadonlyMap<string, Hold>;
  runs: readonly Of<'PhaseStarted'>[];
  policy: Policy;
  lanes: Readonly<Record<string, number>>;
}>;

export type Rule = (before: Before, fact: Said) => boolean;

export const holdOf = ({ holds }: Before, fact: Said): Hold | undefined =>
  'hold' in fact.body ? holds.get(fact.body.hold) : undefined;

/** Reads facts one by one into `Before`. */
export function openWitness(policy: Policy, lanes: Record<string, number>) {
  const said: Said[] = [];
  const holds = new Map<string, Hold>();
  const early = new Set<string>();
  let runs: Of<'PhaseStarted'>[] = [];

  function decide(fact: Said): void {
    const known = 'hold' in fact.body ? holds.get(fact.body.hold) : undefined;
    if (!known) return;
    if (is(fact, 'HoldReleased', 'HoldCancelled')) known.open = false;
    if (is(fact, 'DispositionProposed')) {
      known.proposer = fact.actor;
      known.approver = '';
    }
    if (is(fact, 'DispositionApproved')) known.approver = fact.actor;
    if (is(fact, 'HoldReduced')) known.freed = [...known.freed, ...fact.body.lots];
    if (is(fact, 'HoldDispositioned')) {
      known.decided += micros(fact.body.quantity);
      known.open = known.decided < micros(known.placed.body.quantity ?? '0');
      known.approver = '';
    }
  }

  return {
    said,
    before: (): Before => ({ said, holds, runs, policy, lanes }),

    hear(fact: Said): void {
      if (is(fact, 'PhaseStarted')) runs = [...runs, fact];
      if (is(fact, 'PhaseEnded')) {
        runs = runs.filter((run) => run.line !== fact.line || run.body.run !== fact.body.run);
      }
      if (is(fact, 'HoldPlaced')) {
        const open = !early.has(fact.body.hold);
        const none = { decided: zero, proposer: '', approver: '', freed: [] };
        holds.set(fact.body.hold, { placed: fact, open, ...none });
      } else if (is(fact, 'HoldReleased') && !holds.has(fact.body.hold)) early.add(fact.body.hold);
      else decide(fact);
      said.push(fact);
    },
  };
}
