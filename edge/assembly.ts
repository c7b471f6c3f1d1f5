import type { BodyOf, FactType } from '../shared/event.ts';
import { keepRunning } from '../shared/loop.ts';
import type { Family } from '../shared/metrics.ts';
import { plantPace } from '../shared/pace.ts';
import { readStatus } from './http/status.ts';
import { readEdge, type World } from './known.ts';
import type { Actor } from './line/actor.ts';
import { type Intake, openIntake } from './line/intake.ts';
import { openSpeaking } from './line/speaking.ts';
import { keepTime } from './line/timekeeper.ts';
import { watchWall } from './line/wall.ts';
import { openLooseShelf } from './machine/loose.ts';
import { edgeMetrics } from './metrics.ts';
import { openFetching } from './reference/fetching.ts';
import { type Change, watchDisk } from './store/disk.ts';
import { type Outbox, openOutbox } from './store/outbox.ts';
import { forget, openRetention } from './store/retention.ts';
import { openSnapshotter } from './store/snapshotter.ts';
import { openBells } from './uplink/bells.ts';
import { openEnrolling } from './uplink/enrolling.ts';
import { openExpress, opens, writerBy } from './uplink/express.ts';
import { forward, type LinkState } from './uplink/forwarder.ts';
import { beat, type Heard } from './uplink/heartbeat.ts';
import type { Hub } from './uplink/hub.ts';
import { type Marks, openMarks } from './uplink/marks.ts';
import { openReceiving } from './uplink/receiving.ts';
import { openTrail, type Trail } from './uplink/trail.ts';
import { inTurns } from './uplink/turns.ts';

/** The edge but for its page: everything is read and running when this returns. */
export function assembleEdge(world: World) {
  const { config, db, clock, log, openHub } = world;
  const stop = new AbortController();
  const { signal } = stop;
  const bells = openBells(clock);
  const { exporter } = world;
  const trail = exporter && openTrail({ exporter, nowMs: clock.nowMs });
  const known = readEdge(world, trail);
  const { store, book, roster, lines, disk, wall, program } = known;
  const outbox = openOutbox(db);
  const snapshotter = openSnapshotter({ store, book, log });
  const committed = () => {
    snapshotter.committed();
    bells.facts.ring();
    bells.changed.ring();
  };
  const marks = openMarks(clock.nowMs, bells.changed.ring, bells.read.ring);
  const writes = (line: string) => known.enrolments.of(line).state === 'entered';
  const hub = openHub({
    ...{ config, lines, outbox, marks, writes, log },
    ...{ letIn: bells.facts.ring, nowMs: clock.nowMs },
    rung: (line) => {
      sent.receiving.ring(line);
      sent.fetching.ring();
    },
  });
  const taken = () => {
    known.goOn();
    committed();
  };
  const asking = { ask: hub.ask, pace: world.pace, environment: config.environment };
  const { barred, enter } = openEnrolling({ ...known, db, outbox, taken, log, ...asking });
  const before = () => kept.tellStep();
  const timed = { timeMs: clock.monotonicMs };
  const own = openIntake({ store, roster, barred, disk, before, committed, ...timed });
  const intake = trail?.watched(own) ?? own;
  const parts = { outbox, marks, hub, enter, barred, intake, bells, signal, trail };
  const running = { ...known, ...parts };
  const sent = sendOn(world, running);
  const kept = keepUp(world, running, sent.fetching.heard);
  const loops = [...sent.loops, ...kept.loops].map(keepRunning);

  const commandsWait = (line: string) => sent.receiving.waiting(line);
  const status = () => ({
    ...readStatus({ ...known, outbox, marks, commandsWait, nowMs: clock.nowMs }),
    ...{ environment: config.environment, program, retention: kept.retention.status() },
    reference: sent.fetching.status(),
    ...{ disk: kept.retention.lasting(disk.status()), clock: wall.status() },
  });

  return {
    ...{ store, book, roster, outbox, intake, barred, disk, signal, retention: kept.retention },
    ...{ changed: bells.changed, status, seen: known.seen, marks, wall },
    ...{ references: known.references, offers: known.offers, commandsWait },
    metrics: (vitals: readonly Family[] = []) =>
      edgeMetrics({
        ...{ status: status(), express: sent.express.counts(), intake: intake.figures() },
        ...{ traces: exporter?.families(), vitals },
      }),

    /** Ends every loop; no fact is stated any more. */
    async stop(): Promise<void> {
      stop.abort();
      await Promise.all(loops);
      await hub.close();
    },

    /** Leaves behind what the next start, or the next edition of the charts, begins from. */
    leave: snapshotter.write,
  };
}

type Running = ReturnType<typeof readEdge> &
  ReturnType<typeof openEnrolling> & {
    outbox: Outbox;
    marks: Marks;
    hub: Hub;
    intake: Intake;
    bells: ReturnType<typeof openBells>;
    signal: AbortSignal;
    trail: Trail | undefined;
  };

/** Carries what the lines have stated to central, in their order and ahead of it. */
function sendOn({ clock, log, pace = plantPace }: World, running: Running) {
  const { lines, enrolments, outbox, marks, hub, enter, bells, signal } = running;
  const { facts: bell, read, reached } = bells;
  const writer = writerBy(enrolments, marks);
  const common = { outbox, clock, log, signal, bell, downMs: pace.downMs };
  const inTurn = inTurns(hub.publish);
  const publish = running.trail?.sending(inTurn) ?? inTurn;
  const receiving = openReceiving({
    ...{ ...running, ...common, ask: hub.ask, writer, changed: bells.changed.ring },
    everyMs: pace.commandsMs,
  });
  const fetching = openFetching({
    ...{ ...running, ...common, ask: hub.ask },
    ...{ everyMs: pace.commandsMs, lookMs: pace.clockMs },
  });
  const speak = openSpeaking({ ...running, clock });
  const loops = lines.map((line) => {
    const report = (state: LinkState, detail?: string) => {
      const before = marks.way(line).state;
      if (before === 'down' && state !== 'down') reached.ring();
      marks.report(line, state, detail);
      hub.seen(line, state);
      speak(line, state);
      if (!opens(before, state)) return;
      bell.ring();
      receiving.ring(line);
      fetching.ring();
    };
    const asking = { publish, last: hub.last, enter, read, idleMs: pace.resyncMs };
    return forward({ line, ...common, ...asking, report });
  });
  const express = openExpress({
    ...{ lines, ask: hub.ask, reached, ...common },
    report: marks.goAhead,
    writer,
  });
  const down = [...receiving.loops(), ...fetching.loops()];
  return { express, receiving, fetching, loops: [...loops, ...down, express.run()] };
}

/** What an edge looks after beside its lines: central, time, the day, its disk, what is old. */
function keepUp(world: World, running: Running, central: () => void) {
  const { db, clock, log, pace = plantPace } = world;
  const { lines, book, roster, disk, wall, outbox, marks, hub, barred, intake, bells } = running;
  const { signal } = running;
  const common = { clock, signal, bell: bells.facts };
  const marked = () => lines.map(outbox.marks);
  const unsent = () => marked().reduce((sum, { head, sent }) => sum + head - sent, 0);
  const heard = (word: Heard) => {
    wall.heard(word);
    central();
    marks.beaten(word);
  };
  const { waiting } = openLooseShelf(db);
  const asking = { line: lines[0]!, ask: hub.askBeat, unsent, heard, everyMs: pace.beatMs };
  const retention = retentionOf(world, running);
  const state = stateBy(intake, () =>
    roster.actors.find(({ path, failure }) => !failure() && !barred(path)),
  );
  const stateLevel = (change: Change) => state('DiskLevelChanged', change) ?? true;
  const room = { disk, state: stateLevel, changed: bells.changed.ring, everyMs: pace.measureMs };
  const tellStep = () => {
    const step = disk.isSpent() ? undefined : wall.step();
    if (step && state('ClockStepped', step)) wall.tell(step);
  };
  const loops = [
    beat({ ...asking, unplaced: waiting, clock, signal }),
    keepTime({ book, roster, ask: intake.ask, ...common, idleMs: pace.timersMs }),
    forget({ retention, ...common, log, idleMs: pace.retentionMs }),
    watchDisk({ ...room, clock, signal }),
    watchWall({ tell: tellStep, everyMs: pace.clockMs, clock, signal }),
  ];
  return { retention, tellStep, loops };
}

/**
 * States what the runtime has seen on a line that can speak; undefined where none can, and false if
 * the disk does not take it.
 */
const stateBy =
  (intake: Intake, find: () => Actor | undefined) =>
  <T extends FactType>(type: T, body: BodyOf<T>): boolean | undefined => {
    const speaker = find();
    return speaker && intake.state(() => void speaker.observe(type, body));
  };

/** What forgets, once central knows this store as the writer of all its lines. */
const retentionOf = ({ config, clock, log }: World, running: Running) => {
  const { store, book, roster, enrolments, lines, disk, intake } = running;
  return openRetention({
    ...{ store, book, roster, keepDays: config.keepDays, level: disk.level, state: intake.state },
    entered: () => lines.every((line) => enrolments.of(line).state === 'entered'),
    ...{ nowMs: clock.nowMs, log },
  });
};
