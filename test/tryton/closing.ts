import type { CentralStatus, CentralTotals, EdgeStatus, OpenPosting } from '../../cli/answers.ts';
import { audit, type Check } from '../../cli/audit.ts';
import { read } from '../../cli/drive.ts';
import type { Shop } from '../../cli/shop.ts';
import { quantity, quantityText } from '../../shared/quantity.ts';
import type { Books } from './books.ts';

/** Prices by which the value of a thousandth of any unit is whole cents. */
export const price = (index: number): string => `${(index + 1) * 10}`;

const openStates = ['held', 'deferred', 'parked', 'intended', 'sending', 'unknown'];

export async function closeBooks(
  { edgeUrl, centralUrl }: { edgeUrl: string; centralUrl: string },
  shop: Shop,
  books: Books,
): Promise<Check[]> {
  const open = await Promise.all(
    openStates.map((state) => read<OpenPosting[]>(centralUrl, `/v1/postings/${state}`)),
  );
  const parked = open.flat().filter(({ state }) => state === 'parked') as (OpenPosting & {
    order: string | null;
  })[];
  // A lane stands behind what is parked: of its order less may be there, and never more.
  const stands = new Set(parked.map(({ order }) => order));
  const unexpected = parked.filter(({ reason }) => !reason?.startsWith('over tolerance'));
  return [
    ...audit(
      {
        edge: await read<EdgeStatus>(edgeUrl, '/v1/status'),
        central: await read<CentralStatus>(centralUrl, '/v1/status'),
        totals: await read<CentralTotals>(centralUrl, '/v1/totals'),
        erp: books.summary,
        open: open.flat(),
      },
      shop,
    ),
    {
      says: 'cycles last and cost what the floor worked',
      against: timesAgainst(shop, books, stands),
    },
    { says: 'documents count what the floor counted', against: countsAgainst(shop, books, stands) },
    { says: 'stock in the journal is worth what lies there', against: valueAgainst(shop, books) },
    { says: 'each move has one journal entry', against: [...books.journal] },
    { says: 'nothing is half done', against: [...books.open] },
    {
      says: 'a person is asked only of what is over its tolerance',
      against: unexpected.map(({ kind, reason }) => `${kind}: ${reason}`),
    },
  ];
}

type Stands = ReadonlySet<string | null>;

/** An hour costs as much as it has seconds, so that the cost is the time. */
function timesAgainst(shop: Shop, { worked }: Books, stands: Stands): string[] {
  const { orders } = shop.expected();
  return Object.entries(orders).flatMap(([order, { operations }]) =>
    Object.entries(operations).flatMap(([operation, total]) => {
      const ms = total.setupStatedMs + total.runStatedMs;
      const is = worked.get(`${order}/${operation}`) ?? { ms: 0, cost: 0n };
      const cost = quantityText(is.cost);
      const isAll = is.ms === ms || (stands.has(order) && is.ms < ms);
      if (isAll && is.cost === BigInt(is.ms) * 1_000n) return [];
      return [`${order}/${operation}: ${is.ms} ms for ${cost}, should be ${ms} ms`];
    }),
  );
}

/** Of operations that no hold has taken pieces from: what it decides is confirmed by itself. */
function countsAgainst(shop: Shop, { worked }: Books, stands: Stands): string[] {
  const { orders } = shop.expected();
  const micros = (text: string) => quantity(text, 'quantity');
  return Object.entries(orders).flatMap(([order, { operations }]) =>
    Object.entries(operations).flatMap(([operation, total]) => {
      if (total.held !== '0' || total.heldByHolds !== '0') return [];
      const is = worked.get(`${order}/${operation}`) ?? { good: 0n, scrap: 0n };
      const good = micros(total.good) - micros(total.reworkGood);
      const scrap = micros(total.scrap) - micros(total.reworkScrap);
      if (is.good === good && is.scrap === scrap) return [];
      if (stands.has(order) && is.good <= good && is.scrap <= scrap) return [];
      const said = `${quantityText(is.good)} and ${quantityText(is.scrap)} scrap`;
      return [`${order}/${operation}: ${said}, should be ${total.good} and ${total.scrap}`];
    }),
  );
}

function valueAgainst(shop: Shop, { summary, value }: Books): string[] {
  return [...shop.materials, ...shop.components].flatMap(({ material }, index) => {
    const there = summary.stock
      .filter((row) => row.material === material)
      .reduce((sum, row) => sum + quantity(row.unrestricted, '') + quantity(row.blocked, ''), 0n);
    const should = there * BigInt(price(index));
    const is = value.get(material) ?? 0n;
    if (is === should) return [];
    return [`${material}: ${quantityText(is)}, should be ${quantityText(should)}`];
  });
}
