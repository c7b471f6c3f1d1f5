import { backoff } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { type Command, commands, commandTypes, readCommand } from '../../shared/command.ts';
import { Fault } from '../../shared/fault.ts';
import { nameId } from '../../shared/identity.ts';
import type { Bell } from '../../shared/loop.ts';
import type { Tables } from '../../statecharts/tables.ts';
import { missed } from '../../statecharts/timers.ts';
import type { Answer } from './answers.ts';
import type { Book } from './book.ts';
import type { Roster } from './roster.ts';

type Timer = Tables['timer'];
type Parts = {
  book: Book;
  roster: Roster;
  ask: (command: Command) => Promise<Answer>;
  /** Rings when facts were committed: another timer may run. */
  bell: Bell;
  /** With nothing due, the day is looked at again after this time, ms: it may have been set. */
  idleMs: number;
  clock: Clock;
  signal: AbortSignal;
};

/** Pause between two looks at the timers, ms: so late may one be stated. */
export const lookMs = 1_000;
/** Most timers that are stated in one round. */
const roundMax = 100;
const namespace = '5f0c2f0e-6d4b-5a57-9d0b-2b1f6f8f1a07';

/** What is due now, as commands: the longest due first, `roundMax` of them. */
export function dueCommands(book: Book, roster: Roster, nowMs: number): Command[] {
  const lines = roster.actors.map(({ path }) => path);
  const due = [...book.rows('timer')].filter(
    ([, { dueMs }]) => dueMs !== undefined && dueMs <= nowMs,
  );
  due.sort(([, a], [, b]) => a.dueMs! - b.dueMs!);
  return due.slice(0, roundMax).map(([key, timer]) => commandOf(key, timer, nowMs, lines));
}

function commandOf(key: string, timer: Timer, nowMs: number, lines: readonly string[]): Command {
  const { fact, occurrence, line, about } = timer;
  const { hold, phase, ...subject } = about;
  // A refusal is remembered; under the next minute's id the timer is asked for again.
  const minute = Math.floor(nowMs / 60_000);
  const body = {
    ...(hold === undefined ? { phase } : { hold }),
    ...{ occurrence, ...(fact === 'HoldReminded' ? { missed: missed(timer, nowMs) } : {}) },
  };
  return readCommand({
    commandId: nameId(namespace, `${key}\n${occurrence}\n${minute}`),
    line: lines.includes(line) ? line : lines[0],
    type: commandTypes.find((type) => commands[type] === fact),
    actor: 'system:timer',
    ...{ ...subject, body },
  });
}

/**
 * States what is due, until `signal` aborts. Timers are a fold over the facts, so that none is lost
 * or doubled by a restart; those that fell into an outage are stated late, a recurring one once.
 */
export async function keepTime(parts: Parts): Promise<void> {
  const { book, roster, ask, bell, idleMs, clock, signal } = parts;
  let attempt = 0;
  while (!signal.aborted) {
    const seen = bell.rings();
    try {
      await Promise.all(dueCommands(book, roster, clock.nowMs()).map(ask));
      attempt = 0;
    } catch (error) {
      if (!(error instanceof Fault && error.retry)) throw error;
      await clock.sleep(backoff(++attempt), signal);
    }
    await clock.sleep(lookMs, signal);
    await bell.wait(seen, untilDue(book, clock.nowMs(), idleMs), signal);
  }
}

/** Time until the first timer is due, ms; at most `idleMs`. */
function untilDue(book: Book, nowMs: number, idleMs: number): number {
  let first = nowMs + idleMs;
  for (const { dueMs } of book.rows('timer').values()) {
    if (dueMs !== undefined && dueMs < first) first = dueMs;
  }
  return Math.max(0, first - nowMs);
}
