import type { Database } from '../../shared/database.ts';
import type { BodyOf, Fact, FactType } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import { build, release } from '../../shared/release.ts';
import { edition } from '../../statecharts/edition.ts';
import { migrations } from '../store/schema.ts';
import type { Actor } from './actor.ts';

type Body = BodyOf<'SoftwareChanged'>;
/** What states facts: release and build, what it runs on, and by which charts it judges. */
export type Software = Omit<Body, 'before' | 'buildBefore'>;
/** Who states the facts of a line, and where the line says so; null where no fact does. */
type Known = Readonly<{ by: Software; epoch: number | null; sequence: number | null }>;
type Head = Readonly<{ path: string; epoch: number; sequence: number }>;
type Row = { line: string; said: string; epoch: number | null; sequence: number | null };

/** What runs here. */
export const softwareHere: Software = {
  release,
  ...(build !== undefined && { build }),
  ...{ node: process.version, schema: migrations.length, charts: edition },
};

const textOf = ({ release, build, node, schema, charts }: Software): string =>
  JSON.stringify([release, build ?? null, node, schema, charts]);

/** Facts by which a store goes over to other charts or another epoch: they say so themselves. */
const silent: ReadonlySet<FactType> = new Set([
  ...(['SoftwareChanged', 'ChartsMigrated', 'StateCarried', 'EpochBegan'] as const),
]);

export type Softwares = ReturnType<typeof openSoftware>;

/**
 * Which software states the facts of each line, as the line's own facts say it; a table beside them
 * remembers what is forgotten, and who a line has begun with.
 *
 * A line that goes on by other software than stated its last facts is due to say so, once, before
 * anything else. Of a history that is all another box's, the table says nothing.
 */
export function openSoftware(db: Database, here: Software = softwareHere) {
  const all = db.prepare<[], Row>(
    `SELECT line.path AS line, said, software.epoch, sequence
     FROM software JOIN line ON line.id = software.line`,
  );
  const keep = db.prepare(
    `INSERT INTO software (line, said, epoch, sequence)
     VALUES ((SELECT id FROM line WHERE path = :line), :said, :epoch, :sequence)
     ON CONFLICT (line) DO UPDATE
     SET said = excluded.said, epoch = excluded.epoch, sequence = excluded.sequence`,
  );
  const drop = db.prepare('DELETE FROM software WHERE line = (SELECT id FROM line WHERE path = ?)');
  const own = textOf(here);
  let known = new Map<string, Known>();

  function clear(): void {
    known = new Map(
      all.all().map(({ line, said, ...at }) => [line, { by: JSON.parse(said) as Software, ...at }]),
    );
  }
  clear();

  function write(line: string): void {
    const now = known.get(line);
    if (!now) drop.run(line);
    else keep.run({ line, said: JSON.stringify(now.by), epoch: now.epoch, sequence: now.sequence });
  }

  const isDue = (line: string): boolean => {
    const now = known.get(line);
    return now === undefined || textOf(now.by) !== own;
  };

  /** What the line has to say before anything else; undefined where it has said so. */
  function due(line: string): Body | undefined {
    if (!isDue(line)) return undefined;
    const { release: before, build: buildBefore } = known.get(line)?.by ?? {};
    return {
      ...here,
      ...(before !== undefined && { before }),
      ...(buildBefore !== undefined && { buildBefore }),
    };
  }

  return {
    /** What was told of the log does not hold any more: all of it is told again. */
    clear,
    due,

    /** A fact is read, or with `isNew` being stored: then within its transaction. */
    note(fact: Fact, isNew: boolean): void {
      const { line, epoch, sequence } = fact;
      if (fact.type !== 'SoftwareChanged') return;
      const { before: _, buildBefore: __, ...by } = fact.body;
      known.set(line, { by, epoch, sequence });
      if (isNew) write(line);
    },

    /** Its history is all another store's: only its facts say by what. Within a transaction. */
    adopt(line: string): void {
      known.delete(line);
      write(line);
    },

    /**
     * Remembers what was read, and of lines without a fact that they begin with this software. A
     * disk that does not take it is asked again at the next start.
     */
    settle(heads: readonly Head[], commit: (work: () => void) => void): void {
      for (const { path, epoch, sequence } of heads) {
        const isBlank = epoch === 1 && sequence === 0 && !known.has(path);
        if (isBlank) known.set(path, { by: here, epoch: null, sequence: null });
      }
      const rows = new Map(all.all().map((row) => [row.line, row]));
      const changed = heads.filter(({ path }) => {
        const [row, now] = [rows.get(path), known.get(path)];
        if (!row || !now) return row !== now;
        const isSame = row.epoch === now.epoch && row.sequence === now.sequence;
        return !isSame || row.said !== JSON.stringify(now.by);
      });
      if (changed.length === 0) return;
      try {
        commit(() => {
          for (const { path } of changed) write(path);
        });
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
      }
    },

    /** Who states the line's facts now, as far as the line has said it; null if nobody knows. */
    standing(line: string) {
      const now = known.get(line);
      if (!now) return null;
      const { by, epoch, sequence } = now;
      const { release: of, build: sum = null } = by;
      return { release: of, build: sum, isCurrent: !isDue(line), epoch, sequence };
    },
  };
}

/** The same actor; whatever it states, it says first by which software, where that has changed. */
export function prefaced(actor: Actor, due: (line: string) => Body | undefined): Actor {
  const say = (): void => {
    const body = actor.failure() === undefined ? due(actor.path) : undefined;
    if (body) actor.observe('SoftwareChanged', body);
  };
  return {
    ...actor,
    decide(...given) {
      say();
      return actor.decide(...given);
    },
    observe(type, ...given) {
      if (!silent.has(type)) say();
      return actor.observe(type, ...given);
    },
  };
}
