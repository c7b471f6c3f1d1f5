import { behind, halved, past, readChanges } from '../erp/changes.ts';
import type { Pulled, PulledEntry, Source } from '../erp/erp.ts';
import { fieldsOf, type Sent } from '../erp/exchange.ts';
import type { DynamicsConfig } from './options.ts';
import type { Service } from './service.ts';
import { instant, type Masters, own, type Row, streams } from './streams.ts';

/** Rows in one page, and most that belong to all of them. */
const pageMax = 20;
const belowMax = 1_000;
/** Longest answer that is read whole; a longer one comes cut. */
const wholeMax = 1024 * 1024;

type Options = Pick<DynamicsConfig, 'company'> & Readonly<{ masters: Masters }>;
type Read =
  | Readonly<{ kind: 'rows'; rows: readonly Row[] }>
  | Readonly<{ kind: 'over' }> // more than can be read at once
  | Readonly<{ kind: 'unread'; reason: string }>;

function rowsOf(sent: Sent, entity: string, most: number): Read {
  if (!('answer' in sent)) return { kind: 'unread', reason: sent.reason };
  const { status, text } = sent.answer;
  if (status === 200 && Buffer.byteLength(text) > wholeMax) return { kind: 'over' };
  const { value } = status === 200 ? fieldsOf(text) : {};
  if (!Array.isArray(value)) {
    return { kind: 'unread', reason: `HTTP ${status} without rows of ${entity}` };
  }
  if (value.length > most) return { kind: 'over' };
  const rows = value.map((one) => (typeof one === 'object' && one !== null ? (one as Row) : {}));
  return { kind: 'rows', rows };
}

const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`;
/** Any of these; never nothing, which would be all. */
const anyOf = (field: string, values: readonly string[]): string =>
  values.map((value) => `${field} eq ${quoted(value)}`).join(' or ');

/**
 * What Dynamics 365 has of master data and production orders, by OData V4, page by page in the
 * order in which it was changed. Nothing that it says is believed here: it is judged at the
 * entrance. What belongs to a page is read behind it, so that it is never older than its head.
 */
export function dynamicsMasters(
  service: Service,
  { company, masters }: Options,
  nowMs: () => number,
): Source {
  const mine = `dataAreaId eq ${quoted(company)}`;

  async function below(name: string, rows: readonly Row[]): Promise<Read[]> {
    const read: Read[] = [];
    for (const { entity: of, field, by } of streams[name]!.below) {
      const entity = masters.entities[of];
      const values = new Set(rows.map((row) => row[by]).filter((one) => typeof one === 'string'));
      if (values.size === 0) {
        read.push({ kind: 'rows', rows: [] });
        continue;
      }
      const filter = `${mine} and (${anyOf(field, [...values] as string[])})`;
      read.push(rowsOf(await service.rows(entity, filter, belowMax + 1), entity, belowMax));
    }
    return read;
  }

  function entryOf(name: string, row: Row, belows: readonly (readonly Row[])[]): PulledEntry {
    const { plant: field, kind, read } = streams[name]!;
    const plant = field === undefined ? undefined : own(row, field);
    const given = read(row, belows, masters);
    return { plant: typeof plant === 'string' ? plant : null, kind, given };
  }

  async function pull(name: string, text: string | null): Promise<Pulled> {
    const { entity: of, key } = streams[name]!;
    const at = readChanges(text, pageMax);
    const entity = masters.entities[of];
    const since = new Date(at.sinceMs).toISOString();
    const filter = `${mine} and ${masters.changedField} ge ${since}`;
    const page = { order: `${masters.changedField},${key}`, skip: at.skip };
    const heads = rowsOf(await service.rows(entity, filter, at.top, page), entity, at.top);
    const reads = heads.kind === 'rows' ? [heads, ...(await below(name, heads.rows))] : [heads];
    const unread = reads.find((one) => one.kind === 'unread');
    if (unread) return unread;
    if (reads.some((one) => one.kind === 'over')) {
      const fewer = halved(at);
      if (fewer) return { kind: 'page', entries: [], cursor: JSON.stringify(fewer), more: true };
      const reason = `must be at most ${wholeMax} bytes, with at most ${belowMax} rows below it`;
      const told = `the row of ${entity} behind ${at.skip} others since ${since}`;
      const entry = { plant: null, kind: 'refused' as const, name: told, reason };
      return { kind: 'page', entries: [entry], cursor: JSON.stringify(past(at)), more: true };
    }
    const [rows = [], ...belows] = reads.map((one) => (one.kind === 'rows' ? one.rows : []));
    const times = rows.map((row) => instant(row[masters.changedField]));
    const next = behind(at, times, { nowMs: nowMs(), top: pageMax });
    const entries = rows.map((row) => entryOf(name, row, belows));
    return { kind: 'page', entries, cursor: JSON.stringify(next), more: rows.length >= at.top };
  }
  return { streams: Object.keys(streams), pull };
}
