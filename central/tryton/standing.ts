import { quantity, quantityText, zero } from '../../shared/quantity.ts';
import type { Posting } from '../erp/erp.ts';
import { type Flow, flowsOf, isOf } from './flows.ts';
import type { Places, Row } from './places.ts';
import { amountIn, idIn, msIn, quantityIn } from './typed.ts';

/** What is read of a document to hold it against its posting. */
export const standingFields = [
  ...['kind', 'cancels', 'unit', 'good', 'scrap', 'rework', 'setup', 'machine', 'final'],
  ...['production.number', 'production.reference', 'work.operation.name'],
  ...['moves.state', 'moves.quantity', 'moves.product.code', 'moves.lot.number'],
  ...['moves.from_location', 'moves.from_location.type', 'moves.to_location'],
  ...['moves.to_location.type', 'cycles.state', 'cycles.duration', 'cycles.cost'],
  'cancels.cycles.cost',
];

const under = (row: Row, name: string): Row => (row[`${name}.`] ?? {}) as Row;
const rowsOf = (row: Row, name: string): readonly Row[] => (row[`${name}.`] ?? []) as Row[];

/** What a document in Tryton says otherwise than its posting, in words; nothing if it is that. */
export function complaintsOf(row: Row, posting: Posting, places: Places): string[] {
  const { kind, order, operation, cancels } = posting;
  const [production, work] = [under(row, 'production'), under(row, 'work')];
  const complaints: string[] = [];
  const differ = (what: string, is: unknown, should: unknown) => {
    if (is !== should) complaints.push(`${what} is ${is}, should be ${should}`);
  };
  differ('kind', row['kind'], kind);
  differ('cancels', row['cancels'] ?? undefined, idIn(cancels));
  if (order !== undefined && production['reference'] !== order && row['production.'] != null) {
    differ('production', production['number'], order);
  }
  if (kind === 'confirmation' && operation !== undefined && !isOf(work, operation)) {
    differ('operation', under(work, 'operation')['name'], operation);
  }
  if (kind === 'confirmation' || kind === 'cancelConfirmation') {
    complaints.push(...countComplaints(row, posting));
  }
  return [...complaints, ...flowComplaints(row, posting, places), ...cycleComplaints(row, posting)];
}

function countComplaints(row: Row, posting: Posting): string[] {
  const given = [
    ['yield', 'good', posting.yield],
    ['scrap', 'scrap', posting.scrap],
    ['rework', 'rework', posting.rework],
  ] as const;
  const counts = given.flatMap(([name, field, text = '0']) =>
    amountIn(row[field]) === quantity(text, name)
      ? []
      : [`${name} is ${quantityText(amountIn(row[field]))}, should be ${text}`],
  );
  const times = (['setup', 'machine'] as const).flatMap((name) => {
    const ms = posting[`${name}Ms`] ?? 0;
    return msIn(row[name]) === ms ? [] : [`${name} is ${msIn(row[name])} ms, should be ${ms} ms`];
  });
  const final = Boolean(row['final']) === (posting.final === true);
  return [...counts, ...times, ...(final ? [] : [`final is ${row['final']}`])];
}

/** Where a location belongs in a flow. */
function placeOf(move: Row, side: 'from' | 'to', { blocked, scrap }: Places): Flow['from'] {
  const id = move[`${side}_location`];
  if (id === blocked) return 'blocked';
  if (id === scrap) return 'scrap';
  return under(move, `${side}_location`)['type'] === 'production' ? 'production' : 'free';
}

/** Moves must be done, of the lot, and in sum what the posting says: Tryton may have split them. */
function flowComplaints(row: Row, posting: Posting, places: Places): string[] {
  const { kind, material, lot } = posting;
  const moves = rowsOf(row, 'moves');
  const complaints = moves.flatMap((move) => {
    const [code, number] = [under(move, 'product')['code'], under(move, 'lot')['number']];
    const isOther = (code !== material && material) || (number !== lot && lot);
    return [
      ...(move['state'] === 'done' ? [] : [`move ${move['id']} is ${move['state']}`]),
      ...(isOther ? [`move ${move['id']} is of ${code} lot ${number}`] : []),
    ];
  });
  const sums = new Map<string, bigint>();
  const add = (way: string, micros: bigint) => sums.set(way, (sums.get(way) ?? zero) + micros);
  for (const move of moves) {
    const way = `${placeOf(move, 'from', places)} to ${placeOf(move, 'to', places)}`;
    add(way, quantityIn(move['quantity']));
  }
  const wanted = kind === 'confirmation' ? [] : flowsOf(posting);
  for (const { from, to, micros } of wanted) add(`${from} to ${to}`, -micros);
  for (const [way, micros] of sums) {
    if (micros !== zero) complaints.push(`${quantityText(micros)} too much went from ${way}`);
  }
  return complaints;
}

function cycleComplaints(row: Row, { kind, setupMs = 0, machineMs = 0 }: Posting): string[] {
  const cycles = rowsOf(row, 'cycles');
  const open = cycles.filter((cycle) => cycle['state'] !== 'done');
  const complaints = open.map((cycle) => `cycle ${cycle['id']} is ${cycle['state']}`);
  if (kind === 'confirmation') {
    const ms = cycles.reduce((sum, cycle) => sum + msIn(cycle['duration']), 0);
    if (ms !== setupMs + machineMs) complaints.push(`its cycles last ${ms} ms`);
  }
  if (kind === 'cancelConfirmation') {
    const all = [...cycles, ...rowsOf(under(row, 'cancels'), 'cycles')];
    const left = all.reduce((sum, cycle) => sum + amountIn(cycle['cost']), zero);
    if (left !== zero) complaints.push(`${quantityText(left)} of the cost stays`);
  }
  return complaints;
}
