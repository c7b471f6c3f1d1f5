import type { Command } from '../../shared/command.ts';
import type { Database } from '../../shared/database.ts';
import type { Fact } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import type { Look } from '../../statecharts/tables.ts';

export const offerTables = `
  CREATE TABLE offer (                                   -- what central asks of a running order
    command_id   TEXT    PRIMARY KEY,
    line         TEXT    NOT NULL,
    order_number TEXT    NOT NULL,
    action       TEXT    NOT NULL,
    body         TEXT    NOT NULL,                       -- JSON
    at_ms        INTEGER NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('open', 'taken', 'over'))
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX offer_line ON offer (line, state);
  CREATE TRIGGER offer_is_history BEFORE UPDATE ON offer
    WHEN old.state <> 'open' OR new.body <> old.body OR new.action <> old.action
    BEGIN SELECT raise(ABORT, 'what was offered is never edited'); END;
`;

/** Most offers of a line that are told. */
export const offersMax = 50;
/** Most offers that are kept once they are taken or over. */
const keptMax = 1_000;

/** A change that a person at the line may take; until then the line keeps what it runs. */
export type Offer = Readonly<{
  commandId: string;
  order: string;
  action: string;
  body: Readonly<Record<string, unknown>>;
  atMs: number;
}>;
type Row = Omit<Offer, 'body'> & Readonly<{ body: string }>;
type Parts = { db: Database; look: Look; nowMs: () => number };
export type Offers = ReturnType<typeof openOffers>;

/** Commands of central that are only offered to an order that runs. */
const offered: ReadonlySet<string> = new Set(['ChangeOrder', 'CancelOrder']);
/** Facts after which no offer of the order has any sense. */
const ends: ReadonlySet<string> = new Set([
  'OrderCancelRequested',
  'OrderCompleted',
  'OrderClosed',
]);

/**
 * What central asks of an order that runs here: it is offered, and not done. Whoever takes it asks
 * for it anew, and names the offer as the cause. A newer offer stands for the older ones.
 */
export function openOffers({ db, look, nowMs }: Parts) {
  const add = db.prepare(
    `INSERT INTO offer VALUES (?, ?, ?, ?, ?, ?, 'open') ON CONFLICT DO NOTHING`,
  );
  const replace = db.prepare(
    `UPDATE offer SET state = 'over' WHERE line = ? AND order_number = ? AND state = 'open'`,
  );
  const end = db.prepare(
    `UPDATE offer SET state = iif(command_id = ?, 'taken', 'over')
     WHERE order_number = ? AND state = 'open'`,
  );
  const take = db.prepare(
    `UPDATE offer SET state = 'taken' WHERE command_id = ? AND order_number = ? AND state = 'open'`,
  );
  const trim = db.prepare(
    `DELETE FROM offer WHERE state <> 'open' AND command_id NOT IN
       (SELECT command_id FROM offer WHERE state <> 'open' ORDER BY at_ms DESC LIMIT ?)`,
  );
  const open = db.prepare<[string, number], Row>(
    `SELECT command_id AS commandId, order_number AS "order", action, body, at_ms AS atMs
     FROM offer WHERE line = ? AND state = 'open' ORDER BY at_ms, command_id LIMIT ?`,
  );

  return {
    /** Keeps what is only offered, and throws Fault REFUSED by the rule `offered` for it. */
    check({ commandId, line, command, statement }: Command): void {
      if (!commandId.startsWith('central:') || !offered.has(command)) return;
      const { order, body } = statement;
      if (order === undefined || look('order', order)?.state !== 'started') return;
      replace.run(line, order);
      add.run(commandId, line, order, command, JSON.stringify(body), nowMs());
      trim.run(keptMax);
      const words = `order ${order} runs: ${command} is offered to the line, for a person to take`;
      throw new Fault('REFUSED', words, { rule: 'offered' });
    },

    /** Takes in a fact, in the transaction that states it; when it is read again it was taken. */
    note({ type, order, causationId }: Fact): void {
      if (order === undefined || !db.inTransaction) return;
      if (ends.has(type)) end.run(causationId ?? '', order);
      else if (type === 'OrderChanged' && causationId?.startsWith('central:')) {
        take.run(causationId, order);
      }
    },

    /** Open offers of a line, the oldest first. */
    of: (line: string): readonly Offer[] =>
      open.all(line, offersMax).map((row) => ({ ...row, body: JSON.parse(row.body) })),
  };
}
