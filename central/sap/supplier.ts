import { quantity, zero } from '../../shared/quantity.ts';
import { decimalOf } from '../erp/amounts.ts';
import type { Posting, PostingKind } from '../erp/erp.ts';
import type { SupplierSettings } from './claimfields.ts';
import { halvesOf, type SapDocument, type SapPlant } from './numbering.ts';
import { referencesOf } from './reference.ts';

/** Names of both services are [K]: none of our sources shows their metadata. */
const claimService = 'API_QUALITYNOTIFICATION';
const claimSet = 'A_QualityNotification';
const journalService = 'API_JOURNALENTRY_SRV';
const journalSet = 'A_JournalEntry';
const itemsIn = 'to_JournalEntryItem';

type Entity = Readonly<Record<string, unknown>>;
export type SupplierKind = 'supplierClaim' | 'accrual' | 'cancelAccrual';
export const isSupplierKind = (kind: PostingKind): kind is SupplierKind =>
  kind === 'supplierClaim' || kind === 'accrual' || kind === 'cancelAccrual';

const numbered = (value: unknown): value is string =>
  typeof value === 'string' && /[1-9]/.test(value);
const claimNumber = ({ QualityNotification: number }: Entity): string | undefined =>
  numbered(number) ? number : undefined;
/** "0100000001/2026": the journal entry, and its fiscal year. */
const journalNumber = ({ AccountingDocument: number, FiscalYear: year }: Entity) =>
  numbered(number) && numbered(year) ? `${number}/${year}` : undefined;

/** Why SAP can never hold it, besides what its fields are too short for. */
export function misfitSupplier({ kind, amount, cancels, receipt = '' }: Posting): string[] {
  if (kind === 'cancelAccrual' && (cancels === undefined || !halvesOf(cancels))) {
    return [`cancels: ${cancels ?? 'nothing'} is no document number of SAP`];
  }
  if (kind === 'supplierClaim') {
    return halvesOf(receipt) ? [] : [`receipt: ${receipt} is no document number of SAP`];
  }
  return quantity(amount, 'amount') > zero ? [] : ['amount: must be more than 0'];
}

/** The posting as SAP wants it. `misfitSupplier` must have found nothing. */
export function supplierDocumentOf(posting: Posting, plant: SapPlant): SapDocument {
  const settings = plant.supplier!;
  if (posting.kind === 'supplierClaim') return claim(posting, plant, settings);
  return posting.kind === 'accrual'
    ? accrual(posting, plant, settings)
    : cancelled(posting, plant, settings);
}

/** A complaint to a supplier: a quality notification that names the receipt. */
function claim(posting: Posting, { plant }: SapPlant, settings: SupplierSettings): SapDocument {
  const { reference } = referencesOf(posting.key);
  const [document, year] = halvesOf(posting.receipt!)!;
  const words = `${posting.quantity} ${posting.unit} rejected: ${posting.receipt}`;
  const body = {
    NotificationType: settings.notificationType,
    NotificationText: words.slice(0, 40),
    ...{ Material: posting.material, Batch: posting.lot, Plant: plant },
    Supplier: posting.supplier,
    PurchasingDocument: posting.purchaseOrder,
    PurchasingDocumentItem: posting.purchaseItem,
    ...{ MaterialDocument: document, MaterialDocumentYear: year },
    MaterialDocumentItem: posting.receiptItem,
    ComplaintQuantity: decimalOf(quantity(posting.quantity, 'quantity')),
    ComplaintQuantityUnit: posting.unit,
    ExternalReference: reference,
  };
  return {
    ...{ service: claimService, set: claimSet, body, says: body, numberOf: claimNumber },
    filter: `ExternalReference eq '${reference}'`,
    sought: { ExternalReference: reference },
    pathOf: (number) => `${claimService}/${claimSet}('${encodeURIComponent(number)}')`,
  };
}

const pathOf =
  ({ companyCode }: SupplierSettings) =>
  (given: string): string => {
    const [number, year] = given.split('/').map(encodeURIComponent);
    const key = `CompanyCode='${companyCode}',FiscalYear='${year}',AccountingDocument='${number}'`;
    return `${journalService}/${journalSet}(${key})`;
  };

/** Debit and credit of a provision; of its reversal the other way round. */
function itemsOf(posting: Posting, settings: SupplierSettings, isBack: boolean): Entity[] {
  const amount = decimalOf(quantity(posting.amount, 'amount'));
  const common = {
    AmountInTransactionCurrency: amount,
    TransactionCurrency: posting.currency,
    AssignmentReference: (posting.claim ?? '').slice(0, 18),
    DocumentItemText: posting.eventId.slice(0, 50),
  };
  const { claimAccount, costAccount, costCenter } = settings;
  return [
    { GLAccount: claimAccount, DebitCreditCode: isBack ? 'H' : 'S', ...common },
    {
      ...{ GLAccount: costAccount, DebitCreditCode: isBack ? 'S' : 'H', ...common },
      ...(costCenter === undefined ? {} : { CostCenter: costCenter }),
    },
  ];
}

function accrual(posting: Posting, plant: SapPlant, settings: SupplierSettings): SapDocument {
  const { reference, header } = referencesOf(posting.key);
  const day = `/Date(${Date.parse(`${plant.dayAt(posting.atMs)}T00:00:00Z`)})/`;
  const body = {
    CompanyCode: settings.companyCode,
    AccountingDocumentType: settings.documentType,
    ...{ PostingDate: day, DocumentDate: day },
    DocumentReferenceID: reference,
    AccountingDocumentHeaderText: header,
    [itemsIn]: itemsOf(posting, settings, false),
  };
  return {
    ...{ service: journalService, set: journalSet, body, says: body, expand: itemsIn },
    filter: `DocumentReferenceID eq '${reference}'`,
    sought: { DocumentReferenceID: reference },
    ...{ numberOf: journalNumber, pathOf: pathOf(settings) },
  };
}

/** Takes a journal entry back as a whole, under a key of its own [K]. */
function cancelled(posting: Posting, plant: SapPlant, settings: SupplierSettings): SapDocument {
  const [number, year] = halvesOf(posting.cancels!)!;
  const { reference } = referencesOf(posting.key);
  return {
    service: journalService,
    set: 'Reverse',
    parameters: [
      `CompanyCode='${settings.companyCode}'&FiscalYear='${year}'&AccountingDocument='${number}'`,
      `PostingDate=datetime'${plant.dayAt(posting.atMs)}T00:00:00'`,
      `ReversalReason='${settings.reversalReason}'&DocumentReferenceID='${reference}'`,
    ].join('&'),
    lookIn: journalSet,
    filter: `DocumentReferenceID eq '${reference}'`,
    sought: { DocumentReferenceID: reference },
    says: {
      ...{ ReverseDocument: number, ReverseDocumentFiscalYear: year },
      [itemsIn]: itemsOf(posting, settings, true),
    },
    ...{ reverses: true, expand: itemsIn },
    original: {
      ...{ number: posting.cancels!, path: pathOf(settings)(posting.cancels!) },
      bears: { DocumentReferenceID: referencesOf(posting.cancelsKey!).reference },
    },
    ...{ numberOf: journalNumber, pathOf: pathOf(settings) },
  };
}
