import type { Database } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import type { Read } from '../../shared/field.ts';
import { quantityText } from '../../shared/quantity.ts';
import type { SandboxConfig } from './config.ts';
import { decimalText, type decisionFields, type stockPostingFields } from './entity.ts';
import type { Master } from './master.ts';
import { refusal } from './message.ts';
import { addValue, openStock, product, type StockKind } from './stock.ts';

type Decision = Read<typeof decisionFields>;
type Posting = Read<typeof stockPostingFields>;
type LotRow = {
  number: bigint;
  document: bigint;
  year: string;
  item: bigint;
  material: string;
  unit: string;
  lot: string;
  orderNumber: string | null;
  purchaseOrder: string | null;
  quantity: bigint;
  changed: bigint;
  catalog: string | null;
  selectedSet: string | null;
  selectedSetPlant: string | null;
  codeGroup: string | null;
  code: string | null;
  reversed: bigint;
};
type ItemRow = { inspectionLot: bigint; counter: bigint; document: bigint; year: string } & {
  stockType: string;
  quantity: bigint;
  unit: string;
  text: string | null;
};
export type Inspections = ReturnType<typeof openInspections>;

/** Where the goods of an inspection lot go, and by which movement: 553, 350 and 321 [K]. */
const ways: Readonly<Record<string, readonly [string, StockKind | undefined]>> = {
  ...{ VMENGE01: ['321', 'unrestricted'], VMENGE02: ['553', undefined] },
  VMENGE04: ['350', 'blocked'],
};

function prepare(db: Database) {
  const columns = `SELECT l.*, m.unit, substr(d.postingDate, 1, 4) AS year,
      EXISTS (SELECT 1 FROM document r WHERE r.reverses = l.document) AS reversed
    FROM inspection_lot l JOIN document d ON d.number = l.document
      JOIN material m USING (material)`;
  const one = db.prepare<[bigint], LotRow>(`${columns} WHERE l.number = ?`);
  const of = db.prepare<[string, string, string], LotRow>(
    `${columns} WHERE orderNumber = ? AND material = ? AND lot = ? ORDER BY l.number`,
  );
  const bought = db.prepare<[string, string, string], LotRow>(
    `${columns} WHERE purchaseOrder = ? AND material = ? AND lot = ? ORDER BY l.number`,
  );
  const items = db.prepare<[bigint], ItemRow>(
    `SELECT i.*, substr(d.postingDate, 1, 4) AS year, m.unit FROM inspection_item i
       JOIN document d ON d.number = i.document
       JOIN inspection_lot l ON l.number = i.inspectionLot JOIN material m USING (material)
     WHERE inspectionLot = ? ORDER BY counter`,
  );
  const decide = db.prepare(
    `UPDATE inspection_lot SET catalog = @catalog, selectedSet = @selectedSet,
       selectedSetPlant = @plant, codeGroup = @codeGroup, code = @code, changed = changed + 1
     WHERE number = @number`,
  );
  const change = db.prepare('UPDATE inspection_lot SET changed = changed + 1 WHERE number = ?');
  const insertDocument = db.prepare(
    `INSERT INTO document
     SELECT coalesce(max(number), 4899999999) + 1, 'inspection', NULL, NULL, @day, @day, NULL
     FROM document RETURNING number`,
  );
  const insertItem = db.prepare(
    `INSERT INTO item VALUES (@document, 1, @movement, @material, @lot, @quantity, 'quality', @to,
       NULL, @value, @text, NULL, NULL)`,
  );
  const insertPosting = db.prepare(
    `INSERT INTO inspection_item
     SELECT @number, coalesce(max(counter), 0) + 1, @document, @type, @quantity, @text
     FROM inspection_item WHERE inspectionLot = @number`,
  );
  return { one, of, bought, items, decide, change, insertDocument, insertItem, insertPosting };
}

/**
 * Inspection lots, one for each item that a receipt brought into quality inspection; their usage
 * decisions, and the stock postings that take the goods out of it. That a lot is decided before its
 * goods go, and that whoever changes it names when it was changed last, is [K].
 */
export function openInspections(db: Database, master: Master, config: SandboxConfig) {
  const { plant } = config;
  const stock = openStock(db, plant);
  const rows = prepare(db);

  function workable(number: bigint, changed: string | undefined): LotRow {
    const row = rows.one.get(number);
    if (!row) throw refusal('documentUnknown', `Inspection lot ${number} does not exist`);
    if (row.orderNumber !== null) master.workable(row.orderNumber);
    if (row.reversed) throw refusal('cancelledAlready', `Receipt of ${number} is cancelled`);
    if (changed === changedAt(row)) return row;
    throw new Fault('CONFLICT', `inspection lot ${number}: was changed meanwhile`);
  }

  const decide = db.transaction((given: Decision): LotRow => {
    const row = workable(given.InspectionLot, given.ChangedDateTime);
    if (row.code !== null) {
      throw refusal('decidedAlready', `Inspection lot ${row.number} is decided already`);
    }
    rows.decide.run({
      number: row.number,
      catalog: given.InspLotUsageDecisionCatalog ?? null,
      selectedSet: given.InspLotUsgeDcsnSelectedSet ?? null,
      plant: given.SelectedCodeSetPlant ?? null,
      codeGroup: given.InspLotUsageDecisionCodeGroup,
      code: given.InspectionLotUsageDecisionCode,
    });
    return rows.one.get(row.number)!;
  });

  const move = db.transaction((given: Posting): ItemRow => {
    const row = workable(given.InspectionLot, given.ChangedDateTime);
    const { number, material, lot } = row;
    if (row.code === null) throw refusal('notDecided', `Inspection lot ${number} is not decided`);
    const { InspLotQtyPosted: quantity, UsageDecisionStockType: type = '' } = given;
    const way = Object.hasOwn(ways, type) ? ways[type] : undefined;
    if (!way) throw refusal('movementUnknown', `Posting proposal ${type} is not offered`);
    master.checkPlace(plant, given.StorageLocation);
    const done = rows.items.all(number).reduce((sum, item) => sum + item.quantity, 0n);
    if (done + quantity > row.quantity) {
      const sum = quantityText(done + quantity);
      throw refusal(
        'valueOver',
        `Inspection lot ${number} has ${quantityText(row.quantity)}, not ${sum}`,
      );
    }
    const day = new Date().toISOString().slice(0, 10);
    master.checkPeriod(day);
    const [movement, to] = way;
    stock.move({ material, lot, quantity, from: 'quality', to });
    const { number: document } = rows.insertDocument.get({ day }) as { number: bigint };
    const text = given.MaterialDocumentItemText ?? null;
    const value = addValue(0n, product(quantity, master.material(material).price));
    const item = { document, movement, material, lot, quantity, value };
    rows.insertItem.run({ ...item, to: to ?? null, text });
    rows.insertPosting.run({ number, document, type, quantity, text });
    rows.change.run(number);
    return rows.items.all(number).at(-1)!;
  });

  const ofNumber = (number: string): LotRow[] => {
    const row = rows.one.get(BigInt(number));
    return row ? [row] : [];
  };

  return {
    /** Decides a lot, once; refuses, keeping nothing. */
    decide: (given: Decision): object => shownDecision(decide.immediate(given)),
    /** Takes goods of a decided lot out of quality inspection. */
    move: (given: Posting): object => shownItem(move.immediate(given)),
    lots: (order: string, material: string, lot: string): object[] =>
      rows.of.all(order, material, lot).map((row) => shownLot(row, config)),
    /** Of what a supplier has delivered for a purchase order. */
    bought: (order: string, material: string, lot: string): object[] =>
      rows.bought.all(order, material, lot).map((row) => shownLot(row, config)),
    lot: (number: string): object[] => ofNumber(number).map((row) => shownLot(row, config)),
    decisions: (number: string): object[] =>
      ofNumber(number)
        .filter(({ code }) => code !== null)
        .map(shownDecision),
    items: (number: string): object[] => rows.items.all(BigInt(number)).map(shownItem),
  };
}

const shownLot = (row: LotRow, { plant, storageLocation }: SandboxConfig): object => ({
  InspectionLot: lotText(row.number),
  ...{ Material: row.material, Batch: row.lot, Plant: plant },
  InspectionLotOrigin: row.purchaseOrder === null ? '04' : '01',
  ManufacturingOrder: row.orderNumber ?? '',
  PurchasingDocument: row.purchaseOrder ?? '',
  InspectionLotQuantity: decimalText(row.quantity),
  InspectionLotQuantityUnit: row.unit,
  InspectionLotStorageLocation: storageLocation,
  InspectionLotHasUsageDecision: row.code !== null,
  MaterialDocumentYear: row.year,
  MaterialDocument: `${row.document}`,
  MaterialDocumentItem: `${row.item}`.padStart(4, '0'),
  ChangedDateTime: changedAt(row),
});
const shownDecision = (row: LotRow): object => ({
  InspectionLot: lotText(row.number),
  InspLotUsageDecisionLevel: 'L',
  InspLotUsageDecisionCatalog: row.catalog ?? '',
  SelectedCodeSetPlant: row.selectedSetPlant ?? '',
  InspLotUsgeDcsnSelectedSet: row.selectedSet ?? '',
  InspLotUsageDecisionCodeGroup: row.codeGroup,
  InspectionLotUsageDecisionCode: row.code,
  ChangedDateTime: changedAt(row),
});
const shownItem = (item: ItemRow): object => ({
  InspectionLot: lotText(item.inspectionLot),
  InspLotMatlDocItem: `${item.counter}`.padStart(6, '0'),
  InspLotQtyPosted: decimalText(item.quantity),
  InspLotMatlDocItmQtyUnit: item.unit,
  UsageDecisionStockType: item.stockType,
  MaterialDocumentItemText: item.text ?? '',
  ...{ MaterialDocument: `${item.document}`, MaterialDocumentYear: item.year },
  MaterialDocumentItem: '0001',
});

/** Numbers of inspection lots have 12 digits. */
const lotText = (number: bigint): string => `${number}`.padStart(12, '0');
/** When it was changed last, as OData V2 shows it: one second more for each time. */
const changedAt = ({ changed }: LotRow): string =>
  `/Date(${1_700_000_000_000 + Number(changed) * 1_000}+0000)/`;
