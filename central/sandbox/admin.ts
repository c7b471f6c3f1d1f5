import type { FastifyPluginAsync } from 'fastify';
import type { Database } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import {
  choice,
  type Fields,
  fallback,
  integer,
  invalid,
  type Read,
  readFields,
} from '../../shared/field.ts';
import type { SandboxConfig } from './config.ts';
import { date, name, someDecimal } from './entity.ts';
import { type Faults, faultFields } from './faults.ts';
import type { Journal } from './journal.ts';
import { openListing } from './listing.ts';
import { changeFields, type Master, materialFields, orderFields } from './master.ts';
import { type Masters, masterFields } from './masters.ts';
import type { Movements } from './movement.ts';
import { type Purchasing, purchaseFields, vendorFields } from './purchasing.ts';
import type { Sessions } from './session.ts';
import { stockKinds } from './stock.ts';
import { openSummary } from './summary.ts';
import { stockCodes } from './view.ts';

export type AdminParts = Readonly<{
  db: Database;
  master: Master;
  masters: Masters;
  movements: Movements;
  purchasing: Purchasing;
  journal: Journal;
  config: SandboxConfig;
  faults: Faults;
  sessions: Sessions;
}>;

const itemsMax = 1_000;

const stockFields = {
  material: name('Component material.', 40),
  lot: name('Lot.', 10),
  quantity: someDecimal('How much there is.'),
  kind: fallback(choice('Kind of stock.', stockKinds), 'unrestricted'),
};
const accountFields = { account: name('Account.', 10) };
const receiptFields = {
  purchaseOrder: name('Purchase order.', 10),
  item: fallback(integer('Its item.', 1, 99_999), 10),
  lot: name('Lot of the supplier.', 10),
  quantity: someDecimal('How much has come.'),
  kind: fallback(choice('Into which stock.', stockKinds), 'unrestricted'),
};
const lockFields = { user: fallback(name('Who has the order open.', 12), 'PLANNER') };
const day = (doc: string) => ({
  doc,
  read: (value: unknown, field: string) => date(doc).read(`${value}T00:00:00`, field),
});
const periodFields = {
  from: day('First open posting date, YYYY-MM-DD.'),
  to: day('Last open posting date.'),
};

/**
 * What the test bench may do to the sandbox, as plain JSON; none of it exists in SAP.
 *
 * Materials, orders and stock take one object or a list of up to 1,000, all or nothing.
 */
export const admin: FastifyPluginAsync<AdminParts> = async (app, parts) => {
  const { db, master, masters, movements, purchasing, journal, faults, sessions } = parts;
  const summary = openSummary(db);
  const listing = openListing(db);

  app.setErrorHandler((error, _request, reply) => {
    const { code, message, statusCode } = error as Error & { code: string; statusCode?: number };
    const known = error instanceof Fault ? ({ UNKNOWN: 404, CONFLICT: 409 }[code] ?? 400) : 500;
    if ((statusCode ?? known) >= 500) throw error;
    return reply.code(statusCode ?? known).send({ code, message });
  });

  const bulk = <F extends Fields>(path: string, fields: F, load: (item: Read<F>) => void) => {
    const loadAll = db.transaction((items: Read<F>[]) => items.forEach(load));
    app.post(path, async ({ body }) => {
      const items = listed(body).map((item, at) => readFields(fields, item, `${path}[${at}]`));
      loadAll.immediate(items);
      return { loaded: items.length };
    });
  };
  bulk('/materials', materialFields, (item) => master.addMaterial(item));
  bulk('/orders', orderFields, (item) => master.addOrder(item));
  bulk('/masters', masterFields, (item) => masters.put(item));
  bulk('/stock', stockFields, ({ material, lot, quantity, kind }) =>
    movements.bring(material, lot, quantity, kind),
  );

  bulk('/suppliers', vendorFields, (item) => purchasing.addVendor(item));
  bulk('/purchases', purchaseFields, (item) => purchasing.addOrder(item));
  bulk('/accounts', accountFields, ({ account }) => journal.addAccount(account));
  app.post('/receipts', async ({ body }) =>
    receive(parts, readFields(receiptFields, body, 'receipt')),
  );

  const forOrder = (verb: string, act: (order: string, body: unknown) => void) =>
    app.post<{ Params: { order: string } }>(`/orders/:order/${verb}`, async (request) => {
      act(request.params.order, request.body ?? {});
      return { order: request.params.order, [verb]: true };
    });
  forOrder('change', (order, body) =>
    master.change(order, readFields(changeFields, body, 'change')),
  );
  forOrder('close', (order) => master.close(order));
  forOrder('lock', (order, body) => master.lock(order, readFields(lockFields, body, 'lock').user));
  forOrder('unlock', (order) => master.unlock(order));

  app.post('/faults', async ({ body }) => {
    faults.set(readFields(faultFields, body, 'faults'));
    return faults.settings;
  });
  app.post('/period', async ({ body }) => {
    const period = readFields(periodFields, body, 'period');
    master.open(period.from, period.to);
    return period;
  });
  app.post('/tokens/expire', async () => {
    sessions.expire();
    return { expired: true };
  });
  app.get('/summary', async () => summary());
  app.get('/listing', async () => listing());
};

/** Books a receipt of a purchase order as the people in the ERP do; the document of it. */
function receive({ movements, purchasing, master, config }: AdminParts, given: Receipt): object {
  const { purchaseOrder: PurchaseOrder, lot: Batch, kind } = given;
  const row = purchasing.items(PurchaseOrder).find((known) => known.item === BigInt(given.item));
  if (!row) throw new Fault('UNKNOWN', `purchase order ${PurchaseOrder}: has no such item`);
  const { material: Material, supplier: Supplier } = row;
  const [InventoryStockType, InventoryUsabilityCode] = stockCodes[kind];
  const day = new Date().toISOString().slice(0, 10);
  return movements.post({
    ...{ GoodsMovementCode: '01', PostingDate: day, DocumentDate: day },
    to_MaterialDocumentItem: [
      {
        ...{ Material, Batch, Plant: config.plant, StorageLocation: config.storageLocation },
        ...{ GoodsMovementType: '101', GoodsMovementRefDocType: 'B', Supplier, PurchaseOrder },
        PurchaseOrderItem: `${given.item}`,
        QuantityInEntryUnit: given.quantity,
        EntryUnit: master.material(Material).unit,
        ...{ InventoryStockType, InventoryUsabilityCode },
      },
    ],
  });
}
type Receipt = Read<typeof receiptFields>;

function listed(body: unknown): unknown[] {
  const items = Array.isArray(body) ? body : [body];
  if (items.length <= itemsMax) return items;
  throw invalid('body', `must be one object or a list of at most ${itemsMax}`);
}
