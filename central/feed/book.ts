import { randomBytes } from 'node:crypto';
import { type Database, faultOf } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import type { Held } from '../../shared/feed/message.ts';
import { pepperBytes } from '../../shared/feed/people.ts';

export const feedMigrations = [
  `
  CREATE TABLE feed (                            -- up to where facts were told to everybody
    position        INTEGER NOT NULL,            -- of the last fact in the ledger
    stream_sequence INTEGER NOT NULL,            -- of the last message in the feed's stream
    pepper          BLOB                         -- by which people have pseudonyms
  ) STRICT;
  INSERT INTO feed VALUES (0, 0, NULL);
  `,
];

/** Up to where the ledger was told, and the stream's last message then. */
export type Spot = Readonly<{ position: number; streamSequence: number }>;
/** Facts that nobody was told of, and when the oldest of them came; null without one. */
export type Untold = Readonly<{ facts: number; sinceMs: number | null }>;
/** A row of the ledger; without an event id it is a repeat, or cannot be read here. */
export type Row = Held & Readonly<{ isAgain: 0 | 1 }>;

/** The ledger as the feed reads it, and the feed's own cursor. */
export function openBook(db: Database) {
  const cursor = db.prepare<[], Spot>(
    'SELECT position, stream_sequence AS streamSequence FROM feed',
  );
  const move = db.prepare<[number, number, number, number]>(
    `UPDATE feed SET position = ?, stream_sequence = ?
     WHERE position = ? AND stream_sequence = ?`,
  );
  const rows = db.prepare<[number, number], Row>(
    `SELECT position, path AS line, fact.epoch, fact.sequence, event_id IS NULL AS isAgain,
       received_ms AS receivedMs, bytes
     FROM fact JOIN line ON line.id = fact.line WHERE position > ? ORDER BY position LIMIT ?`,
  );
  const last = db.prepare<[], number>('SELECT coalesce(max(position), 0) FROM fact').pluck();
  const received = db
    .prepare<[number], number>('SELECT received_ms FROM fact WHERE position = ?')
    .pluck();
  const isKnown = db.prepare<[Buffer], number>('SELECT 1 FROM fact WHERE event_id = ?').pluck();
  const pepper = db.prepare<[], Buffer | null>('SELECT pepper FROM feed').pluck();
  const season = db.prepare('UPDATE feed SET pepper = ? WHERE pepper IS NULL');

  return {
    cursor: (): Spot => cursor.get()!,
    /**
     * Moves the cursor on, or back. Throws Fault UNREACHABLE where it is not at `from`: another
     * central tells, and this one stood still meanwhile; FULL when the disk does not take it.
     */
    move(from: Spot, to: Spot): void {
      try {
        const spots = [to.position, to.streamSequence, from.position, from.streamSequence] as const;
        if (move.run(...spots).changes > 0) return;
      } catch (error) {
        throw faultOf(error, db.name);
      }
      throw new Fault('UNREACHABLE', 'feed: its cursor was moved by another central');
    },
    /** Facts behind a position, in the order of the ledger. */
    page: (after: number, limit: number): Row[] => rows.all(after, limit),
    at: (position: number): Row | undefined => rows.all(position - 1, 1)[0],
    last: (): number => last.get()!,
    untold(): Untold {
      const { position } = cursor.get()!;
      const facts = Math.max(0, last.get()! - position);
      return { facts, sinceMs: facts === 0 ? null : (received.get(position + 1) ?? null) };
    },
    /** Whether the ledger has a fact of this id: then whatever else bears it is none. */
    isKnown: (eventId: Buffer): boolean => isKnown.get(eventId) !== undefined,

    /**
     * The position behind which facts came at `ms` or later. Positions have no holes; where
     * central's clock was set back, it is one of the places that this may be.
     */
    since(ms: number): number {
      let [low, high] = [0, last.get()!];
      while (low < high) {
        const middle = Math.floor((low + high) / 2);
        if (received.get(middle + 1)! < ms) low = middle + 1;
        else high = middle;
      }
      return low;
    },

    /** The key of pseudonyms: made once, and kept with the ledger. */
    pepper(): Buffer {
      if (!pepper.get()) season.run(randomBytes(pepperBytes));
      return pepper.get()!;
    },
  };
}
export type Book = ReturnType<typeof openBook>;
