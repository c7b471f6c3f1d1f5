import type { Database } from '../../shared/database.ts';
import { quantityText } from '../../shared/quantity.ts';

/** Most confirmations and items that are listed: those with the highest numbers. */
const listedMax = 10_000;

type Row = Record<string, string | bigint | null>;
const amounts = new Set([
  'yield',
  'scrap',
  'rework',
  'setup',
  'machine',
  'quantity',
  'free',
  'blocked',
  'amount',
]);

/**
 * Each confirmation, each item of a material document and each inspection lot, as JSON, in the
 * sandbox's own words.
 */
export function openListing(db: Database) {
  const confirmations = db.prepare<[], Row>(
    `SELECT c.groupNumber, c.count, o.number AS "order", o.operation, c.key, c.unit, c.yield,
       c.scrap, c.rework, c.setup, c.machine, c.final, c.reverses
     FROM confirmation c JOIN operation o USING (groupNumber)
     ORDER BY c.groupNumber DESC, c.count DESC LIMIT ${listedMax}`,
  );
  const items = db.prepare<[], Row>(
    `SELECT d.number, substr(d.postingDate, 1, 4) AS year, d.kind, d.key, d.reverses,
       substr(r.postingDate, 1, 4) AS reversedYear, i.item, i.movement, i.material, m.unit, i.lot,
       i.quantity, i.fromStock, i.toStock, i.orderNumber AS "order", i.purchaseOrder, i.purchaseItem
     FROM item i JOIN document d ON d.number = i.document JOIN material m USING (material)
       LEFT JOIN document r ON r.number = d.reverses
     ORDER BY d.number DESC, i.item DESC LIMIT ${listedMax}`,
  );
  const inspections = db.prepare<[], Row>(
    `SELECT l.number, l.orderNumber AS "order", l.material, m.unit, l.lot, l.quantity, l.document,
       l.codeGroup, l.code,
       coalesce(sum(i.quantity) FILTER (WHERE stockType = 'VMENGE01'), 0) AS free,
       coalesce(sum(i.quantity) FILTER (WHERE stockType = 'VMENGE02'), 0) AS scrap,
       coalesce(sum(i.quantity) FILTER (WHERE stockType = 'VMENGE04'), 0) AS blocked
     FROM inspection_lot l JOIN material m USING (material)
       LEFT JOIN inspection_item i ON i.inspectionLot = l.number
     GROUP BY l.number ORDER BY l.number DESC LIMIT ${listedMax}`,
  );
  const complaints = db.prepare<[], Row>(
    `SELECT n.number, n.key, n.supplier, n.purchaseOrder, n.material, m.unit, n.lot, n.document,
       n.item, n.quantity
     FROM notification n JOIN material m USING (material)
     ORDER BY n.number DESC LIMIT ${listedMax}`,
  );
  const entries = db.prepare<[], Row>(
    `SELECT j.number, substr(j.postingDate, 1, 4) AS year, j.key, j.reverses, j.currency,
       substr(r.postingDate, 1, 4) AS reversedYear, i.account, i.side, i.amount
     FROM journal_item i JOIN journal_entry j ON j.number = i.entry
       LEFT JOIN journal_entry r ON r.number = j.reverses
     ORDER BY j.number DESC, i.item DESC LIMIT ${listedMax}`,
  );
  const shown = (row: Row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => {
        if (typeof value !== 'bigint') return [name, value];
        return [name, amounts.has(name) ? quantityText(value) : Number(value)];
      }),
    );
  return () => ({
    confirmations: confirmations.all().map(shown),
    items: items.all().map(shown),
    inspections: inspections.all().map(shown),
    complaints: complaints.all().map(shown),
    entries: entries.all().map(shown),
  });
}
