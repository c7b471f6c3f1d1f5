import type { Erp } from '../../central/erp/erp.ts';
import type { Task } from '../../central/posting/taking.ts';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { openSide } from './central.ts';

/** Steps without which a story should have come to its end. */
const stepsMax = 3_000;
/** Least and longest that time is moved at once, ms. */
const [strideMinMs, strideMaxMs] = [200, 5_000];

type Parts = {
  path: string;
  /** Called at each start of central; the connector of before is gone with it. */
  erpAt: (clock: Clock) => Erp;
  /** Done whenever time has moved. */
  meanwhile: (nowMs: number) => void;
  /** True if central dies here: before a call, or when it has ended and nothing is written yet. */
  dies?: () => boolean;
};

/** Central's tables and a connector, call by call, by a clock that only waits for what is due. */
export function openCarrier({ path, erpAt, meanwhile, dies = () => false }: Parts) {
  const time = { nowMs: 0 };
  const clock: Clock = {
    ...systemClock,
    nowMs: () => time.nowMs,
    monotonicMs: () => time.nowMs,
  };
  let starts = 0;
  function start() {
    starts += 1;
    const erp = erpAt(clock);
    const side = openSide(path, erp.maxInFlightMs, time);
    side.db.pragma('synchronous = OFF'); // central dies here, and the machine does not
    return { side, erp };
  }
  let central = start();
  const restart = (): void => {
    central.side.db.close();
    central = start();
  };

  /** Makes the call; what is to be written of it, or undefined if central has died meanwhile. */
  async function carry({ do: what, posting }: Task): Promise<(() => void) | undefined> {
    const { erp, side } = central;
    const { key } = posting;
    if (dies()) return undefined;
    if (what === 'post') {
      const outcome = await erp.post(posting);
      return dies() ? undefined : () => side.postings.settle(key, outcome);
    }
    const found = await erp.lookup(posting);
    return dies() ? undefined : () => side.postings.found(key, found);
  }

  function wait(): void {
    const dueMs = central.side.postings.dueInMs();
    time.nowMs += Math.ceil(Math.min(strideMaxMs, Math.max(strideMinMs, dueMs)));
    meanwhile(time.nowMs);
  }

  /** One round: what may be done is done and then written, or time moves. */
  async function step(): Promise<void> {
    const tasks = central.side.next();
    if (tasks.length === 0) return wait();
    const settles: (() => void)[] = [];
    for (const task of tasks) {
      const settle = await carry(task);
      if (!settle) return restart();
      settles.push(settle);
    }
    central.side.postings.together(() => {
      for (const settle of settles) settle();
    });
  }

  return {
    ...{ time, step },
    side: () => central.side,
    starts: () => starts,
    /** Rounds until it is so. */
    async until(isSo: () => boolean): Promise<void> {
      for (let steps = 0; !isSo(); steps++) {
        if (steps > stepsMax) throw new Error(`no end: ${central.side.states().join(', ')}`);
        await step();
      }
    },
  };
}
