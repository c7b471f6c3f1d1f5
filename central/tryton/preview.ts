import { inverses, isCancel, type Posting, type Preview } from '../erp/erp.ts';
import { confirmationForm, countsOf, type Draft, goodsForm, headOf } from './forms.ts';
import type { TrytonConfig } from './options.ts';
import type { Places, Row } from './places.ts';
import { reversalOf } from './reversal.ts';
import { decimalOf } from './typed.ts';

type Parts = Readonly<{ config: TrytonConfig; day: string }>;

/**
 * The call that posts it, with words in parentheses for what only Tryton knows: its ids, and what
 * something has cost. Of an operation it is taken that nobody has worked at it yet, of a document
 * that it says what shall be taken back.
 */
export function previewOf(posting: Posting, { config, day }: Parts): Preview {
  const { database, completeProductions } = config;
  const places = {
    company: `(${config.company ?? 'the company'})`,
    free: `(storage of ${config.warehouse})`,
    ...{ blocked: `(${config.quarantine})`, scrap: `(${config.scrap})` },
  };
  const head = headOf(posting, places.company, day);
  const draft = isCancel(posting.kind)
    ? cancellation(posting, head, { config, places })
    : formOf(posting, head, { config, places });
  const complete = posting.final === true && completeProductions;
  const to = `POST /${encodeURIComponent(database)}/ model.holdfast.document.post`;
  return { to, body: { ...draft, complete } };
}

type Words = Readonly<Record<'company' | 'free' | 'blocked' | 'scrap', string>>;
type Told = Readonly<{ config: TrytonConfig; places: Words }>;

function formOf(posting: Posting, head: Row, { config, places }: Told): Draft {
  const { kind, order, operation, material, lot } = posting;
  const production = {
    id: `(production ${order})`,
    location: `(location of production ${order})`,
  };
  if (kind === 'confirmation') {
    const work = { id: `(work ${operation} of production ${order})`, state: 'draft' };
    return confirmationForm(posting, head, production, work);
  }
  const unit = config.units.find((one) => one.unit === posting.unit)?.tryton ?? posting.unit;
  const goods = {
    ...{ product: { id: `(product ${material})` }, unit: { id: `(unit ${unit})` } },
    ...(kind === 'goodsReceipt' ? {} : { lot: { id: `(lot ${lot} of ${material})` } }),
    ...(kind === 'goodsIssue' || kind === 'goodsReceipt' ? { production } : {}),
  };
  return goodsForm(posting, head, goods, places);
}

/** As the posting says it, which it must: what differs is refused before it is sent. */
function cancellation(posting: Posting, head: Row, told: Told): Draft {
  const { kind, cancels = '' } = posting;
  const inverse = inverses[kind] as Posting['kind'];
  const taken = formOf({ ...posting, kind: inverse }, head, told);
  const cost = decimalOf(`(as in ${cancels})`);
  const lot = `(lot ${posting.lot} of ${posting.material})`;
  const original = {
    ...{ kind: inverse, production: `(production of ${cancels})` },
    work: kind === 'cancelConfirmation' ? `(work of ${cancels})` : null,
    // Tryton tells the last one first.
    'moves.': taken.moves.toReversed().map((move) => ({
      ...{ ...move, lot, id: `(of ${cancels})`, cost_price: cost, unit_price_company: cost },
    })),
    'cycles.': taken.cycles.map(({ work }) => ({ work, cost })),
  };
  return {
    values: {
      ...{ ...head, production: original.production, work: original.work, cancels: `(${cancels})` },
      cancels_key: posting.cancelsKey,
      ...countsOf(posting),
    },
    ...reversalOf(posting, original, told.places as unknown as Places)!,
  };
}
