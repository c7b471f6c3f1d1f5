import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { backoff, backoffMaxMs } from '../shared/backoff.ts';
import { type Clock, steadyMs } from '../shared/clock.ts';
import type { Database } from '../shared/database.ts';
import type { Environment } from '../shared/environment.ts';
import type { Exporter } from '../shared/exporter.ts';
import { Fault } from '../shared/fault.ts';
import type { Logger } from '../shared/log.ts';
import { type Bell, keepRunning, nextTurn, openBell } from '../shared/loop.ts';
import { type Pace, plantPace } from '../shared/pace.ts';
import type { CentralConfig } from './config.ts';
import { pull } from './downlink/pull.ts';
import { openBreaker } from './erp/breaker.ts';
import type { Erp } from './erp/erp.ts';
import { openSeeing } from './erp/seeing.ts';
import { type FeedSet, tellFeed } from './feed/feed.ts';
import type { FigureConfig } from './figuring/plant.ts';
import { receive } from './ledger/inbox.ts';
import { tellKept } from './ledger/keeper.ts';
import { mark } from './ledger/mark.ts';
import { openPulse } from './ledger/pulse.ts';
import { fillGaps } from './ledger/refill.ts';
import { openRegistrar } from './ledger/registrar.ts';
import type { Thresholds } from './ledger/thresholds.ts';
import { trim } from './ledger/trimmer.ts';
import { type Memory, openMemory } from './memory.ts';
import type { Inspection } from './posting/inspections.ts';
import { openLeases } from './posting/leases.ts';
import { type Switch, unguarded } from './posting/modes.ts';
import { post } from './posting/poster.ts';
import { openRinging } from './quality/ringing.ts';
import { spread } from './quality/spreading.ts';
import { takeStock } from './quality/stocktaking.ts';
import { turnsOf } from './sql/turns.ts';
import type { InboundConfig } from './supplier/config.ts';
import { pullsOf } from './supplier/pulling.ts';
import { openWatch, type WhileOnDuty } from './watch.ts';

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
  /** Which inspected lots are received into quality inspection stock. */
  inspections?: readonly Inspection[];
  /** What this plant is; production unless it is said otherwise. */
  environment?: Environment;
  /** What the ERP hands over, and how often it is asked; without it nobody asks. */
  downlink?: CentralConfig['downlink'];
  /** What figures are made with beside facts. */
  figures?: FigureConfig;
  /** What suppliers deliver, and how it is inspected. */
  inbound?: InboundConfig | undefined;
  /** Unlike any boot before; what the database was opened with where it is shared. */
  bootId: string;
  /** Where the database is shared: how long what one central has begun is left to it, ms. */
  leaseMs?: number;
  /** What the hub's consumer of central alarms at; without it there is none. */
  thresholds?: Thresholds;
  /** Where traces are told; absent where none is. */
  exporter?: Exporter | undefined;
  /** The feed for everybody; none without it. */
  feed?: FeedSet | undefined;
  pace?: Pace;
};

/** Most facts that one turn takes in where others wait for theirs: some 200 ms. */
export const factsInTurn = 500;
/** A lease, ms, unless it is said otherwise. */
export const leaseUsualMs = 10_000;

/** Runs a loop that only reads the ledger again when it did not answer, with growing pauses. */
async function again(work: () => Promise<void>, { clock, log, signal }: Waits): Promise<void> {
  for (let failures = 0; !signal.aborted; ) {
    const beganMs = clock.monotonicMs();
    try {
      await work();
      return;
    } catch (error) {
      if (!(error instanceof Fault && error.retry)) throw error;
      if (clock.monotonicMs() - beganMs > backoffMaxMs) failures = 0;
      log.warn({ reason: error.message }, 'a loop waits for the ledger');
      await clock.sleep(backoff(++failures), signal);
    }
  }
}
type Waits = { clock: Clock; log: Logger; signal: AbortSignal };

/** What reads master data and orders of the ERP while this central is on duty. */
const pulling =
  (
    { db, erp, clock, log }: World,
    given: NonNullable<World['downlink']>,
    memory: Memory,
    moved: () => void,
  ) =>
  (signal: AbortSignal): Promise<void> =>
    pull({
      ...{ db, clock, log, signal, moved, downlink: memory.downlink, source: erp.masters },
      ...{ sites: given.sites, everyMs: given.everySeconds * 1_000 },
    });

type Reading = { waitMs: () => number; moved: () => void };

/** What is read of the ERP: what it hands over, and what suppliers have delivered. */
const reads = (world: World, memory: Memory, { waitMs, moved }: Reading) => [
  ...(world.downlink ? [pulling(world, world.downlink, memory, moved)] : []),
  ...pullsOf({ ...world, config: world.inbound, inbound: memory.inbound, waitMs, moved }),
];

/** What central remembers, and what of it is ours for now where others share it. */
function remember(world: World, waitMs: () => number) {
  const { db, clock, log, erp, hub, bootId, leaseMs = leaseUsualMs } = world;
  const { skewMaxMs, switches, inspections, inbound, figures } = world;
  const { nowMs, monotonicMs } = clock;
  for (const site of unguarded(switches ?? [])) {
    log.warn({ site }, 'receipts are live here and quality is not: stock is not blocked by us');
  }
  const turns = turnsOf(db);
  const leases = turns && openLeases({ db, boot: bootId, leaseMs, monotonicMs });
  const ring = openRinging(hub.connection);
  const { secondPerson } = world.downlink ?? {};
  const limits = { maxInFlightMs: erp.maxInFlightMs, skewMaxMs, figures };
  const known = { switches, inspections, inbound, leases, ring, secondPerson };
  const memory = openMemory({ db, nowMs, waitMs, ...limits, ...known });
  return { turns, leases, leaseMs, memory, ring };
}

/** Central but for its status: everything is running when this returns. */
export function assembleCentral(world: World) {
  const { db, clock, log, hub, lanesMax, bootId, pace = plantPace } = world;
  const { environment, feed, exporter } = world;
  const stop = new AbortController();
  const { signal } = stop;
  const waitMs = steadyMs(clock);
  const { nowMs } = clock;
  const { turns, leases, leaseMs, memory, ring } = remember(world, waitMs);
  const { postings } = memory;
  const seeing = openSeeing({ ...world, ledger: memory.ledger });
  const { ledger, meter, hubSeen, readersSeen } = seeing;
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
  const factsMax = turns && factsInTurn;
  let readings = 0; // each has readers of its own at the hub
  const readingId = () => (turns ? `${bootId}_${++readings}` : bootId);
  const reading = { committed, quietMs: pace.quietMs, factsMax };
  const { movements } = postings;
  const telling = { settled, bell: moved, movements, repeatMs: pace.repeatMs };
  const marking = { ...hub, thresholds: world.thresholds, seen: seeing.seen, everyMs: pace.trimMs };
  const filling = { committed, bell: accepted, idleMs: pace.gapsMs };
  const asking = { erp: world.erp, erpStanding: breaker.standing, moved: committed };
  const reader = { seen: seeing.read, everyMs: pace.trimMs };
  const feeding = { bell: accepted, idleMs: pace.quietMs, exporter, ...reader };
  const lanes = { postings, breaker, idleMs: pace.lanesMs, isSafe: leases?.isSafe };
  const sharing = { ...{ db, leaseMs, postings, clock, log, signal }, foreign: committed };
  const watch = turns && leases && openWatch({ ...sharing, turns, leases });
  const duty = watch?.whileOnDuty ?? ((work) => work(signal));
  const onDuty: WhileOnDuty = (work) => again(() => duty(work), common);
  const loops = [
    onDuty((signal) => receive({ ...common, ...hub, ...reading, bootId: readingId(), signal })),
    onDuty((signal) => tellKept({ ...common, ...telling, signal })),
    onDuty((signal) => trim({ ...common, ...hub, trimMs: pace.trimMs, signal })),
    onDuty((signal) => fillGaps({ ...common, ...filling, signal })),
    onDuty((signal) => mark({ ...common, ...marking, signal })),
    onDuty((signal) => spread({ ...memory, ...filling, clock, signal })),
    onDuty((signal) => takeStock({ ...memory, ...filling, ...asking, clock, signal })),
    ...tellFeed(feed, { ...common, ...hub, ...feeding, memory }, onDuty),
    post({ ...common, ...lanes, erp: seeing.erp, lanesMax, bell: accepted, moved: moved.ring }),
    ...(watch ? [watch.keep()] : []),
    ...reads(world, memory, { waitMs, moved: committed }).map(onDuty),
  ].map(keepRunning);
  const crowd = { turn: nextTurn, monotonicMs: clock.monotonicMs };
  openRegistrar({ connection, ...memory, environment, moved: moved.ring, crowd, log });
  for (const line of memory.dispatch.waiting().keys()) ring(line); // asked while we were away
  const { edges } = openPulse({ connection, nowMs, log });

  return {
    ...{ memory, edges, erpStanding: breaker.standing, centrals: leases?.holders },
    ...{ meter, hubSeen, readersSeen },
    /** To be told when a person has moved a posting. */
    moved: committed,

    /** Ends every loop, and the calls in flight. */
    async stop(): Promise<void> {
      stop.abort();
      await Promise.all(loops);
      watch?.leave();
    },
  };
}
