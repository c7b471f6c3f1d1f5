import { openCalendar } from '../shared/calendar.ts';
import { systemClock } from '../shared/clock.ts';
import { openDatabase } from '../shared/database.ts';
import { eventIds, systemRandom } from '../shared/identity.ts';
import { openLog } from '../shared/log.ts';
import { keepRunning, openBell } from '../shared/loop.ts';
import { runService } from '../shared/service.ts';
import { openUnits } from '../shared/unit.ts';
import { readBalance } from './balance.ts';
import { openBook } from './book.ts';
import { type EdgeConfig, fields, linesOf, readEdgeConfig } from './config.ts';
import { forward, type LinkState } from './forwarder.ts';
import { beat } from './heartbeat.ts';
import { buildHttp } from './http.ts';
import { openHub } from './hub.ts';
import { openIntake } from './intake.ts';
import { openMarks } from './marks.ts';
import { openOutbox } from './outbox.ts';
import { readPedigree } from './pedigree.ts';
import { openRecent } from './recent.ts';
import { openRoster } from './roster.ts';
import { readStatus } from './status.ts';
import { migrations, openStore } from './store.ts';
import { keepTime } from './timekeeper.ts';

/** Wires the edge: opens upwards, closes downwards. Resolves once it listens. */
export async function startEdge(config: EdgeConfig) {
  const clock = systemClock;
  const log = openLog('edge', config.logLevel);
  const stop = new AbortController();
  const { signal } = stop;
  const facts = openBell(); // rings when facts were committed
  const changed = openBell(); // rings when the status page has something new to tell
  const db = openDatabase(config.storePath, migrations);
  const store = openStore(db);
  const book = openBook();
  const recent = openRecent();
  const roster = openRoster(linesOf(config), {
    store,
    book,
    nowMs: clock.nowMs,
    units: openUnits(config.units),
    placeOf: config.calendar && openCalendar(config.calendar).placeOf,
    eventId: eventIds(clock.nowMs, systemRandom),
    stated: recent.add,
  });
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

  const unsentOf = (line: string) => outbox.marks(line).head - outbox.marks(line).sent;
  const unsent = () => lines.reduce((sum, line) => sum + unsentOf(line), 0);
  const asking = { line: lines[0]!, ask: hub.askBeat, unsent, heard: marks.beaten };
  loops.push(keepRunning(beat({ ...asking, clock, signal })));

  loops.push(keepRunning(keepTime({ book, roster, ask: intake.ask, clock, signal })));

  const view = { roster, book, outbox, marks, recent, nowMs: clock.nowMs };
  const status = () => readStatus(view);
  const app = await buildHttp({
    ...{ intake, status, changed, clock, signal },
    charted: book.moved,
    pedigree: (lot) => readPedigree(book, lot),
    balance: (order) => readBalance(book, order),
  });
  const url = await app.listen({ host: config.host, port: config.httpPort });

  return {
    url,
    async close(): Promise<void> {
      stop.abort();
      await app.close();
      await Promise.all(loops);
      await hub.close();
      db.close();
    },
  };
}

if (import.meta.main) {
  await runService({ name: 'edge', fields, start: (given) => startEdge(readEdgeConfig(given)) });
}
