import { asOne, type Database } from '../../shared/database.ts';
import type { Downlink } from './downlink.ts';

type Parts = {
  db: Database;
  downlink: Downlink;
  /** Drops whatever is remembered beyond a transaction. */
  undone: () => void;
  /** Told when something was moved. */
  moved: () => void;
};

/** What people and programs may do with what goes down, each as one transaction. */
export function openDownlinkBoard({ db, downlink, undone, moved }: Parts) {
  const whole = <A extends unknown[], R>(work: (...args: A) => R) => {
    const run = asOne(db, work, undone);
    return (...args: A): R => {
      const result = run(...args);
      moved();
      return result;
    };
  };
  /** Whatever is said of drafts is answered with how they stand then. */
  const standing = <A extends unknown[]>(work: (...args: A) => void) => {
    const run = whole(work);
    return (...args: A) => {
      run(...args);
      const { drafts, sets } = downlink.shown();
      return { drafts, sets };
    };
  };
  return {
    receiveReferences: whole(downlink.receiveReferences),
    receiveOrders: whole(downlink.receiveOrders),
    propose: whole((given: Parameters<Downlink['propose']>[0]) => {
      const draft = downlink.propose(given);
      return { draft, ...downlink.shown().drafts.find(({ id }) => id === draft) };
    }),
    approve: standing(downlink.approve),
    reject: standing(downlink.reject),
    differences: downlink.differences,
    verdicts: downlink.verdicts,
    shown: downlink.shown,
  };
}
