import { quantity, zero } from '../../shared/quantity.ts';
import { countsOf, decimalLimit, decimalStep, itemsOf, minutes } from '../erp/amounts.ts';
import { type CancelKind, isCancel, type Posting, type PostingKind } from '../erp/erp.ts';
import { amountComplaints, complaintsOf, type Needs, together } from '../erp/unfit.ts';
import {
  confirmationNumber,
  confirmationsOf,
  halvesOf,
  materialNumber,
  materialPath,
  materialService,
  materialSet,
  type SapDocument,
  type SapPlant,
} from './numbering.ts';
import { itemsIn } from './readback.ts';
import { referencesOf } from './reference.ts';
import { misfitReversal, reversalOf } from './reversal.ts';
import {
  isSupplierKind,
  misfitSupplier,
  type SupplierKind,
  supplierDocumentOf,
} from './supplier.ts';

/** GoodsMovementCode and GoodsMovementType of a kind; 555, and the code of 122, are [K]. */
const movements = {
  goodsIssue: ['03', '261'],
  goodsReceipt: ['02', '101'],
  blockStock: ['04', '344'],
  unblockStock: ['04', '343'],
  scrapStock: ['03', '555'],
  returnDelivery: ['01', '122'],
} as const satisfies Record<
  Exclude<PostingKind, 'confirmation' | 'usageDecision' | SupplierKind | CancelKind>,
  readonly [string, string]
>;

/** Lengths of SAP's fields, in UTF-16 units. */
const lengths = {
  ...{ order: 12, operation: 4, material: 40, lot: 10, unit: 3 },
  ...{ supplier: 10, purchaseOrder: 10, purchaseItem: 5, receiptItem: 4, currency: 3 },
} as const;

const needs: Needs = {
  confirmation: ['order', 'operation'],
  goodsIssue: ['order', 'material', 'lot', 'unit'],
  goodsReceipt: ['order', 'material', 'lot', 'unit'],
  blockStock: ['material', 'lot', 'unit'],
  unblockStock: ['material', 'lot', 'unit'],
  scrapStock: ['material', 'lot', 'unit'],
  usageDecision: ['material', 'lot', 'unit', 'receipt'],
  supplierClaim: ['material', 'lot', 'unit', 'supplier', 'purchaseOrder', 'receipt'],
  accrual: ['amount', 'currency'],
  cancelAccrual: ['amount', 'currency'],
  returnDelivery: ['material', 'lot', 'unit', 'supplier', 'purchaseOrder', 'purchaseItem'],
  cancelConfirmation: ['order'], // by which its service is known
};
const fits = (text: string): boolean => {
  const micros = quantity(text, 'quantity');
  return micros < decimalLimit && micros % decimalStep === zero;
};
const limits = {
  needs,
  amount: { fits, words: '10 digits and 3 decimals' },
  time: {
    fits: (ms: number) => minutes(ms) < decimalLimit,
    words: 'under 10000000000 minutes',
  },
};

/** Why SAP's fields can never hold this posting, all reasons together; undefined if they can. */
export function misfit(posting: Posting): string | undefined {
  const complaints = complaintsOf(posting, limits);
  for (const [name, max] of Object.entries(lengths)) {
    const length = posting[name as keyof typeof lengths]?.length ?? 0;
    if (length > max) complaints.push(`${name}: ${length} characters, SAP takes ${max}`);
  }
  if (complaints.length > 0) return together(complaints);
  const { kind, receipt = '', order, purchaseOrder } = posting;
  if (kind === 'accrual' || kind === 'cancelAccrual') return together(misfitSupplier(posting));
  if (isCancel(kind)) return together(misfitReversal(posting));
  if (kind === 'supplierClaim') {
    return together([...misfitSupplier(posting), ...amountComplaints(posting)]);
  }
  if (kind === 'usageDecision' && !halvesOf(receipt)) {
    return `receipt: ${receipt} is no document number of SAP`;
  }
  if (kind === 'usageDecision' && !order && !purchaseOrder) return 'order: must be given';
  return together(amountComplaints(posting));
}

/** The posting as SAP wants it, but for usage decisions. `misfit` must have found nothing. */
export function documentOf(posting: Posting, plant: SapPlant): SapDocument {
  const { kind } = posting;
  if (kind === 'usageDecision') throw new Error('a usage decision is more than one document');
  if (isSupplierKind(kind)) return supplierDocumentOf(posting, plant);
  if (isCancel(kind)) return reversalOf(posting, plant);
  if (kind === 'confirmation') return confirmation(posting, plant);
  return materialDocument(posting, movements[kind], plant);
}

function confirmation(posting: Posting, plant: SapPlant): SapDocument {
  const { key, unit, order } = posting;
  const { service, set, pathOf } = confirmationsOf(order, plant);
  const body = {
    OrderID: order,
    OrderOperation: posting.operation,
    ExternalSystemConfirmation: key,
    ConfirmationText: posting.eventId.slice(0, 40),
    PostingDate: day(posting, plant),
    Plant: plant.plant,
    IsFinalConfirmation: posting.final === true,
    APIConfHasNoGoodsMovements: true, // goods movements are postings of their own
    ...(unit === undefined ? {} : { ConfirmationUnit: unit }),
    ...countsOf(posting, plant),
  };
  return {
    ...{ service, set, body, says: body },
    filter: `ExternalSystemConfirmation eq guid'${key}'`,
    sought: { ExternalSystemConfirmation: key },
    numberOf: confirmationNumber,
    pathOf,
  };
}

function materialDocument(
  posting: Posting,
  [code, type]: readonly [string, string],
  plant: SapPlant,
): SapDocument {
  const { reference, header } = referencesOf(posting.key);
  const posted = day(posting, plant);
  const body = {
    GoodsMovementCode: code,
    ...{ PostingDate: posted, DocumentDate: posted },
    ReferenceDocument: reference,
    MaterialDocumentHeaderText: header,
    [itemsIn]: itemsOf(posting, type, plant),
  };
  return {
    ...{ service: materialService, set: materialSet, body, says: body, expand: itemsIn },
    filter: `ReferenceDocument eq '${reference}'`,
    sought: { ReferenceDocument: reference },
    numberOf: materialNumber,
    pathOf: materialPath,
  };
}

const day = ({ atMs }: Posting, { dayAt }: SapPlant): string =>
  `/Date(${Date.parse(`${dayAt(atMs)}T00:00:00Z`)})/`;
