import { readContent } from '../../shared/codec.ts';
import type { Database } from '../../shared/database.ts';
import { idText } from '../../shared/identity.ts';
import type { MasterVersion } from '../../shared/master.ts';
import { type Entry, type Posted, triesMax } from '../../shared/replay.ts';
import { centralLine } from '../../shared/subject.ts';
import { columns, type PostingRow } from '../posting/queue.ts';
import { openMasters } from './masters.ts';

/** Most facts in one answer, and bytes of them: with their documents they fit into a message. */
export const extractedMax = 200;
const bytesMax = 100_000;
/** What is told of a document that a fact calls for. */
const told = [
  ...(['key', 'eventId', 'line', 'lane', 'kind', 'state', 'sequence', 'atMs', 'order'] as const),
  ...(['operation', 'lot', 'material', 'unit', 'quantity', 'blocked', 'yield', 'scrap'] as const),
  ...(['rework', 'setupMs', 'machineMs', 'final', 'reason', 'document', 'cancels'] as const),
  ...(['inspection', 'inspectionLot'] as const),
];
/** Documents of one fact that are told. */
const documentsMax = 300;

export type Extracted = Readonly<{
  entries: readonly Entry[];
  /** To be given as `after`; null where the ledger ends. */
  next: number | null;
}>;
type Asked = Readonly<{ after: number; limit: number }>;
export type Extract = ReturnType<typeof openExtract>;

type Row = { position: number; line: string; eventId: Buffer; receivedMs: number; bytes: Buffer };

function prepare(db: Database) {
  return {
    facts: db.prepare<[number, number], Row>(
      `SELECT position, path AS line, event_id AS eventId, received_ms AS receivedMs, bytes
       FROM fact JOIN line ON line.id = fact.line
       WHERE position > ? AND event_id IS NOT NULL AND path <> '${centralLine}'
       ORDER BY position LIMIT ?`,
    ),
    // Keys begin with the time of their event id: those of one time stand side by side.
    postings: db.prepare<[string, string, string, number], PostingRow>(
      `SELECT ${columns} FROM posting WHERE key >= ? AND key < ? AND event_id = ?
       ORDER BY id LIMIT ?`,
    ),
    tries: db.prepare<[string, number], Posted['tries'][number]>(
      `SELECT at_ms AS atMs, outcome, detail AS said FROM attempt WHERE key = ?
       ORDER BY rowid LIMIT ?`,
    ),
    acts: db.prepare<[string, number], Posted['acts'][number]>(
      'SELECT at_ms AS atMs, act FROM act WHERE key = ? ORDER BY id LIMIT ?',
    ),
  };
}

/**
 * The ledger as it can be lived through elsewhere: each fact, in order, as it was stored and when
 * it came; what was made of it, and when the ERP answered what. What has no event id of its own (it
 * came again, or cannot be read) is left out. Reads only.
 */
export function openExtract(db: Database) {
  const read = prepare(db);
  const masters = openMasters(db);

  function postedOf(row: PostingRow): Posted {
    const said = Object.fromEntries(told.map((name) => [name, row[name]]));
    const [tries, acts] = [read.tries, read.acts].map((of) => of.all(row.key, triesMax));
    return { ...said, tries, acts } as unknown as Posted;
  }

  /** Versions that a release names and nobody has approved for its site. */
  function lackedOf(bytes: Buffer): readonly MasterVersion[] {
    const fact = readContent(bytes);
    if (fact?.type !== 'OrderReleased' || !fact.body.versions?.length || !fact.order) return [];
    return masters.lackedBy(fact.order).map(({ kind, record, version }) => {
      return { kind, record, version };
    });
  }

  return ({ after, limit }: Asked): Extracted => {
    const rows = read.facts.all(after, limit);
    const entries: Entry[] = [];
    let bytes = 0;
    for (const row of rows) {
      bytes += row.bytes.length;
      if (entries.length > 0 && bytes > bytesMax) break;
      const eventId = idText(row.eventId);
      const from = eventId.slice(0, 13);
      const postings = read.postings.all(from, `${from}~`, eventId, documentsMax).map(postedOf);
      const { position, line, receivedMs } = row;
      const lacked = lackedOf(row.bytes);
      const own = { position, line, receivedMs, bytes: row.bytes.toString('base64') };
      entries.push({ ...own, postings, lacked });
    }
    const isAll = rows.length < limit && entries.length === rows.length;
    return { entries, next: isAll ? null : entries.at(-1)!.position };
  };
}
