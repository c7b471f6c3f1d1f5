import { digest, readContent } from '../../shared/codec.ts';
import type { Database } from '../../shared/database.ts';
import type { Content, Fact } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import { invalid } from '../../shared/field.ts';
import { givenMs, idBytes, isId } from '../../shared/identity.ts';

type Named = { path: string; bytes: Buffer };
type Row = Named & { position: number; epoch: number; sequence: number; hash: Buffer };
/** A fact as it is stored, with its place, the chain's link and what its content hashes to. */
export type Found = Readonly<{ fact: Fact; hash: string; digest: string; position: number }>;
/** A place in a line's facts. */
export type Place = Readonly<{ epoch: number; sequence: number }>;

/** A fact is looked for among so many before and behind the place where its time puts it … */
const nearMax = 20_000;
/** … and else among so many of the newest: history that was fetched is not in order of time. */
const newestMax = 100_000;
/** Most facts of one correlation that are told of. */
export const relatedMax = 100;
/** Most facts in one answer. */
export const listMax = 500;

export type Facts = ReturnType<typeof openFacts>;

const columns = 'line.path, event.epoch, event.sequence, event.position, event.bytes, event.hash';

/** Reads "3.1207": epoch and sequence. Throws Fault INVALID. */
export function placeIn(text: unknown, name: string): Place {
  const match = typeof text === 'string' ? /^(\d{1,15})\.(\d{1,15})$/.exec(text) : null;
  if (match) return { epoch: Number(match[1]), sequence: Number(match[2]) };
  throw invalid(name, 'must be epoch and sequence of a fact, like 1.42');
}
export const placeText = ({ epoch, sequence }: Place): string => `${epoch}.${sequence}`;

/** Bytes are for programs; people are told how many there are. */
export function plainFact<T extends Content>(fact: T): T {
  const parts = Object.entries(fact.body);
  if (!parts.some(([, value]) => value instanceof Uint8Array)) return fact;
  const body = Object.fromEntries(
    parts.map(([name, value]) => [
      name,
      value instanceof Uint8Array ? `${value.length} bytes` : value,
    ]),
  );
  return { ...fact, body };
}

function prepare(db: Database) {
  const from = `SELECT ${columns} FROM event JOIN line ON line.id = event.line`;
  return {
    newest: db.prepare<[number], Named>(
      `SELECT line.path, event.bytes FROM event JOIN line ON line.id = event.line
       ORDER BY position DESC LIMIT ?`,
    ),
    newestOf: db.prepare<[string, number], Pick<Named, 'bytes'>>(
      `SELECT bytes FROM event WHERE line = (SELECT id FROM line WHERE path = ?)
       ORDER BY epoch DESC, sequence DESC LIMIT ?`,
    ),
    ends: db.prepare<[], { low: number | null; high: number | null }>(
      `SELECT (SELECT min(position) FROM event) AS low, (SELECT max(position) FROM event) AS high`,
    ),
    atOrAfter: db.prepare<[number], { position: number; bytes: Buffer }>(
      'SELECT position, bytes FROM event WHERE position >= ? ORDER BY position LIMIT 1',
    ),
    naming: db.prepare<[number, number, Buffer, number], Row>(
      `${from} WHERE position BETWEEN ? AND ? AND instr(bytes, ?) > 0
       ORDER BY position LIMIT ?`,
    ),
    after: db.prepare<[string, number, number, number], Row>(
      `${from} WHERE event.line = (SELECT id FROM line WHERE path = ?)
         AND (event.epoch, event.sequence) > (?, ?)
       ORDER BY event.epoch, event.sequence LIMIT ?`,
    ),
    last: db.prepare<[string, number], Row>(
      `${from} WHERE event.line = (SELECT id FROM line WHERE path = ?)
       ORDER BY event.epoch DESC, event.sequence DESC LIMIT ?`,
    ),
  };
}

function foundIn({ path, epoch, sequence, position, bytes, hash }: Row): Found[] {
  const content = readContent(bytes);
  if (!content) return []; // of a type that this program does not know
  const fact = { ...content, line: path, epoch, sequence } as Fact;
  const hashes = { hash: hash.toString('hex'), digest: digest(bytes).toString('hex') };
  return [{ fact, position, ...hashes }];
}

/** What is read of the store to be shown. Nothing here takes longer the older a plant is. */
export function openFacts(db: Database) {
  const { newest, newestOf, ends, atOrAfter, naming, after, last } = prepare(db);

  /** Where facts recorded at this time stand, as far as they stand in the order of their times. */
  function positionAt(atMs: number): number {
    const { low, high } = ends.get()!;
    let [from, until] = [low ?? 0, high ?? 0];
    while (from < until) {
      const middle = Math.floor((from + until) / 2);
      const row = atOrAfter.get(middle);
      const recordedMs = row && readContent(row.bytes)?.recordedMs;
      if (recordedMs !== undefined && recordedMs >= atMs) until = middle;
      else from = middle + 1;
    }
    return from;
  }

  function among(from: number, until: number, eventId: string): Found | undefined {
    const rows = naming.all(from, until, idBytes(eventId), 100);
    return rows.flatMap(foundIn).find(({ fact }) => fact.eventId === eventId);
  }

  return {
    /** Stored facts, the last one first. */
    newest: (limit: number): IterableIterator<Named> => newest.iterate(limit),

    /** And those of one line. */
    newestOf: (line: string, limit: number): IterableIterator<Pick<Named, 'bytes'>> =>
      newestOf.iterate(line, limit),

    /** The fact of this id. Throws Fault INVALID for what is no id, UNKNOWN if it is not here. */
    find(eventId: string): Found {
      const id = eventId.toLowerCase();
      if (!isId(id)) throw invalid('eventId', 'must be a UUID');
      const near = positionAt(givenMs(id) ?? 0);
      const { high } = ends.get()!;
      const found =
        among(near - nearMax, near + nearMax, id) ?? among((high ?? 0) - newestMax, high ?? 0, id);
      if (found) return found;
      throw new Fault('UNKNOWN', `eventId: ${id} is no fact of this edge, or is forgotten here`);
    },

    /** Facts of the same correlation, among those that stand near this one. */
    related({ fact, position }: Found): Fact[] {
      const word = Buffer.from(fact.correlationId);
      return naming
        .all(position - nearMax, position + nearMax, word, relatedMax)
        .flatMap(foundIn)
        .map((one) => one.fact)
        .filter(({ correlationId }) => correlationId === fact.correlationId);
    },

    /** Facts of a line behind a place, in order. */
    after: (line: string, { epoch, sequence }: Place, limit: number): Found[] =>
      after.all(line, epoch, sequence, limit).flatMap(foundIn),

    /** The last facts of a line, in order. */
    last: (line: string, limit: number): Found[] =>
      last.all(line, limit).reverse().flatMap(foundIn),
  };
}
