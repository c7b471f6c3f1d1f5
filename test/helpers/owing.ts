import { openOutbox } from '../../edge/store/outbox.ts';
import { migrations } from '../../edge/store/schema.ts';
import { openStore } from '../../edge/store/store.ts';
import type { Database } from '../../shared/database.ts';
import { openMedium } from './medium.ts';

/** The store of an edge that owes central facts; what they say does not matter here. */
export function openOwing(line: string, db: Database = openMedium(':memory:', migrations)) {
  const store = openStore(db);
  let head = store.head(line);
  return {
    db,
    store,
    outbox: openOutbox(db),
    head: () => head,
    /** States `count` more facts, each of at least `size` bytes. */
    state(count: number, size = 0): void {
      store.commit(() => {
        for (let n = 1; n <= count; n++) {
          const bytes = Buffer.from(`${line} fact ${head.sequence + 1} `.padEnd(size, '.'));
          head = store.append(head, bytes, null);
        }
      });
    },
  };
}
