import { openCalendar } from '../shared/calendar.ts';
import type { Clock } from '../shared/clock.ts';
import type { Database } from '../shared/database.ts';
import type { Fact } from '../shared/event.ts';
import type { Exporter } from '../shared/exporter.ts';
import { eventIds, type RandomBytes } from '../shared/identity.ts';
import type { Logger } from '../shared/log.ts';
import type { Pace } from '../shared/pace.ts';
import { openUnits } from '../shared/unit.ts';
import type { Effect } from '../statecharts/correction.ts';
import { type EdgeConfig, linesOf } from './config.ts';
import { openRecent } from './http/recent.ts';
import { openBook } from './line/book.ts';
import { openOffers } from './line/offers.ts';
import { openRoster } from './line/roster.ts';
import { openSoftware, type Software, softwareHere } from './line/software.ts';
import { openSpans } from './line/spans.ts';
import { openWall, type Wall } from './line/wall.ts';
import { openReferences } from './reference/reference.ts';
import { openShelf } from './reference/shelf.ts';
import { openDisk } from './store/disk.ts';
import { type Level, type measure as measureFile, modesOf } from './store/gauge.ts';
import { openStore } from './store/store.ts';
import { upgrade } from './store/upgrade.ts';
import { isFetching, openEnrolments } from './uplink/enrolments.ts';
import type { Hub, HubParts } from './uplink/hub.ts';
import type { Trail } from './uplink/trail.ts';
import { openSeen } from './view/seen.ts';

/** What an edge needs of the world. The same code runs in the plant and in the simulator. */
export type World = {
  config: EdgeConfig;
  db: Database;
  clock: Clock;
  random: RandomBytes;
  log: Logger;
  openHub: (parts: HubParts) => Hub;
  /** How much room the file has; asked of the file system where nothing else is given. */
  measure?: typeof measureFile;
  pace?: Pace;
  /** Where traces are told; absent where none is. */
  exporter?: Exporter | undefined;
  /** What states the facts from now on; this very program where nothing else is given. */
  software?: Software;
};

/** What the lines of an edge decide by, beside their store and their book. */
export const meansOf = (config: EdgeConfig, clock: Clock, random: RandomBytes, last?: string) => ({
  nowMs: clock.nowMs,
  units: openUnits(config.units),
  calendar: config.calendar && openCalendar(config.calendar),
  eventId: eventIds(clock.nowMs, random, last),
  stated: (_fact: Fact): void => undefined,
});

/** What stands in the file, read: the lines as they were left. */
export function readEdge(world: World, trail?: Trail) {
  const { config, db, clock, random, log, measure, software: here = softwareHere } = world;
  const store = openStore(db);
  const book = openBook(store.written);
  const recent = openRecent();
  const seen = openSeen(book.look);
  let told: Level | undefined; // how full the disk was, by the last fact about it
  let lastMs: number | undefined; // when the last fact was recorded
  let wall: Wall | undefined;
  const spans = openSpans();
  const shelf = openShelf(db);
  const references = openReferences({ shelf, look: book.look });
  const offers = openOffers({ db, look: book.look, nowMs: clock.nowMs });
  const software = openSoftware(db, here);
  let isReading = false;
  const stated = (fact: Fact, effects?: readonly Effect[]): void => {
    recent.add(fact);
    spans.note(fact);
    seen.note(fact, effects);
    if (!isReading) trail?.note(fact);
    software.note(fact, !isReading);
    references.note(fact);
    if (!isReading) offers.note(fact); // what the store says of it is in the table already
    lastMs = fact.recordedMs;
    if (fact.type === 'DiskLevelChanged') told = fact.body.level;
  };
  const cleared = (): void => {
    seen.clear();
    software.clear();
    references.undone();
  };
  const means = meansOf(config, clock, random, store.newestId());
  const roster = openRoster(linesOf(config), {
    ...{ ...means, spans, store, book, stated, cleared },
    reading: (is: boolean) => {
      isReading = is;
    },
    due: software.due,
    guard: references.check,
    offer: offers.check,
    trust: () => wall?.trust(),
  });
  wall = openWall({ clock, lastMs });
  const enrolments = openEnrolments(db, eventIds(clock.nowMs, random));
  const lines = roster.actors.map(({ path }) => path);
  const settle = () =>
    software.settle(
      roster.actors.map(({ head }) => head()),
      store.commit,
    );
  settle();
  const goOn = () => {
    settle();
    const upgraded = upgrade({ store, book, roster });
    if (!upgraded) return;
    const { from, to, carried } = upgraded;
    log.info({ from, to, carried }, 'charts migrated');
  };
  // A book whose history is still being fetched is no state to carry over.
  if (!lines.some((line) => isFetching(enrolments.of(line)))) goOn();
  const disk = openDisk({ db, budgetMb: config.diskBudgetMb, clock, told, measure });
  const { release, build = null, charts, node } = here;
  const program = { release, build, charts, node, ...modesOf(db) };
  const referring = { shelf, references, offers, software };
  const own = { store, book, recent, seen, roster, enrolments, lines, goOn, disk, wall, program };
  return { ...own, ...referring };
}
