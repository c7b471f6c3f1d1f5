import type { Reconciled } from '../../cli/answers.ts';
import type { Check } from '../../cli/audit.ts';
import { askCentral } from '../../cli/central.ts';
import { against } from '../../cli/closing.ts';
import type { ErpBooks } from '../../cli/erpbooks.ts';
import type { Shop } from '../../cli/shop.ts';
import type { Row } from './office.ts';
import type { Works } from './works.ts';

const closingMaxMs = 300_000;

/** Central's books, closed beside Tryton's own figures. */
async function close(centralUrl: string): Promise<readonly [ErpBooks, readonly string[]]> {
  const told = await askCentral<Reconciled>(
    ...([centralUrl, '/v1/reconcile?erp=ask', undefined, closingMaxMs] as const),
  );
  if (!('answer' in told)) throw new Error(told.message);
  if (told.answer.erp === null) throw new Error('Tryton was not asked');
  return [told.answer.erp, against(told.answer, [])];
}

/** As `holdfast reconcile --erp` closes them: every order, lots that were made, nothing left. */
export async function besideTryton(centralUrl: string, shop: Shop): Promise<Check> {
  const [erp, words] = await close(centralUrl);
  const lots = new Set(erp.sums.flatMap(({ lot }) => lot ?? []));
  const kinds = new Set(erp.sums.map(({ measure }) => measure));
  const wanted = ['yield', 'setup', 'machine', 'issued', 'received', 'unrestricted'];
  return {
    says: 'Tryton’s own figures are what central has posted',
    against: [
      ...words,
      ...(erp.orders === shop.orders.length ? [] : [`${erp.orders} orders were asked for`]),
      ...(lots.size >= shop.orders.length ? [] : [`the stock of ${lots.size} lots was compared`]),
      ...wanted.filter((kind) => !kinds.has(kind)).map((kind) => `no ${kind} was compared`),
      ...erp.elsewhere.map(({ lot, why }) => `${lot}: ${why}`),
      ...erp.moving.map(({ order, lot, why }) => `${order ?? lot}: ${why}`),
    ],
  };
}

/**
 * What people do in Tryton past Holdfast: they issue a gram by hand, and cancel a move of ours.
 * Whether each is then told, by its number, and by its fact, as it must be.
 */
export async function byHand({ office, planning }: Works, centralUrl: string): Promise<Check> {
  const fields = ['production_input', 'production_input.reference', 'product', 'lot', 'unit'];
  const places = ['from_location', 'to_location', 'holdfast_document', 'holdfast_document.event'];
  const issued = await office.rows(
    'stock.move',
    [
      ['production_input', '!=', null],
      ['holdfast_document.kind', '=', 'goodsIssue'],
      ['holdfast_document.cancelled_by', '=', null],
    ],
    [...fields, ...places],
  );
  const [first, last] = [issued[0]!, issued.at(-1)!];
  const { product, lot, unit, from_location, to_location, production_input } = first;
  const move = await office.one('stock.move', {
    ...{ product, lot, unit, from_location, to_location, production_input },
    ...{ quantity: 1, company: planning.company },
  });
  await office.push('stock.move', 'do', [move]);
  await office.push('stock.move', 'cancel', [last['id'] as number]);
  const [, words] = await close(centralUrl);
  const orderOf = (row: Row) => (row['production_input.'] as Row)['reference'];
  const event = (last['holdfast_document.'] as Row)['event'];
  const wanted = [
    `${orderOf(first)}: stock.move/${move} in the ERP is not central's: 1 `,
    `of fact ${event}, `,
    `, holdfast/${last['holdfast_document']} in the ERP: it says something else: `,
    `move ${last['id']} is cancelled`,
  ];
  return {
    says: 'what was done in Tryton by hand is named',
    against: wanted.filter((part) => !words.some((word) => word.includes(part))),
  };
}
