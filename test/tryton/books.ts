import { amountIn, msIn, quantityIn } from '../../central/tryton/typed.ts';
import type { ErpSummary } from '../../cli/answers.ts';
import { type Quantity, quantityText, zero } from '../../shared/quantity.ts';
import type { Office, Row } from './office.ts';

/** What an operation has come to in Tryton: times of its cycles, their cost, confirmed counts. */
export type Worked = { ms: number; cost: Quantity; good: Quantity; scrap: Quantity };
export type Books = Readonly<{
  summary: ErpSummary;
  worked: ReadonlyMap<string, Worked>; // by "order/operation"
  value: ReadonlyMap<string, Quantity>; // of stock in the journal, by product
  journal: readonly string[]; // what is wrong between moves and journal entries
  open: readonly string[]; // moves and cycles of ours that are not done
}>;

const under = (row: Row, name: string): Row => (row[`${name}.`] ?? {}) as Row;
const rowsOf = (row: Row, name: string): Row[] => (row[`${name}.`] ?? []) as Row[];

/** Adds to what a map has under a name, in place. */
function add(map: Map<string, Quantity>, name: string, micros: Quantity): void {
  map.set(name, (map.get(name) ?? zero) + micros);
}

/** Everything that was posted, as Tryton's own people find it. */
export async function readBooks(office: Office): Promise<Books> {
  const documents = await office.rows(
    'holdfast.document',
    [],
    [
      ...['key', 'kind', 'good', 'scrap', 'moves.state', 'cycles.state', 'cycles.cost'],
      ...['cycles.duration', 'production.reference', 'work.operation.name'],
    ],
  );
  const moves = await office.rows(
    'stock.move',
    [],
    [
      ...['state', 'product.code', 'lot.number', 'internal_quantity', 'from_location.code'],
      ...['to_location.code', 'from_location.type', 'to_location.type', 'holdfast_document'],
    ],
  );
  const entries = await office.rows(
    'account.move',
    [],
    [...['state', 'origin', 'lines.debit', 'lines.credit', 'lines.account.type.statement']],
  );
  const stock = stockOf(moves);
  return {
    summary: {
      documents: countBy(documents, 'kind'),
      duplicates: documents.length - new Set(documents.map(({ key }) => key)).size,
      stock,
      materials: [],
    },
    worked: workedOf(documents),
    ...journalOf(moves, entries),
    open: [
      ...moves.filter(({ state }) => state !== 'done').map(({ id }) => `stock.move ${id}`),
      ...documents.flatMap((row) =>
        rowsOf(row, 'cycles')
          .filter(({ state }) => state !== 'done')
          .map(({ id }) => `cycle ${id}`),
      ),
    ],
  };
}

function countBy(rows: readonly Row[], name: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const row of rows) counts[`${row[name]}`] = (counts[`${row[name]}`] ?? 0) + 1;
  return counts;
}

function stockOf(moves: readonly Row[]): ErpSummary['stock'] {
  const sums = { STO: new Map<string, Quantity>(), QUAR: new Map<string, Quantity>() };
  const names = new Set<string>();
  for (const move of moves.filter(({ state }) => state === 'done')) {
    const name = `${under(move, 'product')['code']}|${under(move, 'lot')['number']}`;
    names.add(name);
    const micros = quantityIn(move['internal_quantity']);
    for (const [code, sum] of Object.entries(sums)) {
      if (under(move, 'from_location')['code'] === code) add(sum, name, -micros);
      if (under(move, 'to_location')['code'] === code) add(sum, name, micros);
    }
  }
  return [...names].map((name) => {
    const [material, lot] = name.split('|') as [string, string];
    const [unrestricted, blocked] = [sums.STO, sums.QUAR].map((sum) =>
      quantityText(sum.get(name) ?? zero),
    );
    return { material, lot, unit: '', unrestricted: unrestricted!, blocked: blocked! };
  });
}

function workedOf(documents: readonly Row[]): Map<string, Worked> {
  const worked = new Map<string, Worked>();
  for (const row of documents) {
    const operation = under(under(row, 'work'), 'operation')['name'];
    if (operation === undefined) continue;
    const name = `${under(row, 'production')['reference']}/${operation}`;
    const sum = worked.get(name) ?? { ms: 0, cost: zero, good: zero, scrap: zero };
    worked.set(name, sum);
    const sign = row['kind'] === 'cancelConfirmation' ? -1n : 1n;
    sum.good += sign * amountIn(row['good']);
    sum.scrap += sign * amountIn(row['scrap']);
    for (const cycle of rowsOf(row, 'cycles')) {
      sum.ms += msIn(cycle['duration']);
      sum.cost += amountIn(cycle['cost']);
    }
  }
  return worked;
}

/** Moves that change the value of stock have one posted entry each, and no entry is beside them. */
function journalOf(moves: readonly Row[], entries: readonly Row[]) {
  const value = new Map<string, Quantity>();
  const journal: string[] = [];
  const byMove = new Map<string, Row[]>();
  for (const entry of entries) {
    const origin = `${entry['origin']}`;
    byMove.set(origin, [...(byMove.get(origin) ?? []), entry]);
  }
  for (const move of moves.filter(({ state }) => state === 'done')) {
    const [from, to] = ['from_location', 'to_location'].map((side) => under(move, side)['type']);
    const name = `stock.move,${move['id']}`;
    const own = byMove.get(name) ?? [];
    byMove.delete(name);
    const wanted = from === to ? 0 : 1;
    if (own.length !== wanted) journal.push(`${name} has ${own.length} entries, not ${wanted}`);
    for (const entry of own) {
      if (entry['state'] !== 'posted') journal.push(`entry ${entry['id']} is ${entry['state']}`);
      for (const line of rowsOf(entry, 'lines')) {
        const statement = under(under(line, 'account'), 'type')['statement'];
        if (statement !== 'balance') continue;
        const change = amountIn(line['debit']) - amountIn(line['credit']);
        add(value, `${under(move, 'product')['code']}`, change);
      }
    }
  }
  for (const name of byMove.keys()) journal.push(`an entry of ${name}`);
  return { value, journal };
}
