import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { type Clock, steadyMs } from '../shared/clock.ts';
import type { Database } from '../shared/database.ts';
import type { Logger } from '../shared/log.ts';
import { type Bell, keepRunning, openBell } from '../shared/loop.ts';
import { type Pace, plantPace } from '../shared/pace.ts';
import { openBreaker } from './breaker.ts';
import type { Erp } from './erp.ts';
import { receive } from './inbox.ts';
import { tellKept } from './keeper.ts';
import { openMemory } from './memory.ts';
import { type Switch, unguarded } from './modes.ts';
import { post } from './poster.ts';
import { openPulse } from './pulse.ts';
import { fillGaps } from './refill.ts';
import { openRegistrar } from './registrar.ts';
import { trim } from './trimmer.ts';

/** The hub as central reads and answers it. */
export type Hub = {
  connection: NatsConnection;
  manager: JetStreamManager;
  stream: JetStreamClient;
  /** Rings when the connection is back. */
  reconnected: Bell;
};

/** What central needs of the world. The same code runs beside the hub and in the simulator. */
type World = {
  db: Database;
  clock: Clock;
  log: Logger;
  erp: Erp;
  hub: Hub;
  /** Documents in flight at once. */
  lanesMax: number;
  /** How far the time of a fact may be off before its document waits for a person. */
  skewMaxMs?: number;
  /** What rules do, and where. */
  switches?: readonly Switch[];
  /** Unlike any boot before. */
  bootId: string;
  pace?: Pace;
};

/** Central but for its status: everything is running when this returns. */
export function assembleCentral(world: World) {
  const { db, clock, log, erp, hub, lanesMax, bootId, pace = plantPace } = world;
  const { skewMaxMs, switches } = world;
  const stop = new AbortController();
  const { signal } = stop;
  const { maxInFlightMs } = erp;
  const waitMs = steadyMs(clock);
  const { nowMs } = clock;
  for (const site of unguarded(switches ?? [])) {
    log.warn({ site }, 'receipts are live here and quality is not: stock is not blocked by us');
  }
  const memory = openMemory({ db, nowMs, waitMs, maxInFlightMs, skewMaxMs, switches });
  const { ledger, postings, registry, archive, live } = memory;
  const accepted = openBell(clock); // rings when the ledger took facts
  const moved = openBell(clock); // rings when the ledger or a posting has moved
  const committed = () => {
    accepted.ring();
    moved.ring();
  };
  const { connection } = hub;
  const common = { connection, ledger, clock, log, signal };
  const settled = (line: string, at: number) => postings.settled(line, at);
  const breaker = openBreaker({ nowMs, waitMs, log });
  const lanes = { postings, breaker, idleMs: pace.lanesMs };
  const loops = [
    receive({ ...common, ...hub, committed, bootId, quietMs: pace.quietMs }),
    tellKept({ ...common, settled, bell: moved, repeatMs: pace.repeatMs }),
    trim({ ...common, ...hub, trimMs: pace.trimMs }),
    fillGaps({ ...common, committed, bell: accepted, idleMs: pace.gapsMs }),
    post({ ...common, ...lanes, erp, lanesMax, bell: accepted, moved: moved.ring }),
  ].map(keepRunning);
  openRegistrar({ connection, registry, archive, ledger, live, moved: moved.ring, log });
  const { edges } = openPulse({ connection, nowMs: clock.nowMs, log });

  return {
    ...{ memory, edges, erpStanding: breaker.standing },
    /** To be told when a person has moved a posting. */
    moved: committed,

    /** Ends every loop, and the calls in flight. */
    async stop(): Promise<void> {
      stop.abort();
      await Promise.all(loops);
    },
  };
}
