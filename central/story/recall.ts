import { Fault } from '../../shared/fault.ts';
import type { Recalled, RecalledRow } from '../../shared/recalltext.ts';
import { sent } from '../posting/docket.ts';
import { openRecalled, type Parts as RecalledParts } from './recalled.ts';
import type { Thread } from './thread.ts';

/** Most rows in one answer. */
export const recalledMax = 2_000;
/** Lots, orders and serials that are walked; and documents that are counted. */
const walkMost = { nodes: 250_000, documents: 1_000_000 } as const;
/** Facts that are looked through before an answer is given without the rest. */
const followMax = 100_000;
/** Pages behind the first may tell of a walk that is so old, ms. */
const walkAgeMaxMs = 60_000;

type Parts = RecalledParts &
  Readonly<{
    thread: Thread;
    nowMs: () => number;
    most?: Readonly<Record<keyof typeof walkMost, number>>;
  }>;
type Asked = Readonly<{ id: string; after?: string; limit: number }>;
export type Recall = ReturnType<typeof openRecall>;

const sections = ['lot', 'order', 'serial', 'document'] as const;
type Section = (typeof sections)[number];
/** Everything that a walk has touched, each kind in the order of its names. */
type Walk = Readonly<{
  id: string;
  atMs: number;
  names: Readonly<Record<Exclude<Section, 'document'>, readonly string[]>>;
  documents: readonly number[];
  lines: number;
  facts: number;
  isCut: boolean;
}>;

type Found = Readonly<{ kind: 'node' | 'document' | 'lines'; name: string; count: number }>;

/**
 * One walk, asked three things: what it touches (`count` is 1 for a serial), the documents of that,
 * and on how many lines it was seen. The start is told in the collation of its table, as PostgreSQL
 * wants it.
 */
const walked = `
  WITH RECURSIVE walk (node) AS (
    SELECT coalesce(max(source), :start) FROM onward WHERE source = :start
    UNION SELECT onward.target FROM walk JOIN onward ON onward.source = walk.node),
  touched (node) AS MATERIALIZED (SELECT node FROM walk LIMIT :most),
  things (node, serial) AS MATERIALIZED (
    SELECT node, iif(node GLOB 'lot:*' AND EXISTS (SELECT 1 FROM thread
      WHERE word = 'serial:' || substr(touched.node, 5) AND position > 0), 1, 0) FROM touched),
  ours (id) AS (
    SELECT posting.id FROM touched CROSS JOIN posting
      WHERE posting.order_number = substr(touched.node, 7) AND touched.node GLOB 'order:*'
      AND ${sent}
    UNION SELECT posting.id FROM touched CROSS JOIN posting
      WHERE posting.lot = substr(touched.node, 5) AND touched.node GLOB 'lot:*'
      AND posting.lot IS NOT NULL AND ${sent}
    LIMIT :rows)
  SELECT 'node' AS kind, node AS name, serial AS count FROM things
  UNION ALL SELECT 'document', '', id FROM ours
  UNION ALL SELECT 'lines', '', (SELECT count(DISTINCT seen.line)
    FROM things CROSS JOIN seen WHERE seen.node = things.node AND things.serial = 0)`;

const prepare = ({ db }: Parts) => ({
  walk: db.prepare<[object], Found>(walked),
  facts: db.prepare<[], number>('SELECT coalesce(max(position), 0) FROM fact').pluck(),
});

/** The first place in an ordered list whose name comes behind `name`. */
function behind<T>(all: readonly T[], name: T): number {
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (all[middle]! <= name) low = middle + 1;
    else high = middle;
  }
  return low;
}

const unknown = (id: string, notYet: number): Fault => {
  const rest = notYet > 0 ? `; ${notYet} facts were not looked through yet: ask again` : '';
  const words = `id: no lot, serial or order here is ${id.slice(0, 100)}${rest}`;
  return new Fault('UNKNOWN', words);
};

/** A place behind which a page begins. Throws Fault INVALID for none. */
function placeOf(after: string | undefined): readonly [Section, string] | undefined {
  if (after === undefined) return undefined;
  const at = after.indexOf(':');
  const section = sections.find((known) => known === after.slice(0, Math.max(at, 0)));
  const name = after.slice(at + 1);
  if (section && (section !== 'document' || /^\d{1,15}$/.test(name))) return [section, name];
  throw new Fault('INVALID', 'after: must be the next of an answer before, e.g. lot:L-1');
}

/**
 * Everything that a bad lot, serial or order may have gone into, over all lines and plants: lots,
 * orders, serials, and the documents of them. What is told is what a hold on it would have to
 * reach, whether or not a part was taken back. Rows come in pages by kind and name. Nothing is ever
 * taken out of the set while it is read, so that the pages of one answer miss nothing that there
 * was as it began. Throws Fault UNKNOWN where nothing here bears that id.
 */
export function openRecall(parts: Parts) {
  const { thread, nowMs, most = walkMost } = parts;
  const read = prepare(parts);
  const tell = openRecalled(parts);
  let last: Walk | undefined;

  const startsOf = (id: string): string[] => [
    ...(['lot', 'serial'].some((kind) => thread.has(`${kind}:${id}`)) ? [`lot:${id}`] : []),
    ...(thread.has(`order:${id}`) ? [`order:${id}`] : []),
  ];

  function walk(id: string): Walk {
    const [start, ...more] = startsOf(id);
    if (start === undefined) throw unknown(id, thread.behind());
    const touched = new Map<string, boolean>();
    const documents = new Set<number>();
    let lines = 0;
    for (const from of [start, ...more]) {
      const asked = { start: from, most: most.nodes + 1, rows: most.documents + 1 };
      for (const { kind, name, count } of read.walk.all(asked)) {
        if (kind === 'node') touched.set(name, count === 1);
        else if (kind === 'document') documents.add(count);
        else lines = Math.max(lines, count);
      }
    }
    const nodes = [...touched].slice(0, most.nodes);
    const named = (of: (node: string, isSerial: boolean) => boolean) =>
      nodes.flatMap(([node, isSerial]) =>
        of(node, isSerial) ? node.slice(node.indexOf(':') + 1) : [],
      );
    const names = {
      lot: named((node, isSerial) => node.startsWith('lot:') && !isSerial).sort(),
      order: named((node) => node.startsWith('order:')).sort(),
      serial: named((_, isSerial) => isSerial).sort(),
    };
    const ids = [...documents].sort((a, b) => a - b);
    const isCut = touched.size > most.nodes || ids.length > most.documents;
    const found = { documents: ids.slice(0, most.documents), lines, isCut };
    return { id, atMs: nowMs(), names, ...found, facts: read.facts.get()! };
  }

  /** Pages behind the first tell of the same walk, if it is known still. */
  function walkFor(id: string, isFirst: boolean): Walk {
    const isFresh = last?.id === id && Math.abs(nowMs() - last.atMs) <= walkAgeMaxMs;
    const found = !isFirst && last && isFresh ? last : walk(id);
    last = found;
    return found;
  }

  function page({ names, documents }: Walk, after: string | undefined, limit: number) {
    const place = placeOf(after);
    const rows: RecalledRow[] = [];
    let end: string | undefined;
    const from = place ? sections.indexOf(place[0]) : 0;
    for (const section of sections.slice(from)) {
      const name = place?.[0] === section ? place[1] : undefined;
      if (section === 'document') {
        const at = name === undefined ? 0 : behind(documents, Number(name));
        for (const id of documents.slice(at, at + limit - rows.length)) {
          rows.push(tell.document(id));
          end = `document:${id}`;
        }
        continue;
      }
      const at = name === undefined ? 0 : behind(names[section], name);
      for (const one of names[section].slice(at, at + limit - rows.length)) {
        rows.push(tell[section](one));
        end = `${section}:${one}`;
      }
    }
    return { rows, next: rows.length === limit ? (end ?? null) : null };
  }

  return async ({ id: given, after, limit }: Asked): Promise<Recalled> => {
    await thread.catchUp(followMax);
    const id = given.normalize('NFC');
    const found = walkFor(id, after === undefined);
    const { names, documents, lines, isCut, facts } = found;
    tell.begin();
    const { rows, next } = page(found, after, limit);
    const [lots, orders, serials] = [names.lot, names.order, names.serial].map((all) => all.length);
    const counts = { lots: lots!, orders: orders!, serials: serials!, documents: documents.length };
    return { id, counts, lines, isCut, notYet: thread.behind(), facts, rows, next };
  };
}
