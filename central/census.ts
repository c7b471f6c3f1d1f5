import type { Database } from '../shared/database.ts';
import type { PostingState } from '../statecharts/posting.ts';
import type { PostingKind } from './erp.ts';

type Row = { kind: PostingKind; state: PostingState; postings: number };
type Sort = Pick<Row, 'kind' | 'state'>;

/**
 * How many postings there are of each kind and state. They are read once, and counted from then on
 * as they come and move: asking costs the same however many there are.
 */
export function openCensus(db: Database) {
  const read = db.prepare<[], Row>(
    'SELECT kind, state, count(*) AS postings FROM posting GROUP BY kind, state',
  );
  let known: Map<string, Row> | undefined;

  function add({ kind, state }: Sort, postings: 1 | -1): void {
    const row = known?.get(`${kind} ${state}`);
    if (row) row.postings += postings;
    else known?.set(`${kind} ${state}`, { kind, state, postings });
  }

  return {
    /** One is new. */
    came: (sort: Sort): void => add(sort, 1),
    /** One goes from state to state. */
    moved({ kind, state }: Sort, next: PostingState): void {
      add({ kind, state }, -1);
      add({ kind, state: next }, 1);
    },
    /** A transaction was undone: they are read again. */
    undone(): void {
      known = undefined;
    },
    /** By kind and state, in order of their names. */
    counts(): readonly Row[] {
      known ??= new Map(read.all().map((row) => [`${row.kind} ${row.state}`, row]));
      const there = [...known].filter(([, { postings }]) => postings > 0);
      return there.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => ({ ...row }));
    },
  };
}
