import type { Calendar } from '../../shared/calendar.ts';
import { encodeContent } from '../../shared/codec.ts';
import type { Command } from '../../shared/command.ts';
import type { BodyOf, ClockTrust, Content, FactType } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import type { Place } from '../../shared/traceparent.ts';
import type { Convert } from '../../shared/unit.ts';
import { aboutOf } from '../../statecharts/about.ts';
import { unbalanced } from '../../statecharts/balance.ts';
import { consequences } from '../../statecharts/consequences.ts';
import type { Effect } from '../../statecharts/correction.ts';
import { fingerprint as stateAfter } from '../../statecharts/fingerprint.ts';
import { orphaned } from '../../statecharts/orphan.ts';
import { judge } from '../../statecharts/plant.ts';
import { asStated, type Terms } from '../../statecharts/policy.ts';
import { checkCommandId, checkOriginal } from '../store/bygone.ts';
import { fingerprint, type Head, type Store } from '../store/store.ts';
import { type Answer, openAnswers, refusedBy, type Stated } from './answers.ts';
import type { At, Book } from './book.ts';
import { chasing, releasing } from './completing.ts';
import { inKeptUnit } from './conversion.ts';
import { correlated } from './correlation.ts';
import { momentOf } from './moment.ts';
import { isOrphan, orphan } from './orphans.ts';
import { remarksOf } from './remarks.ts';
import { type Signing, signatureOf } from './signing.ts';
import { type Spans, spanned } from './spans.ts';

type Placed = Content & { line: string; epoch: number; sequence: number };
export type Parts = {
  store: Store;
  book: Book;
  nowMs: () => number;
  /** The plant's calendar; without one there are no production days, shifts and local times. */
  calendar?: Calendar | undefined;
  /** The plant's own conversions of units; without them every other unit is refused. */
  units?: Convert | undefined;
  eventId: () => string;
  /** How far the edge's clock is to be trusted now; without it nothing is said of it. */
  trust?: (() => ClockTrust | undefined) | undefined;
  /** In which runs the clock was set. */
  spans?: Spans | undefined;
  /**
   * What the order guard says of a fact before it is stated; throws Fault REFUSED with the rule
   * that forbids it.
   */
  guard?: ((line: string, fact: Content) => string | undefined) | undefined;
  /** Throws Fault REFUSED for what is offered to the line, and not asked of it. */
  offer?: ((command: Command) => void) | undefined;
  /**
   * Told of every fact in the transaction that stores it, with what counts by it; and again,
   * without that, when the store is read.
   */
  stated: (fact: Placed, effects?: readonly Effect[]) => void;
  /** What was told does not hold any more: all of it is told again. */
  cleared?: (() => void) | undefined;
  /** The store is being read: nothing may be written by what is told; or it is no more. */
  reading?: ((isReading: boolean) => void) | undefined;
};
export type Actor = ReturnType<typeof startActor>;
type Recorded = Readonly<{ told: Stated; bytes: Buffer }>;
/** Stands where the identity of a fact would, while it is only weighed. */
const unstated = '00000000-0000-7000-8000-000000000000';

/** One line, and the only writer of its facts. No await inside, so no two commands interleave. */
export function startActor(path: string, terms: Terms, parts: Parts) {
  const { store, book, nowMs, eventId, stated, calendar, units, trust, spans } = parts;
  const { policy, lanesMax } = terms;
  const { repeat, summary } = openAnswers(path, store);
  let head: Head = store.head(path);
  let failure: Fault | undefined;
  let damaged = false;

  /** Stores a fact that the charts allow; throws Fault REFUSED, storing nothing, if they do not. */
  function record(content: Content, by?: { commandId: string; asked: Buffer }): Recorded {
    const verdict = judge(book.look, path, terms, content);
    const own = content.flags === undefined ? [] : [content.flags];
    const known = [...unbalanced(book, content, verdict.effects), ...remarksOf(policy, content)];
    const flags = [...verdict.flags, ...known, ...own].join(' ');
    const fact = (flags === '' ? content : { ...content, flags }) as Content;
    const state = book.isWhole() ? stateAfter(head.state, verdict) : null;
    const bytes = encodeContent(fact);
    head = store.append(head, bytes, state, by);
    const { epoch, sequence } = head;
    book.apply(path, fact, verdict, head);
    stated({ ...fact, line: path, epoch, sequence }, verdict.effects);
    return { told: summary(fact, epoch, sequence), bytes };
  }

  function state({ statement }: Command, id = eventId(), about: object = {}): Content {
    const { place, time } = momentOf(statement, nowMs(), calendar, trust?.());
    const as = { ...place, ...statement, ...about, eventId: id, ...time } as Content;
    const kept = units ? inKeptUnit(book, units, as) : as;
    const fact = { ...aboutOf(book.look, kept), ...kept } as Content;
    switch (fact.type) {
      case 'LotProduced':
        if (!policy.inspectLots || fact.body.inspect !== undefined) return fact;
        return { ...fact, body: { ...fact.body, inspect: true } };
      case 'HoldPlaced':
        return { ...fact, body: { ...chasing(policy), ...fact.body } };
      case 'HoldReleased':
        return { ...fact, body: releasing(book.look, fact) };
      case 'PhaseEnded':
      case 'RunStaffed':
        return spanned(fact, path, book.look, spans);
      case 'OrderClosed':
        // Central must know when it has heard all that was said about the order before.
        return { ...fact, body: { facts: book.tally('order', fact.order!).facts } };
      default:
        return fact;
    }
  }

  /** With what the order guard says of it. */
  function guarded(fact: Content): Content {
    const checked = parts.guard?.(path, fact);
    return checked === undefined ? fact : { ...fact, checked };
  }

  /**
   * Takes in a fact that no chart accepts, as an orphan: it stands and is counted. Returns what
   * stands in the place of its fingerprint.
   */
  function adopt(fact: Content, at: At): Buffer {
    book.adopt(path, fact, orphaned(book.look, path, fact), at);
    return orphan;
  }

  return {
    path,
    lanesMax,
    policy,
    adopt,

    /**
     * Accepts the command and stores its fact, or refuses it and stores the refusal; within
     * `store.commit`. Nobody may be told before the commit has returned. Who signs it is a fact
     * behind it. A command that names no correlation belongs to the trace of whoever asks, and is
     * the same command in whichever trace it is asked again.
     */
    decide(command: Command, signing?: Signing, from?: Place): Answer {
      const { commandId } = command;
      if (failure) return refusedBy(commandId, new Fault('CORRUPT', failure.message));
      const asked = fingerprint(signing ? { ...command, signed: signing.meaning } : command);
      const given = store.answered(commandId);
      if (given) return repeat(command, asked, given);

      let fact: Content | undefined;
      let first: Recorded;
      try {
        checkCommandId(book, commandId);
        fact = state(command, eventId(), correlated(command, from));
        checkOriginal(book, fact);
        parts.offer?.(command);
        fact = guarded(fact);
        first = record(fact, { commandId, asked });
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        // A local time that cannot be told stays so, whatever becomes of the zone's rules.
        if (error.code !== 'REFUSED' && fact) throw error;
        store.refuse(command, asked, error, nowMs());
        return refusedBy(commandId, error);
      }
      const facts = [first.told];
      if (signing) {
        const { place, time } = momentOf({}, nowMs(), calendar, trust?.());
        const now = { ...place, ...time, eventId: eventId() };
        facts.push(record(signatureOf(signing, fact, first.bytes, now)).told);
      }
      for (const next of consequences(book.look, policy, fact)) {
        facts.push(record({ ...next, eventId: eventId() } as Content).told);
      }
      return { commandId, status: 'accepted', facts };
    },

    /** Why the command would be refused now; undefined if it would not be. Nothing is stored. */
    weigh(command: Command): Fault | undefined {
      if (failure) return new Fault('CORRUPT', failure.message);
      try {
        const fact = state(command, unstated);
        checkOriginal(book, fact);
        judge(book.look, path, terms, guarded(fact));
        return undefined;
      } catch (error) {
        if (error instanceof Fault) return error;
        throw error;
      }
    },

    /** States what the runtime itself has seen, or of whom; within `store.commit`. */
    observe<T extends FactType>(
      type: T,
      body: BodyOf<T>,
      actor = 'system:edge',
      correlationId?: string,
    ): Stated {
      const now = nowMs();
      const id = eventId();
      const about = { actor, correlationId: correlationId ?? id };
      const { place, time } = momentOf({}, now, calendar, trust?.());
      return record({
        ...about,
        ...place,
        ...time,
        eventId: id,
        type,
        version: 1,
        body,
      } as Content).told;
    },

    /**
     * Takes in a fact of this line again, to rebuild the book; what the plant forbids today was
     * allowed then. Returns the fingerprint of the state after it. Throws Fault CORRUPT if it
     * changes anything else than when it was stored.
     */
    replay(fact: Content, at: At, before: Buffer | null, state: Buffer | null): Buffer | null {
      if (isOrphan(state)) return adopt(fact, at);
      const verdict = judge(book.look, path, asStated, fact);
      const after = book.isWhole() ? stateAfter(before, verdict) : null;
      if (state && after && !after.equals(state)) {
        throw new Fault('CORRUPT', 'it does not lead to the state that was stored with it');
      }
      book.apply(path, fact, verdict, at);
      return after;
    },

    /** Stands where the store stands. */
    rewind(): void {
      head = store.head(path);
      failure = undefined;
      damaged = false;
    },

    /**
     * Stops this line: its history is damaged, or means something else to these charts. Other lines
     * go on. The first fault stays.
     */
    fail(fault: Fault, isDamage: boolean): void {
      failure ??= fault;
      damaged ||= isDamage;
      book.miss();
    },

    head: () => head,
    failure: () => failure?.message,
    damaged: () => damaged,
  };
}
