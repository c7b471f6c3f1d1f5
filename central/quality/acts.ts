import type { Database } from '../../shared/database.ts';

export const actMigrations = [
  `
  CREATE TABLE quality_act (                     -- what people have said of quality, at central
    id         INTEGER PRIMARY KEY,
    at_ms      INTEGER NOT NULL,
    act        TEXT    NOT NULL CHECK (act = 'hold' OR act = 'release' OR act = 'dispose'
      OR act = 'rework' OR act = 'inspection'),
    about      TEXT    NOT NULL,                 -- a hold, a rework or an inspection
    line       TEXT,                             -- that it is for; NULL for a hold of central
    by         TEXT    NOT NULL CHECK (by <> ''),
    reason     TEXT    NOT NULL,
    content    TEXT    NOT NULL,                 -- what was said besides, as JSON
    decision   TEXT    CHECK (decision = 'approved' OR decision = 'rejected' OR decision = 'done'),
    decided_ms INTEGER CHECK ((decided_ms IS NULL) = (decision IS NULL)),
    decided_by TEXT    CHECK ((decided_by IS NULL) = (decision IS NULL)),
    words      TEXT    CHECK ((words IS NULL) = (decision IS NULL)),
    CHECK (decision IS NULL OR decision <> 'approved' OR decided_by <> by)
  ) STRICT;
  CREATE INDEX quality_act_about ON quality_act (about);
  CREATE UNIQUE INDEX quality_act_open ON quality_act (about) WHERE decision IS NULL;
  CREATE TRIGGER quality_act_is_history BEFORE UPDATE ON quality_act
    WHEN old.decision IS NOT NULL OR new.about <> old.about OR new.by <> old.by
      OR new.content <> old.content OR new.act <> old.act
    BEGIN SELECT raise(ABORT, 'what a person has said is never edited'); END;
  CREATE TRIGGER quality_act_is_kept BEFORE DELETE ON quality_act
    BEGIN SELECT raise(ABORT, 'what a person has said is never deleted'); END;
  `,
];

/** Most acts of one hold, rework or inspection that are told, the newest. */
const toldMax = 100;

/** What somebody has said of quality, and who has decided it; null while nobody has. */
export type Act = Readonly<{
  id: number;
  atMs: number;
  act: 'hold' | 'release' | 'dispose' | 'rework' | 'inspection';
  about: string;
  line: string | null;
  by: string;
  reason: string;
  content: Readonly<Record<string, unknown>>;
  decision: 'approved' | 'rejected' | 'done' | null;
  decidedMs: number | null;
  decidedBy: string | null;
  words: string | null;
}>;
type Row = Omit<Act, 'content'> & { content: string };
export type Said = Pick<Act, 'act' | 'about' | 'line' | 'by' | 'reason' | 'content'>;
export type Acts = ReturnType<typeof openActs>;

const columns = `id, at_ms AS atMs, act, about, line, by, reason, content, decision,
  decided_ms AS decidedMs, decided_by AS decidedBy, words`;
const read = (row: Row): Act => ({
  ...row,
  content: JSON.parse(row.content) as Act['content'],
});

/** Everything that people have said of quality at central: kept for ever, never edited. */
export function openActs(db: Database, nowMs: () => number) {
  const add = db.prepare(
    `INSERT INTO quality_act (at_ms, act, about, line, by, reason, content, decision, decided_ms,
       decided_by, words) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const open = db.prepare<[string], Row>(
    `SELECT ${columns} FROM quality_act WHERE about = ? AND decision IS NULL`,
  );
  const waiting = db.prepare<[number], Row>(
    `SELECT ${columns} FROM quality_act WHERE decision IS NULL ORDER BY id LIMIT ?`,
  );
  const of = db.prepare<[string, number], Row>(
    `SELECT ${columns} FROM quality_act WHERE about = ? ORDER BY id DESC LIMIT ?`,
  );
  const decide = db.prepare(
    `UPDATE quality_act SET decision = ?, decided_ms = ?, decided_by = ?, words = ? WHERE id = ?`,
  );
  const openOf = (about: string): Act | undefined => {
    const row = open.get(about);
    return row && read(row);
  };

  return {
    /** Keeps what needs nobody else. */
    done({ act, about, line, by, reason, content }: Said): void {
      const said = [nowMs(), act, about, line, by, reason, JSON.stringify(content)];
      add.run(...said, 'done', nowMs(), by, reason);
    },
    /** Keeps what a second person decides. */
    propose({ act, about, line, by, reason, content }: Said): void {
      const said = [nowMs(), act, about, line, by, reason, JSON.stringify(content)];
      add.run(...said, null, null, null, null);
    },
    decide(id: number, decision: 'approved' | 'rejected', by: string, words: string): void {
      decide.run(decision, nowMs(), by, words, id);
    },
    /** What waits for a second person. */
    openOf,
    waiting: (limit: number): Act[] => waiting.all(limit).map(read),
    of: (about: string): Act[] => of.all(about, toldMax).map(read).reverse(),
  };
}
