import { backoff, scattered } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { type Command, readSent } from '../../shared/command.ts';
import { decodeCommandsAnswer, type SentCommand } from '../../shared/dispatch.ts';
import { Fault } from '../../shared/fault.ts';
import type { Logger } from '../../shared/log.ts';
import { type Bell, openBell } from '../../shared/loop.ts';
import { receivedReasonMax } from '../../shared/runtime.ts';
import { commandSubject } from '../../shared/subject.ts';
import type { Actor } from '../line/actor.ts';
import type { Answer } from '../line/answers.ts';
import type { Book } from '../line/book.ts';
import type { Intake } from '../line/intake.ts';
import type { Roster } from '../line/roster.ts';
import type { Outbox } from '../store/outbox.ts';
import type { AskCentral } from './history.ts';

/** A central that does not answer is asked again at first after this time, ms. */
const awayMs = 1_000;

type Parts = {
  lines: readonly string[];
  roster: Pick<Roster, 'actor'>;
  book: Pick<Book, 'look'>;
  outbox: Pick<Outbox, 'marks'>;
  intake: Pick<Intake, 'ask' | 'state'>;
  ask: AskCentral;
  /** Who this store is as the line's writer; undefined while it is not. */
  writer: (line: string) => string | undefined;
  /** Without a bell central is asked so often, ms. */
  everyMs: number;
  /** While central does not answer, it is asked again at most so much later, ms. */
  downMs?: number;
  /** Told that commands of a line wait, for another reason than before or no more. */
  changed?: () => void;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
};
/** Commands of central without an outcome, and why the first of them has none. */
export type CommandsWait = Readonly<{ count: number; reason: string }>;
/** What came of a command: an outcome that stands, or that it waits, and why. */
type Outcome = { waits: string } | { waits?: undefined };

const none = { upTo: 0, beyond: [] };
const shortly = (reason: string): string =>
  [...reason.replace(/\p{Cc}/gu, ' ')].slice(0, receivedReasonMax).join('');

/**
 * Fetches what central has for the lines of this edge, and asks it of them as anybody else would.
 *
 * A command and the fact that tells what came of it are one transaction: what stands at the edge
 * is never asked twice, whatever is lost on the way. What the disk turns away has no outcome: it
 * waits, and all behind it but holds. A line that this store does not write is told nothing.
 */
export function openReceiving(parts: Parts) {
  const { lines, roster, book, outbox, intake, ask, writer, everyMs, clock, log, signal } = parts;
  const bells = new Map<string, Bell>(lines.map((line) => [line, openBell(clock)]));
  const waits = new Map<string, string>(); // why the next command of a line has no outcome
  const newest = new Map<string, number>(); // number of the last command that there is

  const place = (line: string) => book.look('received', line) ?? none;
  const isKnown = (line: string, number: number): boolean => {
    const { upTo, beyond } = place(line);
    return number <= upTo || beyond.includes(number);
  };

  /** Told once, until it is another. */
  function tellWaiting(line: string, reason: string | undefined): void {
    if (waits.get(line) === reason) return;
    if (reason === undefined) waits.delete(line);
    else waits.set(line, reason);
    if (reason !== undefined) log.error({ line, reason }, "central's commands wait");
    parts.changed?.();
  }

  function state(sent: SentCommand, actor: Actor, answer: Answer): void {
    if (answer.status === 'refused' && answer.code === 'CORRUPT') return; // the line stands still
    const { number, commandId, command } = sent;
    const refused =
      answer.status === 'accepted'
        ? { outcome: 'applied' as const }
        : {
            ...{ outcome: 'refused' as const, reason: shortly(answer.reason) },
            ...(answer.rule === undefined ? {} : { rule: answer.rule }),
          };
    const body = { number, commandId, command: shortly(`${command['type']}`).slice(0, 40) };
    actor.observe('CommandReceived', { ...body, ...refused }, 'system:edge', commandId);
  }

  /** One that this edge does not understand has its outcome, too. */
  function refuse(line: string, sent: SentCommand, fault: Fault): Outcome {
    const { code, message: reason } = fault;
    const answer = { status: 'refused', commandId: sent.commandId, code, reason } as const;
    const isStated = intake.state(() => state(sent, roster.actor(line), answer));
    return isStated ? {} : { waits: 'the disk takes no outcome now' };
  }

  async function take(line: string, sent: SentCommand, command: Command): Promise<Outcome> {
    let answer: Answer;
    try {
      answer = await intake.ask(command, undefined, (told, actor) => state(sent, actor, told));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return { waits: error.message };
    }
    if (isKnown(line, sent.number)) return {};
    return { waits: answer.status === 'refused' ? answer.reason : 'the outcome was not kept' };
  }

  function read(line: string, { command, commandId, by }: SentCommand): Command | Fault {
    try {
      const told = { correlationId: commandId, ...command, commandId, line, actor: by };
      return readSent(told);
    } catch (error) {
      if (error instanceof Fault) return error;
      throw error;
    }
  }

  /** Throws Fault CORRUPT where a number is left out: nothing is ever skipped. */
  function checkNumbers(line: string, commands: readonly SentCommand[], newest: number): void {
    const { upTo } = place(line);
    const hole = commands.findIndex(({ number }, index) => number !== upTo + 1 + index);
    if (hole !== -1) {
      const { number } = commands[hole]!;
      throw new Fault('CORRUPT', `central: command ${upTo + 1 + hole} is due, and came ${number}`);
    }
    if (newest < upTo) {
      const words = `its newest command is ${newest}, and ${upTo} was received here`;
      throw new Fault('CORRUPT', `central: ${words}: it was restored from a backup`);
    }
  }

  /** Takes what central has for the line now; true if there is more at once. */
  async function round(line: string): Promise<boolean> {
    const store = writer(line);
    if (store === undefined) return false;
    const { upTo: after } = place(line);
    const question = JSON.stringify({ store, epoch: outbox.marks(line).epoch, after });
    const told = decodeCommandsAnswer(await ask(commandSubject(line), question));
    if (told.answer === 'refused') {
      tellWaiting(line, told.reason ?? 'central refuses this store');
      return false;
    }
    newest.set(line, told.newest);
    checkNumbers(line, told.commands, told.newest);
    let waiting: string | undefined;
    for (const sent of told.commands) {
      if (signal.aborted || writer(line) !== store) return false;
      if (isKnown(line, sent.number)) continue;
      const command = read(line, sent);
      const mayPass = !(command instanceof Fault) && command.command === 'PlaceHold';
      if (waiting !== undefined && !mayPass) continue;
      const outcome =
        command instanceof Fault ? refuse(line, sent, command) : await take(line, sent, command);
      waiting ??= outcome.waits;
    }
    tellWaiting(line, waiting);
    return waiting === undefined && told.newest > place(line).upTo;
  }

  async function receive(line: string): Promise<void> {
    const bell = bells.get(line)!;
    for (let failures = 0, asked = 1; !signal.aborted; asked++) {
      const seen = bell.rings();
      try {
        const isMore = await round(line);
        failures = 0;
        if (!isMore) await bell.wait(seen, scattered(everyMs, line, asked), signal);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        // A central from before answers nothing, and nobody need know of it each time.
        if (error.code !== 'UNREACHABLE') tellWaiting(line, error.message);
        const pauseMs = Math.max(awayMs, backoff(++failures, Math.max(everyMs, parts.downMs ?? 0)));
        await bell.wait(seen, scattered(pauseMs, line, asked), signal);
      }
    }
  }

  return {
    /** One a line, until `signal` aborts. */
    loops: (): Promise<void>[] => lines.map(receive),
    /** Central may have something for the line. */
    ring: (line: string): void => bells.get(line)?.ring(),
    /** What waits at a line; null while nothing does. */
    waiting(line: string): CommandsWait | null {
      const reason = waits.get(line);
      if (reason === undefined) return null;
      const { upTo, beyond } = place(line);
      const count = Math.max(0, (newest.get(line) ?? upTo) - upTo - beyond.length);
      return count === 0 ? null : { count, reason };
    },
    /** How far a line has come, and why it goes no further. */
    standing: (line: string) => ({ ...place(line), waits: waits.get(line) ?? null }),
  };
}
