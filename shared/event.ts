import { deskBodies } from './deskfact.ts';
import {
  amount,
  choice,
  type Fields,
  flag,
  id,
  integer,
  list,
  optional,
  prose,
  type Read,
  record,
  someAmount,
} from './field.ts';
import { versions } from './master.ts';
import { materialBodies } from './material.ts';
import { peopleBodies } from './personal.ts';
import { qualityBodies } from './quality.ts';
import { runtimeBodies } from './runtime.ts';
import { given, material, reason, unit } from './vocabulary.ts';

/** States an observed line can be in: all seventeen of PackML (ISA-TR88.00.02). */
export const equipmentStates = [
  ...(['clearing', 'stopped', 'starting', 'idle', 'suspended', 'execute', 'stopping'] as const),
  ...(['aborting', 'aborted', 'holding', 'held', 'unholding', 'suspending'] as const),
  ...(['unsuspending', 'resetting', 'completing', 'complete'] as const),
] as const;

export const phases = ['setup', 'run', 'breakdown'] as const;

const run = id('Identity of the run: one open stretch of work in one lane.');

/**
 * The facts a line can state (names ours, meanings ISA-95 and ISA-88), and the body of each.
 *
 * Past tense, never edited; a later fact corrects an earlier one. Order, operation and lot stand in
 * the envelope. Quantities are decimal texts in the body's one unit.
 */
export const bodies = {
  OrderReleased: {
    material,
    quantity: someAmount('Order quantity.'),
    unit,
    tolerancePercent: optional(integer('Over-completion allowed, percent.', 0, 100)),
    operations: optional(
      list(
        record('One step of the routing.', {
          operation: id('Operation number.'),
          name: prose('What is done.'),
        }),
        100,
      ),
    ),
    versions,
  },
  OrderChanged: {
    quantity: optional(someAmount('Order quantity from now on.')),
    tolerancePercent: optional(integer('Over-completion allowed, percent.', 0, 100)),
  },
  OrderCancelRequested: { reason },
  OrderCompleted: {},
  OrderReopened: { reason },
  OrderClosed: {
    facts: optional(integer('Facts about the order that the edge stated before.', 0, 1e12)),
  },
  OperationStarted: { name: optional(prose('What is done.')) },
  PhaseStarted: {
    run,
    phase: choice('Kind of work.', phases),
    lane: integer('Which of the parallel places at the line.', 1, 1_000),
    rework: flag('True in a rework loop, which has its own counters.'),
  },
  RunStaffed: { run, people: list(id('Person at the run from now on.', 64), 20) },
  QuantityReported: {
    run,
    phase: choice('Kind of work.', phases),
    good: amount('Good quantity.'),
    scrap: amount('Scrapped quantity.'),
    rework: amount('Quantity to be reworked.'),
    held: amount('Quantity that quality holds; in neither of the others.'),
    unit,
    inRework: flag('True when these came out of a rework loop: not counted again as new.'),
    given,
    reason: optional(reason),
  },
  PhaseEnded: {
    run,
    statedMs: optional(integer('Duration as the source states it, ms.', 0, 1e12)),
    elapsedMs: optional(
      integer('Duration without what the clock was set by meanwhile, ms.', 0, 1e12),
    ),
  },
  OperationPaused: { reason },
  OperationResumed: {},
  OperationCompleted: {},
  ...materialBodies,
  ...qualityBodies,
  EquipmentStateChanged: { state: choice('PackML state.', equipmentStates), reason },
  ShiftStarted: { people: list(id('Person at the line.'), 100) },
  ...runtimeBodies,
  ...peopleBodies,
  ...deskBodies,
} as const satisfies Record<string, Fields>;

export type FactType = keyof typeof bodies;
export type BodyOf<T extends FactType> = Read<(typeof bodies)[T]>;
export const factTypes = Object.keys(bodies) as FactType[];
export const isFactType = (value: unknown): value is FactType =>
  typeof value === 'string' && Object.hasOwn(bodies, value);

/** How far the edge trusts the time of a fact: its own clock, or one that it cannot check. */
export type ClockQuality = 'edge' | 'source';

/**
 * What is not known of the edge's clock when a fact is recorded: nobody has checked it of late, or
 * it is known to be wrong. Absent while it agrees with central's, and before anybody looked.
 */
export type ClockTrust = 'unchecked' | 'suspect';

/** What a fact is about and who stated it. Ids are texts, for ever. */
export type Context = Readonly<{
  actor: string; // "person:4445", "machine:plc-7", "system:import"
  correlationId: string;
  causationId?: string;
  commandId?: string;
  order?: string;
  operation?: string;
  lot?: string;
  serial?: string;
  shift?: string;
  workCenter?: string;
  costObject?: string;
  productionDay?: string; // "2012-03-30", by the plant's calendar when it was stated
  flags?: string; // what a person should know of it, e.g. "overCompletion late"
  atLocal?: string; // "2012-10-28T02:30", as it was given; `atMs` is what was made of it
  clockTrust?: ClockTrust; // of `recordedMs`
  checked?: string; // what the order guard said: "3" by set 3 of reference data, or "0" by none
}>;

/** What a line states, before it has its place. `version` is the body's. */
export type Statement<T extends FactType = FactType> = {
  [K in T]: Context & Readonly<{ type: K; version: number; atMs: number; body: BodyOf<K> }>;
}[T];

/** A statement that was accepted: with its identity and the edge's own time. */
export type Content<T extends FactType = FactType> = Statement<T> &
  Readonly<{
    eventId: string; // UUIDv7, given once, never changed
    recordedMs: number; // the edge's clock, Unix time
    clock: ClockQuality; // whose clock `atMs` is
  }>;

/** A fact's place. Order is always the sequence, never a clock. */
export type Position = Readonly<{
  line: string; // "acme/lyon/turning/M03": enterprise, site, area, line (ISA-95)
  epoch: number; // which incarnation of the line's store wrote it, 1, 2, 3 …
  sequence: number; // 1, 2, 3 … per line and epoch, no holes
}>;

export type Fact<T extends FactType = FactType> = Content<T> & Position;
