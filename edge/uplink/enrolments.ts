import type { Database } from '../../shared/database.ts';

/** How a line of this file stands with central. */
export type Enrolment = Readonly<{
  id: number; // of the line
  line: string;
  store: string; // who this file is, as the line's writer
  next: string | null;
  state: 'new' | 'entered' | 'beginning' | 'pulling' | 'ready' | 'owned' | 'stale';
  reason: string | null;
  epoch: number | null; // that begins when all is fetched
  ended: number | null;
  common: number | null; // central has the same up to here, in the epoch that this file writes
  strays: number;
}>;
type Change = Partial<Omit<Enrolment, 'id' | 'line'>>;
export type Enrolments = ReturnType<typeof openEnrolments>;

/** A line is being fetched from central in these states. */
const fetching: readonly Enrolment['state'][] = ['beginning', 'pulling', 'ready'];
export const isFetching = ({ state }: Enrolment): boolean => fetching.includes(state);

/** Whether this file may write its lines, on disk; the file makes up its own identities. */
export function openEnrolments(db: Database, newId: () => string) {
  const line = db.prepare<[string], { id: number; kept: number }>(
    'SELECT id, kept FROM line WHERE path = ?',
  );
  const add = db.prepare('INSERT INTO enrolment (line, store, state) VALUES (?, ?, ?)');
  const get = db.prepare<[number], Omit<Enrolment, 'line'>>(
    `SELECT line AS id, store, next, state, reason, epoch, ended, common_sequence AS common, strays
     FROM enrolment WHERE line = ?`,
  );
  const save = db.prepare(
    `UPDATE enrolment SET store = :store, next = :next, state = :state, reason = :reason,
       epoch = :epoch, ended = :ended, common_sequence = :common, strays = :strays
     WHERE line = :id`,
  );

  function of(path: string): Enrolment {
    const { id, kept } = line.get(path)!;
    // What central keeps of a line from before stores had identities was this file's to write.
    const known = get.get(id);
    if (known) return { ...known, line: path };
    add.run(id, newId(), kept > 0 ? 'entered' : 'new');
    return { ...get.get(id)!, line: path };
  }

  return {
    of,
    newId,
    set(path: string, change: Change): Enrolment {
      const next = { ...of(path), ...change };
      save.run(next);
      return next;
    },
  };
}
