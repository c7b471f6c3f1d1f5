import type Sqlite from 'better-sqlite3';
import type { PostingKind } from '../../central/erp/erp.ts';
import { numberOf } from '../../central/tryton/typed.ts';
import { quantity, quantityText } from '../../shared/quantity.ts';
import type { Booked } from './bench.ts';

type Row = Readonly<Record<string, string | number | null>>;

const documentsSql = `
  SELECT document.*, production.reference AS "order", operation.name AS operation_name,
    (SELECT coalesce(sum(duration), 0) FROM production_work_cycle AS cycle
      WHERE cycle.holdfast_document = document.id AND cycle.state = 'done') AS worked
  FROM holdfast_document AS document
    LEFT JOIN production ON production.id = document.production
    LEFT JOIN production_work AS work ON work.id = document.work
    LEFT JOIN production_routing_operation AS operation ON operation.id = work.operation
  ORDER BY document.id`;
const movesSql = `
  SELECT move.id, move.quantity, move.state, move.holdfast_document AS document, product.code,
    lot.number AS lot, unit.symbol, origin.code AS origin, target.code AS target,
    (SELECT count(*) FROM account_move AS entry
      WHERE entry.origin = 'stock.move,' || move.id AND entry.state = 'posted') AS entries,
    origin.type = target.type AS isWithin
  FROM stock_move AS move
    JOIN product_product AS product ON product.id = move.product
    JOIN stock_lot AS lot ON lot.id = move.lot
    JOIN product_uom AS unit ON unit.id = move.unit
    JOIN stock_location AS origin ON origin.id = move.from_location
    JOIN stock_location AS target ON target.id = move.to_location
  WHERE move.id > ? ORDER BY move.id`;
const units: Readonly<Record<string, string>> = { u: 'EA', kg: 'KG' };

/** The last move that was there before anything was posted. */
export const lastMove = (db: Sqlite.Database): number =>
  db.prepare('SELECT coalesce(max(id), 0) FROM stock_move').pluck().get() as number;

/**
 * Tryton's database, read past Tryton: every document of ours, in the words of the port. Throws if
 * a move behind `after` is of none, is not done, or has not the one journal entry that it must.
 */
export function booked(db: Sqlite.Database, after: number): Booked[] {
  const moves = db.prepare<[number], Row>(movesSql).all(after);
  for (const { id, state, document, entries, isWithin } of moves) {
    if (state !== 'done' || document === null || entries !== (isWithin ? 0 : 1)) {
      throw new Error(`move ${id} is ${state}, of document ${document}, ${entries} entries`);
    }
  }
  const documents = db.prepare<[], Row>(documentsSql).all();
  return documents.map((row) => entryOf(row, moves));
}

function entryOf(row: Row, all: readonly Row[]): Booked {
  const moves = all.filter(({ document }) => document === row['id']);
  const kind = row['kind'] as PostingKind;
  const own = {
    ...{ document: numberOf(row['id'] as number), kind },
    ...(row['order'] === null ? {} : { order: `${row['order']}` }),
    ...(row['cancels'] === null ? {} : { cancels: numberOf(row['cancels'] as number) }),
  };
  const isCount = kind === 'confirmation' || kind === 'cancelConfirmation';
  return isCount ? { ...own, ...countsIn(row) } : { ...own, ...goodsIn(kind, moves) };
}

const ms = (seconds: unknown): number => Math.round(Number(seconds ?? 0) * 1_000);

function countsIn(row: Row): Partial<Booked> {
  const { operation_name: name, unit, good, scrap, rework, setup, machine, worked, kind } = row;
  const [setupMs, machineMs] = [ms(setup), ms(machine)];
  if (kind === 'confirmation' && ms(worked) !== setupMs + machineMs) {
    throw new Error(`document ${row['id']}: its cycles lasted ${ms(worked)} ms`);
  }
  return {
    ...{ operation: `${name}`.split(' ')[0]!, unit: `${unit}`, setupMs, machineMs },
    ...{ yield: `${good}`, scrap: `${scrap}`, rework: `${rework}`, final: row['final'] === 1 },
  };
}

function goodsIn(kind: PostingKind, moves: readonly Row[]): Partial<Booked> {
  const [first] = moves;
  if (!first) throw new Error(`a ${kind} without a move`);
  const sum = (some: readonly Row[]) =>
    quantityText(some.reduce((all, { quantity: of }) => all + quantity(`${of}`, 'quantity'), 0n));
  const isHeld = ({ origin, target }: Row) => origin === 'QUAR' || target === 'QUAR';
  const isReceipt = kind === 'goodsReceipt' || kind === 'cancelReceipt';
  const { code, lot, symbol } = first;
  return {
    ...{ material: `${code}`, lot: `${lot}`, unit: units[`${symbol}`] ?? `${symbol}` },
    ...{ quantity: sum(moves), blocked: isReceipt ? sum(moves.filter(isHeld)) : '0' },
  };
}
