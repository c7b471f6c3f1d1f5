import type { Database } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import type { Dossier } from '../ledger/dossier.ts';
import type { Saying } from '../posting/amendments.ts';
import type { Postings } from '../posting/postings.ts';
import type { Holds } from '../quality/holds.ts';
import type { Wards } from '../quality/wards.ts';
import { type ActName, openActs } from './acts.ts';
import { openCalls } from './calls.ts';
import { openCarrying } from './carrying.ts';
import type { InboundConfig } from './config.ts';
import { openDisposing } from './disposing.ts';
import { openIntake, type Taken } from './intake.ts';
import { openResults } from './results.ts';
import { openShelf } from './shelf.ts';
import type { Standing } from './standing.ts';
import { openView } from './view.ts';

type Parts = {
  db: Database;
  dossier: Dossier;
  holds: Holds;
  postings: Postings;
  /** By which central's holds are carried down to lines. */
  wards: Wards;
  /** What is read and how it is inspected; without it no receipt is taken. */
  config?: InboundConfig | undefined;
  nowMs: () => number;
};
export type Inbound = ReturnType<typeof openInbound>;

/** Quality of what suppliers deliver: from the receipt in the ERP to what becomes of the goods. */
export function openInbound(parts: Parts) {
  const { db, dossier, holds, postings, wards, config, nowMs } = parts;
  const shelf = openShelf(db);
  const acts = openActs(db);
  const { enter, reach } = postings;
  const calls = openCalls({ holds, enter, reach });
  const carrying = openCarrying(wards);
  const disposing = openDisposing({ shelf, calls, carrying, postings: postings.inbound });
  const said = { shelf, acts, calls, disposing, carrying, postings: postings.inbound, nowMs };
  const { known, ...results } = openResults(said);
  const intake = config && openIntake({ shelf, calls, config, dossier, nowMs });
  let standing: Standing | null = config ? { readMs: null, reason: null } : null;
  const view = openView({
    ...{ db, shelf, acts, postings: postings.inbound, known },
    standing: () => standing,
  });

  return {
    ...view,
    cursor: shelf.cursor,
    /**
     * Takes in what was read, each once, and moves the cursor, as one transaction. Throws Fault
     * REFUSED where nothing is configured.
     */
    take(deliveries: readonly unknown[], cursor?: string): readonly Taken[] {
      if (!intake) throw new Fault('REFUSED', 'inbound: is not configured');
      return postings.together(() => {
        const taken = intake.take(deliveries);
        if (cursor !== undefined) shelf.moveTo(cursor);
        return taken;
      });
    },
    /** What people say; each is one transaction, and answers how the receipt stands then. */
    propose: (receipt: string, act: ActName, body: object, by: Saying): void =>
      postings.together(() => results.propose(receipt, act, body, by)),
    approve: (receipt: string, by: Saying): void =>
      postings.together(() => results.approve(receipt, by)),
    reject: (receipt: string, by: Saying): void =>
      postings.together(() => results.reject(receipt, by)),
    /** Told by whoever reads. */
    stands(now: Partial<Standing>): void {
      standing = { ...(standing ?? { readMs: null, reason: null }), ...now };
    },
  };
}
