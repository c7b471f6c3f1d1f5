// Goal: the books of the demo close only if every piece that a machine made is at edge and central
// once. Method: books that agree, and one piece, fact, entry or job changed in them.
import { expect, test } from 'vitest';
import { audit, type Books } from '../cli/audit.ts';
import { firstWords, machineBooks } from '../cli/machinebooks.ts';
import { kinds } from '../cli/mappings.ts';
import { codeOf, type Made } from '../cli/park.ts';
import { generateShop } from '../cli/shop.ts';
import { tasksOf } from '../cli/tasks.ts';

const shop = generateShop({ seed: 3, orders: 40 });
const park = {
  places: shop.lines.map((line) => {
    const code = codeOf(line);
    return { line, code, lanes: shop.lanes[line]!, kind: kinds[code]! };
  }),
};
const kindOf = (line: string) => park.places.find((place) => place.line === line)!.kind;
const spare = shop.lines.find((line) => codeOf(line) === 'QC1')!;

/** What machines and people come to, as the shop says, in the registers of the machines. */
function truthOf(): Map<string, Made> {
  const sums = new Map(shop.lines.map((line) => [line, { good: 0, scrap: 0, rework: 0 }]));
  for (const { work } of tasksOf(shop.commands, () => true)) {
    if (!work || 'state' in work) continue;
    const grain = 10 ** (3 - (kindOf(work.line).decimals ?? 0));
    const sum = sums.get(work.line)!;
    for (const kind of ['good', 'scrap', 'rework'] as const) sum[kind] += work[kind] / grain;
  }
  return sums;
}

/** Books that agree with the shop and its machines. */
function booksOf(): Books {
  const { lines, orders } = shop.expected();
  const more = firstWords(park);
  const rows = shop.lines.map((line) => {
    const head = (lines[line]?.facts ?? 0) + more[line]!;
    return { ...(lines[line] ?? { good: '0', scrap: '0', rework: '0' }), line, head, kept: head };
  });
  const facts = rows.reduce((sum, { head }) => sum + head, 0);
  return structuredClone({
    edge: { lines: rows, machines: { unattributedRows: 0 } },
    central: {
      ...{ facts, gaps: [], arrivalsParked: 0 },
      lines: rows.map(({ line, head: sequence }) => ({ line, sequence })),
      postings: { postings: [], unposted: [], beside: 0 },
    },
    totals: {
      lines: Object.fromEntries(rows.map((row) => [row.line, { ...row, facts: row.head }])),
      orders: Object.entries(orders).map(([order, { state }]) => ({ order, state })),
      ...{ byOrder: {}, byOperation: {} },
    },
    ...{ erp: { documents: {}, duplicates: 0, stock: [] }, open: [] },
  }) as unknown as Books;
}

const jobs = { given: 2, done: 2, failures: [] };
type Changes = { truth?: Map<string, Made>; lost?: string[]; jobs?: object };

/** Everything that speaks against the books: of machines, of facts, and of sums of lines. */
function against(books: Books, { truth = truthOf(), lost = [], jobs: more }: Changes = {}) {
  const all = { ...jobs, ...more };
  const beside = machineBooks({ books, shop, park, truth, lost, jobs: all });
  const [facts, , sums] = audit(books, shop, beside.facts);
  return [...beside.checks, facts!, sums!].flatMap((check) => check.against);
}

const change = (act: (books: Books) => void): Books => {
  const books = booksOf();
  act(books);
  return books;
};
type Row = Record<string, string | number>;
const more = (row: Row, name: string, by: number): void => {
  row[name] = name === 'head' ? Number(row[name]) + by : `${Number(row[name]) + by}`;
};
const edgeRow = ({ edge }: Books) =>
  edge.lines.find(({ line }) => line === spare) as unknown as Row;
const centralRow = ({ totals }: Books) => totals.lines[spare]! as Row;

test('what agrees closes', () => {
  expect(against(booksOf())).toEqual([]);
  expect(truthOf().get(spare)!.rework).toBeGreaterThan(0);
  expect(Object.values(firstWords(park)).reduce((sum, one) => sum + one)).toBe(8);
});

test.each([-1, 1])('a piece that is lost or doubled on its way does not (%i)', (by) => {
  for (const kind of ['good', 'scrap', 'rework']) {
    const atCentral = change((books) => more(centralRow(books), kind, by));
    expect(against(atCentral).join('; ')).toContain(`${spare} ${kind} at central: `);
    const atEdge = change((books) => more(edgeRow(books), kind, by));
    expect(against(atEdge).join('; ')).toContain(`${spare} ${kind} at the edge: `);
  }
});

test.each([-1, 1])('nor does a machine that made another number than was booked (%i)', (by) => {
  const truth = truthOf();
  truth.get(spare)!.good += by;
  expect(against(booksOf(), { truth }).join('; ')).toContain(`${spare} good at the edge: `);
});

test('nor one that made, and had booked, a piece that the plant did not', () => {
  const truth = truthOf();
  truth.get(spare)!.good += 1;
  const books = change((one) => {
    more(edgeRow(one), 'good', 1);
    more(centralRow(one), 'good', 1);
  });
  expect(against(books, { truth })).toHaveLength(1);
  expect(against(books, { truth })[0]).toContain(`${spare} good: `);
});

test('nor a report that became two facts, though its pieces add up', () => {
  const books = change(({ central }) => {
    central.facts += 1;
  });
  expect(against(books).join('; ')).toContain('facts in the ledger: ');
});

test('nor pieces of nobody, what was not booked in time, and a job that did not come back', () => {
  const loose = change(({ edge }) => {
    (edge as unknown as { machines: { unattributedRows: number } }).machines.unattributedRows = 1;
  });
  expect(against(loose)).toEqual(['1 entries wait for a person']);
  expect(against(booksOf(), { lost: ['M01-1: 7 pieces'] })).toEqual([
    'M01-1: 7 pieces: not booked in time',
  ]);
  const undone = { done: 1, failures: ['job WO-1/0010: Clear was not seen'] };
  expect(against(booksOf(), { jobs: undone })).toEqual([
    ...['2 were given, 1 done', 'job WO-1/0010: Clear was not seen'],
  ]);
});
