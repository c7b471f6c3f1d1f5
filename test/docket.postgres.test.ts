// Goal: a ledger goes on where its table of postings is made anew: same rows, and the next one
// after the last of them. Method: tables of the version before, on SQLite and a real PostgreSQL.
import { expect, test } from 'vitest';
import { migrations } from '../central/memory.ts';
import { docketMigrations2 } from '../central/posting/docket.ts';
import { openShared } from '../central/sql/sharing.ts';
import { type Database, openDatabase } from '../shared/database.ts';
import { postgresOrWhy } from './helpers/again.ts';
import { testFolder } from './helpers/folder.ts';

const before = migrations.slice(0, migrations.indexOf(docketMigrations2[0]!));
const cluster = await postgresOrWhy();

test.for(['SQLite', 'PostgreSQL'])(
  'postings stay, and the next one follows, on %s',
  (medium, { skip }) => {
    if (medium === 'PostgreSQL' && typeof cluster === 'string') skip(cluster);
    const path = `${testFolder()}/central.db`;
    let opened = 0;
    function open(applied: readonly string[]): Database {
      if (medium === 'SQLite' || typeof cluster === 'string') return openDatabase(path, applied);
      const { url, password } = cluster;
      return openShared({ url, password, schema: 'docket' }, `boot${++opened}`, applied);
    }
    const add = (db: Database, key: string, kind = 'confirmation') =>
      db
        .prepare(
          `INSERT INTO posting (key, event_id, line, sequence, at_ms, lane, kind, state, final)
         VALUES (?, 'e', 'acme/m1', 1, 0, 'WO-1', ?, 'intended', 0)`,
        )
        .run(key, kind);
    const rows = (db: Database) =>
      db.prepare<[], { id: number; key: string }>('SELECT id, key FROM posting ORDER BY id').all();

    const old = open(before);
    for (const key of ['k1', 'k2', 'k3']) add(old, key);
    expect(() => add(old, 'k4', 'usageDecision')).toThrow(/check/i);
    const kept = rows(old);
    old.close();

    const db = open(migrations);
    expect(rows(db)).toEqual(kept);
    add(db, 'k4', 'usageDecision');
    expect(rows(db).at(-1)).toEqual({ id: kept.at(-1)!.id + 1, key: 'k4' });
    const gone = () => db.exec('DELETE FROM posting');
    expect(gone).toThrow('no posting is forgotten');
    const wrong = () => db.exec("UPDATE posting SET inspection = 1 WHERE key = 'k1'");
    expect(wrong).toThrow(/check/i);
    db.close();
  },
);
