import type { Database } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import { oldestReader } from '../../shared/reader.ts';
import { leaseMigrations } from '../posting/leases.ts';
import { openPostgres } from './postgres.ts';
import { adviceOn, type SslMode, tlsOf } from './tls.ts';
import { share, turnMigrations } from './turns.ts';
import type { Access } from './wire.ts';

/** Oldest PostgreSQL that this was run on. */
const leastMajor = 15;
/** Limits of the server for us, ms. */
export const usual = {
  statementTimeoutMs: 30_000, // also for the turn of another process
  idleTimeoutMs: 10_000, // a process that stands still within its turn loses it
  connectTimeoutMs: 15_000,
} as const;

export type Where = Pick<Access, 'url' | 'password' | 'schema'> &
  Partial<Pick<Access, 'statementTimeoutMs' | 'idleTimeoutMs' | 'connectTimeoutMs'>> & {
    /** Without it the server must be known by its certificate, unless it is on this machine. */
    sslmode?: SslMode | undefined;
    /** Certificates of the authorities that are believed, as PEM. */
    ca?: string | undefined;
  };

/** Host and schema, for messages. Throws Fault INVALID for what is no such address. */
function placeOf({ url, schema }: Where): string {
  const parsed = URL.parse(url);
  if (!parsed || !/^postgres(ql)?:$/.test(parsed.protocol)) {
    throw new Fault('INVALID', 'postgres.url: must be like postgres://user@host:5432/database');
  }
  if (parsed.password !== '' || parsed.searchParams.has('password')) {
    throw new Fault('INVALID', 'postgres.url: must hold no password; name a passwordPath');
  }
  for (const [name, value] of parsed.searchParams) {
    if (name === 'host' && value.startsWith('/') && parsed.host === '') continue;
    const words = 'must say no more than user, host and database, or the host of a local socket';
    throw new Fault('INVALID', `postgres.url: ${words}; not ${name.slice(0, 40)}`);
  }
  if (parsed.host === '' && !parsed.searchParams.has('host')) {
    throw new Fault('INVALID', 'postgres.url: must name a host');
  }
  if (!/^[a-z][a-z0-9_]{0,40}$/.test(schema)) {
    throw new Fault('INVALID', 'postgres.schema: must be 1 to 41 of a-z, 0-9, _, a letter first');
  }
  return `PostgreSQL ${parsed.host}${parsed.pathname} schema ${schema}`;
}

/** Codes of PostgreSQL by which it says that it is asked wrongly: trying again does not help. */
const wrong: Readonly<Record<string, string>> = {
  ...{ '28P01': 'passwordPath', '28000': 'url', '3D000': 'url', '42501': 'url' },
};

type Opened = ReturnType<typeof openPostgres>;

function connect({ connect: open }: Opened, place: string): void {
  try {
    open();
  } catch (error) {
    const { code = '', message } = error as Error & { code?: string };
    const [field = wrong[code], advice] = adviceOn(code) ?? [];
    if (field) {
      const words = `postgres.${field}: ${place}: ${message}${advice ? `; ${advice}` : ''}`;
      throw new Fault('INVALID', words, { cause: error });
    }
    if (error instanceof Fault) throw error;
    throw new Fault('UNREACHABLE', `${place}: ${message}`, { cause: error });
  }
}

/** Throws Fault INVALID for a server that is too old, or may lose what it has answered for. */
function verify({ script }: Opened, place: string): void {
  const setting = (name: string) => String(script(`SHOW ${name}`).rows[0]![0]);
  const version = setting('server_version_num');
  if (Number(version) < leastMajor * 10_000) {
    const words = `is ${setting('server_version')}; must be ${leastMajor} or later`;
    throw new Fault('INVALID', `postgres.url: ${place}: the server ${words}`);
  }
  for (const name of ['fsync', 'full_page_writes']) {
    if (setting(name) === 'on') continue;
    const words = `${name} is off: it may lose what it has answered for`;
    throw new Fault('INVALID', `postgres.url: ${place}: ${words}`);
  }
  if (setting('server_encoding') === 'UTF8') return;
  throw new Fault('INVALID', `postgres.url: ${place}: the database is not in UTF8`);
}

type Migrations = Readonly<Record<string, readonly string[]>>;

/** Applies what is not yet applied, each part's in order; one process at a time. */
function migrate({ db, script }: Opened, place: string, schema: string, parts: Migrations): void {
  db.transaction(() => {
    script(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
    script(
      'CREATE TABLE IF NOT EXISTS user_version (part text PRIMARY KEY, version bigint NOT NULL)',
    );
    // Fewest migrations with which a program can work on it; 0 where nobody has said so.
    script('ALTER TABLE user_version ADD COLUMN IF NOT EXISTS reader bigint NOT NULL DEFAULT 0');
    for (const [part, all] of Object.entries(parts)) {
      script(`INSERT INTO user_version VALUES ('${part}', 0) ON CONFLICT DO NOTHING`);
      const asked = `SELECT version, reader FROM user_version WHERE part = '${part}'`;
      const [applied, reader] = script(asked).rows[0]!.map(Number) as [number, number];
      if (applied > all.length && reader > 0 && reader <= all.length) continue; // it only adds
      if (applied > all.length) {
        throw new Fault('CORRUPT', `${place}: was written by a newer version (schema ${applied})`);
      }
      const oldest = oldestReader(all);
      if (applied === all.length && reader === oldest) continue;
      for (const migration of all.slice(applied)) db.exec(migration);
      const now = `version = ${all.length}, reader = ${oldest}`;
      script(`UPDATE user_version SET ${now} WHERE part = '${part}'`);
    }
  })();
}

/**
 * A connection to a server that is fit, and nothing done on it. Throws Fault INVALID for what is
 * set wrongly or a server that is not fit, UNREACHABLE where there is no answer.
 */
export function openFit(where: Where, boot: string) {
  const place = placeOf(where);
  const { sslmode, ca, ...access } = where;
  const tls = tlsOf(URL.parse(where.url)!.hostname, sslmode, ca);
  const opened = openPostgres({ ...usual, ...access, tls, boot }, place);
  try {
    connect(opened, place);
    verify(opened, place);
    return { ...opened, place };
  } catch (error) {
    opened.db.close();
    throw error;
  }
}

/**
 * Opens a ledger on PostgreSQL for this process, beside others, and applies what of `migrations` is
 * not yet applied, as one transaction. `boot` names the process, unlike any before. Throws Fault
 * INVALID for what is set wrongly or a server that is not fit, CORRUPT for a schema of a newer
 * version, UNREACHABLE where there is no answer.
 */
export function openShared(where: Where, boot: string, migrations: readonly string[]): Database {
  const opened = openFit(where, boot);
  const { db, turns, place } = opened;
  try {
    migrate(opened, place, where.schema, {
      turns: turnMigrations,
      leases: leaseMigrations,
      central: migrations,
    });
    turns.ready();
    share(db, turns);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
