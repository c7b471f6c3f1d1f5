import type { Database } from '../../shared/database.ts';
import type { Freeing, Lettings } from './lettings.ts';
import { type Ward, type WardLine, wardTables } from './wardtables.ts';

type Parts = {
  db: Database;
  lettings: Lettings;
  /** Looks again at what a row of the table of all holds reaches, for what has happened to it. */
  renew: (ward: Ward, root: string, what: string) => void;
  nowMs: () => number;
};

/** Lets single lots of a hold of central go, here and at the lines, once they are decided. */
export function openLoosening({ db, lettings, renew, nowMs }: Parts) {
  const tables = wardTables(db);
  const rooted = db
    .prepare<[string, string], string>(
      `SELECT DISTINCT root FROM ward_root JOIN reach ON reach.hold = ward_root.root
       WHERE ward_root.hold = ? AND reach.node = ? AND until_ms = ${Number.MAX_SAFE_INTEGER}
       ORDER BY root`,
    )
    .pluck();
  const letGo = db.prepare(
    `INSERT INTO let_go VALUES (?, ?, ?)
     ON CONFLICT (hold, lot) DO UPDATE SET at_ms = max(let_go.at_ms, excluded.at_ms)`,
  );
  const lastInto = db
    .prepare<[string], number | null>('SELECT max(last_ms) FROM link WHERE target = ?')
    .pluck();
  const forget = db.prepare('DELETE FROM ward_node WHERE hold = ? AND node = ?');
  const again = db.prepare<[string, string], { root: string; lot: string; lastMs: number }>(
    `SELECT root, let_go.lot, last_ms AS lastMs FROM ward_root
     JOIN let_go ON let_go.hold = ward_root.root
     JOIN link ON link.target = 'lot:' || let_go.lot
     WHERE ward_root.hold = ? AND link.source = ? AND last_ms >= let_go.at_ms
       AND ward_root.root = ward_root.hold || ':' || let_go.lot`,
  );
  const hold = db.prepare('DELETE FROM let_go WHERE hold = ? AND lot = ?');

  /** Lines that were asked to hold the lot, and whose hold of it may stand. */
  const holding = (name: string, lot: string): WardLine[] =>
    tables
      .members(name)
      .filter(({ node, lineHold }) => node === `lot:${lot}` && !lettings.isLetGo(lineHold, lot));

  return {
    holding,
    reaches: (name: string, lot: string): boolean => rooted.get(name, `lot:${lot}`) !== undefined,
    /** The hold holds the lot no more; whether another one of central does. */
    letGo(ward: Ward, lot: string, what: string): boolean {
      // What is known to be in it by now is let go, even if the clock of its edge is ahead of ours.
      const atMs = Math.max(nowMs(), 1 + (lastInto.get(`lot:${lot}`) ?? 0));
      for (const root of rooted.all(ward.hold, `lot:${lot}`)) {
        letGo.run(root, lot, atMs);
        renew(ward, root, what);
      }
      // What comes into it later is held again, and lines are asked anew.
      forget.run(ward.hold, `lot:${lot}`);
      return tables.onNode.get(`lot:${lot}`) !== undefined;
    },
    freeLines(name: string, lot: string, freeing: Freeing): void {
      for (const member of holding(name, lot)) {
        lettings.begin({ ...member, lot }, freeing, nowMs());
      }
    },
    /** What an order that is held has made more of, since that lot was let go, is held again. */
    holdAgain(ward: Ward): void {
      for (const { root, lot, lastMs } of again.all(ward.hold, `order:${ward.name}`)) {
        hold.run(root, lot);
        renew(ward, root, `again ${lastMs}`);
      }
    },
  };
}
