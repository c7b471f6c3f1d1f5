import { hash } from 'node:crypto';
import type { Database } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import type { MasterVersion } from '../../shared/master.ts';
import type {
  Reference,
  ReferenceKind,
  ReferenceSet,
  ReferenceVersion,
} from '../../shared/reference.ts';

/** Most bytes of reference data, contents alone, that an edge keeps. */
export const roomMax = 64 * 1024 * 1024;
/** Most orders of which it is kept what their releases named. */
const ordersMax = 20_000;

type Kept = ReferenceSet & Readonly<{ site: string }>;
export type Shelf = ReturnType<typeof openShelf>;

/** SHA-256 as central makes it; an edge holds what was approved, or nothing. */
export function digestOf(references: readonly Reference[]): string {
  const lines = references.map(({ kind, record, version, content }) =>
    JSON.stringify([kind, record, version, JSON.stringify(content)]),
  );
  return hash('sha256', lines.join('\n'), 'hex');
}

function prepare(db: Database) {
  const set = 'site, number, active_ms AS activeMs, records, digest';
  return {
    add: db.prepare('INSERT INTO reference_set VALUES (?, ?, ?, ?, ?, ?)'),
    addOne: db.prepare('INSERT INTO reference VALUES (?, ?, ?, ?, ?, ?)'),
    newest: db
      .prepare<[string], number | null>('SELECT max(number) FROM reference_set WHERE site = ?')
      .pluck(),
    one: db.prepare<[string, number], Kept>(
      `SELECT ${set} FROM reference_set WHERE site = ? AND number = ?`,
    ),
    versions: db.prepare<[string, number], ReferenceVersion>(
      'SELECT kind, record, version FROM reference WHERE site = ? AND number = ?',
    ),
    content: db
      .prepare<[string, ReferenceKind, string, string], string>(
        `SELECT content FROM reference WHERE site = ? AND kind = ? AND record = ? AND version = ?
         LIMIT 1`,
      )
      .pluck(),
    active: db
      .prepare<[string], number>('SELECT number FROM reference_active WHERE site = ?')
      .pluck(),
    activate: db.prepare(
      `INSERT INTO reference_active VALUES (?, ?)
       ON CONFLICT (site) DO UPDATE SET number = excluded.number`,
    ),
    told: db.prepare<[string], number>('SELECT number FROM reference_told WHERE line = ?').pluck(),
    tell: db.prepare(
      `INSERT INTO reference_told VALUES (?, ?)
       ON CONFLICT (line) DO UPDATE SET number = excluded.number`,
    ),
    named: db
      .prepare<[string], string>('SELECT versions FROM order_version WHERE order_number = ?')
      .pluck(),
    name: db.prepare(
      `INSERT INTO order_version VALUES (?, ?)
       ON CONFLICT (order_number) DO UPDATE SET versions = excluded.versions`,
    ),
    orders: db.prepare<[], string>('SELECT order_number FROM order_version').pluck(),
    unname: db.prepare('DELETE FROM order_version WHERE order_number = ?'),
    bytes: db
      .prepare<[], number>('SELECT coalesce(sum(length(content)), 0) FROM reference')
      .pluck(),
    superseded: db.prepare<[], ReferenceVersion & { site: string; number: number; bytes: number }>(
      `SELECT site, number, kind, record, version, length(content) AS bytes FROM reference AS old
       WHERE EXISTS (SELECT 1 FROM reference AS later
         JOIN reference_active AS active ON active.site = later.site
         WHERE later.site = old.site AND later.kind = old.kind AND later.record = old.record
           AND later.number > old.number AND later.number <= active.number)
       ORDER BY number`,
    ),
    drop: db.prepare(
      'DELETE FROM reference WHERE site = ? AND number = ? AND kind = ? AND record = ?',
    ),
  };
}

/**
 * The reference data of an edge, in its store. What is superseded, and no order that is known here
 * was released with, makes room for what comes.
 */
export function openShelf(db: Database, roomBytes: number = roomMax) {
  const tables = prepare(db);

  const owed = new Map<string, string>();

  const namedBy = (order: string): readonly MasterVersion[] | undefined => {
    const text = owed.get(order) ?? tables.named.get(order);
    return text === undefined ? undefined : (JSON.parse(text) as MasterVersion[]);
  };

  function settle(): void {
    for (const [order, text] of owed) tables.name.run(order, text);
    owed.clear();
  }

  /** Forgets the oldest of what nothing needs until so much is free; false if there is less. */
  function makeRoom(bytes: number, isOpen: (order: string) => boolean): boolean {
    let over = tables.bytes.get()! + bytes - roomBytes;
    if (over <= 0) return true;
    const needed = new Set<string>();
    for (const order of tables.orders.all().filter(isOpen)) {
      for (const { kind, record, version } of namedBy(order) ?? []) {
        needed.add(`${kind}\n${record}\n${version}`);
      }
    }
    for (const { site, number, kind, record, version, bytes: size } of tables.superseded.all()) {
      if (over <= 0) break;
      if (needed.has(`${kind}\n${record}\n${version}`)) continue;
      tables.drop.run(site, number, kind, record);
      over -= size;
    }
    return over <= 0;
  }

  return {
    /** Throws Fault CORRUPT for a set that is not what central has approved. */
    check(site: string, set: ReferenceSet, references: readonly Reference[]): void {
      if (references.length === set.records && digestOf(references) === set.digest) return;
      throw new Fault('CORRUPT', `set ${set.number} of ${site} is not what central has approved`);
    },

    /** Keeps a set as a whole, within a transaction; false where there is no room for it. */
    take(
      site: string,
      set: ReferenceSet,
      references: readonly Reference[],
      nowMs: number,
      isOpen: (order: string) => boolean,
    ): boolean {
      settle();
      const texts = references.map(({ content }) => JSON.stringify(content));
      const bytes = texts.reduce((sum, text) => sum + text.length, 0);
      if (!makeRoom(bytes, isOpen)) return false;
      const { number, activeMs, records, digest } = set;
      tables.add.run(site, number, activeMs, records, digest, nowMs);
      references.forEach(({ kind, record, version }, at) => {
        tables.addOne.run(site, number, kind, record, version, texts[at]);
      });
      return true;
    },

    newest: (site: string): number => tables.newest.get(site) ?? 0,
    one: (site: string, number: number): Kept | undefined => tables.one.get(site, number),
    versions: (site: string, number: number) => tables.versions.all(site, number),
    content(site: string, { kind, record, version }: ReferenceVersion) {
      const text = tables.content.get(site, kind, record, version);
      return text === undefined ? undefined : (JSON.parse(text) as Reference['content']);
    },

    active: (site: string): number => tables.active.get(site) ?? 0,
    activate: (site: string, number: number): void => void tables.activate.run(site, number),
    /** Number of the set that a line has stated last. */
    told: (line: string): number => tables.told.get(line) ?? 0,
    tell: (line: string, number: number): void => void tables.tell.run(line, number),

    namedBy,
    /** What was read of releases, outside a transaction, is to be written down yet. */
    isOwed: (): boolean => owed.size > 0,
    /** Writes it down, within a transaction. */
    settle,

    /**
     * Keeps what a release named; what is known already is not written again. Outside a
     * transaction, while a store is read that another box has written, it is only remembered.
     */
    name(order: string, versions: readonly MasterVersion[], isOpen: (order: string) => boolean) {
      const text = JSON.stringify(versions);
      if (tables.named.get(order) === text) return;
      if (!db.inTransaction) return void owed.set(order, text);
      tables.name.run(order, text);
      owed.delete(order);
      const orders = tables.orders.all();
      if (orders.length <= ordersMax || orders.length % 1_000 !== 0) return;
      for (const known of orders) if (!isOpen(known)) tables.unname.run(known);
    },
    bytes: (): number => tables.bytes.get()!,
  };
}
