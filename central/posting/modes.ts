import type { Database } from '../../shared/database.ts';
import { choice, type Field, optional, type Read, record, text } from '../../shared/field.ts';
import type { Dossier } from '../ledger/dossier.ts';
import { phaseOf, phases, type Rule, rulesOfPhases } from './ruletable.ts';

/** What a rule does, least first: nothing; is computed and shown; calls for documents. */
export const modes = ['off', 'shadow', 'live'] as const;
export type Mode = (typeof modes)[number];

/** What is not posted because of the mode of its rule counts under these reasons. */
export const modeReasons = {
  off: 'its rule is off',
  shadow: 'its rule is a shadow: computed, not posted',
} as const satisfies Partial<Record<Mode, string>>;

const named = [...Object.keys(phases), ...rulesOfPhases];
export const switchFields = {
  site: optional(text('Lines that begin with this, e.g. acme/lyon; all of them if absent.', 200)),
  rule: optional(choice('A rule, or all of a phase; all rules if absent.', named)),
  mode: choice('What they do.', modes),
};
/** One line of the configuration; of several that fit, the last one counts. */
export type Switch = Read<typeof switchFields>;
export const switchField: Field<Switch> = record(
  'Which rules do what, and where: docs/rules.md.',
  switchFields,
);
/** Most of them in a configuration. */
export const switchesMax = 500;

export const modeMigrations = [
  `
  CREATE TABLE rule_edition (                    -- what the configuration has said of rules
    id       INTEGER PRIMARY KEY,
    since_ms INTEGER NOT NULL,
    switches TEXT    NOT NULL                    -- as JSON
  ) STRICT;
  CREATE TRIGGER rule_edition_is_history BEFORE UPDATE ON rule_edition
    BEGIN SELECT raise(ABORT, 'what rules did is never edited'); END;
  CREATE TRIGGER rule_edition_is_kept BEFORE DELETE ON rule_edition
    BEGIN SELECT raise(ABORT, 'what rules did is never deleted'); END;
  -- An order goes through by the rules that were in force when it was first heard of.
  ALTER TABLE production_order ADD COLUMN rule_edition INTEGER NOT NULL DEFAULT 0;
  `,
];

export type Edition = Readonly<{ id: number; sinceMs: number; switches: readonly Switch[] }>;
/** Most editions that are told, the newest first. */
const editionsMax = 50;
/** Most editions that are remembered, and most orders with the one that they go by. */
const knownMax = 100;
const ordersMax = 20_000;

/** Whether a line is at that site, or wherever none is said. */
export const covers = (site: string | undefined, line: string): boolean =>
  site === undefined || line === site || line.startsWith(`${site}/`);

/** What a rule does for a line by these switches: the last one that fits; live without one. */
export function modeBy(switches: readonly Switch[], rule: Rule, line: string): Mode {
  const fits = (known: Switch) =>
    covers(known.site, line) &&
    (known.rule === undefined || known.rule === rule || known.rule === phaseOf(rule));
  return switches.findLast(fits)?.mode ?? 'live';
}

/** Where receipts are live and quality is not: what is in stock already is not blocked there. */
export function unguarded(switches: readonly Switch[]): readonly string[] {
  const places = new Set(switches.map(({ site = '' }) => site));
  return [...places].filter(
    (site) =>
      modeBy(switches, 'LotProduced', site) === 'live' &&
      modeBy(switches, 'HoldPlaced', site) !== 'live',
  );
}

/** A lot goes with the order that produced it. */
type About = Readonly<{ line: string; order?: string | undefined; lot?: string | undefined }>;
type Parts = {
  db: Database;
  dossier: Dossier;
  switches: readonly Switch[];
  nowMs: () => number;
  /** Says it instead, whatever was said by any configuration. */
  judge?: ((rules: readonly Rule[], line: string) => Mode) | undefined;
};
export type Modes = ReturnType<typeof openModes>;

/**
 * What each rule does. Another configuration than the last is another edition, kept for ever; an
 * order that central has heard of goes on by the edition it began with, so that no order is posted
 * by half.
 */
export function openModes({ db, dossier, switches: configured, nowMs, judge }: Parts) {
  const add = db.prepare('INSERT INTO rule_edition (since_ms, switches) VALUES (?, ?)');
  type Row = { id: number; sinceMs: number; switches: string };
  const columns = 'id, since_ms AS sinceMs, switches';
  const newest = db.prepare<[number], Row>(
    `SELECT ${columns} FROM rule_edition ORDER BY id DESC LIMIT ?`,
  );
  const one = db.prepare<[number], Row>(`SELECT ${columns} FROM rule_edition WHERE id = ?`);
  const known = new Map<number, readonly Switch[]>();
  const orders = new Map<string, number>(); // editions that they go through by
  const read = ({ switches: said, ...row }: Row): Edition => ({
    ...row,
    switches: JSON.parse(said) as Switch[],
  });

  const said = JSON.stringify(configured);
  db.transaction(() => {
    const [last] = newest.all(1);
    if (last ? last.switches !== said : configured.length > 0) add.run(nowMs(), said);
  }).immediate();
  let kept: number | undefined = newest.get(1)?.id ?? 0;
  const currentId = (): number => {
    kept ??= newest.get(1)?.id ?? 0;
    return kept;
  };

  function switchesOf(edition: number): readonly Switch[] {
    const there = known.get(edition);
    if (there) return there;
    if (known.size >= knownMax) known.clear();
    const row = one.get(edition);
    const found = row ? read(row).switches : [];
    known.set(edition, found);
    return found;
  }

  function editionOf(order: string): number {
    const there = orders.get(order);
    if (there !== undefined) return there;
    if (orders.size >= ordersMax) orders.clear();
    const edition = dossier.editionOf(order) ?? currentId();
    orders.set(order, edition);
    return edition;
  }

  return {
    /** What these rules do together for a fact about that: what the one does that does least. */
    of(rules: readonly Rule[], { line, order, lot }: About): Mode {
      if (judge) return judge(rules, line);
      const current = currentId();
      if (current === 0) return 'live';
      const by = dossier.orderOf(order, lot);
      const switches = switchesOf(by === undefined ? current : editionOf(by));
      const all = rules.map((rule) => modeBy(switches, rule, line));
      return modes.find((mode) => all.includes(mode)) ?? 'live';
    },
    /** What is remembered of orders and of the newest edition is read anew. */
    undone(): void {
      orders.clear();
      kept = undefined;
    },
    current: (): Edition | undefined => newest.all(1).map(read)[0],
    /** What the configuration has said, the newest first. */
    editions: (): readonly Edition[] => newest.all(editionsMax).map(read),
  };
}
