import { type Erp, inverses, isCancel, type Outcome, type Posting } from '../../central/erp/erp.ts';
import { quantity, zero } from '../../shared/quantity.ts';
import { openLater } from './later.ts';
import type { Life } from './life.ts';
import type { World } from './world.ts';

/** A document in the books; its number is its place in the list, from 1. */
export type Entry = Readonly<{ posting: Posting; askedMs: number; committedMs: number }>;
export type Books = ReturnType<typeof openErp>;

/** The code with which it refuses to take back what is not in the books, or no more. */
export const notThere = 'M7/061';
export const maxInFlightMs = 30_000;
const timeoutMs = 10_000;
const none = { free: zero, blocked: zero, inspected: zero };
const unknown: Outcome = { kind: 'unknown', reason: 'no answer' };
const micros = (text: string | undefined) => (text === undefined ? zero : quantity(text, 'erp'));

/**
 * An ERP in every mood: it refuses, is busy, drops requests, commits and loses the answer, or
 * commits late: perhaps after the call has ended, but within `maxInFlightMs` of its beginning. Some
 * of these ERPs queue what they take. It lives on when central dies.
 */
export function openErp(world: World) {
  const { nature } = world;
  const dice = world.dice('erp');
  const books: Entry[] = [];
  const refused = new Set<string>();
  const taken = new Set<string>(); // numbers of documents that were taken back
  const stock = new Map<string, { free: bigint; blocked: bigint; inspected: bigint }>();
  let odds = 0;
  let locking = 0; // for how long the next order will be locked, ms
  let locked: { order: string; untilMs: number } | undefined;

  /** Why it cannot be taken back: it is not in the books, or no more. */
  function flaw({ kind, cancels, cancelsKey }: Posting): string | undefined {
    if (!isCancel(kind)) return undefined;
    const at = /^D(\d+)$/.exec(cancels ?? '')?.[1];
    const target = at === undefined ? undefined : books[Number(at) - 1]?.posting;
    if (!target || inverses[target.kind] !== kind) return `${cancels} is not in the books`;
    if (target.key !== cancelsKey) return `${cancels} is not ours: it bears key ${target.key}`;
    return taken.has(cancels!) ? `${cancels} was taken back already` : undefined;
  }

  function commit(posting: Posting, askedMs: number): string {
    books.push({ posting, askedMs, committedMs: world.nowMs() });
    const { kind, lot, cancels } = posting;
    if (cancels !== undefined) taken.add(cancels);
    if (lot !== undefined && kind !== 'goodsIssue' && kind !== 'confirmation') move(lot, posting);
    return `D${books.length}`;
  }

  function move(lot: string, { kind, quantity: all, blocked, scrap, inspection }: Posting): void {
    const held = stock.get(lot) ?? { ...none };
    stock.set(lot, held);
    const [whole, part] = [micros(all), micros(blocked)];
    if (kind === 'usageDecision') {
      held.free += whole - part - micros(scrap);
      held.blocked += part;
      held.inspected -= whole;
      return;
    }
    if (inspection) {
      held.inspected += kind === 'goodsReceipt' ? whole : -whole;
      return;
    }
    if (kind === 'goodsReceipt') held.free += whole - part;
    if (kind === 'cancelReceipt') held.free -= whole - part;
    if (kind === 'blockStock') held.free -= whole;
    if (kind === 'unblockStock') held.free += whole;
    if (kind === 'goodsReceipt') held.blocked += part;
    if (kind === 'cancelReceipt') held.blocked -= part;
    if (kind === 'blockStock') held.blocked += whole;
    if (kind === 'unblockStock' || kind === 'scrapStock') held.blocked -= whole;
  }

  /** True while somebody else works at the order of this posting. */
  function isLocked({ order }: Posting): boolean {
    if (order === undefined) return false;
    if (locking > 0) locked = { order, untilMs: world.nowMs() + locking };
    locking = 0;
    return locked?.order === order && world.nowMs() < locked.untilMs;
  }

  const later = openLater({
    ...{ world, commit, odds: () => odds },
    flaw(posting) {
      const reason = flaw(posting);
      return reason && `${notThere}: ${reason}`;
    },
  });

  /** Executes it, or puts it into its queue. */
  function accept(posting: Posting, askedMs: number): Outcome {
    if (later.takes()) return later.add(posting, askedMs);
    return { kind: 'posted', document: commit(posting, askedMs) };
  }

  /** What the ERP makes of a call, and after how long it says so. */
  function take(posting: Posting): { afterMs: number; outcome: Outcome } {
    const askedMs = world.nowMs();
    if (isLocked(posting)) return { afterMs: 20, outcome: { kind: 'busy', reason: 'locked' } };
    const reason = flaw(posting);
    if (reason) return { afterMs: 20, outcome: { kind: 'refused', code: notThere, reason } };
    if (!dice.chance(odds)) {
      return { afterMs: 20, outcome: accept(posting, askedMs) };
    }
    const mood = dice.below(5);
    if (mood === 0 && !refused.has(posting.key)) {
      refused.add(posting.key); // once: a person will say "again"
      return { afterMs: 20, outcome: { kind: 'refused', code: 'M3/999', reason: 'master data' } };
    }
    if (mood <= 1) {
      const pause = dice.chance(0.5) ? { retryAfterMs: dice.below(3_000) } : {};
      return { afterMs: 20, outcome: { kind: 'busy', reason: 'locked', ...pause } };
    }
    const afterMs = dice.below(timeoutMs);
    if (mood === 2) {
      const outcome = accept(posting, askedMs);
      return { afterMs, outcome: dice.chance(0.5) ? unknown : outcome };
    }
    const late = dice.below(maxInFlightMs);
    if (mood === 3) {
      world.after(nature, late, () => {
        if (!flaw(posting)) accept(posting, askedMs); // it may have been there meanwhile
      });
    }
    return { afterMs, outcome: unknown };
  }

  /** As one life of central sees it; `asked` is told of every call as it leaves. */
  const erpFor = (life: Life, asked: (posting: Posting) => void): Erp => ({
    name: 'simulated',
    maxInFlightMs,
    unfit: () => undefined,
    post: (posting) =>
      new Promise((resolve) => {
        asked(posting);
        world.after(nature, 5, () => {
          const { afterMs, outcome } = take(posting);
          world.after(life, afterMs, () => resolve(outcome));
        });
      }),
    lookup: ({ key }) =>
      new Promise((resolve) => {
        const answers = !dice.chance(odds);
        world.after(life, 5 + dice.below(50), () => {
          const found = books.flatMap(({ posting }, at) =>
            posting.key === key ? [`D${at + 1}`] : [],
          );
          const stands = found.length === 0 ? later.of(key) : undefined;
          resolve(answers ? (stands ?? found) : undefined);
        });
      }),
  });

  return {
    ...{ erpFor, books },
    stockOf: (lot: string) => stock.get(lot) ?? none,
    /** Lots of which less than nothing is in some kind of stock. */
    overdrawn: () =>
      [...stock].filter(([, kinds]) => kinds.inspected < zero || kinds.blocked < zero),
    /** Odds that a call goes wrong, from now on. */
    setOdds(next: number): void {
      odds = next;
    },
    /** The order of the next call is locked from then on for so long; 0 unlocks. */
    lockNext(forMs: number): void {
      locking = forMs;
      locked = undefined;
    },
  };
}
