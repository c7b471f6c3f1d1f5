import { hash } from 'node:crypto';
import { csvOf } from './csv.ts';
import { grouped, table } from './table.ts';

/** What is done with a lot, as far as facts and documents of ours tell; texts are decimals. */
export type LotFigures = Readonly<{
  /** Stated as made, or come by a split or a merge. */
  made: string;
  /** Consumed by orders, what came back taken off. */
  used: string;
  /** Gone into other lots by a split or a merge. */
  parted: string;
  /** What should be left; null for a lot that came from outside, and where that is not known. */
  left: string | null;
  /** In the ERP by our own documents. */
  unrestricted: string;
  blocked: string;
  scrapped: string;
}>;

/** What became of it: `unknown` is to be looked for, as if it were still there. */
export type There = 'there' | 'gone' | 'unknown';

/** One thing that a recall touches. */
export type RecalledRow = Readonly<{
  kind: 'lot' | 'order' | 'serial' | 'document';
  name: string;
  there: There | null; // null for orders and documents
  state: string | null;
  material: string | null;
  unit: string | null;
  /** The line that has stated something of it last, and all that have, up to 20. */
  line: string | null;
  lines: readonly string[];
  /** When the last fact about it was true at the machine, Unix ms. */
  atMs: number | null;
  figures: LotFigures | null;
  /** Of a document: its kind, key and quantity, and what it is about. */
  document: string | null;
  key: string | null;
  quantity: string | null;
  order: string | null;
  lot: string | null;
  /** Open holds that hold all of it. */
  holds: readonly string[];
  /** Of a lot: what two people have decided of it by holds of central, in words. */
  decided: string | null;
  /** Of a lot that none of our orders made, while central holds it: its stock in the ERP. */
  erpStock: string | null;
}>;

export type Counts = Readonly<Record<'lots' | 'orders' | 'serials' | 'documents', number>>;
/** One page of a recall. */
export type Recalled = Readonly<{
  id: string;
  counts: Counts;
  /** Lines that have stated something of it. */
  lines: number;
  /** Whether there is more than was walked; then the counts are too small. */
  isCut: boolean;
  /** Facts of the ledger that were not looked through. */
  notYet: number;
  /** Facts that the ledger held. */
  facts: number;
  rows: readonly RecalledRow[];
  /** To be given as `after`; null where there are no more rows. */
  next: string | null;
}>;

const columns = [
  ...(['kind', 'name', 'there', 'state', 'material', 'unit', 'line', 'lines', 'at'] as const),
  ...(['made', 'used', 'parted', 'left', 'unrestricted', 'blocked', 'scrapped'] as const),
  ...(['document', 'key', 'quantity', 'order', 'lot', 'holds'] as const),
];
/** Only in a report in which something of it is said: others have the hash that they always had. */
const laterColumns = ['decided', 'erpStock'] as const;
type Column = (typeof columns)[number] | (typeof laterColumns)[number];

function cellsOf(row: RecalledRow): Record<Column, string | null> {
  const { figures, atMs, lines, holds, ...plain } = row;
  const none = { made: null, used: null, parted: null, left: null };
  const stock = { unrestricted: null, blocked: null, scrapped: null };
  return {
    ...plain,
    ...(figures ?? { ...none, ...stock }),
    at: atMs === null ? null : new Date(atMs).toISOString(),
    lines: lines.join(' | '),
    holds: holds.join(' | '),
  };
}

/** All rows as RFC 4180 has them, with a head; each line ends with CR LF. No cell is a formula. */
export function recallCsv(rows: readonly RecalledRow[]): string {
  const isSaid = rows.some((row) => laterColumns.some((name) => row[name] !== null));
  const named: readonly Column[] = isSaid ? [...columns, ...laterColumns] : columns;
  const lines = rows.map((row) => {
    const cells = cellsOf(row);
    return named.map((name) => cells[name] || null);
  });
  return csvOf([named, ...lines]);
}

/** SHA-256 of the rows as CSV, in hex: who has the same rows has the same one. */
export const recallHash = (rows: readonly RecalledRow[]): string =>
  hash('sha256', recallCsv(rows), 'hex');

/** Most rows of one kind that are drawn for a person. */
const drawnMax = 200;

function drawn(title: string, head: readonly string[], rows: readonly (readonly string[])[]) {
  if (rows.length === 0) return [];
  const more = rows.length > drawnMax ? [`and ${grouped(rows.length - drawnMax)} more`] : [];
  return ['', `${title}:`, table([head, ...rows.slice(0, drawnMax)]), ...more];
}

const cell = (text: string | null | undefined): string => (text ?? '') || '–';

function listsOf(rows: readonly RecalledRow[]): string[] {
  const of = (kind: RecalledRow['kind']) => rows.filter((row) => row.kind === kind);
  return [
    ...drawn(
      'lots',
      ['lot', 'material', 'is', 'left', 'unit', 'used', 'blocked', 'last at', 'held by'],
      of('lot').map(({ name, material, there, figures, unit, line, holds }) => [
        ...[name, cell(material), cell(there), cell(figures?.left), cell(unit)],
        ...[cell(figures?.used), cell(figures?.blocked), cell(line), cell(holds.join(' '))],
      ]),
    ),
    ...drawn(
      'decided at central, and stock of lots that no order of ours made',
      ['lot', 'decided', 'stock in the ERP'],
      of('lot')
        .filter(({ decided, erpStock }) => decided !== null || erpStock !== null)
        .map(({ name, decided, erpStock }) => [name, cell(decided), cell(erpStock)]),
    ),
    ...drawn(
      'orders',
      ['order', 'material', 'state', 'last at', 'held by'],
      of('order').map(({ name, material, state, line, holds }) => [
        ...[name, cell(material), cell(state), cell(line), cell(holds.join(' '))],
      ]),
    ),
    ...drawn(
      'serials',
      ['serial', 'is', 'last stated', 'order', 'last at'],
      of('serial').map(({ name, there, state, order, line }) => [
        ...[name, cell(there), cell(state), cell(order), cell(line)],
      ]),
    ),
    ...drawn(
      'documents',
      ['number', 'what', 'state', 'order', 'lot', 'quantity', 'unit'],
      of('document').map(({ name, document, state, order, lot, quantity, unit }) => [
        ...[name, cell(document), cell(state), cell(order), cell(lot), cell(quantity), cell(unit)],
      ]),
    ),
  ];
}

/** What is touched, for a person: how much of each, and the first rows of it. */
export function recallText(told: Recalled): string {
  const { id, counts, lines, isCut, notYet, rows, next } = told;
  const { lots, orders, serials, documents } = counts;
  const sums = [
    ...[`${grouped(lots)} lots`, `${grouped(orders)} orders`, `${grouped(serials)} serials`],
    `${grouped(documents)} documents`,
  ];
  return [
    `${id} touches ${sums.join(', ')}, at ${lines} lines`,
    ...(isCut ? ['! there is more than was walked: these counts are too small'] : []),
    ...(notYet > 0 ? [`! ${grouped(notYet)} facts were not looked through yet: ask again`] : []),
    ...listsOf(rows),
    ...(next === null ? [] : ['', `there are more: go on with --after ${next}`]),
    '',
  ].join('\n');
}
