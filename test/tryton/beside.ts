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
  return {
    says: 'Tryton’s own figures are what central has posted',
    against: [
      ...words,
      ...(erp.orders === shop.orders.length ? [] : [`${erp.orders} orders were asked for`]),
      ...(erp.lots > 0 && erp.sums.length > 0 ? [] : ['nothing was compared']),
      ...erp.elsewhere.map(({ lot, why }) => `${lot}: ${why}`),
      ...erp.moving.map(({ order, lot, why }) => `${order ?? lot}: ${why}`),
    ],
  };
}

/**
 * What people do in Tryton past Holdfast: they issue by hand, and cancel a move of ours.
 * Whether each is then told, by its number, and by its fact, as it must be.
 */
export async function byHand({ office, planning }: Works, centralUrl: string): Promise<Check> {
  const fields = ['product', 'lot', 'unit', 'from_location', 'to_location', 'production_input'];
  const places = ['production_input.reference', 'holdfast_document', 'holdfast_document.event'];
  const own = (...domain: unknown[]) =>
    office.rows('stock.move', [['state', '=', 'done'], ...domain], [...fields, ...places]);
  const [issued] = await own(['holdfast_document.kind', '=', 'goodsIssue']);
  const kinds = ['goodsIssue', 'goodsReceipt'];
  const standing = await own(
    ['holdfast_document.kind', 'in', kinds],
    ['holdfast_document.cancelled_by', '=', null],
  );
  const last = standing.at(-1);
  if (!issued || !last) throw new Error('nothing was issued, or nothing of it stands');
  const { product, lot, unit, from_location, to_location, production_input } = issued;
  const move = await office.one('stock.move', {
    ...{ product, lot, unit, from_location, to_location, production_input },
    ...{ quantity: 1, company: planning.company },
  });
  await office.push('stock.move', 'do', [move]);
  await office.push('stock.move', 'cancel', [last['id'] as number]);
  const [, words] = await close(centralUrl);
  const { reference } = issued['production_input.'] as Row;
  const event = (last['holdfast_document.'] as Row)['event'];
  const wanted = [
    `${reference}: stock.move/${move} in the ERP is not central's: 1 `,
    `of fact ${event}, `,
    `, holdfast/${last['holdfast_document']} in the ERP: it says something else: `,
    `move ${last['id']} is cancelled`,
  ];
  return {
    says: 'what was done in Tryton by hand is named',
    against: wanted.filter((part) => !words.some((word) => word.includes(part))),
  };
}
