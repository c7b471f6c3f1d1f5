import { openCalendar } from '../shared/calendar.ts';
import type { Clock } from '../shared/clock.ts';
import type { Database } from '../shared/database.ts';
import { Fault } from '../shared/fault.ts';
import { eventIds, type RandomBytes } from '../shared/identity.ts';
import type { Logger } from '../shared/log.ts';
import { keepRunning, openBell } from '../shared/loop.ts';
import { release } from '../shared/release.ts';
import { openUnits } from '../shared/unit.ts';
import { edition } from '../statecharts/edition.ts';
import { openBook } from './book.ts';
import { type EdgeConfig, linesOf } from './config.ts';
import { type Change, openDisk, watchDisk } from './disk.ts';
import { forward, type LinkState } from './forwarder.ts';
import type { Level, measure as measureFile } from './gauge.ts';
import { beat } from './heartbeat.ts';
import type { Hub, HubParts } from './hub.ts';
import { openIntake } from './intake.ts';
import { openMarks } from './marks.ts';
import { writeMemory } from './memory.ts';
import { openOutbox } from './outbox.ts';
import { openRecent } from './recent.ts';
import { openRoster } from './roster.ts';
import { readStatus } from './status.ts';
import { openStore } from './store.ts';
import { keepTime } from './timekeeper.ts';
import { upgrade } from './upgrade.ts';

/** What an edge needs of the world. The same code runs in the plant and in the simulator. */
type World = {
  config: EdgeConfig;
  db: Database;
  clock: Clock;
  random: RandomBytes;
  log: Logger;
  openHub: (parts: HubParts) => Hub;
  /** How much room the file has; asked of the file system where nothing else is given. */
  measure?: typeof measureFile;
};

/** The edge but for its page: everything is read and running when this returns. */
export function assembleEdge({ config, db, clock, random, log, openHub, measure }: World) {
  const stop = new AbortController();
  const { signal } = stop;
  const facts = openBell(clock); // rings when facts were committed
  const changed = openBell(clock); // rings when the status page has something new to tell
  const store = openStore(db);
  const book = openBook();
  const recent = openRecent();
  let told: Level | undefined; // how full the disk was, by the last fact about it
  const roster = openRoster(linesOf(config), {
    ...{ store, book },
    nowMs: clock.nowMs,
    units: openUnits(config.units),
    placeOf: config.calendar && openCalendar(config.calendar).placeOf,
    eventId: eventIds(clock.nowMs, random),
    stated(fact) {
      recent.add(fact);
      if (fact.type === 'DiskLevelChanged') told = fact.body.level;
    },
  });
  const upgraded = upgrade({ store, book, roster });
  if (upgraded) log.info(upgraded, 'charts migrated');
  const outbox = openOutbox(db);
  const committed = () => {
    facts.ring();
    changed.ring();
  };
  const disk = openDisk({ db, budgetMb: config.diskBudgetMb, clock, told, measure });
  const program = { release, charts: edition, node: process.version, ...modesOf(db) };
  const intake = openIntake({ store, roster, disk, committed });
  const marks = openMarks(clock.nowMs, changed.ring);

  const lines = roster.actors.map(({ path }) => path);
  const hub = openHub({ config, lines, outbox, marks, log });
  const loops = lines.map((line) => {
    const report = (state: LinkState, detail?: string) => {
      marks.report(line, state, detail);
      hub.seen(line, state);
    };
    const parts = { outbox, publish: hub.publish, last: hub.last, bell: facts, clock, log, signal };
    return keepRunning(forward({ line, ...parts, report }));
  });

  const unsentOf = (line: string) => outbox.marks(line).head - outbox.marks(line).sent;
  const unsent = () => lines.reduce((sum, line) => sum + unsentOf(line), 0);
  const asking = { line: lines[0]!, ask: hub.askBeat, unsent, heard: marks.beaten };
  loops.push(keepRunning(beat({ ...asking, clock, signal })));
  loops.push(keepRunning(keepTime({ book, roster, ask: intake.ask, clock, signal })));

  const state = (change: Change): boolean => {
    const speaker = roster.actors.find((actor) => actor.failure() === undefined);
    return !speaker || intake.state(() => void speaker.observe('DiskLevelChanged', change));
  };
  const seeing = { disk, state, changed: changed.ring, clock, signal };
  loops.push(keepRunning(watchDisk(seeing)));

  return {
    ...{ store, book, roster, outbox, intake, changed, signal },
    status: () => ({
      ...readStatus({ roster, book, outbox, marks, recent, nowMs: clock.nowMs }),
      ...{ program, disk: disk.status() },
    }),

    /** Ends every loop; no fact is stated any more. */
    async stop(): Promise<void> {
      stop.abort();
      await Promise.all(loops);
      await hub.close();
    },

    /** Leaves behind what the next start, or the next edition of the charts, begins from. */
    leave(): void {
      if (!book.isWhole()) return;
      try {
        store.commit(() => store.snapshots.write(edition, writeMemory(book.contents())));
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        log.warn({ reason: error.message }, 'no snapshot: the next start reads every fact');
      }
    },
  };
}

/** How the file is written, as SQLite says. */
const modesOf = (db: Database) => ({
  schema: db.pragma('user_version', { simple: true }) as number,
  journalMode: db.pragma('journal_mode', { simple: true }) as string,
  synchronous: db.pragma('synchronous', { simple: true }) as number,
});
