import { environments } from '../../../shared/environment.ts';
import { factTypes, phases } from '../../../shared/event.ts';
import { certificateStates } from '../../../shared/pki.ts';
import { dispositions, holdScopes } from '../../../shared/quality.ts';
import { diskLevels } from '../../../shared/runtime.ts';
import { hold as holdChart } from '../../../statecharts/hold.ts';
import { operation as operationChart } from '../../../statecharts/operation.ts';
import { order as orderChart } from '../../../statecharts/order.ts';
import { completions } from '../../../statecharts/tolerance.ts';
import { recentMax } from '../../http/recent.ts';
import { holdsMax, lotsMax, ordersMax } from '../../http/status.ts';
import {
  amount,
  bytes,
  clock,
  count,
  counts,
  flag,
  integer,
  lasts,
  lineState,
  listOf,
  mark,
  maybe,
  ms,
  object,
  of,
  one,
  ref,
  text,
  ways,
} from './shapes.ts';

const sums = { ...counts, reports: count('Reports that are in these sums.') };
const openHolds = of('Open holds.', listOf(text));

/** A hold as every answer tells it; what it does not say of itself is absent. */
const holdFields = {
  ...{ hold: text, state: one(holdChart.states), line: of('Where it was placed.') },
  scope: one([...holdScopes, ''], 'What is held; "" while its placing is not known here.'),
  ...{ reason: text, placedBy: of('"person:…".'), placedMs: ms },
  suspect: maybe(of('Good reported since it was placed elsewhere, before it was known.', amount)),
  proposal: maybe(
    object({ disposition: one(dispositions), quantity: amount, by: of('Who proposes.') }),
  ),
  quantity: maybe(of('Held; null where no quantity was said.', amount)),
  remaining: of('Not decided yet.', amount),
};
const holdMore = {
  ...{ order: text, operation: text, lot: text, unit: text },
  reach: of('Lots that it holds: its own and what was made of it.', listOf(text)),
  outcome: one(factTypes, 'The fact that closed it.'),
  origin: one(['central'], 'It was placed by central; absent for one that was placed here.'),
  ...{ reviewedBy: of('Who began the review.'), nonconformance: text },
};
export const hold = object(holdFields, holdMore);

/** A fact in a list of the last ones, with how far it came. */
export const markedFact = object({
  ...{ line: text, epoch: integer, sequence: integer, eventId: text },
  ...{ type: one(factTypes), atMs: of('When it was true, Unix time, ms.', ms), actor: text },
  ...{ order: maybe(text), operation: maybe(text), lot: maybe(text) },
  body: of('What a fact of this type says.', { type: 'object' }),
  flags: maybe(of('What a person should know of it, separated by blanks.')),
  mark: { ...mark, minimum: 1 },
});

const openRun = object(
  {
    ...{ run: text, order: text, operation: text, lane: { ...integer, minimum: 1 } },
    ...{ phase: one(phases), rework: flag, startedMs: ms },
  },
  {
    people: of('At it since staffedMs.', listOf(text)),
    staffedMs: ms,
  },
);

export const commandsWait = object({
  count: count('Commands of central without an outcome here.'),
  reason: of('Why the first of them has none, in words.'),
});
const software = object({
  release: of("That stated the line's last facts."),
  build: maybe(of('SHA-256 of its sums; null for a working tree.')),
  isCurrent: of('Whether it is the one that runs.', flag),
  epoch: maybe(of('Where the line says so; null where no fact of it does.', integer)),
  sequence: maybe(integer),
});

const line = object({
  ...{ line: text, state: lineState },
  failure: maybe(of('Why the line takes nothing in, in words.')),
  orphans: count('Facts that rest on what is lost, and have no effect here.'),
  ...{ shift: maybe(text), lanes: count('Runs that may be open at once.') },
  runs: listOf(openRun),
  way: object({ state: ways, sinceMs: ms }, { detail: of('Why, in words.') }),
  degraded: maybe(object({ sinceMs: ms, says: of('What is wrong with the path, in words.') })),
  epoch: { ...integer, minimum: 1 },
  sent: count('Sequence of the last fact that the stream has.'),
  kept: count("Sequence of the last fact that central's ledger has."),
  head: count('Sequence of the last fact.'),
  hash: of("The chain's link at head, hexadecimal.", { ...text, pattern: '^[0-9a-f]+$' }),
  software: maybe(software),
  settled: maybe(count('All up to this sequence is posted; null until central has said.')),
  waiting: count('Facts up to settled that wait for a person at central.'),
  commandsWait: maybe(commandsWait),
  ahead: maybe(
    object({ upTo: maybe(count('Central was told ahead up to this sequence; null: not yet.')) }),
  ),
  unsent: count('Facts that the stream has not taken.'),
  oldestUnsentMs: maybe(ms),
  ...sums,
});

const operation = object({
  ...{ operation: text, name: of('"" if nobody said.'), state: one(operationChart.states) },
  openRuns: count('Runs that are open now, at all lines of this edge.'),
  overCompleted: of('More was made than ordered.', flag),
  completion: one(completions, 'How much was made beside what was ordered.'),
  unbalanced: maybe(
    of('Reported, and not passed on by the operation before; null if nothing is.', amount),
  ),
  ...{ holds: openHolds, ...sums },
});

const order = object({
  ...{ order: text, state: one(orderChart.states), material: text },
  ...{ quantity: of('Ordered.', amount), unit: of("Unit of all of the order's amounts.") },
  ...{ holds: openHolds, operations: listOf(operation), ...sums },
});

const program = object({
  build: maybe(of('SHA-256 of its sums; null for a working tree.')),
  ...{ release: text, charts: of('Charts that decide, with their versions.'), node: text },
  schema: count("Version of the store's tables."),
  ...{ journalMode: of('Of SQLite.'), synchronous: count('Of SQLite.') },
});
const disk = object({
  ...{ level: one(diskLevels), sinceMs: ms, budgetBytes: bytes, storeBytes: bytes },
  walBytes: bytes,
  freeBytes: of('Of the file system, with what the store can use again, bytes.', bytes),
  roomBytes: of('Left for ordinary work, bytes.', bytes),
  daysLeft: maybe(of('Until it is full, days; null: not in sight.', { type: 'number' })),
});
const retention = object({
  keepDays: count('Days of facts that are kept here at least.'),
  days: count('Days of facts that there are.'),
  waitsFor: maybe(of('What forgetting waits for, in words.')),
  forgotten: count('Facts that central holds and this edge has forgotten.'),
});

const reference = object({
  site: text,
  held: count('Change sets of reference data that are here.'),
  active: count('The one that is in force; 0 for none.'),
  waits: maybe(of('Why the next one is not here, or not in force, in words.')),
});

const certificate = object({
  name: text,
  state: one(certificateStates),
  untilMs: maybe(of('Its end, Unix time, ms; null while it cannot be read.', ms)),
  daysLeft: maybe(of('Whole days until then, below 0 once it is over.', integer)),
});
const drill = object({
  ...{ by: of('"person:…".'), reason: text, sinceMs: ms, leftMs: lasts },
  forS: count('How long it was asked for, s.'),
});

const parts = {
  nowMs: of("The edge's clock, Unix time, ms.", ms),
  central: maybe(
    object({
      atMs: of('When central answered last, Unix time, ms.', ms),
      roundTripMs: count('ms.'),
      skewMs: of("Central's clock ahead of ours, ms.", integer),
    }),
  ),
  ...{ unsent: count('Facts of all lines that the stream has not taken.') },
  ...{ oldestUnsentMs: maybe(ms), lines: listOf(line) },
  ...{ ordersOpen: count('Of all.'), ordersClosed: count('Of all.') },
  orders: of('Open ones first, the newest first.', listOf(order, ordersMax)),
  ...{ holdsOpen: count('Of all.'), holds: listOf(hold, holdsMax) },
  lots: of(
    'Those that may not be used.',
    listOf(object({ lot: text, state: one(['restricted', 'inProcess']) }), lotsMax),
  ),
  facts: of('The last ones, the newest first.', listOf(markedFact, recentMax)),
  environment: one(environments, 'What all of this plant is.'),
  ...{ program, retention, disk, clock, machines: ref('Machines') },
  reference: of('What came down of master data, by site.', listOf(reference)),
  certificates: of('Those that are watched.', listOf(certificate)),
  drill: maybe(of('The outage drill that goes on.', drill)),
};
const people = object({
  people: count('Who are known and have not left.'),
  trouble: maybe(of('Why the file of people is not taken, in words.')),
  signedIn: count('Sessions.'),
});

/** The answer of GET /v1/status; `people` only where people are configured. */
export const status = object(parts, { people });
