import { type Field, flag, invalid, list, optional, record } from '../../shared/field.ts';
import { quantity } from '../../shared/quantity.ts';

/** A text of at most `max` UTF-16 units, as ABAP counts; absent or empty is undefined. */
export const text = (doc: string, max: number): Field<string | undefined> => ({
  doc: `${doc} At most ${max} characters.`,
  read(value, name) {
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value === 'string' && value.length <= max && !/\p{Cc}/u.test(value)) return value;
    throw invalid(name, `must be a text of at most ${max} characters`);
  },
});

/** Like `text`, but must be there. */
export const name = (doc: string, max: number): Field<string> => ({
  doc: `${doc} 1 to ${max} characters.`,
  read(value, field) {
    const read = text(doc, max).read(value, field);
    if (read !== undefined) return read;
    throw invalid(field, `must be a text of 1 to ${max} characters`);
  },
});

/** Edm.Decimal with precision 13 and scale 3: a text of 10 digits and 3 decimals, not negative. */
export const decimal = (doc: string): Field<bigint | undefined> => ({
  doc,
  read(value, field) {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string' && /^\d{1,10}(\.\d{1,3})?$/.test(value)) {
      return quantity(value, field);
    }
    throw invalid(field, 'must be a decimal text, at most 10 digits and 3 decimals');
  },
});

/** A quantity of more than zero that fits Edm.Decimal(13,3). */
export const someDecimal = (doc: string): Field<bigint> => ({
  doc,
  read(value, field) {
    const micros = decimal(doc).read(value, field);
    if (micros !== undefined && micros > 0n) return micros;
    throw invalid(field, 'must be a decimal text of more than 0');
  },
});

/** Micros of the currency. At most a million, in cents, so that quantity times price is exact. */
export const money = (doc: string): Field<bigint> => ({
  doc,
  read(value, field) {
    if (typeof value === 'string' && /^\d{1,7}(\.\d{1,2})?$/.test(value)) {
      const micros = quantity(value, field);
      if (micros <= 1_000_000_000_000n) return micros;
    }
    throw invalid(field, 'must be a decimal text of at most 1000000 with at most 2 decimals');
  },
});

/** Edm.DateTime at midnight, as "/Date(ms)/" or "2026-11-23T00:00:00"; kept as "2026-11-23". */
export const date = (doc: string): Field<string> => ({
  doc,
  read(value, field) {
    const given = typeof value === 'string' ? value : '';
    const ticks = /^\/Date\((-?\d{1,15})\)\/$/.exec(given)?.[1];
    const stated = /^(\d{4}-\d{2}-\d{2})T00:00:00$/.exec(given)?.[1];
    const day = new Date(ticks ? Number(ticks) : (stated ?? Number.NaN));
    const shown = Number.isNaN(day.getTime()) ? '' : day.toISOString();
    const exact = stated ? shown.startsWith(stated) : shown.endsWith('T00:00:00.000Z');
    if (shown.length === 24 && exact) return shown.slice(0, 10);
    throw invalid(field, 'must be a day as "/Date(ms)/" or "YYYY-MM-DDT00:00:00"');
  },
});

const guid = (doc: string): Field<string | undefined> => ({
  doc,
  read(value, field) {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) {
      return value.toLowerCase();
    }
    throw invalid(field, 'must be a GUID');
  },
});

/** SAP keeps ReferenceDocument in capitals; other spellings are refused here, not converted. */
export const reference: Field<string | undefined> = {
  doc: 'ReferenceDocument.',
  read(value, field) {
    const read = text('', 16).read(value, field);
    if (read === undefined || read === read.toUpperCase()) return read;
    throw invalid(field, 'must be in capitals');
  },
};

/** What the sandbox takes of ProdnOrdConf2; any other property is refused, never ignored. */
export const confirmationFields = {
  OrderID: text('Order.', 12),
  OrderOperation: text('Operation.', 4),
  ExternalSystemConfirmation: guid('Key of the reporting system.'),
  ConfirmationText: text('Words.', 40),
  PostingDate: date('Posting date.'),
  Plant: text('Plant.', 4),
  WorkCenter: text('Work centre.', 8),
  IsFinalConfirmation: optional(flag('Nothing more will come.')),
  OpenReservationsIsCleared: optional(flag('Not offered.')),
  APIConfHasNoGoodsMovements: optional(flag('Must be true: the sandbox does not backflush.')),
  ConfirmationUnit: text('Unit of the quantities.', 3),
  ConfirmationYieldQuantity: decimal('Good quantity.'),
  ConfirmationScrapQuantity: decimal('Scrap.'),
  ConfirmationReworkQuantity: decimal('Rework.'),
  OpConfirmedWorkQuantity1: decimal('Set-up time.'),
  OpWorkQuantityUnit1: text('MIN.', 3),
  OpConfirmedWorkQuantity2: decimal('Machine time.'),
  OpWorkQuantityUnit2: text('MIN.', 3),
};

/** What the sandbox takes of an A_MaterialDocumentItem. */
export const itemFields = {
  Material: text('Material.', 40),
  Plant: text('Plant.', 4),
  StorageLocation: text('Storage location.', 4),
  Batch: text('Lot.', 10),
  GoodsMovementType: text('Movement type.', 3),
  GoodsMovementRefDocType: text('F for an order, B for a purchase order.', 1),
  ManufacturingOrder: text('Order.', 12),
  ManufacturingOrderItem: text('Item of the order.', 4),
  Supplier: text('Supplier.', 10),
  PurchaseOrder: text('Purchase order.', 10),
  PurchaseOrderItem: text('Its item.', 5),
  QuantityInEntryUnit: decimal('Quantity.'),
  EntryUnit: text('Unit.', 3),
  InventoryStockType: text('01 unrestricted, 02 quality, 07 blocked [K].', 2),
  InventoryUsabilityCode: text('Empty, X quality, S blocked [K].', 1),
  CostCenter: text('Cost centre.', 10),
  MaterialDocumentItemText: text('Words.', 50),
};

/** What the sandbox takes of an A_MaterialDocumentHeader. */
export const documentFields = {
  GoodsMovementCode: text('01 purchase, 02 receipt, 03 issue, 04 transfer.', 2),
  PostingDate: date('Posting date.'),
  DocumentDate: date('Document date.'),
  ReferenceDocument: reference,
  MaterialDocumentHeaderText: text('Words.', 25),
  to_MaterialDocumentItem: list(record('Item.', itemFields), 100),
};

/** The number of an inspection lot: 12 digits. */
const inspectionLot: Field<bigint> = {
  doc: 'Inspection lot.',
  read(value, field) {
    if (typeof value === 'string' && /^\d{1,12}$/.test(value)) return BigInt(value);
    throw invalid(field, 'must be a text of 1 to 12 digits');
  },
};
const changedAt = text('When the inspection lot was changed last.', 40);

/** What the sandbox takes of an A_InspLotUsageDecision. */
export const decisionFields = {
  InspectionLot: inspectionLot,
  InspLotUsageDecisionLevel: text('L: of the lot as a whole.', 1),
  InspLotUsageDecisionCatalog: text('Catalog.', 1),
  SelectedCodeSetPlant: text('Plant of the selected set.', 4),
  InspLotUsgeDcsnSelectedSet: text('Selected set.', 8),
  InspLotUsageDecisionCodeGroup: name('Code group.', 8),
  InspectionLotUsageDecisionCode: name('Code.', 4),
  ChangedDateTime: changedAt,
};

/** What the sandbox takes of an A_InspLotMatlDocItem. */
export const stockPostingFields = {
  InspectionLot: inspectionLot,
  InspLotQtyPosted: someDecimal('How much.'),
  UsageDecisionStockType: text('Where to: VMENGE01 free, 02 scrap, 04 blocked [K].', 10),
  StorageLocation: text('Storage location.', 4),
  MaterialDocumentItemText: text('Words.', 50),
  ChangedDateTime: changedAt,
};

/** A parameter of a function import, written as a literal of its type: `'…'`, `guid'…'`. */
export const literal = <T>(type: '' | 'guid' | 'datetime', inner: Field<T>): Field<T> => ({
  doc: inner.doc,
  read(value, field) {
    if (value === undefined) return inner.read(undefined, field);
    const [, bare] = new RegExp(`^${type}'([^']*)'$`).exec(`${value}`) ?? [];
    if (bare !== undefined) return inner.read(bare, field);
    throw invalid(field, `must be written as ${type}'…'`);
  },
});

export const digits = (doc: string, max: number): Field<bigint> => ({
  doc: `${doc} 1 to ${max} digits.`,
  read(value, field) {
    if (new RegExp(`^\\d{1,${max}}$`).test(`${value}`)) return BigInt(`${value}`);
    throw invalid(field, `must be 1 to ${max} digits`);
  },
});

const cancelDay = optional(literal('datetime', date('Posting date; the original’s if absent.')));

/** What the sandbox takes of CancelProdnOrdConf. */
export const cancelConfirmationFields = {
  ConfirmationGroup: literal('', digits('Group.', 10)),
  ConfirmationCount: literal('', digits('Count.', 8)),
  PostingDate: cancelDay,
  ConfirmationText: literal('', text('Words.', 40)),
  ExternalSystemConfirmation: literal('guid', guid('Key of the reporting system.')),
};

/** What the sandbox takes of Cancel, the function of the material documents. */
export const cancelDocumentFields = {
  MaterialDocumentYear: literal('', digits('Year.', 4)),
  MaterialDocument: literal('', digits('Number.', 10)),
  PostingDate: cancelDay,
};

/** Edm.Decimal as V2 shows it: a text with 3 decimals. */
export const decimalText = (micros: bigint): string =>
  `${micros / 1_000_000n}.${`${(micros % 1_000_000n) / 1_000n}`.padStart(3, '0')}`;

/** Edm.DateTime as V2's JSON shows it. */
export const dateText = (day: string): string => `/Date(${Date.parse(`${day}T00:00:00Z`)})/`;
