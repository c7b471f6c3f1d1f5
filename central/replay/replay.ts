import { readContent } from '../../shared/codec.ts';
import type { Database } from '../../shared/database.ts';
import type { Content } from '../../shared/event.ts';
import type { Entry, Posted } from '../../shared/replay.ts';
import { type Memory, openMemory } from '../memory.ts';
import type { Inspection } from '../posting/inspections.ts';
import { type Mode, modeBy, type Switch } from '../posting/modes.ts';
import { isRule, type Rule } from '../posting/ruletable.ts';
import type { Task } from '../posting/taking.ts';
import { answered, type Due, prepareReplay, type Try } from './tables.ts';

/** What the ERP was asked so much later than now, ms, is taken up when it was asked. */
export const laterMs = 60_000;
const later = 'the ERP was asked later there';
/** Lanes that are looked at together. */
const lanesMax = 200;
/** Steps of one page: far more than its facts can call for. */
const stepsMax = 1_000_000;

export type Rules = Readonly<{
  switches: readonly Switch[];
  inspections: readonly Inspection[];
  skewMaxMs: number;
}>;
/** The day that is compared, and when the last fact came that was taken before. */
type Day = Readonly<{ fromMs: number; untilMs: number; lastMs: number }>;
type Now = { nowMs: number; entry: Entry | undefined; isDay: boolean };
export type Life = ReturnType<typeof openLife>;

/** What a rule would do: what it only computes elsewhere it does here, where nobody is asked. */
function modeHere(switches: readonly Switch[], rules: readonly Rule[], line: string): Mode {
  return rules.some((rule) => modeBy(switches, rule, line) === 'off') ? 'off' : 'live';
}

/**
 * A ledger lived through again: facts as they came there, at the times at which they came, by the
 * rules of here, in a file of its own. The ERP is the memory of what it answered there: a document
 * that is known is posted, refused or decided by a person when it was; one that is not known is
 * posted at once. Of facts before the day there are the documents that were there and no others,
 * whatever the rules of here are: the day begins as it began.
 */
export function openLife(db: Database, rules: Rules, { fromMs, untilMs, lastMs }: Day) {
  const { switches, inspections, skewMaxMs } = rules;
  const tables = prepareReplay(db);
  const now: Now = { nowMs: lastMs, entry: undefined, isDay: false };
  const nowMs = () => now.nowMs;
  let unknown = 0;
  const asleep = new Set<string>(); // lanes that wait until something was looked up

  const memory: Memory = openMemory({
    ...{ db, nowMs, waitMs: nowMs, maxInFlightMs: 0, skewMaxMs, inspections },
    ruling: {
      mode(asked, line) {
        const { entry, isDay } = now;
        if (isDay || !entry) return modeHere(switches, asked, line);
        return entry.postings.length > 0 ? 'live' : 'off';
      },
      inspects(usual) {
        const { entry, isDay } = now;
        if (isDay || !entry) return usual;
        return entry.postings.some(({ inspection }) => inspection === 1);
      },
    },
  });
  const { ledger, postings, approvals } = memory;

  const knownOf = (key: string): Posted | undefined => {
    const body = tables.document.get(key);
    return body === undefined ? undefined : (JSON.parse(body) as Posted);
  };

  /** The first answer behind a time that has ended the call. */
  const answerOf = (known: Posted | undefined, afterMs: number): Try | undefined =>
    known?.tries.find((one) => one.atMs > afterMs && answered(one) !== undefined);

  /**
   * A document may go out. What was asked there much later is taken up then; what was answered
   * later is in flight until then. What was answered before is so now, and what was never asked
   * there the ERP takes.
   */
  function take({ do: what, posting: { key }, lane }: Task): void {
    const known = knownOf(key);
    const answer = answerOf(known, now.nowMs);
    const asked = known?.tries.find(({ atMs }) => atMs > now.nowMs);
    const looked = known?.tries.find(({ atMs, outcome }) => {
      return outcome === 'lookedUp' && atMs >= now.nowMs;
    });
    if (what === 'lookUp' && looked && looked.atMs > now.nowMs) {
      asleep.add(lane);
      tables.addDue.run(looked.atMs, key, 'ask');
    } else if (what === 'lookUp') {
      const last = known?.tries.findLast(({ outcome }) => outcome === 'posted');
      postings.found(key, answer || !last ? [] : [last.said]);
    } else if (answer && asked!.atMs > now.nowMs + laterMs) {
      const retryAfterMs = asked!.atMs - now.nowMs;
      postings.settle(key, { kind: 'busy', reason: later, retryAfterMs });
      tables.addDue.run(asked!.atMs, key, 'ask');
    } else if (!answer) {
      const last = known?.tries.findLast((one) => answered(one) !== undefined);
      const added = { kind: 'posted', document: `new ${++unknown}` } as const;
      postings.settle(key, (last && answered(last)) ?? added);
    }
  }

  /** Whatever may be done now, until nothing may. */
  function goOn(): void {
    for (let steps = 0; steps < stepsMax; steps++) {
      const tasks = postings.next(asleep, lanesMax);
      if (tasks.length === 0) return;
      for (const task of tasks) take(task);
    }
  }

  /** A person said so there. */
  function decide(key: string, act: string, known: Posted): void {
    const reason = 'a person decided it there';
    if (act === 'retry') postings.decide(key, 'Retry', { reason });
    else if (act === 'giveUp') postings.decide(key, 'GiveUp', { reason });
    else postings.decide(key, 'Settle', { document: known.document ?? 'there', reason });
  }

  function happen({ key, what, atMs }: Due): void {
    const known = knownOf(key);
    const state = tables.state.get(key)?.state;
    if (what === 'ask') {
      const { lane } = postings.one(key);
      asleep.delete(lane);
      postings.wake(lane);
      return;
    }
    if (!known) return;
    if (what !== 'answer') {
      if (state === 'parked') decide(key, what, known);
    } else if (state === 'sending') {
      const answer = known.tries.find((one) => one.atMs === atMs && answered(one) !== undefined);
      if (answer) postings.settle(key, answered(answer)!);
    }
  }

  /** What is known to have happened until then, in its order. */
  function until(untilMs: number): void {
    for (let due = tables.due.get(untilMs); due; due = tables.due.get(untilMs)) {
      tables.dropDue.run(due.id);
      now.nowMs = Math.max(now.nowMs, due.atMs);
      happen(due);
      goOn();
    }
  }

  function remember({ postings: all }: Entry, isDay: boolean): void {
    for (const posted of all) {
      const { key, tries, acts } = posted;
      tables.addDocument.run(key, isDay ? 1 : 0, JSON.stringify(posted));
      for (const one of tries) if (answered(one)) tables.addDue.run(one.atMs, key, 'answer');
      for (const { atMs, act } of acts) tables.addDue.run(atMs, key, act);
    }
  }

  /** Versions that a release names are known here as they were there. */
  function approve(entry: Entry, fact: Content): void {
    if (fact.type !== 'OrderReleased') return;
    const lacked = new Set(entry.lacked.map((one) => JSON.stringify(one)));
    const versions = (fact.body.versions ?? []).filter((one) => !lacked.has(JSON.stringify(one)));
    if (versions.length === 0) return;
    const said = { by: 'system:replay', reason: 'known there' };
    approvals.approve({ site: entry.line, ...said, versions });
  }

  function live(entry: Entry): boolean {
    const { line, receivedMs } = entry;
    until(receivedMs - 1);
    const bytes = Buffer.from(entry.bytes, 'base64');
    const fact = readContent(bytes);
    const isDay = receivedMs >= fromMs && receivedMs < untilMs;
    Object.assign(now, { nowMs: Math.max(now.nowMs, receivedMs), entry, isDay });
    if (!fact) return isDay; // stated by a newer release
    remember(entry, isDay);
    if (isDay) tables.addDay.run(fact.eventId, line, isRule(fact.type) ? fact.type : 'none');
    approve(entry, fact);
    const first = ledger.head(line).sequence + 1;
    const own = { line, epoch: 1, first, before: null, after: null, facts: [bytes] };
    ledger.accept([{ segment: own }]);
    now.entry = undefined;
    goOn();
    return isDay;
  }

  return {
    /**
     * Lives through these, in their order, within a transaction of the caller's; how many are of
     * the day.
     */
    feed: (entries: readonly Entry[]): number => entries.filter(live).length,
    /** The day is over: all that is known to have happened in it has. */
    end(): void {
      now.entry = undefined;
      until(untilMs - 1);
      now.nowMs = Math.max(now.nowMs, untilMs);
      goOn();
    },
    nowMs,
    /** What is remembered beyond a transaction that was undone is read anew. */
    forget: memory.forget,
  };
}
