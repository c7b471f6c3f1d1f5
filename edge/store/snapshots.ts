import { hash } from 'node:crypto';
import { type Database, faultOf } from '../../shared/database.ts';

/** Facts after `position` are judged by the charts of `edition`. */
export type Edition = Readonly<{ position: number; charts: string }>;
/** What a book said at `position`, as its own program wrote it down. */
type Said = Edition & Readonly<{ memory: Buffer }>;
export type Snapshot = Said & Readonly<{ digest: Buffer }>;
type Head = Readonly<{ line: number; epoch: number; sequence: number; hash: Buffer }>;

/** Binds a snapshot to the very facts that led to it: the last one of each line. */
function digestOf({ position, charts, memory }: Said, heads: Iterable<Head>): Buffer {
  const ends = [...heads].map(({ line, epoch, sequence, hash: link }) => {
    return [line, epoch, sequence, link.toString('hex')].join(' ');
  });
  const bound = Buffer.from([position, charts, ...ends.sort(), ''].join('\n'));
  return hash('sha256', Buffer.concat([bound, memory]), 'buffer');
}

/** True if the snapshot is whole and was written behind these very facts. */
export const fits = (snapshot: Snapshot, heads: Iterable<Head>): boolean =>
  digestOf(snapshot, heads).equals(snapshot.digest);

/** Which charts the store's facts were judged by, and what was remembered when it was closed. */
export function openSnapshots(db: Database) {
  const known = db.prepare<[], Edition>(
    'SELECT position, charts FROM edition ORDER BY position DESC LIMIT 1',
  );
  const every = db
    .prepare<[], number>('SELECT position FROM edition ORDER BY position DESC')
    .pluck();
  const begin = db.prepare('INSERT OR REPLACE INTO edition (position, charts) VALUES (?, ?)');
  const forget = db.prepare('DELETE FROM edition WHERE position >= ? AND position > 0');
  const write = db.prepare(
    `INSERT OR REPLACE INTO snapshot (id, position, charts, memory, digest) VALUES (1, ?, ?, ?, ?)`,
  );
  const read = db.prepare<[], Snapshot>('SELECT position, charts, memory, digest FROM snapshot');
  const last = db.prepare<[], number | null>('SELECT max(position) FROM event').pluck();

  // By each line's own index: what is written now and then must not grow with the store.
  const heads = db.prepare<[], Head>(
    `SELECT event.line, event.epoch, event.sequence, event.hash FROM line JOIN event
     ON event.position = (SELECT position FROM event AS own WHERE own.line = line.id
                          ORDER BY own.epoch DESC, own.sequence DESC LIMIT 1)`,
  );
  const position = (): number => last.get() ?? 0;

  return {
    /** The newest edition; undefined for a store that was written before editions were kept. */
    edition: (): Edition | undefined => known.get(),

    /** Behind which positions charts began, or a state was carried over; newest first. */
    editions: (): readonly number[] => every.all(),

    /** Whatever is stored from now on is judged by `charts`. Within `commit` only. */
    begin: (charts: string) => void begin.run(position(), charts),

    /** Facts after `position` were judged by `charts`. Within `commit` only. */
    beginAt: (position: number, charts: string) => void begin.run(position, charts),

    /** Forgets what was said of facts after `position`, where a store does not begin. */
    forget: (position: number) => void forget.run(position),

    /** Position of the last fact; 0 in an empty store. */
    position,

    /**
     * Keeps what the book says now, in place of any earlier snapshot. Throws Fault FULL when the
     * disk does not take it.
     */
    write(charts: string, memory: Buffer): void {
      const now = { position: position(), charts, memory };
      try {
        write.run(now.position, charts, memory, digestOf(now, heads.all()));
      } catch (error) {
        throw faultOf(error, db.name);
      }
    },

    /** The snapshot that there is, not checked yet. */
    read: (): Snapshot | undefined => read.get(),

    /** What the charts of `charts` left behind, if nothing was stored after it. */
    left(charts: string): Snapshot | undefined {
      const snapshot = read.get();
      if (snapshot?.charts !== charts || snapshot.position !== position()) return undefined;
      return fits(snapshot, heads.all()) ? snapshot : undefined;
    },
  };
}
