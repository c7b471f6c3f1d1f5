import { asOne, type Database } from '../../shared/database.ts';

type Parts = {
  db: Database;
  /** Drops whatever is remembered beyond a transaction. */
  undone: () => void;
  /** Told when a person has moved something. */
  moved: () => void;
};

/** What ends a rehearsal: nothing of it stays. */
const over = new Error('it was only a rehearsal');

/**
 * Dry runs of what people do: the very same work in a transaction that is always rolled back, so
 * that what it would be, and every refusal, is told by the rules that hold for the act itself.
 */
export function openRehearsal({ db, undone, moved }: Parts) {
  let isRehearsing = false;
  return {
    /** To be told of what was moved; silent while it is only a rehearsal. */
    moved(): void {
      if (!isRehearsing) moved();
    },
    /** What `work` returns; whatever it has changed is undone, whatever it throws goes on. */
    rehearse<R>(work: () => R): R {
      const told: R[] = [];
      const run = asOne(
        db,
        () => {
          told.push(work());
          throw over;
        },
        undone,
      );
      isRehearsing = true;
      try {
        run();
      } catch (error) {
        if (error !== over) throw error;
      } finally {
        isRehearsing = false;
      }
      return told[0]!;
    },
  };
}
