import type { Database } from '../shared/database.ts';
import { openActs } from './acts.ts';
import type { Dispatch } from './dispatch.ts';
import type { Lanes } from './lanes.ts';
import type { Ledger } from './ledger.ts';
import type { Postings } from './postings.ts';
import { openQuality } from './quality.ts';
import type { Thread } from './thread.ts';
import { openWards } from './wards.ts';

type Parts = {
  db: Database;
  nowMs: () => number;
  ledger: Ledger;
  postings: Postings;
  lanes: Lanes;
  thread: Thread;
  dispatch: Dispatch;
};

/** What quality can do at central, over the ledger and what goes down to the lines. */
export function openQualities({ db, nowMs, ledger, postings, lanes, thread, dispatch }: Parts) {
  const { undone, save, reach } = postings;
  const wards = openWards({
    ...{ db, dispatch, thread, nowMs, undone, save, reach },
    rouse: lanes.rouseHeld,
    anyLine: () => ledger.lines()[0]?.path,
  });
  const isLine = (line: string): boolean => ledger.lines().some(({ path }) => path === line);
  const acts = openActs(db, nowMs);
  return { wards, quality: openQuality({ db, wards, acts, dispatch, isLine, undone }) };
}
