import { type Quantity, quantityText, zero } from '../../shared/quantity.ts';
import type { StockFigures, Unread } from '../erp/figures.ts';
import type { Dossier } from '../ledger/dossier.ts';
import { openSums } from '../posting/sums.ts';
import { openFollowing } from '../supplier/origin.ts';
import type { Holds } from './holds.ts';
import { type Parts as CallParts, openStockCalls } from './stockcalls.ts';
import { type Ward, wardTables } from './wardtables.ts';
import { openKept } from './warehousegate.ts';
import { keptName, type StockState, type StockTold, warehouseTables } from './warehousetables.ts';

/** So long after an answer the ERP is asked again, while the lot is held, ms. */
export const stockAgainMs = 60_000;
/** Most lots that are looked at in one round of questions. */
const lookedAtMax = 500;
const siteRules = 'by the rules of its site';

/** What to ask the ERP of, and what our own documents of the lot were then. */
export type Question = Readonly<{ lot: string; material: string; stamp: string }>;

type Parts = CallParts & Readonly<{ dossier: Pick<Dossier, 'lot'>; holds: Pick<Holds, 'toBlock'> }>;
export type Warehouse = ReturnType<typeof openWarehouse>;

const most = (a: Quantity, b: Quantity): Quantity => (a > b ? a : b);

/**
 * Stock of lots that none of our orders made. Nobody tells central how much there is of one: so the
 * ERP is asked, and what it has unrestricted is blocked, by a document of exactly that amount.
 *
 * How much of the lot belongs into blocked stock by that stands in a row of the table of all holds
 * that is open for nobody: it only adds to what the gate steers to. Whoever else blocks some of the
 * lot adds up with it, and at the end what is blocked beyond all that goes back, once.
 */
export function openWarehouse(parts: Parts) {
  const { db, dossier, holds, nowMs } = parts;
  const tables = warehouseTables(db);
  const wards = wardTables(db);
  const calls = openStockCalls(parts);
  const { lotOf } = openFollowing(db);
  const sums = openSums(db);

  const isHeld = (lot: string): boolean => wards.onNode.get(`lot:${lot}`) !== undefined;
  /** Whether an order of ours has made it: how much there is of it is known then. */
  const isMade = (lot: string): boolean => (dossier.lot(lot)?.order ?? null) !== null;
  const kept = openKept(db);
  const keep = (lot: string, all: Quantity) => tables.keep.run(keptName(lot), lot, all);

  /** What it is, as far as anybody has said. */
  function aboutOf(lot: string): { material: string | null; unit: string | null } {
    const known = dossier.lot(lot);
    const told = known?.material ? known : lotOf(lot);
    const row = tables.one.get(lot);
    return {
      material: told?.material ?? row?.material ?? null,
      unit: told?.unit ?? row?.unit ?? null,
    };
  }

  function end(lot: string, state: StockState, why: string | null, unit: string | null = null) {
    tables.ask.run(nowMs(), state, why, unit, lot);
  }

  /** Blocks what the ERP has unrestricted; what was given up since is in no sum any more. */
  function block(lot: string, ward: Ward, { unrestricted, unit }: StockFigures): void {
    sums.undone();
    const others = holds.toBlock(lot) - kept(lot);
    const now = most(zero, sums.of(lot).blocked - others);
    const asked = { rule: 'HoldPlaced', place: ward.place, lot } as const;
    const what = `stock ${tables.count.get(lot) ?? 0}`;
    const mode = calls.mode({ ...asked, what });
    if (mode === 'live') keep(lot, now + most(zero, unrestricted));
    end(lot, mode === 'live' ? 'told' : mode, mode === 'live' ? null : siteRules, unit);
    if (unrestricted <= zero) return;
    const quantity = quantityText(unrestricted);
    const { material } = aboutOf(lot);
    const key = calls.plan({ ...asked, what }, 'blockStock', { material, unit, quantity });
    if (key !== undefined) tables.add.run(key, lot, quantity);
  }

  /** What to ask of a lot; nothing while documents of ours move it, or where it is not clear. */
  function question(lot: string): Question[] {
    if (tables.flying.get(lot) !== undefined) return [];
    const open = tables.opened.get(lot);
    if (open && open.state !== 'parked') return [];
    if (open || isMade(lot) || !isHeld(lot)) {
      tables.skip.run(nowMs(), lot);
      return [];
    }
    const { material } = aboutOf(lot);
    if (material !== null) return [{ lot, material, stamp: tables.stamp.get(lot)! }];
    end(lot, 'cannot tell', 'its material is not known here: nobody has said it');
    return [];
  }

  return {
    isMade,
    aboutOf,
    /** How much of the lot is blocked because the ERP told of it, and not decided since. */
    kept,
    /** Of all that, so much belongs into blocked stock from now on. */
    keep,
    /** The hold reaches a lot, of which its material may have been said. */
    note(lot: string, material: string | null = null): void {
      if (!isMade(lot)) tables.note.run(lot, material);
    },

    /** Lots of which the ERP is to be asked, at most so many. */
    due(limit: number): Question[] {
      return tables.due
        .all(nowMs() - stockAgainMs, lookedAtMax)
        .flatMap(question)
        .slice(0, limit);
    },
    /** The connector cannot ask. */
    cannotTell: (lot: string, why: string): void => end(lot, 'cannot tell', why),

    /**
     * Takes what the ERP said; false where our own documents of the lot have moved meanwhile: what
     * was read is of no use then, and it is asked again.
     */
    take({ lot, stamp }: Question, told: StockFigures | Unread | undefined): boolean {
      const [hold] = wards.onNode.all(`lot:${lot}`);
      const ward = hold === undefined ? undefined : wards.one.get(hold);
      if (!ward || isMade(lot)) return true;
      if (tables.flying.get(lot) !== undefined || tables.stamp.get(lot) !== stamp) return false;
      if (!told) end(lot, 'not known', 'the ERP has never heard of the lot');
      else if ('unread' in told) end(lot, 'not read', told.unread.slice(0, 300));
      else {
        const unit = aboutOf(lot).unit ?? told.unit;
        if (unit === told.unit) block(lot, ward, told);
        else end(lot, 'not read', `the ERP counts it in ${told.unit}, the lines in ${unit}`);
      }
      return true;
    },

    /** Nobody holds these any more: what was blocked of them goes back. */
    renew(lots: Iterable<string>): void {
      for (const lot of lots) if (kept(lot) > zero && !isHeld(lot)) keep(lot, zero);
    },

    /** Null for a lot that is no such one, or for which all is over. */
    told(lot: string): StockTold | null {
      const row = tables.one.get(lot);
      if (!row || isMade(lot)) return null;
      const { askedMs, why } = row;
      const blocked = quantityText(kept(lot));
      const open = tables.opened.get(lot);
      if (!open && blocked === '0' && !isHeld(lot)) return null;
      if (!open) return { state: row.state, why, askedMs, blocked };
      const words = open.reason === null ? open.kind : `${open.kind}: ${open.reason}`;
      const state = open.state === 'parked' ? 'parked' : 'moving';
      return { state, why: words, askedMs, blocked };
    },
  };
}
