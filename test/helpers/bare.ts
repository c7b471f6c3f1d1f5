import type { Erp } from '../../central/erp/erp.ts';

/** An ERP that is never asked, and could not say a thing. */
const muteErp: Erp = {
  ...{ name: 'mute', maxInFlightMs: 500, unfit: () => undefined },
  post: async () => ({ kind: 'busy', reason: 'mute' }),
  lookup: async () => undefined,
};

/** What a board shows beside the ledger: nothing was heard, and the ERP is up. */
export const bare = {
  edges: () => [],
  erp: muteErp,
  erpStanding: () => ({ state: 'up', sinceMs: null, reason: null }) as const,
  nowMs: () => 1,
  moved: () => undefined,
};
