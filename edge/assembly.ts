import { openCalendar } from '../shared/calendar.ts';
import type { Clock } from '../shared/clock.ts';
import type { Database } from '../shared/database.ts';
import { eventIds, type RandomBytes } from '../shared/identity.ts';
import type { Logger } from '../shared/log.ts';
import { keepRunning, openBell } from '../shared/loop.ts';
import { openUnits } from '../shared/unit.ts';
import { edition } from '../statecharts/edition.ts';
import { openBook } from './book.ts';
import { type EdgeConfig, linesOf } from './config.ts';
import { forward, type LinkState } from './forwarder.ts';
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
};

/** The edge but for its page: everything is read and running when this returns. */
export function assembleEdge({ config, db, clock, random, log, openHub }: World) {
  const stop = new AbortController();
  const { signal } = stop;
  const facts = openBell(clock); // rings when facts were committed
  const changed = openBell(clock); // rings when the status page has something new to tell
  const store = openStore(db);
  const book = openBook();
  const recent = openRecent();
  const roster = openRoster(linesOf(config), {
    ...{ store, book },
    nowMs: clock.nowMs,
    units: openUnits(config.units),
    placeOf: config.calendar && openCalendar(config.calendar).placeOf,
    eventId: eventIds(clock.nowMs, random),
    stated: recent.add,
  });
  const upgraded = upgrade({ store, book, roster });
  if (upgraded) log.info(upgraded, 'charts migrated');
  const outbox = openOutbox(db);
  const committed = () => {
    facts.ring();
    changed.ring();
  };
  const intake = openIntake({ store, roster, committed });
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

  const marked = () => lines.map(outbox.marks);
  const unsent = () => marked().reduce((sum, { head, sent }) => sum + head - sent, 0);
  const asking = { line: lines[0]!, ask: hub.askBeat, unsent, heard: marks.beaten };
  loops.push(keepRunning(beat({ ...asking, clock, signal })));
  loops.push(keepRunning(keepTime({ book, roster, ask: intake.ask, bell: facts, clock, signal })));

  return {
    ...{ store, book, roster, outbox, intake, changed, signal },
    status: () => readStatus({ roster, book, outbox, marks, recent, nowMs: clock.nowMs }),

    /** Ends every loop; no fact is stated any more. */
    async stop(): Promise<void> {
      stop.abort();
      await Promise.all(loops);
      await hub.close();
    },

    /** Leaves behind what the next start, or the next edition of the charts, begins from. */
    leave(): void {
      if (book.isWhole()) store.snapshots.write(edition, writeMemory(book.contents()));
    },
  };
}
