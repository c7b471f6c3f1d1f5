import { behind, halved, past, readChanges } from '../erp/changes.ts';
import type { Pulled, PulledEntry, Source } from '../erp/erp.ts';
import type { Odata } from '../erp/odata.ts';
import { entityOf } from '../erp/verdict.ts';
import {
  changed,
  type Entity,
  own,
  type Stream,
  type StreamOptions,
  streams,
  ticks,
} from './streams.ts';

/** Entities in one answer, at most: some 5 KB each fit into what is read of it. */
const pageMax = 100;
/** Longest answer that is read whole; a longer one comes cut. */
const wholeMax = 1024 * 1024;
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
    const at = readChanges(text, pageMax);
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
    const fewer = halved(at);
    if (status === 200 && isCut && fewer) {
      return { kind: 'page', entries: [], cursor: JSON.stringify(fewer), more: true };
    }
    if (status === 200 && isCut) {
      const cursor = JSON.stringify(past(at));
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
    const times = entities.map((one) => ticks(one[changed]));
    const next = behind(at, times, { nowMs: nowMs(), top: pageMax });
    const entries = entities.map((one) => entryOf(streams[name]!, one, options));
    return { kind: 'page', entries, cursor: JSON.stringify(next), more: entities.length >= at.top };
  }
  return { streams: Object.keys(streams), pull };
}
