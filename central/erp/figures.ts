import type { Quantity } from '../../shared/quantity.ts';

/** What is confirmed at one operation, in one unit. */
export type OperationFigures = Readonly<{
  operation: string;
  unit: string;
  yield: Quantity;
  scrap: Quantity;
  rework: Quantity;
  setupMs?: number; // absent where the ERP has none
  machineMs?: number;
  offMs?: number; // each of both times may be off by so much, because documents round them
}>;

/** What an order took of a lot, and what it brought into it. */
export type GoodsFigures = Readonly<{
  material: string;
  lot: string;
  unit: string;
  issued: Quantity;
  received: Quantity;
  blocked: Quantity; // of what was received, into blocked stock
}>;

/** A document that stands: it was not taken back, and takes none back. */
export type Booked = Readonly<{
  document: string;
  what: string; // in words, e.g. "yield 5 EA at operation 0010"
}>;

/** What an ERP itself says of one order, net of what was taken back. */
export type OrderFigures = Readonly<{
  operations: readonly OperationFigures[];
  goods: readonly GoodsFigures[];
  documents?: readonly Booked[]; // absent where the ERP does not tell them one by one
}>;

/** What there is of a lot, wherever it came from. */
export type StockFigures = Readonly<{
  unit: string;
  unrestricted: Quantity;
  blocked: Quantity;
  inspection?: Quantity; // in quality inspection, where the ERP keeps that apart
}>;

/** Not read: it did not answer, or what it said is no answer; in words. */
export type Unread = Readonly<{ unread: string }>;

/** The ERP's own figures. Reads only; nothing here rejects for a reason of the ERP's. */
export type Figures = Readonly<{
  order(number: string): Promise<OrderFigures | Unread>;
  /** Undefined where the ERP has never heard of the lot. */
  stock(material: string, lot: string): Promise<StockFigures | Unread | undefined>;
}>;
