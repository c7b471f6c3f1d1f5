import { hash } from 'node:crypto';
import type { Database } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import {
  type Reference,
  type ReferenceKind,
  type ReferenceVersion,
  versionText,
  withoutTimes,
} from '../../shared/reference.ts';

export const referenceMigrations = [
  `
  CREATE TABLE reference_record (                -- what versions say, as they came
    site        TEXT    NOT NULL,                -- "acme/lyon"
    kind        TEXT    NOT NULL,
    record      TEXT    NOT NULL,
    version     TEXT    NOT NULL,
    content     TEXT    NOT NULL,                -- JSON
    source      TEXT    NOT NULL CHECK (source <> ''),
    received_ms INTEGER NOT NULL,
    drafted     INTEGER NOT NULL DEFAULT 0 CHECK (drafted IN (0, 1)), -- some draft has named it
    PRIMARY KEY (site, kind, record, version)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX reference_record_new ON reference_record (site, drafted);
  CREATE TRIGGER reference_record_stays BEFORE DELETE ON reference_record
    BEGIN SELECT raise(ABORT, 'what a version says is never deleted'); END;
  CREATE TRIGGER reference_record_says BEFORE UPDATE ON reference_record
    WHEN new.content <> old.content OR new.site <> old.site OR new.kind <> old.kind
      OR new.record <> old.record OR new.version <> old.version OR new.source <> old.source
      OR new.received_ms <> old.received_ms
    BEGIN SELECT raise(ABORT, 'what a version says is never edited'); END;

  CREATE TABLE reference_draft (                 -- proposed as a whole
    id        INTEGER PRIMARY KEY,
    site      TEXT    NOT NULL,
    at_ms     INTEGER NOT NULL,
    by        TEXT    NOT NULL CHECK (by <> ''),
    reason    TEXT    NOT NULL CHECK (reason <> ''),
    active_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE reference_member (                -- what a draft names, each record once
    draft   INTEGER NOT NULL,
    kind    TEXT    NOT NULL,
    record  TEXT    NOT NULL,
    version TEXT    NOT NULL,
    PRIMARY KEY (draft, kind, record)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE reference_decision (              -- what a person has said of a draft
    draft    INTEGER PRIMARY KEY,
    at_ms    INTEGER NOT NULL,
    by       TEXT    NOT NULL CHECK (by <> ''),
    reason   TEXT    NOT NULL CHECK (reason <> ''),
    approved INTEGER NOT NULL CHECK (approved IN (0, 1))
  ) STRICT;
  CREATE TABLE reference_set (                   -- what was approved: 1, 2, 3 … per site
    site      TEXT    NOT NULL,
    number    INTEGER NOT NULL CHECK (number >= 1),
    draft     INTEGER NOT NULL UNIQUE,
    active_ms INTEGER NOT NULL,
    records   INTEGER NOT NULL CHECK (records >= 1),
    digest    TEXT    NOT NULL,
    PRIMARY KEY (site, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER reference_set_has_no_hole BEFORE INSERT ON reference_set
    WHEN new.number <> 1 + coalesce(
      (SELECT max(number) FROM reference_set WHERE site = new.site), 0)
    BEGIN SELECT raise(ABORT, 'the sets of a site have no holes and no repeats'); END;
  CREATE TRIGGER reference_set_is_in_order BEFORE INSERT ON reference_set
    WHEN new.active_ms < coalesce(
      (SELECT max(active_ms) FROM reference_set WHERE site = new.site), 0)
    BEGIN SELECT raise(ABORT, 'a later set does not become active earlier'); END;
  CREATE TRIGGER reference_set_is_history BEFORE UPDATE ON reference_set
    BEGIN SELECT raise(ABORT, 'what was approved is never edited'); END;
  CREATE TRIGGER reference_set_stays BEFORE DELETE ON reference_set
    BEGIN SELECT raise(ABORT, 'what was approved is never deleted'); END;
  CREATE TRIGGER reference_member_is_drafted BEFORE INSERT ON reference_member
    WHEN EXISTS (SELECT 1 FROM reference_decision WHERE draft = new.draft)
    BEGIN SELECT raise(ABORT, 'a draft that is decided takes in nothing more'); END;
  CREATE TRIGGER reference_member_is_history BEFORE UPDATE ON reference_member
    BEGIN SELECT raise(ABORT, 'a draft is never edited'); END;
  CREATE TRIGGER reference_member_stays BEFORE DELETE ON reference_member
    BEGIN SELECT raise(ABORT, 'a draft is never deleted'); END;
  CREATE TRIGGER reference_draft_is_history BEFORE UPDATE ON reference_draft
    BEGIN SELECT raise(ABORT, 'a draft is never edited'); END;
  CREATE TRIGGER reference_draft_stays BEFORE DELETE ON reference_draft
    BEGIN SELECT raise(ABORT, 'a draft is never deleted'); END;
  CREATE TRIGGER reference_decision_is_history BEFORE UPDATE ON reference_decision
    BEGIN SELECT raise(ABORT, 'what a person has decided is never edited'); END;
  CREATE TRIGGER reference_decision_stays BEFORE DELETE ON reference_decision
    BEGIN SELECT raise(ABORT, 'what a person has decided is never deleted'); END;
  `,
];

export type Records = ReturnType<typeof openRecords>;
type Key = [site: string, kind: ReferenceKind, record: string, version: string];

/** The same bytes for the same contents, whatever order their fields came in. */
export const contentText = (content: Reference['content']): string => JSON.stringify(content);

/** SHA-256 of a set's records as edges are told them, in order: an edge holds all, or nothing. */
export function digestOf(references: readonly Reference[]): string {
  const lines = references
    .map(withoutTimes)
    .map(({ kind, record, version, content }) =>
      JSON.stringify([kind, record, version, contentText(content)]),
    );
  return hash('sha256', lines.join('\n'), 'hex');
}

/** What versions of records say at each site. What one says once, it says for ever. */
export function openRecords(db: Database) {
  const one = db
    .prepare<Key, string>(
      `SELECT content FROM reference_record
       WHERE site = ? AND kind = ? AND record = ? AND version = ?`,
    )
    .pluck();
  const add = db.prepare(
    `INSERT INTO reference_record (site, kind, record, version, content, source, received_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const mark = db.prepare(
    `UPDATE reference_record SET drafted = 1
     WHERE site = ? AND kind = ? AND record = ? AND version = ? AND drafted = 0`,
  );
  const fresh = db.prepare<[string, number], ReferenceVersion>(
    `SELECT kind, record, version FROM reference_record WHERE site = ? AND drafted = 0
     ORDER BY received_ms, kind, record, version LIMIT ?`,
  );
  const freshBySite = db.prepare<[number], { site: string; records: number }>(
    `SELECT site, count(*) AS records FROM reference_record WHERE drafted = 0
     GROUP BY site ORDER BY site LIMIT ?`,
  );

  return {
    content: (site: string, { kind, record, version }: ReferenceVersion) => {
      const text = one.get(site, kind, record, version);
      return text === undefined ? undefined : (JSON.parse(text) as Reference['content']);
    },

    /**
     * Keeps what a version says; false for what was known already, also where it came before times
     * were handed over, and says the same but for these. Throws Fault CONFLICT for other contents
     * under a version that is known: another content is another version.
     */
    take(site: string, reference: Reference, source: string, nowMs: number): boolean {
      const { kind, record, version, content } = reference;
      const text = contentText(content);
      const known = one.get(site, kind, record, version);
      if (known === text || known === contentText(withoutTimes(reference).content)) return false;
      if (known !== undefined) {
        const words = `${versionText(reference)} is known at ${site} and says something else`;
        throw new Fault('CONFLICT', `${words}: another content needs another version`);
      }
      add.run(site, kind, record, version, text, source, nowMs);
      return true;
    },

    /** Some draft names it. */
    mark: (site: string, { kind, record, version }: ReferenceVersion): void =>
      void mark.run(site, kind, record, version),
    /** What no draft has named yet, the oldest first. */
    fresh: (site: string, max: number) => fresh.all(site, max),
    /** How many there are of them, by site. */
    waiting: (max: number) => freshBySite.all(max),
  };
}
