import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { genesis, link, readContent } from '../../shared/codec.ts';
import type { Command } from '../../shared/command.ts';
import { type Database, faultOf } from '../../shared/database.ts';
import type { Fault } from '../../shared/fault.ts';
import { openForgotten } from './forgotten.ts';
import type { Written } from './reported.ts';
import { openSnapshots } from './snapshots.ts';

export type Head = {
  line: number;
  path: string;
  epoch: number;
  sequence: number;
  position: number; // of its last fact in the store; 0 for none
  hash: Buffer;
  state: Buffer | null; // fingerprint of what its facts have changed
};
export type Row = {
  position: number;
  line: number;
  epoch: number;
  sequence: number;
  bytes: Buffer;
  hash: Buffer;
  state: Buffer | null;
};
/** What was answered to a command: a stored fact, or a refusal. */
export type Given = Omit<Row, 'hash' | 'state'> & {
  asked: Buffer | null;
  code: string | null;
  reason: string | null;
  rule: string | null;
};
/** A refused command, as it was asked. */
export type Refusal = Readonly<{
  commandId: string;
  code: string;
  reason: string;
  command: string | null;
  atMs: number | null;
  after: number | null;
}>;

export type Store = ReturnType<typeof openStore>;

/** What is asked of the file, prepared once. */
function prepare(db: Database) {
  const addLine = db.prepare('INSERT OR IGNORE INTO line (path, epoch) VALUES (?, 1)');
  const lineOf = db.prepare<[string], { id: number; epoch: number }>(
    'SELECT id, epoch FROM line WHERE path = ?',
  );
  const lastOf = db.prepare<[number, number], Omit<Head, 'line' | 'path' | 'epoch'>>(
    `SELECT sequence, position, hash, state FROM event WHERE line = ? AND epoch = ?
     ORDER BY sequence DESC LIMIT 1`,
  );
  const insert = db.prepare(
    `INSERT INTO event (line, epoch, sequence, bytes, hash, command_id, asked, state)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const refuse = db.prepare(
    `INSERT INTO refusal (command_id, asked, code, reason, command, at_ms, rule, after)
     VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT max(position) FROM event))`,
  );
  const follow = db.prepare<[number, number, number], Row & { command_id: string | null }>(
    'SELECT * FROM event WHERE line = ? AND epoch = ? AND sequence = ?',
  );
  const refusals = db.prepare<[], Refusal>(
    `SELECT command_id AS commandId, code, reason, command, at_ms AS atMs, after
     FROM refusal ORDER BY after, at_ms, command_id`,
  );
  const accepted = db.prepare<[string], Given>(
    `SELECT position, line, epoch, sequence, bytes, asked,
       NULL AS code, NULL AS reason, NULL AS rule
     FROM event WHERE command_id = ?`,
  );
  const refused = db.prepare<[string], Given>(
    'SELECT asked, code, reason, rule FROM refusal WHERE command_id = ?',
  );
  return {
    addLine,
    lineOf,
    lastOf,
    insert,
    refuse,
    follow,
    refusals,
    accepted,
    refused,
  };
}

/** The edge's memory. Synchronous on purpose: once `commit` has returned, it is on disk. */
export function openStore(db: Database) {
  const { addLine, lineOf, lastOf, insert, refuse, follow, refusals, accepted, refused } =
    prepare(db);
  const run = db.transaction((work: () => void) => work());
  const forgotten = openForgotten(db);

  return {
    ...openReading(db),
    snapshots: openSnapshots(db),
    forgotten,

    /** The line's head, known to the store from now on. A new line begins with epoch 1. */
    head(path: string): Head {
      addLine.run(path);
      const { id, epoch } = lineOf.get(path)!;
      const known = lastOf.get(id, epoch) ?? forgotten.at(id, epoch);
      const none = { sequence: 0, position: 0, hash: genesis(path, epoch), state: null };
      const { sequence, position, hash, state } = known ?? none;
      return { line: id, path, epoch, sequence, position, hash, state };
    },

    /**
     * Stores `bytes` as the next fact after `head`, with the fingerprint of what it led to; returns
     * the new head. Within `commit` only.
     */
    append(
      head: Head,
      bytes: Buffer,
      state: Buffer | null,
      by?: { commandId: string; asked: Buffer },
    ): Head {
      assert(db.inTransaction);
      const sequence = head.sequence + 1;
      const hash = link(head.hash, bytes);
      const { commandId, asked } = by ?? {};
      const place = [head.line, head.epoch, sequence];
      const { lastInsertRowid } = insert.run(...place, bytes, hash, commandId, asked, state);
      return { ...head, sequence, position: Number(lastInsertRowid), hash, state };
    },

    /** Remembers a refusal, so that the same command is answered the same. Within `commit` only. */
    refuse(command: Command, asked: Buffer, fault: Fault, atMs: number): void {
      assert(db.inTransaction);
      const { code, message, rule = null } = fault;
      refuse.run(command.commandId, asked, code, message, JSON.stringify(command), atMs, rule);
    },

    /** Every refusal there is, in the order of what was stored before it. */
    refusals: (): readonly Refusal[] => refusals.all(),

    /** The fact at a place, if it is there. */
    at: (
      line: number,
      epoch: number,
      sequence: number,
    ): (Row & { command_id: string | null }) | undefined => follow.get(line, epoch, sequence),

    /** What this command was answered, if it was asked before. */
    answered: (commandId: string): Given | undefined =>
      accepted.get(commandId) ?? refused.get(commandId),

    /** Runs `work` as one durable transaction: all of it is on disk, or none. */
    commit(work: () => void): void {
      try {
        run.immediate(work);
      } catch (error) {
        throw faultOf(error, db.name);
      }
    },
  };
}

/** What is read of the log, beside what is asked of it while it is written. */
function openReading(db: Database) {
  const paths = db.prepare<[], string>('SELECT path FROM line ORDER BY id').pluck();
  const written = db.prepare<[number], Written>(
    `SELECT line.path AS line, event.epoch, sequence, bytes FROM event
     JOIN line ON line.id = event.line WHERE position = ?`,
  );
  const newest = db
    .prepare<[], Buffer>('SELECT bytes FROM event ORDER BY position DESC LIMIT 1')
    .pluck();
  const from = db.prepare<[number], Row>(
    `SELECT position, line, epoch, sequence, bytes, hash, state FROM event
     WHERE position > ? ORDER BY position`,
  );

  return {
    /** The fact that stands at a position of this edge, if one does. */
    written: (position: number): Written | undefined => written.get(position),

    /** The id of the fact that was stored last; undefined for none, or for one that is damaged. */
    newestId(): string | undefined {
      const bytes = newest.get();
      return bytes && readContent(bytes)?.eventId;
    },

    /** Every line that this store has ever known. */
    lines: (): string[] => paths.all(),

    /** Every fact of this edge in the order it was stored. */
    history: (): IterableIterator<Row> => from.iterate(0),

    /** The facts behind a position, in order. */
    from: (position: number): IterableIterator<Row> => from.iterate(position),
  };
}

/** Fingerprint of a command as it was asked, to tell a retry from another use of its id. */
export const fingerprint = (command: unknown): Buffer =>
  hash('sha256', JSON.stringify(command), 'buffer').subarray(0, 16);
