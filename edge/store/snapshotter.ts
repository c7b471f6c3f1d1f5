import { Fault } from '../../shared/fault.ts';
import type { Logger } from '../../shared/log.ts';
import { edition } from '../../statecharts/edition.ts';
import type { Book } from '../line/book.ts';
import { writeMemory } from './memory.ts';
import type { Store } from './store.ts';

/** Facts after which another snapshot is written: so many are judged again after a power cut. */
export const snapshotEvery = 10_000;

type Parts = { store: Pick<Store, 'snapshots'>; book: Book; log: Logger };

/** Writes down what the book says: now and then, and at the end. */
export function openSnapshotter({ store: { snapshots }, book, log }: Parts) {
  let last = snapshots.read()?.position ?? 0;

  /** A disk that does not take it costs the next start some time, and nothing else. */
  function write(): void {
    last = snapshots.position();
    if (!book.isWhole()) return;
    try {
      snapshots.write(edition, writeMemory(book.contents()));
    } catch (error) {
      if (!(error instanceof Fault && error.retry)) throw error;
      log.warn({ reason: error.message }, 'no snapshot: the next start takes longer');
    }
  }

  return {
    write,
    /** Facts were committed. */
    committed(): void {
      if (snapshots.position() - last >= snapshotEvery) write();
    },
  };
}
