import type { CommandType } from '../../shared/command.ts';
import type { Database } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import type { ErpOrder } from '../../shared/reference.ts';
import type { ChangeSets } from './changesets.ts';
import type { Makers } from './makers.ts';
import { openWanted, wait } from './wanted.ts';

export const orderMigrations = [
  `
  CREATE TABLE erp_order (                       -- orders as the ERP has them
    order_number TEXT    PRIMARY KEY,
    site         TEXT    NOT NULL,
    content      TEXT    NOT NULL,               -- JSON, as it came last
    received_ms  INTEGER NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('created', 'waiting', 'sent', 'over')),
    reason       TEXT,                           -- why it waits, or what cannot be sent of it
    sent         TEXT,                           -- JSON: what its lines were told last
    edition      INTEGER NOT NULL DEFAULT 0      -- how often they were told
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX erp_order_state ON erp_order (state, order_number);
  `,
];

/** What a line is to be asked in central's name; the same `source` twice is one command. */
export type Send = (wanted: {
  line: string;
  type: CommandType;
  about: { order: string };
  body: Readonly<Record<string, unknown>>;
  by: string;
  reason: string;
  source: string;
}) => unknown;

/** Most orders that are looked at again in one go, and most that are told. */
const againMax = 500;
const shownMax = 200;
/** In whose name central asks. */
const by = 'system:erp';

type Sent = Readonly<{
  lines: readonly string[];
  operations: string; // as JSON
  content: Pick<ErpOrder, 'material' | 'unit' | 'quantity' | 'tolerancePercent'>;
}>;
type Row = Readonly<{
  order: string;
  site: string;
  content: string;
  state: 'created' | 'waiting' | 'sent' | 'over';
  reason: string | null;
  sent: string | null;
  edition: number;
}>;
type Parts = {
  db: Database;
  sets: ChangeSets;
  makers: Makers;
  send: Send;
  nowMs: () => number;
};
export type Orders = ReturnType<typeof openOrders>;

const columns = 'order_number AS "order", site, content, state, reason, sent, edition';

function prepare(db: Database) {
  return {
    one: db.prepare<[string], Row>(`SELECT ${columns} FROM erp_order WHERE order_number = ?`),
    put: db.prepare(
      `INSERT INTO erp_order (order_number, site, content, received_ms, state)
       VALUES (?, ?, ?, ?, 'waiting')
       ON CONFLICT (order_number) DO UPDATE SET content = excluded.content,
         received_ms = excluded.received_ms`,
    ),
    stand: db.prepare(
      'UPDATE erp_order SET state = ?, reason = ?, sent = ?, edition = ? WHERE order_number = ?',
    ),
    waiting: db.prepare<[string, number], Row>(
      `SELECT ${columns} FROM erp_order WHERE state = 'waiting' AND order_number > ?
       ORDER BY order_number LIMIT ?`,
    ),
    told: db.prepare<[number], { order: string; site: string; state: string; reason: string }>(
      `SELECT order_number AS "order", site, state, reason FROM erp_order
       WHERE reason IS NOT NULL ORDER BY received_ms DESC, order_number LIMIT ?`,
    ),
  };
}

/**
 * Orders of the ERP on their way to the lines that their work centres name. One that cannot go
 * waits, with the reason, and is looked at again.
 */
export function openOrders({ db, sets, makers, send, nowMs }: Parts) {
  const tables = prepare(db);
  const wanted = openWanted(sets, makers);

  function releaseOf(row: Row, given: ErpOrder): Sent {
    const { site, order } = row;
    const number = sets.numberAt(site, nowMs());
    if (number === 0) return wait(`no change set of reference data is active at ${site}`);
    const lines = wanted.linesOf(site, number, given);
    const versions = wanted.versionsOf(site, number, given);
    const { material, unit, quantity, tolerancePercent } = given;
    const tolerance = tolerancePercent === undefined ? {} : { tolerancePercent };
    const operations = given.operations.map(({ operation, name }) => ({ operation, name }));
    const body = { material, quantity, unit, ...tolerance, operations, versions };
    const reason = 'released in the ERP';
    for (const line of lines) {
      const source = `erp order ${order} release ${line}`;
      send({ line, type: 'ReleaseOrder', about: { order }, body, by, reason, source });
    }
    const asked = JSON.stringify(given.operations);
    return { lines, operations: asked, content: { material, unit, quantity, ...tolerance } };
  }

  function changeOf(row: Row, given: ErpOrder, sent: Sent): Sent | undefined {
    const { material, unit, quantity, tolerancePercent } = given;
    const { content, lines, operations } = sent;
    if (operations !== JSON.stringify(given.operations)) {
      return wait('its operations are others now: cancel it and release another one');
    }
    if (material !== content.material || unit !== content.unit) {
      const was = `${content.material} in ${content.unit}`;
      const words = `is of ${material} in ${unit} now, and was released as ${was}`;
      return wait(`it ${words}: cancel it and release another one`);
    }
    if (quantity === content.quantity && tolerancePercent === content.tolerancePercent) {
      return undefined;
    }
    const tolerance = tolerancePercent === undefined ? {} : { tolerancePercent };
    const body = { quantity, ...tolerance };
    tell(row, lines, 'ChangeOrder', body, 'changed in the ERP');
    return { lines, operations, content: { material, unit, ...body } };
  }

  function tell(
    { order, edition }: Row,
    lines: readonly string[],
    type: CommandType,
    body: Readonly<Record<string, unknown>>,
    reason: string,
  ): void {
    for (const line of lines) {
      const source = `erp order ${order} ${type} ${edition + 1} ${line}`;
      send({ line, type, about: { order }, body, by, reason, source });
    }
  }

  /** Sends what its lines have not been told yet; throws Fault REFUSED with why that cannot be. */
  function step(row: Row, given: ErpOrder): { state: Row['state']; sent: Sent | null } {
    const sent = row.sent === null ? null : (JSON.parse(row.sent) as Sent);
    if (given.status === 'created' && !sent) return { state: 'created', sent };
    if (given.status === 'cancelled' || given.status === 'closed') {
      if (given.status === 'cancelled' && sent && row.state !== 'over') {
        const reason = 'cancelled in the ERP';
        tell(row, sent.lines, 'CancelOrder', { reason }, reason);
      }
      return { state: 'over', sent };
    }
    if (!sent) return { state: 'sent', sent: releaseOf(row, given) };
    return { state: 'sent', sent: changeOf(row, given, sent) ?? sent };
  }

  /** Brings one order as far as it can go now. */
  function settle(row: Row): void {
    const given = JSON.parse(row.content) as ErpOrder;
    try {
      const { state, sent } = step(row, given);
      const text = sent && JSON.stringify(sent);
      const edition = row.edition + (text === row.sent && state === row.state ? 0 : 1);
      tables.stand.run(state, null, text, edition, row.order);
    } catch (error) {
      if (!(error instanceof Fault) || error.retry) throw error;
      const state = row.sent === null ? 'waiting' : row.state;
      tables.stand.run(state, error.message, row.sent, row.edition, row.order);
    }
  }

  return {
    /**
     * Takes an order as the ERP has it now, in the ledger's transaction; false for one that is as
     * it was. Throws Fault CONFLICT for an order of another site.
     */
    take(site: string, given: ErpOrder): boolean {
      const { changedMs: _, ...said } = given;
      const content = JSON.stringify(said);
      const known = tables.one.get(given.order);
      if (known && known.site !== site) {
        throw new Fault('CONFLICT', `order: ${given.order} is one of ${known.site}`);
      }
      if (known?.content === content) return false;
      tables.put.run(given.order, site, content, nowMs());
      settle(tables.one.get(given.order)!);
      return true;
    },

    /** Looks again at orders that wait, behind `after`; returns where to go on, or undefined. */
    again(after = ''): string | undefined {
      const rows = tables.waiting.all(after, againMax);
      for (const row of rows) settle(row);
      return rows.length === againMax ? rows.at(-1)!.order : undefined;
    },

    /** Those of which people must know why they do not go, or not as the ERP has them. */
    shown: () => tables.told.all(shownMax),
  };
}
