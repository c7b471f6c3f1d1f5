import type { Database } from '../../shared/database.ts';
import type { PostingState } from '../../statecharts/posting.ts';
import type { PostingKind } from '../erp/erp.ts';

export const censusMigrations = [
  `
  CREATE TABLE census (                          -- how many postings there are of each sort
    kind     TEXT    NOT NULL,
    state    TEXT    NOT NULL,
    postings INTEGER NOT NULL,
    PRIMARY KEY (kind, state)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO census SELECT kind, state, count(*) FROM posting GROUP BY kind, state;
  `,
];

type Row = { kind: PostingKind; state: PostingState; postings: number };
type Sort = Pick<Row, 'kind' | 'state'>;
export type Census = ReturnType<typeof openCensus>;

/**
 * How many postings there are of each kind and state: counted in memory as they come and move, and
 * written at the end of the transaction. Nobody ever counts them all again, however many there are.
 */
export function openCensus(db: Database) {
  const read = db.prepare<[], Row>(
    'SELECT kind, state, postings FROM census WHERE postings > 0 ORDER BY kind, state',
  );
  const change = db.prepare(
    `INSERT INTO census VALUES (?, ?, ?)
     ON CONFLICT (kind, state) DO UPDATE SET postings = census.postings + excluded.postings`,
  );
  const changes = new Map<string, Row>(); // that are not written yet

  function add({ kind, state }: Sort, postings: 1 | -1): void {
    const row = changes.get(`${kind} ${state}`);
    if (row) row.postings += postings;
    else changes.set(`${kind} ${state}`, { kind, state, postings });
  }
  function save(): void {
    for (const { kind, state, postings } of changes.values()) {
      if (postings !== 0) change.run(kind, state, postings);
    }
    changes.clear();
  }

  return {
    /** One is new. */
    came: (sort: Sort): void => add(sort, 1),
    /** One goes from state to state. */
    moved({ kind, state }: Sort, next: PostingState): void {
      add({ kind, state }, -1);
      add({ kind, state: next }, 1);
    },
    /** Writes what has changed; at the end of every transaction, also of one within another. */
    save,
    /** Forgets what was not committed. */
    undone: (): void => changes.clear(),
    /** By kind and state, in order of their names. */
    counts(): readonly Row[] {
      save();
      return read.all();
    },
  };
}
