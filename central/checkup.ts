// Tells what is wrong with central's config, and how its ledger stands if that is on PostgreSQL.
import { parseArgs } from 'node:util';
import type { Database } from '../shared/database.ts';
import { Fault } from '../shared/fault.ts';
import { readJson } from '../shared/service.ts';
import { centralLine } from '../shared/subject.ts';
import { type CentralConfig, readCentralConfig, whereOf } from './config.ts';
import { readShared } from './ledger/reading.ts';

type Holder = { boot: string; lanes: number; leftMs: number; reads: 0 | 1 };
type Standby = { name: string; state: string };

/** How the ledger stands, at one moment. */
function standingOf(db: Database, place: string) {
  const value = (sql: string) => db.prepare<[], number>(sql).pluck().get()!;
  const setting = (name: string) => db.prepare<[], string>(`SHOW ${name}`).pluck().get()!;
  const now = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';
  const holders = db.prepare<[], Holder>(
    `SELECT boot, until_ms - ${now} AS "leftMs",
       (SELECT count(*) FROM lease WHERE holder = boot AND lane <> '') AS lanes,
       (SELECT count(*) FROM lease WHERE holder = boot AND lane = '') AS reads
     FROM holder ORDER BY boot`,
  );
  const standbys = db.prepare<[], Standby>(
    `SELECT coalesce(application_name, '') AS name, coalesce(sync_state, '') AS state
     FROM pg_stat_replication ORDER BY 1`,
  );
  return {
    place,
    server: setting('server_version').split(' ')[0]!,
    isEncrypted: value('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()') === 1,
    facts: value('SELECT coalesce(max(position), 0) FROM fact'),
    lines: value(`SELECT count(*) FROM line WHERE path <> '${centralLine}'`),
    aside: value('SELECT count(*) FROM parked'),
    waiting: value('SELECT count(*) FROM waiting'),
    parked: value("SELECT coalesce(sum(postings), 0)::bigint FROM census WHERE state = 'parked'"),
    centrals: holders.all(),
    standbys: standbys.all(),
    isCleaned: setting('autovacuum') === 'on',
    /** Of others in this database, the longest. */
    transactionMs: value(
      `SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)) * 1000, 0)::bigint
       FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    ),
  };
}
export type Standing = ReturnType<typeof standingOf>;
type Checkup = Readonly<{
  mistakes: readonly string[];
  ledger: Standing | null;
  /** Why the ledger could not be asked. */
  failure: string | null;
}>;

/** Throws Fault INVALID for a file that is no JSON. */
function checkUp(file: string): Checkup {
  let config: CentralConfig;
  const given = readJson(file);
  try {
    config = readCentralConfig(given);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { mistakes: error.message.split('; '), ledger: null, failure: null };
  }
  if (!config.postgres) return { mistakes: [], ledger: null, failure: null };
  try {
    const ledger = readShared(whereOf(config.postgres), standingOf);
    return { mistakes: [], ledger, failure: null };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { mistakes: [], ledger: null, failure: error.message };
  }
}

if (import.meta.main) {
  const { config = '' } = parseArgs({ options: { config: { type: 'string' } } }).values;
  try {
    process.stdout.write(`${JSON.stringify(checkUp(config))}\n`);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
