import { type Quantity, quantity, quantityText } from '../../shared/quantity.ts';
import type { SapDocument } from './numbering.ts';

type Entity = Readonly<Record<string, unknown>>;

/**
 * The properties of SAP that are read back, and how their spellings are compared. What is `asShown`
 * is compared where SAP shows it; the others must be shown, or nothing was read back.
 */
const compared: Readonly<Record<string, 'text' | 'decimal' | 'asShown'>> = {
  OrderID: 'text',
  OrderOperation: 'text',
  ExternalSystemConfirmation: 'text',
  ConfirmationUnit: 'text',
  ConfirmationYieldQuantity: 'decimal',
  ConfirmationScrapQuantity: 'decimal',
  ConfirmationReworkQuantity: 'decimal',
  ...Object.fromEntries(
    [1, 2, 3, 4, 5, 6].flatMap((slot) => [
      [`OpConfirmedWorkQuantity${slot}`, 'decimal'],
      [`OpWorkQuantityUnit${slot}`, 'asShown'],
    ]),
  ),
  IsFinalConfirmation: 'asShown',
  IsReversal: 'asShown',
  ReferenceDocument: 'text',
  ReversedMaterialDocument: 'text',
  ReversedMaterialDocumentYear: 'text',
  Material: 'text',
  Batch: 'text',
  GoodsMovementType: 'text',
  ManufacturingOrder: 'text',
  QuantityInEntryUnit: 'decimal',
  EntryUnit: 'text',
  InspLotUsageDecisionCodeGroup: 'text',
  InspectionLotUsageDecisionCode: 'text',
  InspLotUsgeDcsnSelectedSet: 'asShown',
  SelectedCodeSetPlant: 'asShown',
  UsageDecisionStockType: 'text',
  InspLotQtyPosted: 'decimal',
  Plant: 'asShown',
  StorageLocation: 'asShown',
  InventoryStockType: 'asShown',
  ExternalReference: 'text',
  NotificationType: 'text',
  Supplier: 'text',
  PurchaseOrder: 'text',
  PurchaseOrderItem: 'text',
  PurchasingDocument: 'text',
  PurchasingDocumentItem: 'text',
  ComplaintQuantity: 'decimal',
  ComplaintQuantityUnit: 'text',
  CompanyCode: 'text',
  DocumentReferenceID: 'text',
  ReverseDocument: 'text',
  ReverseDocumentFiscalYear: 'text',
  GLAccount: 'text',
  DebitCreditCode: 'text',
  AmountInTransactionCurrency: 'decimal',
  TransactionCurrency: 'text',
};

export const itemsIn = 'to_MaterialDocumentItem';

/** What SAP shows of a document, beside what it was to say: in words, where it is not the same. */
export type Compared = 'same' | Readonly<{ lacks: string }> | Readonly<{ differs: string }>;

/**
 * Whether the document says what was sent. Texts are the same whatever their case and their leading
 * zeros, with which SAP fills numbers up [K]; decimals are the same number, in what takes another
 * document back also with another sign [K]. A flag is compared where it was set: SAP may make a
 * confirmation final by itself [K].
 */
export function compare(
  { says, reverses }: Pick<SapDocument, 'says' | 'reverses'>,
  entity: Entity,
): Compared {
  const head = differences(says, entity, reverses);
  const [name, items] = Object.entries(says).find(([, value]) => Array.isArray(value)) ?? [];
  const all = Array.isArray(items)
    ? [...head, ...ofItems(items, shownItems(entity, name!), reverses)]
    : head;
  const differs = all.flatMap((found) => ('differs' in found ? [found.differs] : []));
  if (differs.length > 0) return { differs: differs.join('; ') };
  const lacks = all.flatMap((found) => ('lacks' in found ? [found.lacks] : []));
  return lacks.length > 0 ? { lacks: `does not show ${lacks.join(', ')}` } : 'same';
}

/** Whether an entity is what the look-up has asked for; if not, SAP did not filter. */
export const isSought = ({ sought }: Pick<SapDocument, 'sought'>, entity: Entity): boolean =>
  Object.entries(sought).every(([name, value]) => spelled(entity[name]) === spelled(value));

type Found = Readonly<{ lacks: string }> | Readonly<{ differs: string }>;

function differences(says: Entity, entity: Entity, reverses = false): Found[] {
  return Object.entries(says).flatMap(([name, sent]): Found[] => {
    const how = Object.hasOwn(compared, name) ? compared[name] : undefined;
    const shown = entity[name];
    if (how === undefined || isNone(sent) || sent === false) return [];
    if (isNone(shown)) return how === 'asShown' ? [] : [{ lacks: name }];
    const same =
      how === 'decimal'
        ? micros(shown, reverses) === micros(sent, reverses)
        : spelled(shown) === spelled(sent);
    return same ? [] : [{ differs: `${name} ${shownAs(how, shown)}, sent ${shownAs(how, sent)}` }];
  });
}

const isNone = (value: unknown): boolean => value === undefined || value === null || value === '';

const shownAs = (how: string, value: unknown): string => {
  const number = how === 'decimal' ? micros(value, false) : undefined;
  return number === undefined ? `${value}`.slice(0, 60) : quantityText(number);
};

/** Undefined for what is no decimal that we could have sent, which then equals nothing sent. */
function micros(value: unknown, unsigned: boolean): Quantity | undefined {
  const text = `${value}`;
  if (!/^-?\d{1,12}(\.\d{1,6})?$/.test(text)) return undefined;
  const number = quantity(text, 'SAP');
  return unsigned && number < 0n ? -number : number;
}

const spelled = (value: unknown): string => `${value}`.toUpperCase().replace(/^0+(?=\d+$)/, '');

/** The items as V2 wraps them; none where it only says where they could be read. */
function shownItems(entity: Entity, name: string): Entity[] {
  const given = entity[name] as { results?: unknown } | undefined | null;
  const list = Array.isArray(given) ? given : given?.results;
  const items = (Array.isArray(list) ? list : []) as (Entity | null)[];
  return items.filter((item): item is Entity => item !== null && !isBeside(item));
}

/** SAP adds lines of its own to a document, such as the other side of a move [K]. */
const isBeside = ({ IsAutomaticallyCreated: flag }: Entity): boolean =>
  flag === 'X' || flag === true;

/** Each item that was sent must be there once, in whatever order, and no other. */
function ofItems(sent: readonly Entity[], shown: readonly Entity[], reverses?: boolean): Found[] {
  if (shown.length === 0) return [{ lacks: 'its items' }];
  if (shown.length !== sent.length) {
    return [{ differs: `${shown.length} items, sent ${sent.length}` }];
  }
  const left = [...shown];
  const unmatched = sent.filter((item) => {
    const at = left.findIndex((other) => differences(item, other, reverses).length === 0);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return unmatched.flatMap((item, at) => differences(item, left[at]!, reverses));
}
