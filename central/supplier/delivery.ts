import {
  amount,
  choice,
  type Field,
  id,
  invalid,
  optional,
  type Read,
  readFields,
  someAmount,
} from '../../shared/field.ts';
import { lot, material, unit } from '../../shared/vocabulary.ts';

const receiptPattern = /^\d{1,10}\/\d{4}\/\d{1,4}$/;
const plain = (digits: string): string => digits.replace(/^0+(?=\d)/, '');

/** The name of an item of a receipt: "5000000001/2026/1". Zeros before its item are dropped. */
export const receiptField: Field<string> = {
  doc: 'Item of a goods receipt, as number/year/item.',
  schema: { type: 'string', pattern: '^\\d{1,10}/\\d{4}/\\d{1,4}$' },
  read(value, name) {
    if (typeof value === 'string' && receiptPattern.test(value)) {
      const [number, year, item] = value.split('/') as [string, string, string];
      return `${number}/${year}/${plain(item)}`;
    }
    throw invalid(name, 'must be number/year/item, of at most 10, 4 and 4 digits');
  },
};
const day: Field<string> = {
  doc: 'Posting date.',
  read(value, name) {
    const given = typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) ? value : '';
    if (!Number.isNaN(Date.parse(`${given}T00:00:00Z`))) return given;
    throw invalid(name, 'must be a day, YYYY-MM-DD');
  },
};
const currency: Field<string> = {
  doc: 'Currency, ISO 4217.',
  read(value, name) {
    if (typeof value === 'string' && /^[A-Z]{3}$/.test(value)) return value;
    throw invalid(name, 'must be three capitals, as ISO 4217 has them');
  },
};

const deliveryFields = {
  receipt: receiptField,
  supplier: id('Supplier.'),
  purchaseOrder: id('Purchase order.'),
  purchaseItem: id('Item of the purchase order.', 10),
  ...{ material, lot, unit, quantity: someAmount('How much was received.') },
  stock: choice('Into which stock.', ['unrestricted', 'inspection']),
  amount: optional(amount('What it is worth.')),
  currency: optional(currency),
  day,
  reverses: optional(receiptField),
};
export type Delivery = Read<typeof deliveryFields>;

/**
 * One item of a receipt as an ERP says it. Throws Fault INVALID that names every bad field and its
 * limit.
 */
export function readDelivery(given: unknown): Delivery {
  const read = readFields(deliveryFields, given, 'receipt');
  if ((read.amount === undefined) === (read.currency === undefined)) return read;
  throw invalid('receipt.currency', 'must be given with amount, or neither');
}

/** The number of what was given, if it has one that can be read. */
export function receiptOf(given: unknown): string | undefined {
  const { receipt } = (given ?? {}) as { receipt?: unknown };
  return typeof receipt === 'string' && receiptPattern.test(receipt)
    ? receiptField.read(receipt, 'receipt')
    : undefined;
}

/** Their order in the ERP: by year, number and item. */
export function isBehind(a: string, b: string): boolean {
  const [[numberA, yearA, itemA], [numberB, yearB, itemB]] = [partsOf(a), partsOf(b)];
  if (yearA !== yearB) return yearA > yearB;
  return numberA === numberB ? itemA > itemB : numberA > numberB;
}
const partsOf = (receipt: string) => receipt.split('/').map(Number) as [number, number, number];

/** The place so many documents before this one, in its year. */
export function before(receipt: string, documents: number): string {
  const [number, year] = receipt.split('/') as [string, string];
  return `${Math.max(0, Number(number) - documents)}/${year}/0`;
}
