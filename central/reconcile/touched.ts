import type { Content } from '../../shared/event.ts';
import type { Touched } from './inquiry.ts';

/** Most orders, and most lots, of which the ERP is asked in one go. */
const subjectsMax = 5_000;

/** The orders and the lots that facts are about. */
export function openTouched() {
  const [orders, lots, beyond] = [new Set<string>(), new Set<string>(), new Set<string>()];
  function add(known: Set<string>, name: string | undefined): void {
    if (name === undefined || known.has(name)) return;
    if (known.size < subjectsMax) known.add(name);
    else if (beyond.size < subjectsMax) beyond.add(name);
  }
  return {
    take({ order, lot }: Content): void {
      add(orders, order);
      add(lots, lot);
    },
    told: (): Touched => ({
      ...{ orders: [...orders].sort(), lots: [...lots].sort(), leftOut: beyond.size },
    }),
  };
}
