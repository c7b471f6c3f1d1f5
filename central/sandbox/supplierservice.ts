import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Fault } from '../../shared/fault.ts';
import { readFields } from '../../shared/field.ts';
import { type Complaints, notificationFields } from './complaint.ts';
import { decimalText } from './entity.ts';
import { companyCode, type Journal, journalFields, reverseFields } from './journal.ts';
import { answer, checkUnknown, type Mishaps } from './mishap.ts';
import type { Purchasing } from './purchasing.ts';

/** Services that have to do with suppliers; but for purchase orders and suppliers their names, and
 * those of their sets and functions, are [K]. */
const complaintRoot = '/API_QUALITYNOTIFICATION';
const journalRoot = '/API_JOURNALENTRY_SRV';
const purchaseRoot = '/API_PURCHASEORDER_PROCESS_SRV';
const partnerRoot = '/API_BUSINESS_PARTNER';

export type SupplierParts = Mishaps &
  Readonly<{ complaints: Complaints; journal: Journal; purchasing: Purchasing }>;

type Named = { Params: { '*': string } };

/** The keys in the address of one entity. Throws Fault UNKNOWN for another address. */
function named({ params }: { params: Named['Params'] }, pattern: string): string[] {
  const keys = new RegExp(`^${pattern}$`).exec(params['*'])?.slice(1);
  if (keys) return keys;
  throw new Fault('UNKNOWN', `${params['*'].slice(0, 80)}: not found`);
}

/** The entity that was asked for. Throws Fault UNKNOWN for none. */
function there({ params }: { params: Named['Params'] }, entity: object | undefined): object {
  if (entity) return entity;
  throw new Fault('UNKNOWN', `${params['*'].slice(0, 80)}: not found`);
}

const isExpanded = ({ query }: Pick<FastifyRequest, 'query'>): boolean =>
  (query as Record<string, string>)['$expand'] === 'to_JournalEntryItem';

/** Entities of a set by the one filter that is offered. Throws Fault INVALID for another one. */
function filtered(request: FastifyRequest, name: string, find: (key: string) => object[]) {
  const { $filter = '' } = request.query as Record<string, string>;
  const [, key] = new RegExp(`^${name} eq '([^']{1,20})'$`).exec($filter) ?? [];
  if (key !== undefined) return { d: { results: find(key) } };
  throw new Fault('INVALID', `$filter: only ${name} eq '…' is offered here`);
}

/** Complaints to suppliers, journal entries, and what both are about, to be read. */
export function supplierRoutes(app: FastifyInstance, parts: SupplierParts): void {
  const { complaints, purchasing } = parts;
  for (const [root, set] of [
    [complaintRoot, 'A_QualityNotification'],
    [journalRoot, 'A_JournalEntry'],
    [purchaseRoot, 'A_PurchaseOrder'],
    [partnerRoot, 'A_Supplier'],
  ]) {
    app.get(`${root}/`, async () => ({ d: { EntitySets: [set] } }));
  }

  app.post(`${complaintRoot}/A_QualityNotification`, async (request, reply) => {
    const given = readFields(notificationFields, request.body, 'A_QualityNotification');
    const { ExternalReference: key } = given;
    if (key !== undefined) checkUnknown(parts, key, complaints.find(key));
    return answer(parts, reply, complaints.post(altered(parts, given)));
  });
  app.get(`${complaintRoot}/A_QualityNotification`, async (request) =>
    filtered(request, 'ExternalReference', complaints.find),
  );
  app.get<Named>(`${complaintRoot}/*`, async (request) => {
    const [number] = named(request, "A_QualityNotification\\('(\\d{1,12})'\\)");
    return { d: there(request, complaints.one(number!)) };
  });
  journalRoutes(app, parts);

  app.get<Named>(`${purchaseRoot}/*`, async (request) => {
    const [number] = named(request, "A_PurchaseOrder\\('([^']{1,10})'\\)");
    return { d: there(request, shownOrder(purchasing, number!)) };
  });
  app.get<Named>(`${partnerRoot}/*`, async (request) => {
    const [supplier] = named(request, "A_Supplier\\('([^']{1,10})'\\)");
    const row = purchasing.vendor(supplier!);
    const shown = row && {
      ...{ Supplier: row.supplier, SupplierName: row.name },
      PurchasingIsBlocked: row.blocked === 1n,
    };
    return { d: there(request, shown) };
  });
}

type Notification = Parameters<Complaints['post']>[0];
/** What is posted of it: the same, or a thousandth more. */
function altered({ faults }: Mishaps, given: Notification): Notification {
  if (!faults.alters()) return given;
  return { ...given, ComplaintQuantity: (given.ComplaintQuantity ?? 0n) + 1_000n };
}

type Entry = Parameters<Journal['post']>[0];
/** What is posted of it: the same, or a thousandth more of each item. */
function alteredEntry({ faults }: Mishaps, given: Entry): Entry {
  if (!faults.alters()) return given;
  const items = given.to_JournalEntryItem.map((item) => ({
    ...item,
    AmountInTransactionCurrency: (item.AmountInTransactionCurrency ?? 0n) + 1_000n,
  }));
  return { ...given, to_JournalEntryItem: items };
}

function journalRoutes(app: FastifyInstance, parts: SupplierParts): void {
  const { journal } = parts;
  const checked = (key: string | undefined): void => {
    if (key !== undefined) checkUnknown(parts, key, journal.find(key, false));
  };
  app.post(`${journalRoot}/A_JournalEntry`, async (request, reply: FastifyReply) => {
    const given = readFields(journalFields, request.body, 'A_JournalEntry');
    checked(given.DocumentReferenceID);
    return answer(parts, reply, journal.post(alteredEntry(parts, given)));
  });
  app.post(`${journalRoot}/Reverse`, async (request, reply: FastifyReply) => {
    const asked = Object.entries(request.query as Record<string, string>);
    const own = asked.filter(([name]) => name !== '$format' && name !== 'sap-client');
    const given = readFields(reverseFields, Object.fromEntries(own), 'Reverse');
    checked(given.DocumentReferenceID);
    return answer(parts, reply, journal.reverse(given), 200);
  });
  app.get(`${journalRoot}/A_JournalEntry`, async (request) =>
    filtered(request, 'DocumentReferenceID', (key) => journal.find(key, isExpanded(request))),
  );
  app.get<Named>(`${journalRoot}/*`, async (request) => {
    const key = `CompanyCode='${companyCode}',FiscalYear='(\\d{4})'`;
    const address = `A_JournalEntry\\(${key},AccountingDocument='(\\d{1,10})'\\)`;
    const [year, number] = named(request, address);
    return { d: there(request, journal.one(number!, year!, isExpanded(request))) };
  });
}

/** A purchase order with its items; undefined for none. */
function shownOrder({ items }: Purchasing, number: string): object | undefined {
  const all = items(number);
  const [first] = all;
  return (
    first && {
      PurchaseOrder: number,
      Supplier: first.supplier,
      DocumentCurrency: first.currency,
      to_PurchaseOrderItem: {
        results: all.map((item) => ({
          PurchaseOrder: number,
          PurchaseOrderItem: `${item.item}`.padStart(5, '0'),
          Material: item.material,
          OrderQuantity: decimalText(item.quantity),
          NetPriceAmount: decimalText(item.price),
        })),
      },
    }
  );
}
