import type { Saying } from '../posting/amendments.ts';
import type { Wards } from '../quality/wards.ts';
import { holdOf } from './names.ts';
import type { ReceiptRow } from './shelf.ts';

/** Central's hold on the lot of a receipt, that lines are asked to hold as well. */
const wardOf = (receipt: string): string => `${holdOf(receipt)}.lot`;
export type Carrying = ReturnType<typeof openCarrying>;

/**
 * Carries what was found of a delivery down to the lines: of one that is rejected as a whole every
 * line is asked to hold what it has of its lot, and of what was made of it, until all of it is
 * disposed of. Of one that is rejected in part no line could tell which part it has: that is held
 * at central alone, in stock and in what was made of the lot.
 */
export function openCarrying(wards: Pick<Wards, 'one' | 'place' | 'release'>) {
  return {
    /** By the one who has found it. Throws Fault FULL while too many holds of central are open. */
    down({ receipt, lot }: ReceiptRow, { by, reason }: Saying): void {
      wards.place({ kind: 'lot', name: lot, by, reason, hold: wardOf(receipt) });
    },
    /** All of it is disposed of: by the one who has proposed it, and the other one. */
    lift({ receipt }: ReceiptRow, proposer: string, said: Saying): void {
      const ward = wards.one(wardOf(receipt));
      if (ward && ward.releasedMs === null) wards.release(ward.hold, proposer, said);
    },
  };
}
