import { decodeContent, readContent } from '../../shared/codec.ts';
import type { Database } from '../../shared/database.ts';
import type { BodyOf, Content, Fact } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import { idBytes, isId } from '../../shared/identity.ts';
import { chainMax } from '../../statecharts/correction.ts';
import { hasFlag } from '../../statecharts/tables.ts';
import type { PostingKind } from '../erp/erp.ts';
import type { Amendment } from '../posting/amendments.ts';
import { undoReasons } from '../posting/compensation.ts';
import { open } from '../posting/docket.ts';
import type { Mode, Modes } from '../posting/modes.ts';
import { behind, earlyReason } from '../posting/planner.ts';
import type { PostingRow, Queue } from '../posting/queue.ts';
import type { Attempt } from '../posting/records.ts';
import { type Call, callOf, type Run } from '../posting/rules.ts';
import { isRule, type Phase, phaseOf, rulesOf } from '../posting/ruletable.ts';
import type { Shadow } from '../posting/shadows.ts';
import { type Holds, subjectOf } from '../quality/holds.ts';

/** So many facts before the end of a run its start is looked for in its line. */
const lookBackMax = 20_000;
/** Where a fact stands, and what it says, without its body. */
type Told = Readonly<
  { position: number; line: string; epoch: number; sequence: number; receivedMs: number } & Partial<
    Omit<Content, 'body' | 'version'>
  >
>;
type Before = Readonly<Pick<PostingRow, 'key' | 'kind' | 'eventId' | 'reason'>>;
type Posting = Readonly<
  Pick<PostingRow, 'key' | 'kind' | 'state' | 'lane' | 'reason' | 'document' | 'final'> &
    Pick<PostingRow, 'unit' | 'quantity' | 'blocked' | 'yield' | 'scrap' | 'rework'> &
    Pick<PostingRow, 'setupMs' | 'machineMs' | 'cancels' | 'inspection' | 'inspectionLot'> & {
      beside: 0 | 1; // not the first one of its fact
    }
>;
/** What a posting takes back, or is taken back by. */
type Other = Readonly<Pick<PostingRow, 'key' | 'kind' | 'state' | 'document' | 'eventId'>>;
/** A document that was computed by a rule that is a shadow. */
type Computed = Omit<
  Posting,
  'state' | 'blocked' | 'document' | 'cancels' | 'inspection' | 'inspectionLot'
>;
/** What the rule of the fact's type calls for: a document, what takes one back, or a person. */
export type Ruled =
  | Readonly<{ calls: 'document'; kind: PostingKind }>
  | Readonly<{ calls: 'person'; kind: PostingKind; why: string }>
  | Readonly<{ calls: 'nothing' | 'inverse'; why: string }>;
export type Explained = Readonly<{
  fact: Told;
  act?: BodyOf<'DeskActed'>; // of what was done at the desk
  rule: Ruled & Readonly<{ phase?: Phase; mode?: Mode }>; // absent where it never calls for any
  shadows: readonly Computed[];
  postings: readonly (Omit<Posting, 'cancels'> &
    Readonly<{
      cancels: Other | null;
      cancelledBy: Other | null;
      waitsFor: Before | null;
      attempts: readonly Attempt[];
      edits: readonly Amendment[]; // what people have proposed that it shall say instead
    }>)[];
}>;

type Row = Readonly<{
  position: number;
  line: number;
  path: string;
  epoch: number;
  sequence: number;
  receivedMs: number;
  bytes: Buffer;
}>;
type Parts = {
  db: Database;
  holds: Holds;
  modes: Modes;
  attempts: Queue['attempts'];
  one: (key: string) => PostingRow;
  inverse: Queue['inverse'];
  shadows: (eventId: string) => readonly Shadow[];
  edits: (key: string) => readonly Amendment[];
};

function prepare(db: Database) {
  const fact = db.prepare<[Buffer], Row>(
    `SELECT position, fact.line, path, fact.epoch, fact.sequence, received_ms AS receivedMs, bytes
     FROM fact JOIN line ON line.id = fact.line WHERE event_id = ?`,
  );
  const before = db
    .prepare<[number, number, number, number], Buffer>(
      `SELECT bytes FROM fact WHERE line = ? AND epoch = ? AND sequence < ?
       ORDER BY sequence DESC LIMIT ?`,
    )
    .pluck();
  // Keys begin with the time of their event id: those of one time stand side by side.
  const postings = db.prepare<[string, string, string], Posting>(
    `SELECT key, kind, state, lane, reason, document, unit, quantity, blocked, yield, scrap, rework,
       setup_ms AS setupMs, machine_ms AS machineMs, final, beside, cancels,
       inspection, inspection_lot AS inspectionLot FROM posting
     WHERE key >= ? AND key < ? AND event_id = ? ORDER BY id`,
  );
  const first = db.prepare<[string], Before>(
    `SELECT key, kind, event_id AS eventId, reason FROM posting
     WHERE lane = ? AND ${open} ORDER BY id LIMIT 1`,
  );
  return { fact, before, postings, first };
}

/** What a rule says, in its own words. */
function ruled(call: Call): Ruled {
  if ('none' in call) return { calls: 'nothing', why: call.none };
  if ('inverse' in call) return { calls: 'inverse', why: call.inverse };
  if ('park' in call) return { calls: 'person', kind: call.kind, why: call.park };
  return { calls: 'document', kind: call.kind };
}

function other(row: PostingRow | undefined): Other | null {
  if (!row) return null;
  const { key, kind, state, document, eventId } = row;
  return { key, kind, state, document, eventId };
}

function computed(row: Shadow): Computed {
  const { key, kind, lane, reason, final, unit, quantity, setupMs, machineMs, beside } = row;
  const { yield: good, scrap, rework } = row;
  const amounts = { unit, quantity, yield: good, scrap, rework, setupMs, machineMs };
  return { ...{ key, kind, lane, reason, final, beside }, ...amounts };
}

/**
 * What central makes of one fact: which document its rule calls for or why none, and what became of
 * each. Reads only. The rule is asked again, by what is known of its run and its hold now; what was
 * planned by it stands in the postings.
 */
export function openExplain({ db, holds, modes, ...parts }: Parts) {
  const { attempts, one, inverse, shadows, edits } = parts;
  const { fact: find, before, postings, first } = prepare(db);

  /** The run that the fact ends, as its start in the same epoch says. */
  function runOf({ line, epoch, sequence }: Row, run: string): Run | undefined {
    for (const bytes of before.iterate(line, epoch, sequence, lookBackMax)) {
      const known = readContent(bytes);
      if (known?.type !== 'PhaseStarted' || known.body.run !== run) continue;
      return { phase: known.body.phase, startedMs: known.atMs };
    }
    return undefined;
  }

  /** The report that a correction corrects in the end, as far as the ledger has it. */
  function originOf(fact: Content, depth = 0): Content<'QuantityReported'> | undefined {
    if (fact.type === 'QuantityReported') return fact;
    if (!('original' in fact.body) || depth > chainMax) return undefined;
    const row = find.get(idBytes(fact.body.original));
    return row && originOf(decodeContent(row.bytes), depth + 1);
  }

  function ruleOf(row: Row, fact: Fact): Ruled {
    if (fact.type === 'QuantityCorrected') {
      const origin = originOf(fact);
      const isEarly = !origin && !hasFlag(fact, 'late');
      if (isEarly) return { calls: 'nothing', why: undoReasons.early };
      return ruled(callOf(fact, { origin }));
    }
    if (fact.type === 'PhaseEnded') {
      return ruled(callOf(fact, { run: runOf(row, fact.body.run) }));
    }
    const decides = /^Hold(Dispositioned|Released|Cancelled)$/.test(fact.type);
    if (!decides || !('hold' in fact.body)) return ruled(callOf(fact, {}));
    const scope = holds.one(fact.body.hold)?.scope;
    return scope
      ? ruled(callOf(fact, { holdScope: scope }))
      : { calls: 'nothing', why: earlyReason };
  }

  /** Its phase, and what it does for this fact; nothing where it never calls for a document. */
  function modeOf(fact: Fact): { phase?: Phase; mode?: Mode } {
    const { type, line, body } = fact;
    if (!isRule(type)) return {};
    const { order, lot } = subjectOf(fact, 'hold' in body ? holds.one(body.hold) : undefined);
    return { phase: phaseOf(type), mode: modes.of(rulesOf(fact), { line, order, lot }) };
  }

  /** Throws Fault UNKNOWN if the ledger has no such fact. */
  return (eventId: string): Explained => {
    const row = isId(eventId) ? find.get(idBytes(eventId)) : undefined;
    if (!row) throw new Fault('UNKNOWN', `fact: ${eventId.slice(0, 40)} is not in the ledger`);
    const { path, epoch, sequence, position, receivedMs } = row;
    const content = decodeContent(row.bytes);
    const { body: _, version: _version, ...said } = content;
    const place = { line: path, epoch, sequence };
    const fact = { ...content, ...place } as Fact;
    const time = eventId.slice(0, 13);
    return {
      fact: { ...said, ...place, position, receivedMs },
      ...(content.type === 'DeskActed' ? { act: content.body } : {}),
      rule: { ...ruleOf(row, fact), ...modeOf(fact) },
      shadows: shadows(eventId).map(computed),
      postings: postings.all(time, `${time}~`, eventId).map((posting) => ({
        ...posting,
        cancels: posting.cancels === null ? null : other(one(posting.cancels)),
        cancelledBy: other(inverse(posting.key)),
        waitsFor: posting.reason === behind ? (first.get(posting.lane) ?? null) : null,
        attempts: attempts(posting.key),
        edits: edits(posting.key),
      })),
    };
  };
}
