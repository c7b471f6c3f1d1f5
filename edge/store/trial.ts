import { decodeContent } from '../../shared/codec.ts';
import type { Command } from '../../shared/command.ts';
import type { Database } from '../../shared/database.ts';
import type { Content } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import { fingerprint } from '../../statecharts/fingerprint.ts';
import { orphaned } from '../../statecharts/orphan.ts';
import { judge, type Verdict } from '../../statecharts/plant.ts';
import { asStated, type Policy, type Terms, templates } from '../../statecharts/policy.ts';
import { type Actor, type Parts, startActor } from '../line/actor.ts';
import type { Answer } from '../line/answers.ts';
import { openBook } from '../line/book.ts';
import { isOrphan } from '../line/orphans.ts';
import { carriedBy } from './carry.ts';
import { inOrder } from './chronicle.ts';
import { type Trouble, type Way, wayOf } from './legacy.ts';
import { checkLink } from './replay.ts';
import { openStore, type Refusal, type Row } from './store.ts';

/** Differences that are listed; all are counted. */
const shownMax = 200;

const kinds = [
  'refused', // a fact that would not be allowed now; it stands all the same
  'changed', // a fact that would change something else; `way` says what becomes of it
  'stopped', // a fact that cannot be taken in at all; likewise
  'accepted', // a command that was refused and would be accepted now
  'otherwise', // a command that would be refused for another reason
] as const;
export type Kind = (typeof kinds)[number];

export type Difference = Readonly<{
  kind: Kind;
  position: number; // of the fact, or of the last one before the command
  line: string;
  epoch?: number; // a fact's
  sequence?: number;
  id: string; // event id, or command id
  type: string;
  reason?: string; // now
  before?: string; // the reason at the time
}>;

export type Rehearsal = Readonly<{
  way: Way;
  refusal?: string; // why an upgrade would refuse
  facts: number;
  settled: number; // facts before the last change of charts, which nobody judges again
  refusals: number;
  unjudged: number; // refusals kept without their command, their line or their calendar
  counts: Readonly<Record<Kind, number>>;
  differences: readonly Difference[]; // the first of them
  lines: readonly Readonly<{ line: string; facts: number; stopped?: string }>[];
}>;

/** The plant's calendar and its conversions of units. */
export type Means = Pick<Parts, 'calendar' | 'units'>;
/** A line and what it is judged by. */
export type Judged = Readonly<{ line: string; lanes: number; policy: Policy }>;
type Bench = {
  path: string;
  terms?: Terms;
  actor?: Actor;
  last?: Row;
  facts: number;
  stop?: string;
  damaged: boolean;
};

/**
 * Replays the log in `db` through the charts of this program, and says which decisions would
 * differ. `lines` are judged by their own terms, others only read; without `lines` all are judged
 * by the discrete template and any number of lanes. Refused commands are asked again by the `means`
 * of the plant. The log always goes on as it was stated. Throws Fault CORRUPT with the place at
 * which this program cannot go on.
 */
export function rehearse(db: Database, lines?: readonly Judged[], means: Means = {}): Rehearsal {
  const store = openStore(db);
  const book = openBook(store.written);
  const counts = Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<Kind, number>;
  const differences: Difference[] = [];
  const sum = { facts: 0, settled: 0, refusals: 0, unjudged: 0 };
  const carried = carriedBy(store);
  let begun = carried === undefined;
  if (carried) book.restore(carried.contents);
  let nowMs = 0;
  let reached = 'before the first fact';

  function differ(difference: Difference): void {
    counts[difference.kind] += 1;
    if (differences.length < shownMax) differences.push(difference);
  }

  /** The line's own actor, on a store and a book that forget what it decides. */
  const actorOf = (path: string, terms: Terms): Actor =>
    startActor(path, terms, {
      store: {
        ...store,
        append: (head) => head,
        refuse: () => undefined,
        answered: () => undefined,
      },
      book: { ...book, apply: () => undefined },
      nowMs: () => nowMs,
      ...means,
      eventId: () => '00000000-0000-7000-8000-000000000000',
      stated: () => undefined,
    });

  const benches = new Map<number, Bench>();
  const byPath = new Map<string, Bench>();
  for (const path of store.lines()) {
    const terms = termsOf(path, lines);
    const bench = {
      path,
      facts: 0,
      damaged: false,
      ...(terms && { terms, actor: actorOf(path, terms) }),
    };
    benches.set(store.head(path).line, bench);
    byPath.set(path, bench);
  }

  function takeFact(row: Row): void {
    const settled = row.position <= (carried?.position ?? 0);
    begun ||= !settled; // judging begins behind the last change of charts
    const bench = benches.get(row.line)!;
    const { position, epoch, sequence } = row;
    const last = store.forgotten.before(row, bench.last);
    reached = `position ${position}, ${bench.path}, epoch ${epoch}, sequence ${sequence}`;
    sum.facts += 1;
    bench.facts += 1;
    bench.last = row;
    let content: Content | undefined;
    try {
      checkLink(bench.path, last, row);
      content = decodeContent(row.bytes);
      if (settled) {
        sum.settled += 1;
        book.recall(bench.path, content, row);
      } else takeIn(bench, row, content, last?.state ?? null);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const { eventId = '', type = '' } = content ?? {};
      const place = { position, line: bench.path, epoch, sequence };
      differ({ kind: 'stopped', ...place, id: eventId, type, reason: error.message });
      bench.stop ??= `epoch ${epoch}, sequence ${sequence}: ${error.message}`;
      bench.damaged ||= content === undefined;
      book.miss();
    }
  }

  /** Throws Fault REFUSED if it cannot be taken in, whatever the policy. */
  function takeIn(bench: Bench, row: Row, fact: Content, before: Buffer | null): void {
    const { position, epoch, sequence, state } = row;
    const place = { position, line: bench.path, epoch, sequence };
    const known = { ...place, id: fact.eventId, type: fact.type };
    if (isOrphan(state)) {
      book.adopt(bench.path, fact, orphaned(book.look, bench.path, fact), row);
      return;
    }
    const verdict = judge(book.look, bench.path, asStated, fact);
    if (state && book.isWhole() && !fingerprint(before, verdict).equals(state)) {
      const reason = 'it does not lead to the state that was stored with it';
      differ({ kind: 'changed', ...known, reason });
      bench.stop ??= `epoch ${epoch}, sequence ${sequence}: ${reason}`;
    } else if (bench.terms) {
      const reason = refusedBy(() => judge(book.look, bench.path, bench.terms!, fact));
      if (reason !== undefined) differ({ kind: 'refused', ...known, reason });
    }
    book.apply(bench.path, fact, verdict, row);
  }

  function askAgain(refusal: Refusal): void {
    reached = `position ${refusal.after ?? 0}, then refused command ${refusal.commandId}`;
    const command = refusal.command === null ? undefined : (JSON.parse(refusal.command) as Command);
    const bench = command && byPath.get(command.line);
    if (bench) reached += ` of ${bench.path}`;
    const untold = !lines && command?.statement.atLocal !== undefined;
    if (!command || !bench?.actor || untold || !begun) {
      sum.unjudged += 1;
      return;
    }
    sum.refusals += 1;
    nowMs = refusal.atMs ?? 0;
    const answer = answerOf(bench.actor, command);
    const position = refusal.after ?? 0;
    const known = { position, line: bench.path, id: refusal.commandId, type: command.command };
    const before = refusal.reason;
    if (answer.status === 'accepted') differ({ kind: 'accepted', ...known, before });
    else if (answer.reason !== before) {
      differ({ kind: 'otherwise', ...known, before, reason: answer.reason });
    }
  }

  try {
    inOrder(db, store.history(), takeFact, askAgain);
  } catch (error) {
    if (error instanceof Fault) throw error;
    const [words] = `${error}`.split('\n');
    throw new Fault('CORRUPT', `${reached}: ${words}`, { cause: error });
  }
  const told = [...benches.values()];
  const way = wayOf(store.snapshots, troubleOf(told));
  return { ...way, ...sum, counts, differences, lines: told.map(lineOf) };
}

const lineOf = ({ path, facts, stop }: Bench): Rehearsal['lines'][number] => ({
  ...{ line: path, facts },
  ...(stop === undefined ? {} : { stopped: stop }),
});

function troubleOf(benches: readonly Bench[]): Trouble | undefined {
  const stopped = benches.find(({ stop }) => stop !== undefined);
  if (!stopped) return undefined;
  const failure = `${stopped.path} stopped at ${stopped.stop}`;
  return { failure, damaged: benches.some(({ damaged }) => damaged) };
}

function termsOf(path: string, lines: readonly Judged[] | undefined): Terms | undefined {
  if (!lines) return { lanesMax: Number.POSITIVE_INFINITY, policy: templates.discrete };
  const given = lines.find(({ line }) => line === path);
  return given && { lanesMax: given.lanes, policy: given.policy };
}

function answerOf(actor: Actor, command: Command): Answer {
  try {
    return actor.decide(command);
  } catch (error) {
    if (!(error instanceof Fault) || error.retry) throw error;
    const { commandId } = command;
    return { commandId, status: 'refused', code: error.code, reason: error.message };
  }
}

/** Why `work` is refused, if it is. */
function refusedBy(work: () => Verdict): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof Fault && error.code === 'REFUSED') return error.message;
    throw error;
  }
}
