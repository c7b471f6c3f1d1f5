import type { Database } from '../../shared/database.ts';
import type { Fact } from '../../shared/event.ts';

export const genealogyMigrations = [
  `
  CREATE TABLE link (                            -- material went from the one into the other
    source   TEXT    NOT NULL,                   -- 'lot:…' or 'order:…'
    target   TEXT    NOT NULL,
    first_ms INTEGER NOT NULL,                   -- when it did, by the clock of the edge
    last_ms  INTEGER NOT NULL,
    PRIMARY KEY (source, target)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE reach (                           -- where the material of an open hold on a lot went
    hold     TEXT    NOT NULL,
    node     TEXT    NOT NULL,
    until_ms INTEGER NOT NULL,                   -- held until then; let go since
    PRIMARY KEY (hold, node, until_ms)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX reach_node ON reach (node);
  `,
];

/** Facts that say what was made of what, or how far a hold on a lot reaches. */
export const kinFacts = [
  ...(['MaterialConsumed', 'LotProduced', 'LotSplit', 'LotMerged'] as const),
  ...(['HoldPlaced', 'HoldReduced'] as const),
];

/** Lots that a hold reaches now and did not before, and the other way round; with those holds. */
export type Reached = ReadonlyMap<string, readonly string[]>;
export type Change = Readonly<{ gained: Reached; lost: Reached }>;
export type Genealogy = ReturnType<typeof openGenealogy>;

const lotNode = (lot: string): string => `lot:${lot}`;
const orderNode = (order: string): string => `order:${order}`;
const none: Reached = new Map();
const same: Change = { gained: none, lost: none };

/** After every time that a fact can have. */
const ever = Number.MAX_SAFE_INTEGER;

/**
 * One step on from the rows of `walk`. What was let go passes on only what had left it before. A
 * lot that was let go is held again by what came into it later. In doubt about which was first, it
 * is held.
 */
const stepFrom = (walk: string): string => `
  SELECT walk.hold, link.target, CASE
    WHEN link.target GLOB 'order:*' THEN walk.until_ms
    WHEN let_go.at_ms IS NULL OR min(link.last_ms, walk.until_ms) >= let_go.at_ms THEN ${ever}
    ELSE let_go.at_ms END AS until_ms
  FROM ${walk} JOIN link ON link.source = walk.node AND link.first_ms <= walk.until_ms
  LEFT JOIN let_go ON let_go.hold = walk.hold AND let_go.lot = substr(link.target, 5)`;

const walkFrom = (start: string): string => `
  INSERT INTO reach
  WITH RECURSIVE walk (hold, node, until_ms) AS (${start} UNION ${stepFrom('walk')})
  SELECT hold, node, until_ms FROM walk WHERE true ON CONFLICT DO NOTHING
  RETURNING hold, node, until_ms AS untilMs`;

type Row = { hold: string; node: string; untilMs: number };

/** The lots among these rows that are held now, with the holds. */
function heldIn(rows: readonly Row[]): Map<string, string[]> {
  const held = new Map<string, string[]>();
  for (const { hold, node, untilMs } of rows) {
    if (untilMs !== ever || !node.startsWith('lot:')) continue;
    const lot = node.slice(4);
    held.set(lot, [...(held.get(lot) ?? []), hold]);
  }
  return held;
}
const without = (all: Reached, other: Reached): Reached =>
  new Map([...all].filter(([lot]) => !other.has(lot)));

function openReach(db: Database) {
  const ofHold = db.prepare<[string], Row>(
    'SELECT hold, node, until_ms AS untilMs FROM reach WHERE hold = ?',
  );
  const isHeld = db.prepare<[string], 1>('SELECT 1 FROM reach WHERE node = ? LIMIT 1').pluck();
  const forget = db.prepare('DELETE FROM reach WHERE hold = ?');
  const isOpen = db
    .prepare<[string], 1>("SELECT 1 FROM hold WHERE hold = ? AND is_open AND scope = 'lot'")
    .pluck();
  const placed = db.prepare<[string], Row>(
    walkFrom(
      `SELECT hold.hold, 'lot:' || hold.lot, coalesce(let_go.at_ms, ${ever})
       FROM hold LEFT JOIN let_go ON let_go.hold = hold.hold AND let_go.lot = hold.lot
       WHERE hold.hold = ? AND hold.lot IS NOT NULL`,
    ),
  );
  const linked = db.prepare<[string, string], Row>(
    walkFrom(
      `SELECT * FROM (${stepFrom('reach AS walk')}
         WHERE walk.node = ? AND link.target = ?) AS seed
       WHERE NOT EXISTS (SELECT 1 FROM reach WHERE reach.hold = seed.hold
         AND reach.node = seed.target AND reach.until_ms = seed.until_ms)`,
    ),
  );
  const reaching = db
    .prepare<[string, string], string>(
      `SELECT hold FROM reach JOIN hold USING (hold)
       WHERE node = ? AND until_ms = ${ever} AND (hold.lot <> ? OR hold.quantity IS NULL)
       ORDER BY hold`,
    )
    .pluck();

  return {
    /** Walks on over a link that is new, or was used at another time. */
    extend: (source: string, target: string): Reached =>
      isHeld.get(source) === undefined ? none : heldIn(linked.all(source, target)),
    /** Walks again from the held lot; or forgets the walk when the hold is over. */
    renew(hold: string): Change {
      const before = heldIn(ofHold.all(hold));
      forget.run(hold);
      const after = isOpen.get(hold) ? heldIn(placed.all(hold)) : none;
      return { gained: without(after, before), lost: without(before, after) };
    },
    isOpen: (hold: string): boolean => isOpen.get(hold) !== undefined,
    reaching: (lot: string): string[] => reaching.all(lotNode(lot), lot),
  };
}

/**
 * What was made of what, over all lines and edges, and which open holds on lots reach it: the same
 * whichever order the facts arrive in. A link is kept also when the fact that made it is reversed,
 * as at the edge: material that was in doubt once is not cleared by a correction of the count.
 */
export function openGenealogy(db: Database) {
  const link = db.prepare(
    `INSERT INTO link VALUES (?, ?, ?, ?) ON CONFLICT (source, target) DO UPDATE
       SET first_ms = min(link.first_ms, excluded.first_ms),
         last_ms = max(link.last_ms, excluded.last_ms)
       WHERE excluded.first_ms < link.first_ms OR excluded.last_ms > link.last_ms`,
  );
  const reach = openReach(db);

  function linkAll(links: readonly (readonly [string, string])[], atMs: number): Change {
    const gained = new Map<string, readonly string[]>();
    for (const [source, target] of links) {
      if (link.run(source, target, atMs, atMs).changes === 0) continue;
      for (const [lot, holds] of reach.extend(source, target)) {
        gained.set(lot, [...(gained.get(lot) ?? []), ...holds]);
      }
    }
    return gained.size === 0 ? same : { gained, lost: none };
  }

  return {
    /**
     * Takes in a fact, within the ledger's transaction and after the holds; returns what changed in
     * which lots are reached.
     */
    note(fact: Fact): Change {
      const { lot, order, recordedMs } = fact;
      switch (fact.type) {
        case 'MaterialConsumed':
          if (lot === undefined || order === undefined) return same;
          return linkAll([[lotNode(lot), orderNode(order)]], recordedMs);
        case 'LotProduced':
          if (lot === undefined || order === undefined) return same;
          return linkAll([[orderNode(order), lotNode(lot)]], recordedMs);
        case 'LotSplit': {
          if (lot === undefined) return same;
          const children = fact.body.children.map((child) => lotNode(child.lot));
          return linkAll(
            children.map((child) => [lotNode(lot), child]),
            recordedMs,
          );
        }
        case 'LotMerged': {
          if (lot === undefined) return same;
          const parents = fact.body.parents.map((parent) => lotNode(parent.lot));
          return linkAll(
            parents.map((parent) => [parent, lotNode(lot)]),
            recordedMs,
          );
        }
        case 'HoldPlaced':
        case 'HoldReduced':
          return reach.renew(fact.body.hold);
        case 'HoldDispositioned':
        case 'HoldReleased':
        case 'HoldCancelled':
          return reach.isOpen(fact.body.hold) ? same : reach.renew(fact.body.hold);
        default:
          return same;
      }
    },

    /**
     * Open holds that hold all of a lot: those on what it was made of, and those on itself that
     * have no quantity.
     */
    reaching: reach.reaching,
  };
}
