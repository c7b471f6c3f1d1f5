import { batchCommands } from '../../../shared/material.ts';
import { command, shop } from '../shop.ts';
import type { Driver } from '../tour.ts';

/** A batch that leaves `running` in a phase of its recipe, and is complete after the last one. */
export const driveBatch: Driver = {
  prepare(ride) {
    ride.ask(shop.release());
    ride.ask(shop.start());
  },
  rig(ride, n) {
    const lot = `B-${n}`;
    const about = { order: 'WO-1', lot };
    const row = () => ride.book.look('batch', lot);
    const begin = () => command('StartBatchPhase', about, { phase: 'mix', limitMs: 60_000 });
    const end = () => command('EndBatchPhase', about, { phase: 'mix' });
    const inPhase = (): void => {
      if (row()?.phase === undefined) ride.ask(begin());
    };
    const ended = (): void => {
      if (row()?.phase !== undefined) ride.ask(end());
    };
    const commanded = batchCommands.map((asked) => [
      `BatchCommanded ${asked}`,
      () => {
        if (row()?.state === 'running') inPhase();
        return command('CommandBatch', about, { command: asked });
      },
    ]);
    return {
      name: `batch ${lot}`,
      state: () => row()?.state,
      drives: {
        ...Object.fromEntries(commanded),
        BatchSettled: () => {
          if (row()!.state === 'running') ended();
          return command('SettleBatch', about);
        },
        BatchPhaseStarted: () => {
          ended();
          return begin();
        },
        BatchPhaseEnded: () => {
          if (row()!.state === 'running') inPhase();
          return end();
        },
        BatchPhaseOverran: () => {
          ended();
          ride.ask(begin());
          return ride.due('BatchPhaseOverran', lot);
        },
      },
    };
  },
};
