import type { Database } from '../../shared/database.ts';
import type { Environment } from '../../shared/environment.ts';
import type { Logger } from '../../shared/log.ts';
import type { Pace } from '../../shared/pace.ts';
import type { Book } from '../line/book.ts';
import { openEntrance } from '../line/entrance.ts';
import type { Roster } from '../line/roster.ts';
import type { Softwares } from '../line/software.ts';
import { openDepot } from '../store/depot.ts';
import type { Outbox } from '../store/outbox.ts';
import type { Store } from '../store/store.ts';
import type { Enrolments } from './enrolments.ts';
import { type AskCentral, openHistory } from './history.ts';
import { openMerge } from './merge.ts';
import { openSeeding } from './seeding.ts';

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
