import Sqlite from 'better-sqlite3';
import { assembleCentral } from '../../central/assembly.ts';
import type { Posting } from '../../central/erp/erp.ts';
import { migrations as centralMigrations } from '../../central/memory.ts';
import type { Inspection } from '../../central/posting/inspections.ts';
import { assembleEdge } from '../../edge/assembly.ts';
import { readEdgeConfig } from '../../edge/config.ts';
import { migrations as edgeMigrations } from '../../edge/store/schema.ts';
import { openHub as openEdgeHub } from '../../edge/uplink/hub.ts';
import type { Clock } from '../../shared/clock.ts';
import { type Database, faultOf, prepareDatabase } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import type { Logger } from '../../shared/log.ts';
import { openBell } from '../../shared/loop.ts';
import type { Pace } from '../../shared/pace.ts';
import type { Bugs } from './bugs.ts';
import { type Disk, openDisk } from './disk.ts';
import type { Books } from './erp.ts';
import { type Hub, type Link, openLink } from './hub.ts';
import { Crash, type Life } from './life.ts';
import { epochsOf } from './rows.ts';
import { joinOf, streamOf } from './wires.ts';
import type { World } from './world.ts';

/** After a program has ended by itself, it is started again, ms. */
const restartMs = 1_000;

export type Site = Readonly<{
  world: World;
  pace: Pace;
  hub: Hub;
  books: Books;
  bugs: Bugs;
  inspections: readonly Inspection[];
  asked: (posting: Posting) => void;
  failed: (invariant: string, detail: string) => void;
}>;
type App = { stop(): Promise<void>; leave?: () => void };
type Start<A extends App> = (given: Given) => A;
type Given = { life: Life; db: Database; clock: Clock; link: Link; log: Logger };
export type Box<A extends App = App> = ReturnType<typeof openBox<A>>;
export type EdgeBox = ReturnType<typeof openEdgeBox>;
export type CentralBox = ReturnType<typeof openCentralBox>;

/** A program on a computer of its own, with its disk, its clock and its way to the hub. */
function openBox<A extends App>(site: Site, name: string, migrations: string[], begin: Start<A>) {
  const { world, failed, bugs } = site;
  const wall = { offsetMs: 0 };
  const link = openLink(world, name);
  let life: Life = { name, alive: false };
  let app: A | undefined;
  let lives = 0;
  let refused = false;
  const disk: Disk = openDisk(name, (dying) => {
    if (dying.alive) world.say(`${name} dies at a statement`);
    end();
  });

  function end(): void {
    life.alive = false;
    app = undefined;
    disk.rest();
  }

  /** As the process does it: what SQLite says of a file is said in our words. */
  function prepare(db: Database): void {
    try {
      prepareDatabase(db, name, migrations);
    } catch (error) {
      throw faultOf(error, name);
    }
  }

  function start(): void {
    if (life.alive) return;
    lives += 1;
    refused = false;
    life = { name, alive: true, medium: disk.media() };
    world.after(life, 0, () => {
      const born = life;
      const log = logOf(world, name);
      const opened = disk.connect(born);
      prepare(opened);
      const db = bugs.opened(opened, born, world);
      app = begin({ life: born, db, clock: world.clockOf(born, wall), link, log });
    });
  }

  return {
    ...{ name, link, disk, wall, start },
    app: () => app,
    life: () => life,
    lives: () => lives,
    /** True if it does not go on with what is on its disk, until somebody has looked. */
    refused: () => refused,
    /** The epoch in which the line is written here, as its store says. */
    epochOf: (line: string) => (disk.isDamaged() ? 0 : (disk.known(epochsOf).get(line) ?? 0)),

    /** The program is gone from one moment to the next. */
    kill(): void {
      if (life.alive) world.say(`${name} is killed`);
      end();
    },
    /** It dies after so many steps, wherever it then is, and is started again after `forMs`. */
    dieIn(steps: number, forMs: number): void {
      let left = steps;
      life.fuse = () => {
        left -= 1;
        if (left >= 0) return false;
        world.say(`${name} dies at a step`);
        end();
        world.after(world.nature, forMs, start);
        return true;
      };
    },
    /** It ends in good order, and is started again. */
    restart(): void {
      const { nature } = world;
      const [ending, leaving] = [life, app];
      if (!leaving) return;
      world.say(`${name} is stopped in good order`);
      world.after(ending, 0, () => {
        leaving.stop().then(() => {
          leaving.leave?.();
          world.after(nature, 0, () => {
            if (ending !== life) return;
            end();
            world.after(nature, restartMs, start);
          });
        });
      });
    },
    /** Something that nobody has handled: the process ends, and is started again. */
    threw(error: unknown): void {
      if (error instanceof Crash) return;
      const stored = error instanceof Sqlite.SqliteError || error instanceof Fault;
      if (disk.isDamaged() && stored) {
        world.say(`${name} refuses its disk: ${(error as Error).message}`);
        refused = true;
        end();
        return;
      }
      if (!(disk.hasHurt(life) && stored)) {
        failed('a program ends by a bug', `${name}: ${(error as Error).stack}`);
      }
      world.say(`${name} ends: ${(error as Error).message}`);
      end();
      world.after(world.nature, restartMs, start);
    },
  };
}

/** What is logged as an error stands in the trace. */
function logOf(world: World, name: string): Logger {
  const none = () => undefined;
  const error = (_: object, text: string) => world.say(`${name} logs: ${text}`);
  return { debug: none, info: none, warn: none, error } as unknown as Logger;
}

/** An edge of these lines. */
export function openEdgeBox(site: Site, name: string, lines: readonly string[]) {
  const { world, hub, bugs, pace } = site;
  const config = readEdgeConfig({
    storePath: name,
    natsUrl: 'nats://leaf',
    lines: lines.map((line) => ({ line, lanes: 2, policy: { fourEyes: false } })),
    logLevel: 'silent',
  });
  const dice = world.dice(`ids ${name}`);
  const random = (size: number) => Uint8Array.from({ length: size }, () => dice.below(256));
  const box = openBox(site, name, edgeMigrations, ({ life, db, clock, link, log }) => {
    const join = joinOf({ hub, link, life }, bugs.compares);
    return assembleEdge({
      ...{ config, db, clock, random, log, pace },
      openHub: (parts) => bugs.hub(openEdgeHub(parts, join), parts),
    });
  });
  return { ...box, lines };
}

export function openCentralBox(site: Site) {
  const { hub, books, asked, bugs, pace, inspections } = site;
  let boots = 0;
  const reconnects: { ring(): void } = { ring: () => undefined };
  const box = openBox(site, 'central', centralMigrations, ({ life, db, clock, link, log }) => {
    const reconnected = openBell(clock);
    reconnects.ring = reconnected.ring;
    const erp = bugs.erp(books.erpFor(life, asked));
    const ends = { hub, link, life };
    const parts = { ...streamOf(ends), reconnected };
    const bootId = `${++boots}`;
    const rest = { lanesMax: 4, bootId, pace, inspections };
    return assembleCentral({ db, clock, log, erp, hub: parts, ...rest });
  });
  return {
    ...box,
    /** The way to the hub is there again, and the client has noticed. */
    reconnect(): void {
      site.world.after(box.life(), 250, () => reconnects.ring());
    },
  };
}
