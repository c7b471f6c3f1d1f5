import type { Database } from '../../shared/database.ts';
import { linksOf, type Segment } from '../../shared/segment.ts';

/** A fact with its place, as central or this file has stored it. */
export type Stored = Readonly<{
  line: number;
  epoch: number;
  sequence: number;
  bytes: Buffer;
  hash: Buffer;
}>;
/** A fact of this file that stands apart from its line's history. */
export type Aside = Stored &
  Readonly<{ id: number; command_id: string | null; asked: Buffer | null }>;
export type Depot = ReturnType<typeof openDepot>;

/** Facts that are read together. */
const pageMax = 500;

/** Where facts lie beside the history: fetched and not yet taken in, or set aside. */
export function openDepot(db: Database) {
  return { ...openPulled(db), ...openAside(db), ...openLifted(db) };
}

function openPulled(db: Database) {
  const stage = db.prepare('INSERT OR IGNORE INTO pulled VALUES (?, ?, ?, ?, ?)');
  const end = db.prepare<[number], Pick<Stored, 'epoch' | 'sequence'>>(
    `SELECT epoch, sequence FROM pulled WHERE line = ?
     ORDER BY epoch DESC, sequence DESC LIMIT 1`,
  );
  const page = db.prepare<[number, number, number, number], Stored>(
    `SELECT * FROM pulled WHERE line = ? AND (epoch, sequence) > (?, ?)
     ORDER BY epoch, sequence LIMIT ?`,
  );
  const clear = db.prepare('DELETE FROM pulled WHERE line = ?');

  return {
    /** Keeps a page that central gave. */
    stage(line: number, segment: Segment): void {
      const links = linksOf(segment);
      segment.facts.forEach((bytes, index) => {
        stage.run(line, segment.epoch, segment.first + index, Buffer.from(bytes), links[index]);
      });
    },
    /** Up to where the line was fetched. */
    stagedTo: (line: number) => end.get(line),
    clear: (line: number) => void clear.run(line),
    *staged(line: number): Generator<Stored> {
      let [epoch, sequence] = [0, 0];
      for (;;) {
        const rows = page.all(line, epoch, sequence, pageMax);
        yield* rows;
        if (rows.length < pageMax) return;
        ({ epoch, sequence } = rows.at(-1)!);
      }
    },
  };
}

const copied = 'line, epoch, sequence, bytes, hash, command_id, asked, position';

function openAside(db: Database) {
  const behind = 'FROM event WHERE line = :line AND epoch = :epoch AND sequence > :sequence';
  const put = db.prepare(
    `INSERT INTO aside (${copied}, became)
     SELECT ${copied}, iif(sequence <= :strays, 'parked', 'waiting') ${behind} ORDER BY sequence`,
  );
  const drop = db.prepare(`DELETE ${behind}`);
  const said = 'FROM carried WHERE line = :line AND epoch = :epoch AND sequence > :sequence';
  const withdraw = [
    db.prepare(`DELETE FROM edition WHERE position IN (SELECT position ${said})`),
    db.prepare(`DELETE ${said}`),
  ];
  const page = db.prepare<[number, string, number, number], Aside>(
    'SELECT * FROM aside WHERE line = ? AND became = ? AND id > ? ORDER BY id LIMIT ?',
  );
  const become = db.prepare('UPDATE aside SET became = ? WHERE id = ?');
  const count = db
    .prepare<[number], number>("SELECT count(*) FROM aside WHERE line = ? AND became = 'stray'")
    .pluck();
  const first = db
    .prepare<{ line: number }, number | null>(
      `SELECT min(before) FROM (
         SELECT max(position) AS before FROM event WHERE line = :line
         UNION ALL SELECT min(position) - 1 FROM aside WHERE line = :line AND became = 'waiting'
         UNION ALL SELECT 0 FROM pulled WHERE line = :line AND NOT EXISTS
           (SELECT 1 FROM event WHERE line = :line))`,
    )
    .pluck();

  return {
    /** Takes a line's own facts behind a place out of its history. Within `commit` only. */
    setAside(line: number, epoch: number, sequence: number, strays: number): void {
      put.run({ line, epoch, sequence, strays });
      drop.run({ line, epoch, sequence });
      for (const notes of withdraw) notes.run({ line, epoch, sequence });
    },

    /** Behind this position the history of the line begins to differ; null if it has none. */
    differsAfter: (line: number): number | null => first.get({ line }) ?? null,

    *aside(line: number, became: 'waiting' | 'moving' | 'stray'): Generator<Aside> {
      for (let last = 0; ; ) {
        const rows = page.all(line, became, last, pageMax);
        yield* rows;
        if (rows.length < pageMax) return;
        last = rows.at(-1)!.id;
      }
    },
    became: (id: number, what: 'stated' | 'stray' | 'parked') => void become.run(what, id),
    /** Own facts without a place that central has not answered for. */
    strays: (line: number): number => count.get(line)!,
  };
}

function openLifted(db: Database) {
  const behind = 'FROM event WHERE position > ?';
  const orphan = db
    .prepare<[number], number>(
      `SELECT 1 ${behind} AND sequence > 1 AND NOT EXISTS (SELECT 1 FROM event AS before
         WHERE before.line = event.line AND before.epoch = event.epoch
           AND before.sequence = event.sequence - 1) LIMIT 1`,
    )
    .pluck();
  const lift = db.prepare(
    `INSERT INTO aside (${copied}, became) SELECT ${copied}, 'moving' ${behind} ORDER BY position`,
  );
  const unlift = db.prepare(`DELETE ${behind}`);
  const settle = db.prepare("DELETE FROM aside WHERE became = 'moving'");
  const moved = db
    .prepare<[], number>("SELECT DISTINCT line FROM aside WHERE became = 'moving'")
    .pluck();

  return {
    /**
     * Lifts all that stands behind `position`, so that it can be stored in another order; false,
     * having changed nothing, where what was before it is forgotten. Within `commit`.
     */
    lift(position: number): boolean {
      if (orphan.get(position)) return false;
      lift.run(position);
      unlift.run(position);
      return true;
    },
    /** Lines of which something was lifted. */
    lifted: () => moved.all(),
    /** What was lifted stands in the history again. */
    settle: () => void settle.run(),
  };
}
