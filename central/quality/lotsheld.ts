import { dispositions } from '../../shared/quality.ts';
import { quantityText } from '../../shared/quantity.ts';
import type { Portions } from './portions.ts';
import type { Portion } from './portiontables.ts';
import type { Wards } from './wards.ts';
import type { Ward } from './wardtables.ts';
import type { Warehouse } from './warehouse.ts';
import type { StockTold } from './warehousetables.ts';

/** Most lots of one hold that are told of one by one. */
export const lotsToldMax = 500;

/** A lot that a hold of central holds, or has let go. */
export type LotHeld = Readonly<{
  lot: string;
  material: string | null;
  unit: string | null;
  isHeld: boolean;
  undecided: string; // by our own documents, a decimal text
  decided: readonly Omit<Portion, 'hold' | 'lot' | 'unit'>[];
  stock: StockTold | null; // null for a lot that an order of ours has made
}>;

type Parts = { wards: Pick<Wards, 'lots'>; warehouse: Warehouse; portions: Portions };

/** What two people have decided of a lot, and its stock in the ERP, in words; null for nothing. */
export function openHeldWords({ warehouse, portions }: Omit<Parts, 'wards'>) {
  const partsOf = (portion: Portion): string => {
    const parts = dispositions.filter((name) => portion[name] !== '0');
    const amounts = parts.map((name) => `${name} ${portion[name]}`).join(', ');
    return `${portion.hold}: ${amounts || 'all of it'} ${portion.unit ?? ''}`.trim();
  };
  return (lot: string) => {
    const decided = portions.ofLot(lot).map(partsOf).join(' | ');
    const stock = warehouse.told(lot);
    const { state, why, blocked } = stock ?? {};
    const words = why ? `${state}: ${why}` : state;
    return {
      decided: decided === '' ? null : decided,
      erpStock: stock === null ? null : `${blocked} blocked, ${words}`,
    };
  };
}

/** Tells how each lot of a hold of central stands: the ones that it holds first. */
export function openLotsHeld({ wards, warehouse, portions }: Parts) {
  return ({ hold, releasedMs }: Ward): { lots: LotHeld[]; lotsFound: number } => {
    const held = releasedMs === null ? wards.lots(hold) : [];
    const all = portions.of(hold);
    const names = [...new Set([...held, ...all.map(({ lot }) => lot)])];
    const lots = names.slice(0, lotsToldMax).map((lot) => ({
      ...{ lot, ...warehouse.aboutOf(lot), isHeld: held.includes(lot) },
      undecided: quantityText(held.includes(lot) ? portions.undecided(hold, lot) : 0n),
      decided: all
        .filter((portion) => portion.lot === lot)
        .map(({ hold: _hold, lot: _lot, unit: _unit, ...portion }) => portion),
      stock: warehouse.told(lot),
    }));
    return { lots, lotsFound: names.length };
  };
}
