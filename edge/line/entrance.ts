import type { EnrolAnswer } from '../../shared/enrol.ts';
import { Fault } from '../../shared/fault.ts';
import type { Logger } from '../../shared/log.ts';
import { type Pace, plantPace } from '../../shared/pace.ts';
import type { Outbox } from '../store/outbox.ts';
import type { Store } from '../store/store.ts';
import { type Enrolment, type Enrolments, isFetching } from '../uplink/enrolments.ts';
import type { Enter, Entry } from '../uplink/forwarder.ts';
import type { History } from '../uplink/history.ts';
import type { Last, Noise } from '../uplink/resync.ts';
import type { Seeding } from '../uplink/seeding.ts';

type Parts = {
  lines: readonly string[];
  store: Store;
  outbox: Outbox;
  enrolments: Enrolments;
  history: History;
  seeding: Seeding;
  pace?: Pace | undefined;
  log: Logger;
};
export type Entrance = ReturnType<typeof openEntrance>;

/**
 * A line that may not write asks again after this time, ms, and after `barredTries` such answers
 * twice as long each time: only a person changes that. One that is being fetched asks sooner.
 */
const barredMs = 10_000;
const barredTries = 6;
const fetchingMs = 500;
/** Most facts that are handed over at once as strays. */
const straysMax = 100;

const barredBy = ({ line, state, reason }: Enrolment): Fault | undefined => {
  if (state === 'owned') {
    const words = `${reason}; "holdfast swap" lets this box take over`;
    return new Fault('CONFLICT', `${line} belongs to another box: ${words}`);
  }
  if (state !== 'stale') return undefined;
  return new Fault('CONFLICT', `${line} was taken over: ${reason}; nothing more is stated here`);
};

/** Whether this edge may write its lines: it asks central, and fetches what it lacks of them. */
export function openEntrance(parts: Parts) {
  const { lines, store, outbox, enrolments, history, seeding, log, pace = plantPace } = parts;
  const answered = new Set<string>(); // lines that central has spoken of since start
  const tries = new Map<string, number>(); // answers in a row that barred the line
  let bars = new Map<string, Fault>();

  /** One book serves all lines: while one is being fetched, nothing is asked of any. */
  function refresh(): void {
    const all = lines.map(enrolments.of);
    const fetching = all.find(isFetching)?.line;
    const why = `history of ${fetching} is being fetched from central; ask again later`;
    bars = new Map(
      all.flatMap((one): [string, Fault][] => {
        const bar = barredBy(one) ?? (fetching ? new Fault('FULL', why) : undefined);
        return bar ? [[one.line, bar]] : [];
      }),
    );
  }
  refresh();

  const mark = (line: string, change: Parameters<Enrolments['set']>[1]): void => {
    store.commit(() => enrolments.set(line, change));
    refresh();
  };

  const barred = (line: string): Entry => {
    const { state } = enrolments.of(line);
    const why = bars.get(line)!.message;
    const reason = state === 'stale' ? `${why}; ${leftOf(line)}` : why;
    const count = tries.get(line) ?? 0;
    tries.set(line, count + 1);
    const longerMs = barredMs * 2 ** Math.min(20, Math.max(0, count - barredTries));
    const waitMs = Math.min(pace.barredMs, longerMs);
    return { kind: 'barred', state: state as 'owned' | 'stale', reason, waitMs };
  };
  /** What central has not answered for yet, in words; the disk may go when that is nothing. */
  function leftOf(line: string): string {
    const { id, strays } = enrolments.of(line);
    const { kept, head } = outbox.marks(line);
    const left = Math.max(0, head - Math.max(kept, strays)) + seeding.straysLeft(id);
    if (left === 0) return 'nothing is left to hand over';
    return `${left} ${left === 1 ? 'fact is' : 'facts are'} still to be handed over`;
  }
  const fetching = (reason: string): Entry => {
    return { kind: 'barred', state: 'seeding', reason, waitMs: fetchingMs };
  };

  function ask(line: string, last: Last | Noise | undefined, want: 'enter' | 'begin') {
    const { store: who, next, reason } = enrolments.of(line);
    const { epoch, head: sequence } = outbox.marks(line);
    const hash = outbox.linkAt(line, sequence)!.toString('hex');
    const beginning = want === 'begin' ? { next: next!, reason: reason as 'behind' } : {};
    const stream = last?.streamSequence ?? 0;
    return history.enrol(line, { want, store: who, epoch, sequence, hash, stream, ...beginning });
  }

  /** True if central's ledger goes on from our chain. */
  function isOurs(line: string, { epoch, sequence, hash }: EnrolAnswer): boolean {
    const marks = outbox.marks(line);
    if (epoch !== marks.epoch || sequence > marks.head) return false;
    const own = outbox.linkAt(line, sequence)?.toString('hex');
    return own === undefined ? sequence <= marks.kept : own === hash;
  }

  /** The next epoch is asked for under a new identity, so that a clone of this file is not it. */
  function prepare(line: string, reason: string): void {
    mark(line, { state: 'beginning', next: enrolments.newId(), reason });
  }

  async function fetch(line: string, last: Last | Noise | undefined): Promise<Entry> {
    if (enrolments.of(line).state === 'beginning') {
      const answer = await ask(line, last, 'begin');
      if (answer.answer === 'elsewhere') return elsewhere(line, answer);
      if (answer.answer === 'wait') return fetching(answer.reason ?? 'central reads on');
      if (answer.answer !== 'begun') {
        refuse(line, answer);
        return barred(line);
      }
      const { epoch, ended = 0 } = answer;
      log.warn({ line, epoch, ended }, 'a new epoch: the one before is fetched');
      mark(line, { state: 'pulling', epoch, ended });
    }
    if (enrolments.of(line).state === 'pulling') {
      await seeding.pull(line);
      refresh();
    }
    answered.add(line);
    const open = lines.filter((one) => !isSettled(one));
    if (open.length > 0) return fetching(`waits for what central says of ${open.join(', ')}`);
    seeding.take(lines.map(enrolments.of).filter(({ state }) => state === 'ready'));
    refresh();
    return enter(line, last); // since that epoch began, another store may have taken over
  }

  /** A line's history is taken in with that of all lines that are still to be permitted. */
  function isSettled(line: string): boolean {
    const { state } = enrolments.of(line);
    if (state === 'ready') return true;
    return answered.has(line) && (state === 'entered' || state === 'stale');
  }

  function refuse(line: string, { answer, reason = '' }: EnrolAnswer): void {
    const state = answer === 'stale' ? 'stale' : 'owned';
    const known = enrolments.of(line);
    if (known.state !== state || known.reason !== reason) {
      log.error({ line, state, reason }, 'this store may not write the line');
      mark(line, { state, reason, next: null });
    }
    answered.add(line);
  }

  /** It is the wrong hub: nothing is sent there. The line is ours all the same, and states on. */
  function elsewhere(line: string, { reason = '' }: EnrolAnswer): Entry {
    log.error({ line, reason }, 'the hub is of another environment: nothing is sent');
    return { kind: 'barred', state: 'owned', reason, waitMs: barredMs };
  }

  /** Hands over, once each, what this store has stated and central has no place for. */
  async function handOver(line: string): Promise<void> {
    const { id } = enrolments.of(line);
    for (const { epoch, sequence, bytes, id: aside } of seeding.strays(id)) {
      const alone = { line, epoch, first: sequence, before: null, after: null, facts: [bytes] };
      await history.stray(alone);
      store.commit(() => seeding.parked(aside));
    }
  }

  async function handOverAll(line: string): Promise<void> {
    const { kept, head } = outbox.marks(line);
    for (;;) {
      const after = Math.max(kept, enrolments.of(line).strays);
      const segment = outbox.segment(line, after, Math.min(head, after + straysMax));
      if (!segment) return;
      const { parked } = await history.stray(segment);
      const strays = after + segment.facts.length;
      log.warn({ line, from: after + 1, to: strays, parked }, 'handed over as strays');
      mark(line, { strays });
    }
  }

  async function enter(line: string, last: Last | Noise | undefined): Promise<Entry> {
    if (isFetching(enrolments.of(line))) return fetch(line, last);
    const answer = await ask(line, last, 'enter');
    switch (answer.answer) {
      case 'elsewhere':
        return elsewhere(line, answer);
      case 'wait':
        if (enrolments.of(line).state === 'entered') return { kind: 'alone' };
        throw new Fault('UNREACHABLE', `central: ${answer.reason}`);
      case 'permitted':
        tries.delete(line);
        prepare(line, 'swapped');
        return fetch(line, last);
      case 'owned':
      case 'stale':
        refuse(line, answer);
        if (answer.answer === 'stale') {
          await handOver(line);
          await handOverAll(line);
        }
        return barred(line);
      default:
        return entered(line, last, answer);
    }
  }

  async function entered(
    line: string,
    last: Last | Noise | undefined,
    answer: EnrolAnswer,
  ): Promise<Entry> {
    if (!isOurs(line, answer)) {
      const { epoch, head } = outbox.marks(line);
      const own = outbox.linkAt(line, head)?.toString('hex');
      const there = await history.link(line, epoch, head);
      prepare(line, there === own ? 'behind' : 'forked');
      const { sequence, epoch: theirs } = answer;
      log.error({ line, epoch: theirs, from: head, to: sequence }, 'central holds what we lack');
      return fetch(line, last);
    }
    answered.add(line);
    tries.delete(line);
    if (enrolments.of(line).state !== 'entered') mark(line, { state: 'entered', reason: null });
    await handOver(line);
    return { kind: 'entered' };
  }

  return {
    /** Why nothing new may be asked of the line. */
    barred: (line: string): Fault | undefined => bars.get(line),

    enter: (async (line, last) => {
      try {
        return await enter(line, last);
      } catch (error) {
        if (!(error instanceof Fault) || error.code !== 'UNREACHABLE') throw error;
        const { state } = enrolments.of(line);
        if (state === 'entered') return { kind: 'alone' };
        if (state === 'owned' || state === 'stale') return barred(line);
        throw error;
      }
    }) as Enter,
  };
}
