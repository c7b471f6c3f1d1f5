import { quantity, quantityText, zero } from '../../shared/quantity.ts';
import { isCancel, type Posting, type PostingKind } from '../erp/erp.ts';
import { amountComplaints, complaintsOf, together } from '../erp/unfit.ts';
import type { DynamicsConfig } from './options.ts';

/** What the connector must know of the plant to write a message. */
export type Plant = Pick<
  DynamicsConfig,
  'keyField' | 'disposition' | 'blockedStatus' | 'site' | 'warehouse'
> & { dayAt: (ms: number) => string };

/** One message of the queue; its content is JSON, and its numbers are exact there. */
export type Message = Readonly<{ type: string; content: string }>;

const rawJson = (JSON as unknown as { rawJSON: (text: string) => unknown }).rawJSON;
/** A decimal text as a JSON number, digit for digit. */
const real = (text: string): unknown => rawJson(quantityText(quantity(text, 'quantity')));

const isSome = (text: string | undefined): text is string =>
  text !== undefined && quantity(text, 'quantity') > zero;

/** Hours with 6 decimals, rounded half up: at most 1.8 ms off. */
const hours = (ms: number): unknown => {
  const micros = (BigInt(ms) * 1_000_000n + 1_800_000n) / 3_600_000n;
  return rawJson(quantityText(micros));
};

const limits = {
  needs: {
    confirmation: ['order', 'operation'],
    goodsIssue: ['order', 'material', 'lot', 'quantity'],
    goodsReceipt: ['order', 'material', 'lot', 'quantity'],
    blockStock: ['material', 'lot', 'quantity'],
  },
  // Numbers are written digit for digit; what Dynamics 365 makes of them is [K].
  amount: { fits: () => true, words: '12 digits and 6 decimals' },
  time: { fits: () => true, words: 'in ms' },
} as const;

/** For what there is no message. */
const without: Readonly<Partial<Record<PostingKind, string>>> = {
  unblockStock:
    'a disposition code holds a batch as a whole, and another hold may be on it: a person sets it',
  scrapStock: 'Dynamics 365 has no message for it: a person scraps it there',
  usageDecision: 'Dynamics 365 has no message for it: quality orders are decided there',
  supplierClaim: 'Dynamics 365 has no message for it: a case is opened there by a person',
  accrual: 'Dynamics 365 has no message for it: a general journal is posted there by a person',
  returnDelivery: 'Dynamics 365 has no message for it: a return order is made there by a person',
};

/** Why no message can say this posting, all reasons together; undefined if one can. */
export function misfit(posting: Posting, plant: Plant): string | undefined {
  const { kind } = posting;
  if (isCancel(kind)) return 'Dynamics 365 has no message that takes one back: a person does it';
  const none = without[kind];
  if (none !== undefined) return none;
  if (posting.inspection) return 'inspection: no message receives into quality inspection stock';
  const complaints = complaintsOf(posting, limits);
  return together(complaints.length > 0 ? complaints : misfitKind(posting, plant));
}

function misfitKind(posting: Posting, { disposition, blockedStatus }: Plant): string[] {
  const { kind, operation = '', rework, blocked } = posting;
  if (kind === 'blockStock') {
    return disposition ? [] : ['no message that blocks a batch is configured (disposition)'];
  }
  if (kind === 'confirmation') {
    const complaints = isSome(rework) ? ['rework: a route card has no place for it'] : [];
    const isNumber = /^\d{1,9}$/.test(operation);
    return isNumber ? complaints : [...complaints, 'operation: must be a number of 9 digits'];
  }
  const complaints = amountComplaints(posting);
  const isBlocked = kind === 'goodsReceipt' && isSome(blocked);
  if (complaints.length > 0 || !isBlocked || blockedStatus !== undefined) return complaints;
  return ['blocked: no inventory status of blocked stock is configured (blockedStatus)'];
}

/** The posting as a message. `misfit` must have found nothing. */
export function messageOf(posting: Posting, plant: Plant): Message {
  const { key, order } = posting;
  const { keyField } = plant;
  const own = keyField === undefined ? {} : { [keyField]: key };
  const say = (type: string, content: object): Message => ({
    type,
    content: JSON.stringify({ ...content, ...own }),
  });
  const forOrder = { ProductionOrderNumber: order };
  switch (posting.kind) {
    case 'confirmation':
      return say('ProdProductionOrderRouteCard', {
        ...{ ...forOrder, RouteCardLines: routeCard(posting, plant) },
      });
    case 'goodsIssue':
      return say('ProdProductionOrderPickingList', {
        ...{ ...forOrder, PickingListLines: [picked(posting, plant)] },
      });
    case 'goodsReceipt':
      return say('ProdProductionOrderReportFinished', {
        ...{ ...forOrder, ReportFinishedLines: finished(posting, plant) },
      });
    default:
      return say(plant.disposition!.messageType, {
        ...{ ItemNumber: posting.material, BatchNumber: posting.lot },
        DispositionCode: plant.disposition!.blocked,
      });
  }
}

/** Set-up time on a line of its own; quantities and machine time on the other. */
function routeCard(posting: Posting, { dayAt }: Plant): object[] {
  const { operation, atMs, setupMs = 0, machineMs = 0, yield: good, scrap, final } = posting;
  const common = { OperationNumber: Number(operation), ConsumptionDate: dayAt(atMs) };
  const setUp = { ...common, TaskType: 'Setup', Hours: hours(setupMs), ReportAsFinished: 'No' };
  const process = {
    ...{ ...common, TaskType: 'Process', Hours: hours(machineMs) },
    ...{ GoodQuantity: real(good ?? '0'), ErrorQuantity: real(scrap ?? '0') },
    OperationCompleted: final ? 'Yes' : 'No',
    ReportAsFinished: 'No', // receipts are postings of their own
  };
  return setupMs > 0 ? [setUp, process] : [process];
}

function picked(posting: Posting, { dayAt }: Plant): object {
  const { material, quantity: all, unit, lot, operation, atMs } = posting;
  const number = operation !== undefined && /^\d{1,9}$/.test(operation) ? Number(operation) : null;
  return {
    ItemNumber: material,
    ConsumptionBOMQuantity: real(all!),
    ...(unit === undefined ? {} : { BOMUnitSymbol: unit }),
    ConsumptionDate: dayAt(atMs),
    ...(number === null ? {} : { OperationNumber: number }),
    ItemBatchNumber: lot,
  };
}

/** What is available and what is blocked, a line each. */
function finished(posting: Posting, { dayAt, blockedStatus, site, warehouse }: Plant): object[] {
  const { material, lot, atMs, quantity: all, blocked: part = '0' } = posting;
  const line = (amount: bigint, more: object): object => ({
    ItemNumber: material,
    ReportedGoodQuantity: real(quantityText(amount)),
    ReportAsFinishedDate: dayAt(atMs),
    ExecutedDateTime: new Date(atMs).toISOString(),
    ...{ AutomaticBOMConsumptionRule: 'Never', AutomaticRouteConsumptionRule: 'Never' },
    ItemBatchNumber: lot,
    ...(site === undefined ? {} : { ProductionSiteId: site }),
    ...(warehouse === undefined ? {} : { ProductionWarehouseId: warehouse }),
    ...more,
  });
  const blocked = quantity(part, 'blocked');
  const free = quantity(all!, 'quantity') - blocked;
  return [
    ...(free > zero ? [line(free, {})] : []),
    ...(blocked > zero ? [line(blocked, { InventoryStatusId: blockedStatus })] : []),
  ];
}
