import type { Pulled, PulledEntry, Source } from './erp.ts';
import type { Odata } from './odata.ts';
import {
  changed,
  type Entity,
  own,
  type Stream,
  type StreamOptions,
  streams,
  ticks,
} from './sapstreams.ts';
import { entityOf } from './verdict.ts';

/** Entities in one answer, at most: some 5 KB each fit into what is read of it. */
const pageMax = 100;
/** Longest answer that is read whole; a longer one comes cut. */
const wholeMax = 1024 * 1024;
/** What is changed is read again for so long, ms: SAP stamps a change before it commits it [K]. */
const overlapMs = 60_000;
const dayMs = 86_400_000;

type Cursor = Readonly<{ sinceMs: number; skip: number; lastMs: number; top: number }>;

function readCursor(text: string | null): Cursor {
  const none = { sinceMs: 0, skip: 0, lastMs: 0, top: pageMax };
  return text === null ? none : { ...none, ...(JSON.parse(text) as Partial<Cursor>) };
}

/**
 * Where the next page begins: at the time of the last entity, so that what is changed meanwhile
 * moves none behind our back; only within one time entities are counted. Behind the last page of a
 * round: what was changed since. A time that is not yet come is not believed.
 */
function after(at: Cursor, entities: readonly Entity[], nowMs: number): Cursor {
  const times = entities.map((one) => ticks(one[changed]) ?? 0).filter((ms) => ms <= nowMs + dayMs);
  const lastMs = Math.max(at.lastMs, ...times);
  if (entities.length < at.top) {
    return { sinceMs: Math.max(0, lastMs - overlapMs), skip: 0, lastMs, top: pageMax };
  }
  const last = ticks(entities.at(-1)![changed]) ?? 0;
  const isLater = last > at.sinceMs && last <= nowMs + dayMs;
  if (isLater) return { ...at, sinceMs: last, skip: 0, lastMs };
  return { ...at, skip: at.skip + entities.length, lastMs };
}

/** What can be made of an entity; one that names no plant where it has to is refused. */
function entryOf(
  { key, plant, read }: Stream,
  entity: Entity,
  options: StreamOptions,
): PulledEntry {
  if (plant === undefined) return { ...read(entity, options), plant: null };
  const of = own(entity, plant);
  if (typeof of === 'string') return { ...read(entity, options), plant: of };
  const number = own(entity, key);
  const name = `${key} ${typeof number === 'string' ? number.slice(0, 60) : '?'}`;
  return { plant: null, kind: 'refused', name, reason: `${plant}: must be the number of a plant` };
}

/**
 * What SAP has of master data and orders, by OData V2, page by page in the order in which it was
 * changed. Nothing that it says is believed here: it is read as it is, and judged at the entrance.
 */
export function sapMasters(odata: Odata, options: StreamOptions, nowMs: () => number): Source {
  async function pull(name: string, text: string | null): Promise<Pulled> {
    const { path, expand, key } = streams[name]!;
    const at = readCursor(text);
    const since = new Date(at.sinceMs).toISOString();
    const query = [
      `$filter=${encodeURIComponent(`${changed} ge datetimeoffset'${since}'`)}`,
      `$orderby=${changed},${key}&$top=${at.top}&$skip=${at.skip}&$format=json`,
      ...(expand === undefined ? [] : [`$expand=${expand}`]),
    ].join('&');
    const sent = await odata.get(path, query);
    if (!('answer' in sent)) return { kind: 'unread', reason: sent.reason };
    const { status, text: body } = sent.answer;
    const isCut = Buffer.byteLength(body) > wholeMax;
    if (status === 200 && isCut && at.top > 1) {
      const cursor = JSON.stringify({ ...at, top: Math.ceil(at.top / 2) });
      return { kind: 'page', entries: [], cursor, more: true };
    }
    if (status === 200 && isCut) {
      const cursor = JSON.stringify({ ...at, skip: at.skip + 1 });
      const name = `the entity behind ${at.skip} others since ${since}`;
      const reason = `must be at most ${wholeMax} bytes`;
      const entry = { plant: null, kind: 'refused' as const, name, reason };
      return { kind: 'page', entries: [entry], cursor, more: true };
    }
    const page = status === 200 ? entityOf(body)?.['results'] : undefined;
    if (!Array.isArray(page)) {
      return { kind: 'unread', reason: `HTTP ${status} without entities of ${path}` };
    }
    const entities = page
      .slice(0, at.top)
      .map((one) => (typeof one === 'object' && one !== null ? (one as Entity) : {}));
    const next = after(at, entities, nowMs());
    const entries = entities.map((one) => entryOf(streams[name]!, one, options));
    return { kind: 'page', entries, cursor: JSON.stringify(next), more: entities.length >= at.top };
  }
  return { streams: Object.keys(streams), pull };
}
