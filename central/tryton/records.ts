import { hash } from 'node:crypto';
import { decimalOf, objectOf } from '../erp/exchange.ts';
import type { TrytonConfig } from './options.ts';
import type { Row } from './places.ts';
import { unitWord } from './sums.ts';

/** Streams of records; productions are the other one. */
export type Held = 'items' | 'workCenters' | 'boms' | 'routings';
const kinds = {
  items: 'item',
  workCenters: 'workCenter',
  boms: 'bom',
  routings: 'routing',
} as const;

/** The rows within a row; none for anything else. */
export const rowsIn = (value: unknown): readonly Row[] =>
  Array.isArray(value) ? value.map((one) => objectOf(one) ?? {}) : [];
const some = (value: unknown): unknown => value ?? undefined;
const nameOf = (row: Row) =>
  typeof row['name'] === 'string' ? { name: row['name'].slice(0, 100) } : {};
const statusOf = (row: Row) => (row['active'] === true ? {} : { status: 'blocked' });

function unitOf(value: unknown, { units }: TrytonConfig): string {
  const [name, symbol] = Array.isArray(value) ? value : [];
  return unitWord({ name, symbol }, undefined, units);
}

/** "0010 Turning" is operation 0010, as postings have it; a name of one word is its number. */
function stepOf(row: Row, nobody?: string): object {
  const said = typeof row['operation'] === 'string' ? row['operation'].trim() : '';
  const [operation = '', ...words] = said.split(/\s+/);
  const workCenter = row['center'] ?? nobody;
  return { operation, name: words.join(' ').slice(0, 100), workCenter: some(workCenter) };
}

/** What a row says, in our words. */
export function contentOf(stream: Held | 'orders', row: Row, config: TrytonConfig): object {
  const unit = () => unitOf(row['unit'], config);
  const material = some(row['product']);
  switch (stream) {
    // Tryton has no revisions of an item: none of them is refused for another one.
    case 'items':
      return { ...nameOf(row), unit: unit(), earlier: 'allowed', ...statusOf(row) };
    case 'workCenters':
      return { line: some(row['line']), ...statusOf(row) };
    case 'boms':
      return {
        ...{ material, ...nameOf(row), ...statusOf(row) },
        ...{ baseQuantity: decimalOf(row['quantity']), baseUnit: unit() },
        components: rowsIn(row['inputs']).map((one) => ({
          ...{ material: some(one['product']), quantity: decimalOf(one['quantity']) },
          unit: unitOf(one['unit'], config),
        })),
      };
    case 'routings':
      return {
        ...{ material, ...nameOf(row), ...statusOf(row) },
        // Which work centre it is says the production, where the operation has no category.
        operations: rowsIn(row['steps']).map((one) => stepOf(one, '-')),
      };
    case 'orders':
      return {
        ...{ material, quantity: decimalOf(row['quantity']), unit: unit() },
        operations: rowsIn(row['works']).map((one) => stepOf(one)),
      };
  }
}

/** As many digits of its contents as tell two versions of one number apart. */
const digits = 8;

/**
 * A record with its version: how often it was changed, as our module counts it, and a digest, which
 * tells it from what bore that number in a database that was restored.
 */
export function referenceOf(stream: Held, row: Row, config: TrytonConfig): object {
  const content = contentOf(stream, row, config);
  const number = row['version'];
  const digest = hash('sha256', JSON.stringify(content), 'hex').slice(0, digits);
  const version = typeof number === 'number' ? `${number}-${digest}` : undefined;
  return { kind: kinds[stream], record: some(row['record']), version, content };
}
