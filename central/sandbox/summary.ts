import type { Database } from '../../shared/database.ts';
import { quantityText } from '../../shared/quantity.ts';

type Row = Record<string, string | bigint>;

/** Everything in the books, as JSON: counts as numbers, quantities and money as decimal texts. */
export function openSummary(db: Database) {
  const select = (sql: string) => db.prepare<[], Row>(sql);
  const kinds = select(
    `SELECT 'confirmation' AS kind, count(*) AS count, count(key) - count(DISTINCT key) AS twice
       FROM confirmation
     UNION ALL SELECT kind, count(*), count(key) - count(DISTINCT key) FROM document GROUP BY kind`,
  );
  const stock = select(
    `SELECT material, plant, lot, unit,
       sum(quantity) FILTER (WHERE kind = 'unrestricted') AS unrestricted,
       sum(quantity) FILTER (WHERE kind = 'quality') AS quality,
       sum(quantity) FILTER (WHERE kind = 'blocked') AS blocked
     FROM stock JOIN material USING (material) GROUP BY material, plant, lot
     ORDER BY material, lot`,
  );
  const orders = select(
    `SELECT number AS "order", material, quantity, received, closed, materialCost, setupCost,
       machineCost, materialCost + setupCost + machineCost AS cost
     FROM production_order ORDER BY number`,
  );
  const materials = select(
    `SELECT material, unit,
       coalesce((SELECT sum(iif(movement = '261', value, -value)) FROM item i
         WHERE i.material = m.material AND movement IN ('261', '262')), 0) AS consumedCost,
       coalesce((SELECT sum(iif(movement <> '556', value, -value)) FROM item i
         WHERE i.material = m.material AND movement IN ('553', '555', '556')), 0) AS scrappedCost,
       coalesce((SELECT sum(materialCost + setupCost + machineCost) FROM production_order o
         WHERE o.material = m.material), 0) AS orderCost
     FROM material m ORDER BY material`,
  );
  const operations = select(
    `SELECT number AS "order", operation, confirmations, yield, scrap, rework, final
     FROM operation ORDER BY number, operation`,
  );
  const plain = new Set(['confirmations']);
  const flags = new Set(['closed', 'final']);

  const shown = (row: Row) =>
    Object.fromEntries(
      Object.entries(row).map(([key, value]) => {
        if (typeof value === 'string') return [key, value];
        if (flags.has(key)) return [key, value === 1n];
        return [key, plain.has(key) ? Number(value) : quantityText(value ?? 0n)];
      }),
    );

  return () => {
    const counted = kinds.all();
    return {
      documents: Object.fromEntries(counted.map(({ kind, count }) => [kind, Number(count)])),
      duplicates: counted.reduce((sum, { twice }) => sum + Number(twice), 0),
      stock: stock.all().map(shown),
      orders: orders.all().map(shown),
      materials: materials.all().map(shown),
      operations: operations.all().map(shown),
    };
  };
}
