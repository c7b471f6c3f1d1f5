import type { Clock } from '../../shared/clock.ts';
import { decodeContent } from '../../shared/codec.ts';
import type { BodyOf } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import type { Logger } from '../../shared/log.ts';
import type { Bell } from '../../shared/loop.ts';
import { cutsMax } from '../../shared/runtime.ts';
import { instantMaxMs } from '../../shared/vocabulary.ts';
import { edition } from '../../statecharts/edition.ts';
import type { Book } from '../line/book.ts';
import type { Roster } from '../line/roster.ts';
import { inParts } from './carry.ts';
import type { Reach } from './erasing.ts';
import type { Level } from './gauge.ts';
import { writeMemory } from './memory.ts';
import type { Store } from './store.ts';

/** Most facts, and most refusals, that one transaction erases. */
export const roundMax = 1_000;
/** Pauses between two rounds: while nothing else is committed, and while a plant is at work, ms. */
const pauseMs = 100;
const busyMs = 1_000;
/** Fewest facts for which a state is carried over. */
export const carryMin = 1_000;
/** Most reports of open orders up to where facts go: a carried state says their facts again. */
export const openReportsMax = 50_000;
/** Least that a fact takes on disk with its indexes, bytes. */
export const factBytes = 300;
/** A carried state frees at least so many times what it takes. */
const worth = 2;
const dayMs = 86_400_000;

/** What is left of `keepDays` when room gets short; never less than a day. */
const shares: Record<Level, number> = {
  ...{ ok: 1, warn: 1 / 2, shed: 1 / 4, qualityOnly: 1 / 8, full: 1 / 8 },
};

/** What is forgotten, and when it was recorded. */
type Span = Pick<BodyOf<'StateCarried'>, 'fromMs' | 'untilMs' | 'upTo'>;

type Parts = {
  store: Store;
  book: Book;
  roster: Roster;
  keepDays: number;
  level: () => Level;
  /** True while central knows this store as the writer of all its lines. */
  entered: () => boolean;
  /** States what the runtime has seen; false if the disk does not take it. */
  state: (work: () => void) => boolean;
  nowMs: () => number;
  log: Logger;
};
export type Retention = ReturnType<typeof openRetention>;

/**
 * Forgets what central keeps, once `keepDays` days of facts lie behind it.
 *
 * What led to the state goes only when the state itself is said by facts that central keeps, with
 * everything before them. A day counts when facts were stated on it: a clock that jumps makes one
 * day more, not a year, and one that is behind makes none.
 */
export function openRetention(parts: Parts) {
  const { store, book, roster, keepDays, level, entered, state, nowMs, log } = parts;
  const { forgotten, snapshots } = store;
  let cleared = 0; // what was noted of the time before this position is erased
  let least = carryMin; // fewer facts are not worth what the state takes

  const today = (): number => Math.floor(nowMs() / dayMs);
  const daysNow = (): number => Math.max(1, Math.floor(keepDays * shares[level()]));

  /** Position up to which facts are old enough: so many whole days lie behind; 0 for none. */
  function horizon(): number {
    const days = daysNow();
    const known = forgotten.dayBefore(days + 1);
    return known && today() - known.day > days ? known.position : 0;
  }

  /** When the first and the last of what goes was recorded, as far as clocks can tell. */
  function spanOf(reaches: readonly Reach[]): { fromMs: number; untilMs: number } {
    const at = ({ line, epoch }: Reach, sequence: number): number =>
      decodeContent(store.at(line, epoch, sequence)!.bytes).recordedMs;
    const now = Math.min(Math.max(0, nowMs()), instantMaxMs);
    const untilMs = Math.min(now, Math.max(...reaches.map((one) => at(one, one.sequence))));
    const fromMs = Math.min(untilMs, ...reaches.map((one) => at(one, one.first + 1)));
    return { fromMs, untilMs };
  }

  /** Says the state by facts, without what may leave it, if enough can be forgotten behind it. */
  function carry(): boolean {
    const pending = forgotten.carried();
    if (pending?.settled === 0 || !book.isWhole() || !entered()) return false;
    const position = horizon();
    const reaches = forgotten.reaches(position).slice(0, cutsMax);
    const facts = reaches.reduce((sum, { first, sequence }) => sum + sequence - first, 0);
    if (facts < least) return false;
    const reports = book.openReports(position);
    if (reports > openReportsMax) {
      log.warn({ reports, most: openReportsMax }, 'orders are open for too long to forget facts');
      return false;
    }
    const size = writeMemory(book.contents()).length;
    least = Math.max(carryMin, Math.ceil((worth * size) / factBytes));
    if (facts < least) return false;
    const upTo = reaches.map(({ path: line, epoch, sequence }) => ({ line, epoch, sequence }));
    const said = { ...spanOf(reaches), upTo };
    const done = state(() => say(said));
    if (done)
      log.info({ facts, bytes: size }, 'the state was carried over: facts can go behind it');
    return done;
  }

  function say({ upTo, ...span }: Required<Span>): void {
    const position = snapshots.position();
    book.forget({ upTo, ...span });
    const { said, ...whole } = inParts(writeMemory(book.contents()));
    const all = { charts: edition, facts: position, ...whole, ...span };
    const [first] = roster.actors;
    snapshots.begin(edition);
    first!.observe('StateCarried', { ...all, part: 0, upTo });
    said.forEach((part, at) => {
      first!.observe('StateCarried', { ...all, part: at + 1, state: part });
    });
    forgotten.carry(position, first!.head());
  }

  /** Notes that central has all that the carried state was made of. */
  function settle(): boolean {
    const pending = forgotten.carried();
    if (pending?.settled !== 0 || forgotten.owed(pending.position) !== undefined) return false;
    store.commit(() => forgotten.settle(pending.position));
    return true;
  }

  /** Erases some of what the book has let go of. */
  function erase(): boolean {
    const base = forgotten.base();
    if (base === 0) return false;
    const cuts = new Map(book.upTo().map((at) => [`${at.line}\n${at.epoch}`, at.sequence]));
    for (const reach of forgotten.reaches(base)) {
      const cut = cuts.get(`${reach.path}\n${reach.epoch}`) ?? 0;
      const sequence = Math.min(cut, reach.sequence, reach.first + roundMax);
      if (sequence <= reach.first) continue;
      store.commit(() => forgotten.erase({ ...reach, sequence }));
      return true;
    }
    return false;
  }

  /** Erases what was noted of the time that is forgotten: refusals, days, older states. */
  function clear(): boolean {
    const upTo = forgotten.upTo();
    if (upTo === cleared) return false;
    let erased = 0;
    store.commit(() => {
      erased = forgotten.eraseRefusals(upTo, roundMax);
      if (erased === 0) forgotten.eraseNotes(upTo);
    });
    if (erased === 0) cleared = upTo;
    return true;
  }

  /** A line of which central lacks facts, without which nothing more is forgotten. */
  function waitsFor(): string | undefined {
    const pending = forgotten.carried();
    return pending?.settled === 0 ? forgotten.owed(pending.position) : undefined;
  }

  return {
    /** One step, one transaction at most; true if there may be another one to take. */
    step(): boolean {
      forgotten.noteDay(today(), snapshots.position());
      return settle() || erase() || clear() || carry();
    },

    /** What the disk says, knowing that it fills no further once as much is forgotten as stated. */
    lasting<T extends Readonly<{ level: Level; daysLeft: number | null }>>(disk: T): T {
      const untilFull = disk.daysLeft ?? Number.POSITIVE_INFINITY;
      const untilLevel = Math.max(0, keepDays + 1 - forgotten.days()) + 1;
      const isSteady = disk.level === 'ok' && entered() && waitsFor() === undefined;
      return isSteady && untilFull > untilLevel ? { ...disk, daysLeft: null } : disk;
    },

    status() {
      const waits = waitsFor();
      return {
        keepDays,
        days: forgotten.days(),
        waitsFor: waits ?? null,
        forgotten: forgotten.count(),
      };
    },
  };
}

type Loop = {
  retention: Retention;
  bell: Bell;
  /** With nothing to forget, it is looked again after this time, ms. */
  idleMs: number;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
};

/** Forgets in small steps, slower while the plant is at work, until `signal` aborts. */
export async function forget(parts: Loop): Promise<void> {
  const { retention, bell, idleMs, clock, log, signal } = parts;
  let seen = bell.rings();
  while (!signal.aborted) {
    let more = false;
    try {
      more = retention.step();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      log.warn({ reason: error.message }, 'nothing could be forgotten now');
    }
    const isBusy = bell.rings() !== seen;
    seen = bell.rings();
    await clock.sleep(more ? (isBusy ? busyMs : pauseMs) : idleMs, signal);
  }
}
