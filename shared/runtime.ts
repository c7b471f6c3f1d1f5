import { reasons } from './enrol.ts';
import { bytes, choice, flag, id, integer, list, optional, prose, record, text } from './field.ts';
import { lineField } from './subject.ts';
import { instantMs as instant } from './vocabulary.ts';

/** Most bytes of a carried state in one fact, so that the fact stays within its limit. */
export const statePartMax = 60_000;
/** Most facts over which one carried state may be spread. */
export const partsMax = 5_000;

/** Most places up to which one carried state lets facts be forgotten; others wait for the next. */
export const cutsMax = 300;

/** Longest reason that a refused command of central is answered with, characters. */
export const receivedReasonMax = 400;

/** How full an edge's disk is, from "as it should be" to "only what is reserved for". */
export const diskLevels = ['ok', 'warn', 'shed', 'qualityOnly', 'full'] as const;
const bytesMax = Number.MAX_SAFE_INTEGER;
/** Any time that a clock can show, however wrong it is. */
const instantMs = Number.MAX_SAFE_INTEGER;

/** What the runtime itself states, without being asked. */
export const runtimeBodies = {
  ChartsMigrated: {
    from: text('Charts that judged the facts before, e.g. "line 2, order 2".', 500),
    to: text('Charts that judge the facts from now on.', 500),
    facts: integer('Facts of this edge before it, of all lines.', 0, Number.MAX_SAFE_INTEGER),
    carried: flag('True when the state is as the old charts left it, false when read anew.'),
    part: integer('Which part of the state, 1, 2, 3 …; 0 for none.', 0, partsMax),
    parts: integer('How many parts it has; one line of the edge states them all.', 1, partsMax),
    digest: id('SHA-256 of the whole state, hexadecimal.', 64),
    state: optional(bytes('The state, deflated msgpack.', statePartMax)),
  },
  StateCarried: {
    charts: text('Charts that judge the facts before it and after, e.g. "line 2, order 2".', 500),
    facts: integer('Facts of this edge before it, of all lines.', 0, Number.MAX_SAFE_INTEGER),
    part: integer('Which part of the state, 1, 2, 3 …; 0 says what is forgotten.', 0, partsMax),
    parts: integer('How many parts the state has.', 1, partsMax),
    digest: id('SHA-256 of the whole state, hexadecimal.', 64),
    state: optional(bytes('The state, deflated msgpack.', statePartMax)),
    fromMs: instant('What is forgotten was recorded from here on, by the edge.'),
    untilMs: instant('And up to here.'),
    upTo: optional(
      list(
        record('The last fact of a line and epoch that is forgotten.', {
          line: lineField,
          epoch: integer('Its epoch.', 1, Number.MAX_SAFE_INTEGER),
          sequence: integer('Its sequence.', 1, Number.MAX_SAFE_INTEGER),
        }),
        cutsMax,
      ),
    ),
  },
  EpochBegan: {
    epoch: integer('The epoch that begins with this fact.', 2, Number.MAX_SAFE_INTEGER),
    previous: integer('The epoch that is over.', 1, Number.MAX_SAFE_INTEGER),
    endedAt: integer('Its last fact at central.', 0, Number.MAX_SAFE_INTEGER),
    reason: choice('Why it is over.', reasons),
  },
  DiskLevelChanged: {
    level: choice('How full the disk is from now on.', diskLevels),
    before: choice('How full it was.', diskLevels),
    roomBytes: integer('Room that is left for ordinary work.', 0, bytesMax),
    budgetBytes: integer('Most that the store may take.', 0, bytesMax),
  },
  UplinkDrilled: {
    uplink: choice('What an outage drill has done to the way to the hub.', ['cut', 'restored']),
    forS: integer('For how long it was to be cut, s.', 1, 86_400),
    reason: text('Why, in words.', 200),
    why: optional(choice('Why it was restored.', ['over', 'asked'])),
  },
  ClockStepped: {
    beforeMs: integer('What the clock would show without the step, Unix ms.', 0, instantMs),
    afterMs: integer('What it shows, Unix ms.', 0, instantMs),
    byMs: integer('By how much it was set, ms.', -instantMs, instantMs),
    during: choice(
      'Whether the edge ran, or was off: then it is the least that it can have been.',
      ['running', 'off'],
    ),
    skewMs: optional(
      integer(
        "How far central's clock was ahead before it, as last measured, ms.",
        -instantMs,
        instantMs,
      ),
    ),
    measuredMs: optional(integer('How long before the step that was, ms.', 0, instantMs)),
  },
  CommandReceived: {
    number: integer("The command's number: 1, 2, 3 … of the line, as central counts.", 1, bytesMax),
    command: text('What central has asked for, e.g. "PlaceHold".', 40),
    commandId: id('Under which it was asked here, or would have been.', 64),
    outcome: choice('What came of it.', ['applied', 'refused']),
    rule: optional(id('Name of the rule that refuses it, if one of the charts does.', 64)),
    reason: optional(prose('Why it is refused, for people.', receivedReasonMax)),
  },
  ReferenceApplied: {
    set: integer('Number of the change set that is active here now.', 1, Number.MAX_SAFE_INTEGER),
    activeMs: instant('When it was to become active, Unix ms.'),
    records: integer('How many records it has.', 1, 5_000),
    digest: id('SHA-256 of its records, hexadecimal.', 64),
  },
  SoftwareChanged: {
    release: id('Release of Holdfast that states the facts of the line from here on.', 64),
    build: optional(id('Its build: SHA-256 of its SHA256SUMS; absent for a working tree.', 64)),
    node: id('Version of Node.js that it runs on.', 64),
    schema: integer("Version of the store's tables.", 1, 100_000),
    charts: text('Charts that judge the facts, e.g. "line 2, order 2".', 500),
    before: optional(id('Release that stated the facts before; absent if nobody knows.', 64)),
    buildBefore: optional(id('Its build.', 64)),
  },
};
