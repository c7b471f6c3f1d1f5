import type { Database } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import { invalid } from '../../shared/field.ts';
import {
  pageBytesMax,
  type Reference,
  type ReferenceAnswer,
  type ReferenceAsk,
  type ReferenceVersion,
  setRecordsMax,
  versionText,
  withoutTimes,
} from '../../shared/reference.ts';
import { openSets, type Sets } from '../../statecharts/inforce.ts';
import { isSame, type Saying } from '../posting/amendments.ts';
import { contentText, digestOf, type Records } from './records.ts';

/** Most drafts and most sets that are told. */
const shownMax = 50;

export type Draft = Readonly<{
  id: number;
  site: string;
  atMs: number;
  by: string;
  reason: string;
  activeMs: number;
  records: number;
}>;
type SetRow = Readonly<{
  number: number;
  draft: number;
  activeMs: number;
  records: number;
  digest: string;
}>;
type Proposed = Saying &
  Readonly<{
    site: string;
    activeMs?: number | undefined;
    records?: readonly ReferenceVersion[] | undefined;
  }>;
type Parts = {
  db: Database;
  records: Records;
  nowMs: () => number;
  /** Whether a set of the site needs a second person. */
  needsSecond: (site: string) => boolean;
};
export type ChangeSets = ReturnType<typeof openChangeSets>;

function prepare(db: Database) {
  const draft = `SELECT id, site, at_ms AS atMs, by, reason, active_ms AS activeMs,
      (SELECT count(*) FROM reference_member WHERE draft = id) AS records FROM reference_draft`;
  const set = 'number, draft, active_ms AS activeMs, records, digest';
  return {
    addDraft: db
      .prepare<[string, number, string, string, number], number>(
        `INSERT INTO reference_draft (site, at_ms, by, reason, active_ms) VALUES (?, ?, ?, ?, ?)
         RETURNING id`,
      )
      .pluck(),
    addMember: db.prepare('INSERT INTO reference_member VALUES (?, ?, ?, ?)'),
    members: db.prepare<[number], ReferenceVersion>(
      `SELECT kind, record, version FROM reference_member WHERE draft = ? ORDER BY kind, record`,
    ),
    draft: db.prepare<[number], Draft>(`${draft} WHERE id = ?`),
    open: db.prepare<[number], Draft>(
      `${draft} WHERE NOT EXISTS (SELECT 1 FROM reference_decision WHERE draft = id)
       ORDER BY id DESC LIMIT ?`,
    ),
    decided: db.prepare<[number], { approved: number; by: string }>(
      'SELECT approved, by FROM reference_decision WHERE draft = ?',
    ),
    decide: db.prepare('INSERT INTO reference_decision VALUES (?, ?, ?, ?, ?)'),
    addSet: db.prepare('INSERT INTO reference_set VALUES (?, ?, ?, ?, ?, ?)'),
    newest: db.prepare<[string], SetRow>(
      `SELECT ${set} FROM reference_set WHERE site = ? ORDER BY number DESC LIMIT 1`,
    ),
    one: db.prepare<[string, number], SetRow>(
      `SELECT ${set} FROM reference_set WHERE site = ? AND number = ?`,
    ),
    behind: db.prepare<[string, number], SetRow>(
      `SELECT ${set} FROM reference_set WHERE site = ? AND number > ? ORDER BY number`,
    ),
    at: db
      .prepare<[string, number], number>(
        `SELECT number FROM reference_set WHERE site = ? AND active_ms <= ?
         ORDER BY number DESC LIMIT 1`,
      )
      .pluck(),
    shown: db.prepare<[number], SetRow & { site: string; by: string; reason: string }>(
      `SELECT site, ${set}, by, reason FROM reference_set JOIN reference_decision USING (draft)
       ORDER BY at_ms DESC, site, number DESC LIMIT ?`,
    ),
  };
}

/**
 * Change sets of reference data, per site: drafted by one person, approved or rejected as a whole,
 * numbered without holes when they are approved, and active from a time on. None is ever edited.
 */
export function openChangeSets({ db, records, nowMs, needsSecond }: Parts) {
  const tables = prepare(db);
  const known = new Map<string, Sets>(); // by site, as far as anybody asked

  /** The sets of a site, with those that were approved since. */
  function setsOf(site: string): Sets {
    const sets = known.get(site) ?? openSets((version) => records.content(site, version));
    known.set(site, sets);
    for (const { number, draft } of tables.behind.all(site, sets.newest())) {
      sets.add(number, tables.members.all(draft));
    }
    return sets;
  }

  function checkMembers(site: string, members: readonly ReferenceVersion[]): void {
    if (members.length === 0) throw invalid('records', 'must name at least one; nothing is new');
    const seen = new Set<string>();
    for (const one of members) {
      const key = `${one.kind}\n${one.record}`;
      if (seen.has(key)) {
        throw invalid('records', `must name ${one.kind} ${one.record} once, in one version`);
      }
      seen.add(key);
      if (records.content(site, one) === undefined) {
        throw new Fault('UNKNOWN', `records: ${versionText(one)} never came to ${site}`);
      }
    }
  }

  /** Of what no draft has named yet each record once, in the version that came last. */
  function freshOf(site: string): ReferenceVersion[] {
    const newest = new Map<string, ReferenceVersion>();
    for (const one of records.fresh(site, setRecordsMax)) {
      newest.set(`${one.kind}\n${one.record}`, one);
    }
    return [...newest.values()];
  }

  function openDraft(id: number): Draft {
    const draft = tables.draft.get(id);
    if (!draft) throw new Fault('UNKNOWN', `draft: ${id} is unknown`);
    const decided = tables.decided.get(id);
    if (!decided) return draft;
    const what = decided.approved === 1 ? 'approved' : 'rejected';
    throw new Fault('REFUSED', `draft: ${id} was ${what} by ${decided.by}`);
  }

  const referencesOf = (site: string, draft: number): Reference[] =>
    tables.members
      .all(draft)
      .map((one) => ({ ...one, content: records.content(site, one)! }) as Reference);

  return {
    /**
     * Proposes a set; returns its draft's number. Without `records` it is all that came and no
     * draft has named. Throws Fault INVALID for none, and Fault UNKNOWN for what never came.
     */
    propose({ site, activeMs, by, reason, records: named }: Proposed): number {
      const members = named ?? freshOf(site);
      checkMembers(site, members);
      const id = tables.addDraft.get(site, nowMs(), by, reason, activeMs ?? nowMs())!;
      if (named === undefined) {
        for (const one of records.fresh(site, setRecordsMax)) records.mark(site, one);
      }
      for (const one of members) {
        tables.addMember.run(id, one.kind, one.record, one.version);
        records.mark(site, one);
      }
      return id;
    },

    /**
     * The draft becomes the site's next set; returns what it names. A time that has passed
     * meanwhile is now. Throws Fault REFUSED for a draft that is decided, for one's own where two
     * persons are needed, and for a time before that of the set before.
     */
    approve(id: number, { by, reason }: Saying) {
      const draft = openDraft(id);
      const { site } = draft;
      if (needsSecond(site) && isSame(draft.by, by)) {
        throw new Fault(
          'REFUSED',
          `by: ${by} has drafted it, and ${site} asks for a second person`,
        );
      }
      const before = tables.newest.get(site);
      const activeMs = Math.max(draft.activeMs, nowMs());
      if (before && activeMs < before.activeMs) {
        const when = new Date(before.activeMs).toISOString();
        throw new Fault('REFUSED', `draft: set ${before.number} becomes active only at ${when}`);
      }
      const references = referencesOf(site, id);
      tables.decide.run(id, nowMs(), by, reason, 1);
      const number = (before?.number ?? 0) + 1;
      tables.addSet.run(site, number, id, activeMs, references.length, digestOf(references));
      return { site, number, activeMs, references };
    },

    reject(id: number, { by, reason }: Saying): void {
      openDraft(id);
      tables.decide.run(id, nowMs(), by, reason, 0);
    },

    /** The next set behind that which an edge holds, as much of it as one answer carries. */
    answer(site: string, { after, from }: ReferenceAsk): ReferenceAnswer {
      const newest = tables.newest.get(site)?.number ?? 0;
      const row = tables.one.get(site, after + 1);
      if (!row) return { newest, references: [] };
      const { number, activeMs, records: count, digest } = row;
      const references: Reference[] = [];
      let bytes = 0;
      for (const one of tables.members.all(row.draft).slice(from)) {
        const content = records.content(site, one)!;
        const reference = withoutTimes({ ...one, content } as Reference);
        bytes += 200 + Buffer.byteLength(contentText(reference.content));
        if (references.length > 0 && bytes > pageBytesMax) break;
        references.push(reference);
      }
      return { newest, set: { number, activeMs, records: count, digest }, references };
    },

    /** Number of the set that is active at a time; 0 for none. */
    numberAt: (site: string, atMs: number): number => tables.at.get(site, atMs) ?? 0,
    newest: (site: string): number => tables.newest.get(site)?.number ?? 0,
    /** What is in force by a set. */
    by: (site: string, number: number) => setsOf(site).by(number),
    /** Each record of a kind that is in force by a set. */
    all: (site: string, kind: ReferenceVersion['kind'], number: number) =>
      setsOf(site).all(kind, number),
    /** Drafts that nobody has decided, and the newest sets. */
    shown: () => ({ drafts: tables.open.all(shownMax), sets: tables.shown.all(shownMax) }),
    /** What was remembered is dropped. */
    undone: (): void => known.clear(),
  };
}
