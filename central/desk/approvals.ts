import { type Field, invalid, list, some, text } from '../../shared/field.ts';
import { masterVersion } from '../../shared/master.ts';
import type { Approval, Masters } from '../ledger/masters.ts';
import { saying } from '../posting/amendments.ts';
import type { Lanes } from '../posting/lanes.ts';

/** Most versions that are approved together. */
const togetherMax = 5_000;
const siteText = text('Lines that begin with this, e.g. acme/lyon.', 200);
export const site: Field<string> = {
  ...siteText,
  read(value, name) {
    const given = siteText.read(value, name).normalize('NFC');
    if (/^[^/]+(\/[^/]+)*$/.test(given)) return given;
    throw invalid(name, 'must be the beginning of a line, e.g. acme/lyon');
  },
};
/** An approval as it comes over the wire. */
export const approvalFields = {
  site,
  ...saying,
  versions: some(list(masterVersion, togetherMax)),
};

type Parts = { masters: Masters; lanes: Lanes; nowMs: () => number };
export type Approvals = ReturnType<typeof openApprovals>;

/** What people say of versions of master records. */
export function openApprovals({ masters, lanes, nowMs }: Parts) {
  return {
    /** Within a transaction: they are known as a whole, and what waited for them is looked at. */
    approve(approval: Approval): void {
      for (const order of masters.approve(approval, nowMs())) lanes.rouse(order);
    },
    /** What was approved, the newest first; and what open orders name that is not known yet. */
    shown: () => ({ sets: masters.sets(), lacked: masters.lacked() }),
  };
}
