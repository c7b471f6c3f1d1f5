import type { Database } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import { amount, type Fields, id, optional, type Read, text } from '../../shared/field.ts';
import { material, unit } from '../../shared/vocabulary.ts';
import type { PostingKind } from '../erp/erp.ts';
import { acting } from './acting.ts';
import { unsureMax } from './outcomes.ts';
import type { Postings } from './postings.ts';
import type { PostingRow } from './queue.ts';
import type { Attempt } from './records.ts';

export const amendmentMigrations = [
  `
  CREATE TABLE amendment (                       -- what a parked posting shall say instead
    id         INTEGER PRIMARY KEY,
    key        TEXT    NOT NULL,
    at_ms      INTEGER NOT NULL,
    by         TEXT    NOT NULL CHECK (by <> ''),
    reason     TEXT    NOT NULL CHECK (reason <> ''),
    changes    TEXT    NOT NULL,                 -- as JSON, by the name of the field
    before     TEXT    NOT NULL,                 -- likewise, what it said
    decision   TEXT    CHECK (decision = 'approved' OR decision = 'rejected'),
    decided_ms INTEGER CHECK ((decided_ms IS NULL) = (decision IS NULL)),
    decided_by TEXT    CHECK ((decided_by IS NULL) = (decision IS NULL)),
    words      TEXT    CHECK ((words IS NULL) = (decision IS NULL)),
    CHECK (decision IS NULL OR decision <> 'approved' OR decided_by <> by)
  ) STRICT;
  CREATE INDEX amendment_key ON amendment (key);
  CREATE UNIQUE INDEX amendment_open ON amendment (key) WHERE decision IS NULL;
  CREATE TRIGGER amendment_is_history BEFORE UPDATE ON amendment
    WHEN old.decision IS NOT NULL OR new.key <> old.key OR new.by <> old.by
      OR new.changes <> old.changes OR new.before <> old.before OR new.reason <> old.reason
    BEGIN SELECT raise(ABORT, 'what a person has said is never edited'); END;
  CREATE TRIGGER amendment_is_kept BEFORE DELETE ON amendment
    BEGIN SELECT raise(ABORT, 'what a person has said is never deleted'); END;
  `,
];

const amounts = { yield: 'Good.', scrap: 'Scrap.', rework: 'Rework.', quantity: 'How much.' };
const counted = (name: keyof typeof amounts) => optional(amount(amounts[name]));
/** What may be said otherwise. Order and lot stay: they are what the posting is about. */
export const changeFields = {
  operation: optional(id('Operation.', 10)),
  material: optional(material),
  unit: optional(unit),
  ...{ yield: counted('yield'), scrap: counted('scrap') },
  ...{ rework: counted('rework'), quantity: counted('quantity') },
} satisfies Fields;
export type Changes = Read<typeof changeFields>;
export type Change = keyof Changes;

const ofConfirmation: readonly Change[] = ['operation', 'unit', 'yield', 'scrap', 'rework'];
const ofMovement: readonly Change[] = ['material', 'unit', 'quantity'];
const changeable = (kind: PostingKind): readonly Change[] =>
  kind === 'confirmation' ? ofConfirmation : ofMovement;

export type Amendment = Readonly<{
  atMs: number;
  by: string;
  reason: string;
  changes: Changes;
  before: Readonly<Partial<Record<Change, string | null>>>;
  decision: 'approved' | 'rejected' | null;
  decidedMs: number | null;
  decidedBy: string | null;
  words: string | null;
}>;
type Row = Omit<Amendment, 'changes' | 'before'> & { id: number; changes: string; before: string };
/** Outcomes after which it may be in the ERP. */
const doubtful = ['unknown', 'queued', 'differs', 'undecided'];
/** Most amendments of one posting that are told. */
const toldMax = 50;

type Parts = { db: Database; postings: Postings; nowMs: () => number; moved: () => void };
export type Amendments = ReturnType<typeof openAmendments>;

const read = ({ id: _, ...row }: Row): Amendment => ({
  ...row,
  changes: JSON.parse(row.changes) as Changes,
  before: JSON.parse(row.before) as Amendment['before'],
});

const columns = `id, at_ms AS atMs, by, reason, changes, before, decision,
  decided_ms AS decidedMs, decided_by AS decidedBy, words`;

/** Who says it, and why. */
export const saying = {
  by: id('Who says it, e.g. "person:17".', 64),
  reason: text('Why.', 200),
};
export type Saying = Read<typeof saying>;

/** What people have proposed for a posting, the first first. */
export function openAmended(db: Database) {
  const all = db.prepare<[string, number], Row>(
    `SELECT ${columns} FROM amendment WHERE key = ? ORDER BY id LIMIT ?`,
  );
  return (key: string): readonly Amendment[] => all.all(key, toldMax).map(read);
}

/** Whether both are the same person's name. */
export const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
/** Throws Fault REFUSED for whoever approves what is their own. */
export function checkSecond(first: string, by: string): void {
  if (!isSame(first, by)) return;
  throw new Fault('REFUSED', `by: ${by} has proposed it: a second person must approve`);
}

/**
 * Edits of parked postings, by two people: one proposes, another approves or rejects. What was
 * proposed, what it said before and who has decided is kept for ever. An approved edit only
 * changes what is said; the posting stays parked until somebody tries it again.
 *
 * Throws Fault REFUSED for a posting that is not parked or may be in the ERP, a second proposal
 * while one is open, and one's own approval; Fault INVALID for what its kind does not say; Fault
 * UNKNOWN for none.
 */
export function openAmendments({ db, postings, nowMs, moved }: Parts) {
  const add = db.prepare(
    'INSERT INTO amendment (key, at_ms, by, reason, changes, before) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const open = db.prepare<[string], Row>(
    `SELECT ${columns} FROM amendment WHERE key = ? AND decision IS NULL`,
  );
  const decide = db.prepare(
    'UPDATE amendment SET decision = ?, decided_ms = ?, decided_by = ?, words = ? WHERE id = ?',
  );

  const amend = db.prepare(
    `UPDATE posting SET operation = :operation, material = :material, unit = :unit, yield = :yield,
       scrap = :scrap, rework = :rework, quantity = :quantity WHERE id = :id AND state = 'parked'`,
  );

  const last = db.prepare<[string], Pick<Attempt, 'outcome' | 'detail'>>(
    'SELECT outcome, detail FROM attempt WHERE key = ? ORDER BY rowid DESC LIMIT 1',
  );

  /** A document that is there says what it was sent with, whatever is said of it here. */
  function mayBeThere({ key, unsure, ticket }: PostingRow): boolean {
    const { outcome, detail } = last.get(key) ?? { outcome: '', detail: '' };
    const isFound = outcome === 'lookedUp' && detail !== '';
    const isLost = outcome === 'lookedUp' && ticket !== null; // it was taken once
    return unsure >= unsureMax || doubtful.includes(outcome) || isFound || isLost;
  }

  function parked(key: string): PostingRow {
    const row = postings.one(key);
    if (row.state !== 'parked') {
      throw new Fault('REFUSED', `posting: ${key} is ${row.state}, not parked`);
    }
    if (!mayBeThere(row)) return row;
    throw new Fault('REFUSED', `posting: ${key} may be in the ERP: settle it, or retry it first`);
  }

  function proposed(key: string): Row {
    const row = open.get(key);
    if (row) return row;
    throw new Fault('REFUSED', `posting: ${key}: nobody has proposed another content`);
  }

  function propose(key: string, { by, reason }: Saying, changes: Changes): void {
    const row = parked(key);
    if (row.cancels !== null) {
      throw new Fault('REFUSED', `posting: ${key} says what it takes back or follows, no more`);
    }
    if (row.inbound !== null) {
      throw new Fault('REFUSED', `posting: ${key} says what its receipt says, no more`);
    }
    if (row.kind === 'usageDecision') {
      throw new Fault('REFUSED', `posting: ${key} says what the holds of its lot say, no more`);
    }
    const names = Object.keys(changes) as Change[];
    const allowed = changeable(row.kind);
    const foreign = names.find((name) => !allowed.includes(name));
    if (foreign || names.length === 0) {
      const limit = `must change one or more of ${allowed.join(', ')}`;
      throw new Fault('INVALID', `changes: ${limit}${foreign ? `, not ${foreign}` : ''}`);
    }
    const known = open.get(key);
    if (known) {
      const words = `${known.by} has proposed another content: approve or reject it first`;
      throw new Fault('REFUSED', `posting: ${key}: ${words}`);
    }
    const before = Object.fromEntries(names.map((name) => [name, row[name]]));
    add.run(key, nowMs(), by, reason, JSON.stringify(changes), JSON.stringify(before));
  }

  function approve(key: string, { by, reason }: Saying): void {
    const posting = parked(key);
    const row = proposed(key);
    checkSecond(row.by, by);
    amend.run({ ...posting, ...(JSON.parse(row.changes) as Changes) });
    decide.run('approved', nowMs(), by, reason, row.id);
  }

  function reject(key: string, { by, reason }: Saying): void {
    decide.run('rejected', nowMs(), by, reason, proposed(key).id);
  }

  const together = acting({ db, postings, moved });
  return {
    /** Proposes what a parked posting shall say instead; nothing changes yet. */
    propose: together(propose),
    /** Another person than the one who has proposed it says yes: it says so from now on. */
    approve: together(approve),
    /** Somebody says no, maybe the one who has proposed it. */
    reject: together(reject),
  };
}
