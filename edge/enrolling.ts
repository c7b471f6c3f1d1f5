import type { Database } from '../shared/database.ts';
import type { Environment } from '../shared/environment.ts';
import type { Logger } from '../shared/log.ts';
import type { Pace } from '../shared/pace.ts';
import type { Book } from './book.ts';
import { openDepot } from './depot.ts';
import type { Enrolments } from './enrolments.ts';
import { openEntrance } from './entrance.ts';
import { type AskCentral, openHistory } from './history.ts';
import { openMerge } from './merge.ts';
import type { Outbox } from './outbox.ts';
import type { Roster } from './roster.ts';
import { openSeeding } from './seeding.ts';
import type { Softwares } from './software.ts';
import type { Store } from './store.ts';

type Parts = {
  db: Database;
  store: Store;
  book: Book;
  roster: Roster;
  outbox: Outbox;
  enrolments: Enrolments;
  lines: readonly string[];
  ask: AskCentral;
  /** Told when the book was read anew from what was taken in. */
  taken: () => void;
  software: Pick<Softwares, 'adopt'>;
  environment: Environment;
  pace?: Pace | undefined;
  log: Logger;
};

/** Everything by which an edge comes to write its lines, put together. */
export function openEnrolling({ db, book, ask, environment, software, ...parts }: Parts) {
  const { store, roster } = parts;
  const depot = openDepot(db);
  const merge = openMerge({ db, store, book, roster, depot, adopt: software.adopt });
  const history = openHistory(ask, environment);
  const seeding = openSeeding({ ...parts, depot, merge, history });
  return openEntrance({ ...parts, history, seeding });
}
