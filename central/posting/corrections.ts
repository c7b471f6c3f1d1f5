import { decodeContent } from '../../shared/codec.ts';
import type { Database } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import { correct, type Effect, isCorrectable, settle } from '../../statecharts/correction.ts';
import { asStated } from '../../statecharts/policy.ts';
import { type Change, hasFlag, keyOf, type Look, type Tables } from '../../statecharts/tables.ts';
import type { Accepted } from '../ledger/ledger.ts';
import type { Stored } from '../ledger/shelf.ts';

/** A table of what is not as it was stated, under that name. */
export const correctionTable = (table: string): string => `
  CREATE TABLE ${table} (
    order_number TEXT NOT NULL,
    event_id     TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('counted', 'reversed', 'waiting')),
    type         TEXT NOT NULL,
    by           TEXT,
    PRIMARY KEY (order_number, event_id)
  ) STRICT, WITHOUT ROWID;
  `;
export const correctionMigrations = [correctionTable('correction')];

type Report = Tables['report'];
type Row = { state: string; type: Report['type']; by: string | null };
type Parts = {
  db: Database;
  stored: (eventId: string) => Stored | undefined;
  /** Where they are kept: whoever reads the ledger at its own pace has a table of its own. */
  table?: string;
};

/** Most orders of which it is remembered whether anything is corrected. */
const ordersMax = 20_000;

/**
 * Which reports count, in whatever order they and their corrections arrive. Only what is not as it
 * was stated has a row; what was stated is read from the ledger.
 */
export function openCorrections({ db, stored, table = 'correction' }: Parts) {
  const one = db.prepare<[string, string], Row>(
    `SELECT state, type, by FROM ${table} WHERE order_number = ? AND event_id = ?`,
  );
  const any = db
    .prepare<[string], 1>(`SELECT 1 FROM ${table} WHERE order_number = ? LIMIT 1`)
    .pluck();
  const corrected = new Map<string, boolean>(); // whether anything of the order has a row
  const put = db.prepare(
    `INSERT INTO ${table} VALUES (?, ?, ?, ?, ?) ON CONFLICT (order_number, event_id)
       DO UPDATE SET state = excluded.state, type = excluded.type, by = excluded.by`,
  );
  const drop = db.prepare(`DELETE FROM ${table} WHERE order_number = ? AND event_id = ?`);

  function isCorrected(order: string): boolean {
    const known = corrected.get(order);
    if (known !== undefined) return known;
    if (corrected.size >= ordersMax) corrected.clear();
    const has = any.get(order) !== undefined;
    corrected.set(order, has);
    return has;
  }

  /** The report as the ledger holds it, if it is of this order and no later than `upTo`. */
  function factOf(order: string, eventId: string, upTo: number): Report['fact'] {
    const known = stored(eventId);
    if (!known || known.position > upTo) return undefined;
    const fact = decodeContent(known.bytes);
    return fact.order === order ? fact : undefined;
  }

  function reportOf(order: string, eventId: string, upTo: number): Report | undefined {
    const row = one.get(order, eventId);
    const fact = row?.state === 'waiting' ? undefined : factOf(order, eventId, upTo);
    if (!row) return fact && { state: 'counted', type: fact.type, fact };
    const { state, type, by } = row;
    return { state, type, ...(by === null ? {} : { by }), ...(fact ? { fact } : {}) };
  }

  function keep({ table, key, value }: Change, own: string): void {
    if (table !== 'report') return;
    const at = key.indexOf('\n');
    const [order, eventId] = [key.slice(0, at), key.slice(at + 1)];
    if (value === undefined) drop.run(order, eventId);
    else if (value.state !== 'counted' || eventId !== own) {
      corrected.set(order, true);
      put.run(order, eventId, value.state, value.type, value.by ?? null);
    }
  }

  return {
    /**
     * Takes in a fact, in the ledger's transaction; what counts by it now and what no more. Nothing
     * for a fact that corrects nothing, is never corrected, or cannot correct what it names.
     */
    note(fact: Accepted): readonly Effect[] | undefined {
      if (!isCorrectable(fact) || fact.order === undefined) return undefined;
      const { order, eventId, position } = fact;
      const corrects = fact.type === 'FactReversed' || fact.type === 'QuantityCorrected';
      if (!corrects && !(isCorrected(order) && one.get(order, eventId))) return undefined;
      if (hasFlag(fact, 'late')) return [];
      const own = keyOf(order, eventId);
      const look = ((_table: 'report', key: string) => {
        if (key === own) return one.get(order, eventId) && reportOf(order, eventId, position);
        return reportOf(order, key.slice(order.length + 1), position);
      }) as Look;
      const changes: Change[] = [];
      try {
        const about = { look, line: fact.line, terms: asStated, fact, changes };
        const asked = { ...about, flags: [], moves: [] };
        const turned = correct(asked);
        const effects = [...turned, ...settle(asked, turned)];
        for (const change of changes) keep(change, eventId);
        return effects;
      } catch (error) {
        if (error instanceof Fault && error.code === 'REFUSED') return [];
        throw error;
      }
    },

    /** Forgets what was not committed. */
    undone: (): void => corrected.clear(),
  };
}
