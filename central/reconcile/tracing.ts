import { type Erp, type Found, isCancel, type Posting } from '../erp/erp.ts';
import type { Booked, Unread } from '../erp/figures.ts';
import type { PostingRow } from '../posting/queue.ts';
import { isOfOrder, type Posted, standing } from './posted.ts';

/** What a document has to do with a sum that differs. */
export type Trace = Readonly<{
  sort:
    | 'missing' // central calls it posted, and under its key the ERP has nothing
    | 'foreign' // in the ERP, and not posted by central
    | 'undone' // posted by central, and taken back in the ERP by somebody else
    | 'renumbered' // in the ERP under another number than central has
    | 'differs' // in the ERP under its key, and says something else
    | 'twice' // more than one document carries the key
    | 'parked' // in the ERP, and parked at central
    | 'untold'; // posted by central, and the ERP cannot tell whether it is there
  why: string;
  document: string | null;
  key?: string;
  kind?: string;
  eventId?: string;
  line?: string;
  sequence?: number;
}>;

type Parts = Readonly<{
  lookup: Erp['lookup'];
  handed: (row: PostingRow) => Posting;
  isByHand: Posted['isByHand'];
}>;
type Held = Readonly<{
  row: PostingRow;
  documents: readonly string[];
  untold?: string; // why the ERP cannot tell
  otherwise?: string; // what it says else
}>;

const about = ({ key, kind, eventId, line, sequence }: PostingRow) => ({
  ...{ key, kind, eventId, line, sequence },
});

/** What carries the key. Only what the ERP has surely not executed is lacking. */
function heldAs(row: PostingRow, found: Exclude<Found, undefined>): Held {
  if (!('kind' in found)) return { row, documents: found };
  if (found.kind === 'differs') {
    return { row, documents: [found.document], otherwise: found.reason };
  }
  const isSure = found.kind === 'refused';
  return { row, documents: [], ...(isSure ? {} : { untold: found.reason }) };
}

/** "4900000001" as a person typed it is "4900000001/2026". */
const isNumber = (listed: string, typed: string): boolean =>
  listed === typed || listed.startsWith(`${typed}/`);

/**
 * Which documents stand behind a difference: every document of ours is looked up by its key, so
 * that a number that the ERP has given twice, before and after it was restored, misleads nobody.
 * `booked` are those that stand in the ERP, if it tells them.
 */
export async function trace(
  rows: readonly PostingRow[],
  booked: readonly Booked[] | undefined,
  { lookup, handed, isByHand }: Parts,
): Promise<readonly Trace[] | Unread> {
  const held: Held[] = [];
  for (const row of rows) {
    const found = await lookup(handed(row));
    if (found === undefined) return { unread: 'a look-up was not answered' };
    held.push(heldAs(row, found));
  }
  const isListed = (number: string) =>
    booked === undefined || booked.some(({ document }) => isNumber(document, number));
  const byHand = new Set(rows.filter(isByHand).map(({ key }) => key));
  /** What a person has settled has no key in it; what takes back is seen by what it has taken. */
  const isSeen = (row: PostingRow): boolean => {
    if (!isCancel(row.kind)) return isListed(row.document!);
    const target = rows.find(({ key }) => key === row.cancels);
    return booked === undefined || !target?.document || !isListed(target.document);
  };
  const gone = goneOf(held.filter(({ row }) => !(byHand.has(row.key) && isSeen(row))));
  const stand = standing(rows.filter(({ key }) => !gone.has(key))).filter(isOfOrder);
  const must = new Set(stand.map(({ key }) => key));
  return [
    ...held.flatMap((one) => ours(one, { gone, must, isListed, byHand })),
    ...(booked ?? []).flatMap((one) => foreign(one, held, byHand)),
  ];
}

/** Posted, and not there: but for pairs that take each other back and lack both. */
function goneOf(held: readonly Held[]): ReadonlySet<string> {
  const lacking = held.filter(
    ({ row, documents, untold }) =>
      row.state === 'posted' && documents.length === 0 && untold === undefined,
  );
  const gone = new Map(lacking.map(({ row }) => [row.key, row]));
  const undoing = new Map(lacking.map(({ row }) => [row.cancels, row]));
  for (const { row } of lacking) {
    const back = undoing.get(row.key);
    if (back && gone.has(row.key)) for (const { key } of [row, back]) gone.delete(key);
  }
  return new Set(gone.keys());
}

type Known = Readonly<{
  gone: ReadonlySet<string>;
  must: ReadonlySet<string>;
  byHand: ReadonlySet<string>;
  isListed: (number: string) => boolean;
}>;

function ours(held: Held, { gone, must, byHand, isListed }: Known): Trace[] {
  const { row, documents, untold, otherwise } = held;
  const [document = null, ...more] = documents;
  if (row.state === 'parked') {
    if (document === null) return [];
    return [{ sort: 'parked', why: row.reason ?? 'parked', document, ...about(row) }];
  }
  if (gone.has(row.key)) {
    const settled = byHand.has(row.key) ? 'a person has said that it is there' : '';
    const why = ['the ERP has nothing under its key', settled].filter(Boolean).join('; ');
    return [{ sort: 'missing', why, document: row.document, ...about(row) }];
  }
  if (untold !== undefined) {
    const why = `the ERP cannot tell whether it is there: ${untold}`;
    return [{ sort: 'untold', why, document: row.document, ...about(row) }];
  }
  if (document === null) return [];
  if (otherwise !== undefined) {
    return [
      { sort: 'differs', why: `it says something else: ${otherwise}`, document, ...about(row) },
    ];
  }
  if (more.length > 0) {
    const why = `its key stands in ${documents.slice(0, 5).join(', ')}`;
    return [{ sort: 'twice', why, document, ...about(row) }];
  }
  if (must.has(row.key) && !isListed(document)) {
    const why = 'it was taken back in the ERP, and not by central';
    return [{ sort: 'undone', why, document, ...about(row) }];
  }
  if (document === row.document || byHand.has(row.key)) return [];
  return [
    { sort: 'renumbered', why: `central has it as ${row.document}`, document, ...about(row) },
  ];
}

function foreign({ document, what }: Booked, held: readonly Held[], byHand: Known['byHand']) {
  const isOurs = held.some(
    ({ row, documents }) =>
      documents.includes(document) || (byHand.has(row.key) && isNumber(document, row.document!)),
  );
  return isOurs ? [] : [{ sort: 'foreign', why: what, document } as const];
}
