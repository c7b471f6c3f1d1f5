import { backoff } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/fault.ts';
import { decodeLiveAnswer, encodeLive } from '../../shared/live.ts';
import type { Logger } from '../../shared/log.ts';
import type { Bell } from '../../shared/loop.ts';
import { liveSubject } from '../../shared/subject.ts';
import type { Outbox } from '../store/outbox.ts';
import { type Kind, kinds } from '../store/shedding.ts';
import type { Enrolments } from './enrolments.ts';
import type { LinkState } from './forwarder.ts';
import type { AskCentral } from './history.ts';
import { type Lookout, openLookout } from './lookout.ts';
import type { Ahead, Marks } from './marks.ts';
import { type Candidate, choose } from './triage.ts';

/** What one edge tells ahead in one round, over all lines; the next begins so much later, ms. */
export const roundFacts = 200;
export const roundBytes = 64 * 1024;
export const roundMs = 250;
/** Newest facts that are looked at in one round, and facts of backlogs that are searched in one. */
const lookMax = 2_000;
const searchMax = 20_000;
/** A line that central does not hear is looked at again then, ms. */
const refusedMs = 10_000;
/** While there is nothing to tell, it is looked again after this time, ms, or at a ring. */
const idleMs = 3_600_000;

type Parts = {
  lines: readonly string[];
  outbox: Outbox;
  ask: AskCentral;
  /** Who this store is as the line's writer; undefined while it is not. */
  writer: (line: string) => string | undefined;
  bell: Bell; // rings when facts were committed, and when a line goes out (again)
  reached: Bell; // rings when a way to central is open again
  /** While central does not answer, it is asked again at most so much later, ms. */
  downMs?: number;
  report: (line: string, ahead: Ahead | null) => void;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
};
export type Express = ReturnType<typeof openExpress>;

const none = (): Record<Kind, number> => ({ quality: 0, orders: 0, counts: 0, telemetry: 0 });

/**
 * Tells central the newest facts of lines that it is behind with, as copies beside their segments,
 * one round on its way, of one request a line: what is stated now is known there before a backlog
 * of hours has drained.
 * It moves no cursor. What does not fit is passed over, and comes with the segments all the same.
 */
export function openExpress(parts: Parts) {
  const { lines, outbox, ask, writer, bell, reached, report, clock, log, signal } = parts;
  const lookouts = lines.map((line) => openLookout(line, outbox));
  const upTo = new Map<string, number>(); // told ahead, of lines that are behind
  const refusedUntilMs = new Map<string, number>();
  const sent = none();
  const shed = none();

  const isHeard = (line: string, nowMs: number): boolean =>
    writer(line) !== undefined && (refusedUntilMs.get(line) ?? 0) <= nowMs;

  /** Lines that central is behind with and hears. */
  function behind(): Lookout[] {
    const nowMs = clock.monotonicMs();
    return lookouts.filter((lookout) => {
      const was = lookout.isBehind();
      const is = lookout.look(nowMs);
      if (!is) upTo.delete(lookout.line);
      if (was !== is) report(lookout.line, is ? { upTo: null } : null);
      return is && isHeard(lookout.line, nowMs);
    });
  }

  /** False if central did not take them. Rejects with Fault UNREACHABLE if it did not answer. */
  async function tell({ line, epoch }: Lookout, chosen: readonly Candidate[]): Promise<boolean> {
    const store = writer(line);
    if (chosen.length === 0 || store === undefined) return true;
    const facts = chosen.map(({ fact }) => fact).sort((a, b) => a.sequence - b.sequence);
    const question = encodeLive({ store, epoch: epoch(), facts });
    const { answer, reason } = decodeLiveAnswer(await ask(liveSubject(line), question));
    if (answer === 'taken') {
      for (const { kind } of chosen) sent[kind] += 1;
      upTo.set(line, Math.max(upTo.get(line) ?? 0, facts.at(-1)!.sequence));
      report(line, { upTo: upTo.get(line)! });
      return true;
    }
    log.warn({ line, state: answer, reason }, 'central does not take what is told ahead');
    refusedUntilMs.set(line, clock.monotonicMs() + refusedMs);
    return false;
  }

  /** Tells what is to be told of these lines; false when that was nothing. */
  async function round(due: readonly Lookout[]): Promise<boolean> {
    const share = (all: number): number => Math.ceil(all / due.length);
    const searched = due.map((lookout) => lookout.search(share(searchMax))).some(Boolean);
    const offers = due.map((lookout) => ({ lookout, ...lookout.candidates(share(lookMax)) }));
    const all = offers.flatMap((offer) => offer.all);
    if (all.length === 0) return searched;
    const chosen = new Set(choose(all, roundFacts, roundBytes));
    const tellOffer = async ({ lookout, all, upTo }: (typeof offers)[number]) => {
      const mine = all.filter((candidate) => chosen.has(candidate));
      if (!(await tell(lookout, mine))) return;
      const passed = all.filter((candidate) => !chosen.has(candidate));
      for (const { kind } of passed) if (kind !== 'quality') shed[kind] += 1;
      lookout.told(mine, passed, upTo);
    };
    for (const end of await Promise.allSettled(offers.map(tellOffer))) {
      if (end.status === 'rejected') throw end.reason;
    }
    return true;
  }

  async function run(): Promise<void> {
    let attempt = 0;
    while (!signal.aborted) {
      const seen = bell.rings();
      const open = reached.rings();
      const due = behind();
      try {
        const isBusy = due.length > 0 && (await round(due));
        attempt = 0;
        if (!isBusy) await bell.wait(seen, untilDue(), signal);
        await clock.sleep(roundMs, signal);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        await reached.wait(open, Math.max(roundMs, backoff(++attempt, parts.downMs)), signal);
      }
    }
  }

  /** Until a line may have fallen behind, or be heard again. */
  function untilDue(): number {
    const nowMs = clock.monotonicMs();
    const waits = lookouts.map((lookout) => {
      if (!lookout.isBehind()) return lookout.dueInMs(nowMs);
      if (writer(lookout.line) === undefined) return idleMs; // it rings when that changes
      const untilMs = refusedUntilMs.get(lookout.line) ?? 0;
      return untilMs > nowMs ? untilMs - nowMs : idleMs;
    });
    return Math.min(idleMs, ...waits);
  }

  return {
    /** Runs until `signal` aborts. */
    run,
    /** Facts by kind since start: told ahead, and passed over. */
    counts: () => kinds.map((kind) => ({ kind, sent: sent[kind], shed: shed[kind] })),
  };
}

const going: readonly LinkState[] = ['up', 'draining'];
/** True if what the line states goes out from now on, and did not before. */
export const opens = (before: LinkState, state: LinkState): boolean =>
  going.includes(state) && !going.includes(before);

/** A line is told ahead of its segments while this store writes it, and its segments go out. */
const sending: readonly LinkState[] = ['up', 'draining', 'down'];
export const writerBy = (enrolments: Enrolments, marks: Marks) => (line: string) => {
  const { state, store } = enrolments.of(line);
  return state === 'entered' && sending.includes(marks.way(line).state) ? store : undefined;
};
