import { quantity, quantityText } from '../shared/quantity.ts';
import type { Books } from './audit.ts';
import type { Heard } from './ears.ts';
import type { Made, Park } from './park.ts';
import { grouped } from './progress.ts';
import type { Shop } from './shop.ts';
import { tasksOf } from './tasks.ts';

const measures = ['good', 'scrap', 'rework'] as const;
type Amounts = Record<(typeof measures)[number], bigint>; // millionths

type Parts = Readonly<{
  books: Books;
  shop: Shop;
  park: Pick<Park, 'places'>;
  /** What the machines themselves say that they have made. */
  truth: ReadonlyMap<string, Made>;
  lost: readonly string[];
  jobs: Readonly<{ given: number; done: number; failures: readonly string[] }>;
}>;

/** Whether edge and central have what the machines made and people reported, and no more. */
export function machineBooks({ books, shop, park, truth, lost, jobs }: Parts) {
  const said = saidOf(shop);
  const { machines } = books.edge as unknown as { machines: Heard };
  const against: string[] = [];
  let pieces = 0;
  for (const { line, kind } of park.places) {
    const made = truth.get(line)!;
    const grain = 10n ** BigInt(6 - (kind.decimals ?? 0));
    const edge = books.edge.lines.find((one) => one.line === line) as unknown as Row | undefined;
    const rows = { 'at the edge': edge, 'at central': books.totals.lines[line] as Row | undefined };
    if (kind.decimals === undefined) pieces += made.good + made.scrap + made.rework;
    for (const measure of measures) {
      const should = BigInt(made[measure]) * grain + (said.get(line)?.[measure] ?? 0n);
      for (const [where, row] of Object.entries(rows)) {
        const is = quantity(row?.[measure] ?? '0', measure);
        if (is === should) continue;
        const texts = `${quantityText(is)}, should be ${quantityText(should)}`;
        against.push(`${line} ${measure} ${where}: ${texts}`);
      }
    }
  }
  const nobodys = machines.unattributedRows;
  const { given, done, failures } = jobs;
  return {
    facts: firstWords(park),
    checks: [
      {
        says: `every piece that a machine counted is at central once (${grouped(pieces)})`,
        against: [...against, ...lost.map((what) => `${what}: not booked in time`)],
      },
      {
        says: 'of every piece it is known which run it belongs to',
        against: nobodys === 0 ? [] : [`${nobodys} entries wait for a person`],
      },
      {
        says: `every job was stored, started and run, and its result is what is booked (${done})`,
        against:
          done === given ? failures.slice() : [`${given} were given, ${done} done`, ...failures],
      },
    ],
  };
}

/** A machine that tells its state says first that it is idle: a fact that nobody asked for. */
export const firstWords = ({ places }: Pick<Park, 'places'>): Readonly<Record<string, number>> =>
  Object.fromEntries(places.map(({ line, kind }) => [line, kind.tellsState ? 1 : 0]));

type Row = Readonly<Record<(typeof measures)[number], string>>;

/** What people report of pieces, by line: what machines do not. */
function saidOf(shop: Shop): Map<string, Amounts> {
  const sums = new Map<string, Amounts>();
  for (const { asked, work } of tasksOf(shop.commands, () => true)) {
    const { line, type, body } = asked.command;
    if (work || asked.expectRefused || type !== 'ReportQuantity') continue;
    const sum = sums.get(line) ?? { good: 0n, scrap: 0n, rework: 0n };
    for (const measure of measures) sum[measure] += quantity(body[measure], measure);
    sums.set(line, sum);
  }
  return sums;
}
