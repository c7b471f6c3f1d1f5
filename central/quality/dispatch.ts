import { hash } from 'node:crypto';
import { type CommandType, readSent } from '../../shared/command.ts';
import { asOne, type Database } from '../../shared/database.ts';
import { type SentCommand, sentBytesMax, sentMax } from '../../shared/dispatch.ts';
import type { Content, Fact } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import { type Row, type Sent, type SentState, sentTables, type Told } from './sent.ts';

/** Most commands of one line that wait; more are refused. */
export const waitingMax = 10_000;
/** Most commands that a line may have had from a ledger that is lost. */
const foreignMax = 10_000;

/** So long central tells people of commands that a lost ledger has sent, ms. */
const dayMs = 86_400_000;

/** A command to a line. */
export type Sending = Readonly<{
  line: string;
  type: CommandType;
  /** Order, operation, lot, serial …; as `readCommand` has it. */
  about?: Readonly<Record<string, string>>;
  body?: Readonly<Record<string, unknown>>;
  /** "person:…" or "system:…". */
  by: string;
  reason: string;
  /** The same source sent twice to a line is one command. */
  source?: string | undefined;
}>;

type Parts = {
  db: Database;
  nowMs: () => number;
  /** Told that a line may have something to ask for; the transaction may still be undone. */
  ring?: ((line: string) => void) | undefined;
  /** Told what came of a command, in the transaction that takes in the fact that says so. */
  ended?: ((sent: Sent) => void) | undefined;
};
export type Dispatch = ReturnType<typeof openDispatch>;

/**
 * An identity for one command of one line: of what it says, so that a ledger that was restored and
 * numbers anew never means another command by it.
 */
function commandIdOf(line: string, number: number, atMs: number, content: string): string {
  const digest = hash('sha256', `${line}\n${number}\n${atMs}\n${content}`, 'hex');
  return `central:${number}:${digest.slice(0, 12)}`;
}

/**
 * What central asks of lines: 1, 2, 3 … a line without holes, in the ledger, never edited. A line
 * asks for what is behind its last one; what came of each is told by its facts alone.
 *
 * A line that has had numbers that this ledger has never given was sent them by a ledger that is
 * lost: they are written down as foreign, and what this one has sent under them is sent again.
 */
export function openDispatch({ db, nowMs, ring, ended }: Parts) {
  const tables = sentTables(db);
  const newest = (line: string): number => tables.newest.get(line) ?? 0;
  const sentOf = ({ content: _, ...sent }: Row): Sent => sent;

  function add(told: Told): Row {
    const { line, by, reason, source, againOf, type, content } = told;
    const number = newest(line) + 1;
    const atMs = nowMs();
    const commandId = commandIdOf(line, number, atMs, content);
    const row = [line, number, commandId, atMs, by, reason, source, againOf, type, content];
    tables.add.run(...row, 'pending', null, null);
    ring?.(line);
    return tables.one.get(line, number)!;
  }

  /** Writes down what a ledger that is lost has sent; false if there is too much of it. */
  function fill(line: string, upTo: number): boolean {
    const from = newest(line) + 1;
    if (upTo - from >= foreignMax) return false;
    const words = 'sent by a ledger that is lost: the line has had it';
    for (let number = from; number <= upTo; number++) {
      const row = [line, number, `central:${number}`, nowMs(), 'system:unknown', '', null, null];
      tables.add.run(...row, 'unknown', '{}', 'foreign', nowMs(), words);
    }
    return true;
  }

  function send({ line, type, about = {}, body = {}, by, reason, source }: Sending): Sent {
    const content = JSON.stringify({ ...about, type, body });
    const read = { ...about, type, body, line, actor: by, commandId: 'central:1' };
    readSent(read);
    if (Buffer.byteLength(content) > sentBytesMax / 4) {
      throw new Fault('INVALID', `command: must be at most ${sentBytesMax / 4} bytes as JSON`);
    }
    const known = source === undefined ? undefined : tables.bySource.get(line, source);
    if (known && known.content !== content) {
      const words = `${source} was sent to ${line} as number ${known.number}, and says otherwise`;
      throw new Fault('CONFLICT', `source: ${words}`);
    }
    if (known) return sentOf(known);
    const { waiting } = tables.waiting.get(line)!;
    if (waiting >= waitingMax) {
      throw new Fault('FULL', `line: ${waitingMax} commands wait for ${line}`);
    }
    const told = { line, by, reason, type, source: source ?? null, againOf: null, content };
    return sentOf(add(told));
  }

  function note(fact: Content & Pick<Fact, 'line'>): void {
    if (fact.type !== 'CommandReceived') return;
    const { line, eventId, body } = fact;
    const { number, commandId, outcome, rule = null, reason = null } = body;
    const row = tables.one.get(line, number);
    if (!row) return void fill(line, number);
    if (row.state !== 'pending') return;
    if (row.commandId === commandId) {
      tables.end.run(outcome, nowMs(), eventId, rule, reason, line, number);
    } else {
      const words = 'a ledger that is lost had used this number: sent again under another';
      tables.displace.run(nowMs(), eventId, words, line, number);
      add({ ...row, againOf: number });
    }
    ended?.(sentOf(tables.one.get(line, number)!));
  }

  return {
    /**
     * Asks something of a line; within the ledger's transaction, or as one of its own. Throws Fault
     * INVALID naming the field, CONFLICT for a source that said something else, FULL when too many
     * wait.
     */
    send: asOne(db, send, () => undefined),

    /** Takes in what a line says came of a command; within the ledger's transaction. */
    note,

    /** What is behind a number, as much as one answer takes; `lost` numbers were written down. */
    behind(line: string, after: number): { newest: number; commands: SentCommand[]; lost: number } {
      const lost = Math.max(0, after - newest(line));
      if (lost > 0 && !asOne(db, fill, () => undefined)(line, after)) {
        const words = `the line has had ${lost} more than were sent`;
        throw new Fault('CONFLICT', `cmd.after: ${words}: at most ${foreignMax} are taken`);
      }
      const commands: SentCommand[] = [];
      let bytes = 0;
      for (const row of tables.behind.all(line, after, sentMax)) {
        bytes += Buffer.byteLength(row.content);
        if (commands.length > 0 && bytes > sentBytesMax) break;
        const { number, commandId, atMs, by, reason, content } = row;
        const command = JSON.parse(content) as Record<string, unknown>;
        commands.push({ number, commandId, command, atMs, by, reason });
      }
      return { newest: newest(line), commands, lost };
    },

    one: (line: string, number: number): Sent | undefined => {
      const row = tables.one.get(line, number);
      return row && sentOf(row);
    },

    /** What a source has led to at a line, if it was sent. */
    bySource: (line: string, source: string): Sent | undefined => {
      const row = tables.bySource.get(line, source);
      return row && sentOf(row);
    },

    /** Of one line: the newest number, how many wait, and since when the first of them does. */
    standing: (line: string) => ({ newest: newest(line), ...tables.waiting.get(line)! }),
    /** Lines with commands that wait: how many, and since when the first does. */
    waiting: () => new Map(tables.allWaiting.all().map((row) => [row.line, row])),
    /** Commands that a lost ledger has sent, of the last day. */
    foreign: (): number => tables.foreign.get(nowMs() - dayMs) ?? 0,
    /** A line's commands, the newest first, below a number. */
    ofLine: (line: string, below: number, limit: number): Sent[] =>
      tables.shown.all(line, below, limit).map(sentOf),
    /** Commands in one state, line by line, the oldest first. */
    inState: (state: SentState, limit: number): Sent[] =>
      tables.inState.all(state, limit).map(sentOf),
  };
}
