import { asOne, type Database } from '../../shared/database.ts';
import type { Postings } from './postings.ts';

type Parts = {
  db: Database;
  postings: Pick<Postings, 'undone'>;
  /** Told when a person has said something of a posting. */
  moved: () => void;
};

/** What a person says is one transaction, with what is kept of it; then `moved` is told. */
export const acting =
  ({ db, postings, moved }: Parts) =>
  <A extends unknown[]>(work: (...args: A) => void): ((...args: A) => void) => {
    const run = asOne(db, work, postings.undone);
    return (...args) => {
      run(...args);
      moved();
    };
  };
