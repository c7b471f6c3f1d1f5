import { equipmentStates } from '../../shared/event.ts';
import {
  choice,
  fallback,
  flag,
  integer,
  invalid,
  list,
  optional,
  prose,
  type Read,
  record,
  some,
  text,
} from '../../shared/field.ts';
import { lot, material, unit } from '../../shared/vocabulary.ts';
import { dictionary, number, word } from './fields.ts';
import { sendingFields } from './jobmap.ts';

export const profiles = ['packml-opc30050', 'packml-tags', 'generic'] as const;
const address = (doc: string) => text(`${doc} "/m:Filler/m:Good", or "m;s=Filler.Good".`, 400);

/** Names of PackML's lists are no names of events: both are beginnings of an alarm's key. */
const eventName = {
  ...word(''),
  read(value: unknown, name: string): string {
    const read = word('').read(value, name);
    if (read !== 'alarm' && read !== 'warning') return read;
    throw invalid(name, 'must not be alarm or warning');
  },
};

const counterFields = {
  at: optional(address('Where it is; a profile knows it by `from`.')),
  from: optional(text("The profile's name for it, e.g. ProdProcessedCount.", 100)),
  index: fallback(integer('Which of an array.', 0, 1_000), 0),
  field: fallback(choice('Of a PackML count.', ['accCount', 'count']), 'accCount'),
  derive: optional(
    record('Not read but reckoned: one counter less others of the unit.', {
      from: word('Counter of all pieces.'),
      less: some(list(word('Counter of pieces that are not of this kind.'), 10)),
    }),
  ),
  pulse: optional(
    record('No counter but a pulse: each rise is one count.', {
      at: address('Where it is, a boolean.'),
      heldMs: integer('It is high so long at least, and low as long, ms.', 2, 600_000),
    }),
  ),
  counts: optional(
    choice('What a count is to the operation.', ['good', 'scrap', 'rework', 'consumed']),
  ),
  material: optional({ ...material, doc: 'Material that is consumed.' }),
  unit: optional({ ...unit, doc: 'Unit of measure of what is consumed, as the ERP spells it.' }),
  lot: optional({ ...lot, doc: 'Lot that is consumed, always the same.' }),
  lotAt: optional(address('Where the lot that is consumed is told.')),
  bits: fallback(integer('It starts again after so many bits.', 8, 64), 32),
  maxPerSec: optional(number('Counts that the machine can make in a second.', 0.001, 1e6)),
  slack: fallback(integer('Counts that are believed at once.', 0, 1e6), 5),
  resetTo: fallback(integer('Where it begins after a reset.', -(2 ** 31), 2 ** 31), 0),
  each: fallback(integer('Pieces of one count.', 1, 1e6), 1),
  decimals: fallback(integer('Decimals of its value that count.', 0, 6), 0),
};

export const unitFields = {
  profile: choice('How the machine tells its state and its counts.', profiles),
  root: optional(address('Where its profile begins.')),
  lane: fallback(integer('Lane of the line whose run its pieces belong to.', 1, 1_000), 1),
  tellsLine: optional(flag("True if the unit's state is the line's; the first unit's if absent.")),
  counters: fallback(
    dictionary('Counters by a name.', word(''), record('A counter.', counterFields), 50),
    new Map(),
  ),
  state: optional(
    record('State of a generic machine.', {
      at: address('Where it is.'),
      map: dictionary(
        'PackML state for each value.',
        text('', 100),
        choice('PackML state.', equipmentStates),
        100,
      ),
    }),
  ),
  debounceMs: fallback(integer('A state counts once it has stood so long, ms.', 0, 600_000), 250),
  mode: optional(record('Mode of the machine.', { at: address('Where it is.') })),
  produceIn: fallback(list(integer('Mode in which pieces are production.', 0, 1_000), 50), [1]),
  job: optional(
    record('What the machine says it works on: an order, or order/operation.', {
      at: address('Where it is.'),
    }),
  ),
  lot: optional(record('Lot that is made.', { at: address('Where it is.') })),
  stopReason: optional(record('Why it stopped.', { at: address('Where it is.') })),
  reasons: fallback(
    dictionary('Words for each code.', text('', 100), prose('Reason.'), 1_000),
    new Map(),
  ),
  results: fallback(
    dictionary(
      'Results by a name.',
      word(''),
      record('A result with its handshake number: new only when the number changes.', {
        at: address('Where the result is.'),
        sequence: address('Where its number is.'),
        passed: list(text('Value that says passed.', 100), 20),
      }),
      20,
    ),
    new Map(),
  ),
  ...sendingFields,
  levels: fallback(
    dictionary(
      'Measured values that have limits, by a name.',
      word(''),
      record('A measured value.', {
        at: address('Where it is.'),
        low: optional(number('Below it is too low.', -1e15, 1e15)),
        high: optional(number('Above it is too high.', -1e15, 1e15)),
        hysteresis: fallback(number('So far back it must be to be well again.', 0, 1e15), 0),
        deadband: fallback(number('A change that is smaller is none.', 0, 1e15), 0),
        debounceMs: fallback(
          integer('It counts once it has stood so long, ms.', 0, 600_000),
          1_000,
        ),
        raise: text('What a nonconformance says then, before the value.', 100),
        hold: optional(choice('What is held as well.', ['operation', 'order', 'line'])),
      }),
      50,
    ),
    new Map(),
  ),
  alarms: optional(
    record('Alarms of a PackML profile.', {
      entries: fallback(integer('So many of Admin.Alarm.', 0, 20), 4),
      warnings: fallback(integer('So many of Admin.Warning.', 0, 20), 0),
      raise: fallback(
        list(
          record('What one of them leads to: the first of these that names it.', {
            ids: fallback(list(text('Its ID; any if none is named.', 40), 100), []),
            reason: text('What a nonconformance says then, before its words.', 100),
            hold: optional(choice('What is held as well.', ['operation', 'order', 'line'])),
          }),
          50,
        ),
        [],
      ),
    }),
  ),
  events: fallback(
    dictionary(
      'Events and conditions of OPC UA, by a name.',
      eventName,
      record('Those of one node.', {
        at: address('The node that tells them; "ua;i=2253" is the server.'),
        severity: fallback(integer('Less severe ones are passed over.', 1, 1_000), 1),
        sources: fallback(list(text('SourceName; any if none is named.', 200), 50), []),
        types: fallback(list(address('EventType, exactly; any if none is named.'), 50), []),
        raise: optional(text('What a nonconformance says then, before the message.', 100)),
        hold: optional(choice('What is held as well.', ['operation', 'order', 'line'])),
      }),
      20,
    ),
    new Map(),
  ),
  rules: fallback(
    list(
      record('What the plant wants done by itself.', {
        rejectsInARow: integer('So many rejects without a good one between.', 2, 10_000),
        hold: choice('What is held then.', ['operation', 'order', 'line']),
        reason: prose('Why, in words.'),
      }),
      10,
    ),
    [],
  ),
};

export type Unit = Read<typeof unitFields>;
export type Counter = Read<typeof counterFields>;
