import { quantity, quantityText } from '../shared/quantity.ts';
import { grouped } from './progress.ts';

type Subject = Readonly<{ order: string | null; lot: string | null }>;
type Named = Subject & Readonly<{ why: string }>;
/** What the ERP says beside what central has posted, as `central/reconcile/inquiry.ts` tells it. */
export type ErpBooks = Readonly<{
  erp: string;
  askedMs: number | null;
  endedMs: number | null;
  why: string | null;
  orders: number;
  lots: number;
  leftOut: number;
  sums: readonly (Subject &
    Readonly<Record<'of' | 'measure' | 'unit' | 'central' | 'erp', string>> &
    Readonly<{ same: boolean }>)[];
  sumsFound: number;
  differences: readonly (Named &
    Readonly<{
      sort: string;
      document: string | null;
      key?: string;
      kind?: string;
      eventId?: string;
      line?: string;
      sequence?: number;
    }>)[];
  differencesFound: number;
  moving: readonly Named[];
  movingFound: number;
  unread: readonly Named[];
  unreadFound: number;
  elsewhere: readonly Named[];
  elsewhereFound: number;
}>;
type Difference = ErpBooks['differences'][number];

/** Most of a sort that are told in words. */
const wordsMax = 200;

const nameOf = ({ order, lot }: Subject): string => order ?? `lot ${lot}`;

/** A document of ours by its key and its fact, so that it can be explained and posted again. */
function documentText({ kind, key, eventId, line, sequence }: Difference): string {
  return `${kind} ${key} of fact ${eventId}, ${line} ${sequence}`;
}

function differenceText(difference: Difference): string {
  const { sort, why, document } = difference;
  const name = nameOf(difference);
  if (sort === 'amount') return `${name}: ${why}`;
  if (sort === 'foreign') return `${name}: ${document} in the ERP is not central's: ${why}`;
  const ours = `${name}: ${documentText(difference)}`;
  if (sort === 'missing') return `${ours}, posted as ${document}, is missing: ${why}`;
  if (sort === 'parked') return `${ours} is in the ERP as ${document}, and parked here: ${why}`;
  return `${ours}, ${document} in the ERP: ${why}`;
}

/** The first ones in words, and how many more there are. */
function some<T>(all: readonly T[], found: number, text: (one: T) => string): string[] {
  const told = all.slice(0, wordsMax).map(text);
  return found > told.length ? [...told, `and ${grouped(found - told.length)} more`] : told;
}

/** What of the ERP's figures keeps the books from closing; nothing where it was not wanted. */
export function againstErp(books: ErpBooks | null): readonly string[] {
  if (!books) return [];
  const { why, leftOut, differences, differencesFound, unread, unreadFound } = books;
  return [
    ...(why === null ? [] : [`the ERP was not asked${books.askedMs ? ' to the end' : ''}: ${why}`]),
    ...(leftOut === 0 ? [] : [`${grouped(leftOut)} orders and lots more were not asked for`]),
    ...some(unread, unreadFound, (one) => `${nameOf(one)}: not read in the ERP: ${one.why}`),
    ...some(differences, differencesFound, differenceText),
  ];
}

/** When the ERP was asked, for what, and what is told of it beside the differences. */
export function erpText(books: ErpBooks | null): readonly string[] {
  if (!books) return ["the ERP's own figures were not asked for"];
  const { erp, askedMs, endedMs, orders, lots, sumsFound, ...more } = books;
  if (askedMs === null || endedMs === null) return [`the ERP (${erp}) was not asked`];
  const [from, to] = [askedMs, endedMs].map((ms) => new Date(ms).toISOString());
  const asked = `${grouped(orders)} orders, ${grouped(lots)} lots, ${grouped(sumsFound)} sums`;
  return [
    `the ERP (${erp}) was asked from ${from} to ${to}: ${asked}`,
    ...some(more.moving, more.movingFound, (one) => `${nameOf(one)} was in motion: ${one.why}`),
    ...some(more.elsewhere, more.elsewhereFound, (one) => {
      return `${nameOf(one)} was moved by others: ${one.why}`;
    }),
  ];
}

/** Keys of documents that are missing in the ERP, in order of the facts. */
export const missingIn = (books: ErpBooks | null): readonly string[] =>
  (books?.differences ?? []).flatMap(({ sort, key }) =>
    sort === 'missing' && key !== undefined ? [key] : [],
  );

/** Both sides of every sum. */
export function erpRows({ sums }: ErpBooks): string[][] {
  return [
    ['order or lot', 'of', '', 'unit', 'posted', 'ERP', ''],
    ...sums.map(({ of, measure, unit, central, erp, same, ...subject }) => [
      ...[nameOf(subject), of, measure, unit, central, erp],
      same ? 'the same' : 'differs',
    ]),
  ];
}

const measures: Readonly<Record<string, string>> = {
  ...{ yield: 'good', scrap: 'scrap', rework: 'rework' },
  ...{ issued: 'consumed', received: 'produced' },
};

/**
 * What the ERP has of an order, by the words of the floor; undefined where it was not asked, or
 * where not all of its sums are known here.
 */
export function erpColumn(books: ErpBooks | null) {
  if (!books || books.askedMs === null || books.sumsFound > books.sums.length) return undefined;
  const sums = new Map<string, bigint>();
  for (const { order, measure, unit, erp } of books.sums) {
    const name = measures[measure];
    if (order === null || name === undefined) continue;
    const key = [order, name, unit].join('\n');
    sums.set(key, (sums.get(key) ?? 0n) + quantity(erp, measure));
  }
  const open = new Set([...books.moving, ...books.unread].map(({ order }) => order));
  return (order: string, measure: string, unit: string): string =>
    open.has(order) ? '?' : quantityText(sums.get([order, measure, unit].join('\n')) ?? 0n);
}
