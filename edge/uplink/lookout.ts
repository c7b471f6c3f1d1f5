import { readContent } from '../../shared/codec.ts';
import { segmentFactsMax } from '../../shared/segment.ts';
import type { Outbox, Stored } from '../store/outbox.ts';
import { type Kind, kindOfFact } from '../store/shedding.ts';
import type { Candidate } from './triage.ts';

/** A line is behind while central's ledger lacks more facts of it than this … */
export const behindFacts = 2 * segmentFactsMax;
/** … or has lacked one for this long, ms. */
export const behindMs = 2_000;
/** Of a line that falls behind, so many of its newest facts count as live. */
const liveMax = 100;
/** Most facts of quality that are still to be told; the newest. */
const owedMax = 1_000;

/** What the fact is to central; undefined for one that cannot be read. */
function kindAt({ bytes }: Stored): Kind | undefined {
  const content = readContent(bytes);
  return content && kindOfFact(content);
}

export type Lookout = ReturnType<typeof openLookout>;

/**
 * Whether central is behind with a line, and what of it is to be told ahead: the newest facts, and
 * the holds in the whole backlog, which is searched from its newest fact down.
 */
export function openLookout(line: string, outbox: Outbox) {
  let epoch = 0;
  let target = 0; // to be kept by central in time; 0 while it owes nothing
  let sinceMs = 0;
  let isBehind = false;
  let upTo = 0; // told, or passed over, up to here
  let unsearched: { low: number; high: number }[] = []; // for holds; after low, up to high
  let owed = new Map<number, Stored>(); // of quality, by sequence

  function restart(now: number): void {
    epoch = now;
    target = 0;
    isBehind = false;
    upTo = 0;
    unsearched = [];
    owed = new Map();
  }

  function owe(fact: Stored): void {
    owed.set(fact.sequence, fact);
    if (owed.size > owedMax) owed.delete(Math.min(...owed.keys()));
  }

  /** Facts up to here are not live: only holds among them are told ahead. */
  function passOver(to: number): void {
    if (to <= upTo) return;
    unsearched.push({ low: upTo, high: to });
    upTo = to;
  }

  /** Searches at most so many facts of the last range; returns how many. */
  function searchLast(limit: number, kept: number): number {
    const range = unsearched.at(-1)!;
    const after = Math.max(range.low, kept, range.high - limit);
    const count = Math.max(0, range.high - after);
    if (count > 0) {
      for (const fact of outbox.naming(line, after, range.high, 'HoldPlaced')) {
        if (kindAt(fact) === 'quality') owe(fact);
      }
    }
    range.high = after;
    if (after <= Math.max(range.low, kept)) unsearched.pop();
    return count;
  }

  return {
    line,
    epoch: () => epoch,
    isBehind: () => isBehind,

    /** Looks where the line stands. */
    look(nowMs: number): boolean {
      const marks = outbox.marks(line);
      const { head, kept } = marks;
      if (marks.epoch !== epoch) restart(marks.epoch);
      if (head <= kept) {
        target = 0;
        isBehind = false;
        return false;
      }
      if (target === 0 || kept >= target) {
        target = head;
        sinceMs = nowMs;
      }
      const before = isBehind;
      isBehind = head - kept > behindFacts || nowMs - sinceMs >= behindMs;
      if (isBehind && !before) passOver(Math.max(kept, head - liveMax));
      for (const sequence of owed.keys()) if (sequence <= kept) owed.delete(sequence);
      return isBehind;
    },
    /** How long until the line may be behind, if nothing of it is kept before; ms. */
    dueInMs: (nowMs: number): number =>
      target === 0 ? Number.POSITIVE_INFINITY : Math.max(0, sinceMs + behindMs - nowMs),

    /** Searches at most so many facts of the backlog; false when there is nothing to search. */
    search(limit: number): boolean {
      const { kept } = outbox.marks(line);
      let searched = 0;
      while (searched < limit && unsearched.length > 0) {
        searched += searchLast(limit - searched, kept);
      }
      return searched > 0;
    },

    /** What may be told now, of at most so many of the newest facts; `passed` is to be told. */
    candidates(limit: number): { all: Candidate[]; upTo: number } {
      const rows = outbox.newest(line, upTo, limit);
      passOver((rows.at(-1)?.sequence ?? upTo + 1) - 1);
      const fresh = rows.flatMap((fact, place): Candidate[] => {
        const kind = kindAt(fact);
        return kind ? [{ line, kind, fact, place }] : [];
      });
      const newer = new Set(rows.map(({ sequence }) => sequence));
      const left = [...owed.values()].filter(({ sequence }) => !newer.has(sequence));
      const older = left.map((fact): Candidate => {
        return { line, kind: 'quality', fact, place: rows.length };
      });
      return { all: [...fresh, ...older], upTo: rows[0]?.sequence ?? upTo };
    },

    /** These were told; of what was `passed` only quality stays to be told. All to `to` is done. */
    told(chosen: readonly Candidate[], passed: readonly Candidate[], to: number): void {
      for (const { fact } of chosen) owed.delete(fact.sequence);
      for (const { kind, fact } of passed) if (kind === 'quality') owe(fact);
      upTo = Math.max(upTo, to);
    },
  };
}
