import { equipmentStates } from '../../shared/event.ts';
import {
  choice,
  type Fields,
  fallback,
  flag,
  integer,
  optional,
  prose,
  type Read,
} from '../../shared/field.ts';
import { commands } from './packml.ts';

/** How good the values are that it tells. */
export const qualities = ['Good', 'UncertainLastUsableValue', 'BadNoCommunication'] as const;

/** Everything that a machine can be asked to do while it runs, and what each is told. */
export const acts = {
  make: {
    good: fallback(integer('Good pieces, at once.', 0, 1_000_000), 0),
    bad: fallback(integer('Bad pieces, at once.', 0, 1_000_000), 0),
    rework: fallback(integer('Pieces to be worked again, at once.', 0, 1_000_000), 0),
  },
  produce: {
    perS: integer('Pieces a second while it executes; 0 for none.', 0, 1_000),
    badPerMille: fallback(integer('So many of 1,000 are bad.', 0, 1_000), 0),
  },
  command: { name: choice('PackML command.', commands) },
  state: { state: choice('State it is in from now on, on no way of PackML.', equipmentStates) },
  mode: { mode: integer('1 produce, 2 maintenance, 3 manual.', 0, 31) },
  lot: { lot: prose('Lot that is made.', 40) },
  level: { value: integer('Level, thousandths.', -1_000_000_000, 1_000_000_000) },
  stopReason: {
    code: integer('Why it stopped; 0 for nothing.', 0, 1_000_000),
    message: fallback(prose('The same in words.'), ''),
  },
  /** A signal that is high for a while, and low as long: so many times. Done after the last. */
  pulse: {
    times: fallback(integer('How many.', 1, 1_000), 1),
    heldMs: fallback(integer('High, and then low, so long, ms.', 1, 10_000), 200),
  },
  /** An alarm stands, or no more: in PackML's list, and as a condition of OPC UA. */
  alarm: {
    id: integer('Which.', 1, 1_000_000),
    stands: fallback(flag('False once it is over.'), true),
    message: fallback(prose('The same in words.'), ''),
    severity: fallback(integer('How bad it is.', 1, 1_000), 500),
  },
  /** An event of OPC UA, which is over at once. */
  event: {
    message: prose('What happened.'),
    severity: fallback(integer('How bad it is.', 1, 1_000), 100),
    source: fallback(prose('Its SourceName; the unit if empty.', 100), ''),
  },
  result: { passed: flag('What the check found.'), lot: fallback(prose('Of the lot.', 40), '') },
  /** Pieces one by one, or levels, as fast as can be: more than a client's queue holds. */
  flood: {
    values: integer('How many.', 1, 100_000),
    of: fallback(choice('What changes.', ['pieces', 'level']), 'pieces'),
  },
  /** Tells the last values of the counters and of the state again, with the times they had. */
  repeat: { last: integer('How many of each.', 1, 50) },
  quality: { quality: choice('Of all values from now on.', qualities) },
  /** Source timestamps are so far off from now on. */
  shiftTime: { ms: integer('0 for right again.', -86_400_000, 86_400_000) },
  /** Every session is over, and its subscriptions with it, as after its time-out. */
  expireSessions: {},
  password: { password: prose('From the next login on.', 100) },
  /** The server comes back on its port with another key and certificate, the counters kept. */
  certificate: {},
  /** A recording that did not begin by itself begins. */
  play: {},
  /** The job in hand is done; `good` false: aborted. */
  endJob: {
    good: fallback(flag('Whether it was completed.'), true),
    saysGood: optional(integer('Good pieces that its result says; as made if absent.', 0, 1e6)),
    saysScrap: optional(integer('Bad pieces that its result says.', 0, 1e6)),
  },
  /** What is written is taken, and not shown. */
  deaf: { on: flag('False for hearing again.') },
  results: { told: flag('False: it knows no result of any job.') },
} as const satisfies Record<string, Fields>;

export type Act = keyof typeof acts;
export const actNames = Object.keys(acts) as [Act, ...Act[]];
/** What an act is told; what has a standard may be left out. */
export type Told<A extends Act> = Partial<Read<(typeof acts)[A]>>;
