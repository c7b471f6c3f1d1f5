import { asOne, type Database } from '../../shared/database.ts';
import type { Dossier } from '../ledger/dossier.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Lanes } from '../posting/lanes.ts';
import type { Modes } from '../posting/modes.ts';
import type { Postings } from '../posting/postings.ts';
import type { Thread } from '../story/thread.ts';
import { openActs } from './acts.ts';
import type { Dispatch } from './dispatch.ts';
import type { Holds } from './holds.ts';
import { openHeldWords, openLotsHeld } from './lotsheld.ts';
import { openPortions } from './portions.ts';
import { openQuality } from './quality.ts';
import { openStockCalls } from './stockcalls.ts';
import { openWards } from './wards.ts';
import { openWarehouse } from './warehouse.ts';

type Parts = {
  db: Database;
  nowMs: () => number;
  dossier: Dossier;
  holds: Holds;
  modes: Modes;
  ledger: Ledger;
  postings: Postings;
  lanes: Lanes;
  thread: Thread;
  dispatch: Dispatch;
};

/** What quality can do at central, over the ledger and what goes down to the lines. */
export function openQualities(parts: Parts) {
  const { db, nowMs, ledger, postings, lanes, thread, dispatch } = parts;
  const { undone, save, reach, enter } = postings;
  const together = <A extends unknown[], R>(work: (...args: A) => R) =>
    asOne(
      db,
      (...args: A): R => {
        const result = work(...args);
        save();
        return result;
      },
      undone,
    );
  const warehouse = openWarehouse({ ...parts, enter });
  const wards = openWards({
    ...{ db, dispatch, thread, nowMs, undone, save, reach },
    ...{ rouse: lanes.rouseHeld, reached: warehouse.note, ended: warehouse.renew },
    anyLine: () => ledger.lines()[0]?.path,
  });
  const isLine = (line: string): boolean => ledger.lines().some(({ path }) => path === line);
  const acts = openActs(db, nowMs);
  const calls = openStockCalls({ ...parts, enter });
  const portions = openPortions({ ...parts, wards, warehouse, calls });
  const standing = openLotsHeld({ wards, warehouse, portions });
  const said = { db, wards, acts, dispatch, portions, standing, isLine, together };
  const { due, take, cannotTell } = warehouse;
  /** Each of these as one transaction, for the loop that asks the ERP. */
  const asking = { due: together(due), take: together(take), cannotTell: together(cannotTell) };
  const heldStock = openHeldWords({ warehouse, portions });
  const own = { wards, portions, heldStock };
  return { ...own, warehouse: { ...warehouse, ...asking }, quality: openQuality(said) };
}
