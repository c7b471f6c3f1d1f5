import type { Database } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import type { Saying } from '../posting/amendments.ts';

export const actNames = ['result', 'answer', 'disposition'] as const;
export type ActName = (typeof actNames)[number];
export type Act = Readonly<
  Saying & {
    atMs: number;
    act: ActName;
    body: object;
    decision: 'approved' | 'rejected' | 'alone' | null;
    decidedMs: number | null;
    decidedBy: string | null;
    words: string | null;
  }
>;
type Row = Omit<Act, 'body'> & { body: string };
export type OpenAct = Readonly<Saying & { id: number; act: ActName; body: object }>;

/** Most acts of one receipt that are told, and most open ones. */
const toldMax = 50;
const openMax = 1_000;

/** What people have said of receipts, and what waits for a second person. */
export function openActs(db: Database) {
  const add = db
    .prepare<(string | number)[], number>(
      `INSERT INTO inbound_act (receipt, at_ms, act, body, by, reason) VALUES (?, ?, ?, ?, ?, ?)
       RETURNING id`,
    )
    .pluck();
  const decide = db.prepare(
    `UPDATE inbound_act SET decision = ?, decided_ms = ?, decided_by = ?, words = ? WHERE id = ?`,
  );
  const open = db.prepare<[string], Saying & { id: number; act: ActName; body: string }>(
    `SELECT id, act, body, by, reason FROM inbound_act WHERE receipt = ? AND decision IS NULL`,
  );
  const all = db.prepare<[string, number], Row>(
    `SELECT at_ms AS atMs, act, body, by, reason, decision, decided_ms AS decidedMs,
       decided_by AS decidedBy, words FROM inbound_act WHERE receipt = ? ORDER BY id LIMIT ?`,
  );
  const waiting = db.prepare<[number], Saying & { receipt: string; act: ActName; atMs: number }>(
    `SELECT receipt, act, by, reason, at_ms AS atMs FROM inbound_act WHERE decision IS NULL
     ORDER BY id LIMIT ?`,
  );
  const isOpen = (receipt: string): OpenAct | undefined => {
    const row = open.get(receipt);
    return row && { ...row, body: JSON.parse(row.body) as object };
  };

  return {
    /** Throws Fault REFUSED while something is proposed for the receipt. Its number. */
    propose(receipt: string, act: ActName, body: object, said: Saying, atMs: number): number {
      const known = isOpen(receipt);
      if (!known) return add.get(receipt, atMs, act, JSON.stringify(body), said.by, said.reason)!;
      const words = `${known.by} has proposed a ${known.act}: approve or reject it first`;
      throw new Fault('REFUSED', `receipt: ${receipt}: ${words}`);
    },
    decide: (id: number, how: 'approved' | 'rejected' | 'alone', said: Saying, atMs: number) =>
      decide.run(how, atMs, said.by, said.reason, id),
    /** What is proposed. Throws Fault REFUSED where nothing is. */
    proposed(receipt: string): OpenAct {
      const known = isOpen(receipt);
      if (known) return known;
      throw new Fault('REFUSED', `receipt: ${receipt}: nobody has proposed anything`);
    },
    of: (receipt: string): readonly Act[] =>
      all.all(receipt, toldMax).map((row) => ({ ...row, body: JSON.parse(row.body) as object })),
    waiting: () => waiting.all(openMax),
  };
}
export type Acts = ReturnType<typeof openActs>;
