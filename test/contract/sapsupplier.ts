import type { Posting } from '../../central/erp/erp.ts';
import type { Booked } from './bench.ts';

export type Admin = (at: string, body?: unknown) => Promise<unknown>;
/** A row of the sandbox's listing. */
export type Row = Record<string, string | number | null>;

export const supplier = { companyCode: '1000', claimAccount: '135000', costAccount: '540000' };
export const bought = { supplier: 'MILL', purchaseOrder: '4500000001', purchaseItem: '10' };

/** A supplier with an order, and the accounts of claims. */
export async function prepareSupplier(admin: Admin): Promise<void> {
  const { companyCode: _, ...accounts } = supplier;
  await admin('/suppliers', { supplier: bought.supplier, name: 'Steel Mill' });
  const item = { item: 10, material: 'BOLT', quantity: '9999999999', price: '2.5' };
  const { purchaseOrder, supplier: vendor } = bought;
  await admin('/purchases', { purchaseOrder, supplier: vendor, currency: 'EUR', items: [item] });
  await admin(
    '/accounts',
    Object.values(accounts).map((account) => ({ account })),
  );
}

/** Of what a receipt has brought a part is complained of, or goes back. */
export async function delivered(admin: Admin, made: Omit<Posting, 'quantity'>): Promise<Posting> {
  const kind = made.kind === 'returnDelivery' ? 'blocked' : 'unrestricted';
  const { purchaseOrder } = bought;
  const { MaterialDocument: number, MaterialDocumentYear: year } = (await admin('/receipts', {
    ...{ purchaseOrder, lot: made.lot, quantity: '100', kind },
  })) as Record<string, string>;
  return { ...made, ...bought, quantity: '30.5', receipt: `${number}/${year}`, receiptItem: '1' };
}

export function addComplaint(all: Map<string, Booked>, row: Row): void {
  const { material, lot, unit, supplier: of, purchaseOrder, quantity: much } = row;
  const said = { material, lot, unit, supplier: of, purchaseOrder, quantity: much };
  const document = `${row['number']}`;
  all.set(document, { document, kind: 'supplierClaim', ...(said as Partial<Posting>) });
}

/** What is debited to the account of claims, or credited by what takes that back. */
export function addEntry(all: Map<string, Booked>, row: Row): void {
  const text = (number: unknown) => `${number}`.padStart(10, '0');
  const document = `${text(row['number'])}/${row['year']}`;
  const { reverses, reversedYear, account, side, amount, currency } = row;
  const isBack = reverses !== null;
  if (account !== supplier.claimAccount || side !== (isBack ? 'H' : 'S')) return;
  all.set(document, {
    ...{ document, kind: isBack ? 'cancelAccrual' : 'accrual' },
    ...({ amount, currency } as Partial<Posting>),
    ...(isBack ? { cancels: `${text(reverses)}/${reversedYear}` } : {}),
  });
}
