import type { Database } from '../../shared/database.ts';

export type Place = Readonly<{ line: number; epoch: number; sequence: number }>;
/** Facts of an epoch that may be forgotten: behind `first`, up to its own sequence. */
export type Reach = Place & Readonly<{ path: string; first: number }>;

/** What of the log may go, and how it goes. All that erases runs within `commit` only. */
export function openErasing(db: Database) {
  return { ...openReaches(db), ...openErasers(db) };
}

function openReaches(db: Database) {
  const lines = db.prepare<[], { line: number; path: string; current: number; kept: number }>(
    'SELECT id AS line, path, epoch AS current, kept FROM line ORDER BY id',
  );
  const lastOf = db
    .prepare<[number, number], number | null>(
      'SELECT max(sequence) FROM event WHERE line = ? AND epoch = ?',
    )
    .pluck();
  const firstOf = db
    .prepare<[number, number], number>(
      'SELECT sequence FROM forgotten WHERE line = ? AND epoch = ?',
    )
    .pluck();
  const positionOf = db
    .prepare<[number, number, number], number>(
      'SELECT position FROM event WHERE line = ? AND epoch = ? AND sequence = ?',
    )
    .pluck();
  /** The last of an epoch that stands at or before `position`, and may go; `first` if none. */
  function lastBy({ line, epoch, first }: Reach, most: number, position: number): number {
    let [low, high] = [first, Math.max(first, most)];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (positionOf.get(line, epoch, middle)! <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Every epoch of every line, and the last fact of it that may go, wherever it stands. */
  const epochs = (): Reach[] =>
    lines.all().flatMap(({ line, path, current, kept }) =>
      Array.from({ length: current }, (_, index) => {
        const epoch = index + 1;
        const last = lastOf.get(line, epoch) ?? 0;
        const first = firstOf.get(line, epoch) ?? 0;
        const sequence = (epoch < current ? last : Math.min(last, kept)) - 1;
        return { line, path, epoch, first, sequence };
      }),
    );

  return {
    /**
     * Every epoch of every line of which facts up to `position` may go. The last fact of an epoch
     * stays, and of the one that is written, the last that central keeps.
     */
    reaches: (position: number): Reach[] =>
      epochs()
        .map((known) => ({ ...known, sequence: lastBy(known, known.sequence, position) }))
        .filter(({ first, sequence }) => sequence > first),
  };
}

function openErasers(db: Database) {
  const name = db.prepare(
    `INSERT INTO forgotten SELECT line, epoch, sequence, position, hash, state FROM event
       WHERE line = :line AND epoch = :epoch AND sequence = :sequence
     ON CONFLICT (line, epoch) DO UPDATE SET sequence = excluded.sequence,
       position = excluded.position, hash = excluded.hash, state = excluded.state`,
  );
  const erase = db.prepare(
    'DELETE FROM event WHERE line = :line AND epoch = :epoch AND sequence <= :sequence',
  );
  const refusals = db.prepare(
    `DELETE FROM refusal WHERE command_id IN
       (SELECT command_id FROM refusal WHERE coalesce(after, 0) <= ? LIMIT ?)`,
  );
  const old = ['edition', 'carried', 'day'].map((table) =>
    db.prepare(
      `DELETE FROM ${table} WHERE position < ? AND position < (SELECT max(position) FROM ${table})`,
    ),
  );

  return {
    /** Erases what is left of an epoch up to a fact, and notes what the next follows. */
    erase(place: Place): void {
      const { line, epoch, sequence } = place;
      name.run({ line, epoch, sequence });
      erase.run({ line, epoch, sequence });
    },

    /** Erases refusals that were given before `position`, at most `max` of them; how many. */
    eraseRefusals: (position: number, max: number): number => refusals.run(position, max).changes,

    /** Erases what was noted of the time before `position`, and the newest does not stand for. */
    eraseNotes(position: number): void {
      for (const notes of old) notes.run(position);
    },
  };
}
