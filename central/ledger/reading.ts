import type { Database } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import { migrations } from '../memory.ts';
import type { Answer } from '../sql/messenger.ts';
import { openFit, type Where } from '../sql/sharing.ts';

/** A reader may think so long between two questions, ms. */
const idleTimeoutMs = 600_000;
/** One question of a reader may take so long, ms: some ask for a whole table. */
const statementTimeoutMs = 600_000;

/** Throws Fault INVALID where no ledger is, or one of another release. */
function checkVersion(db: Database, place: string): void {
  let version: number | undefined;
  try {
    const asked = "SELECT version FROM user_version WHERE part = 'central'";
    version = db.prepare<[], number>(asked).pluck().get();
  } catch (error) {
    if ((error as { code?: string }).code !== '42P01') throw error;
  }
  if (version === undefined) {
    throw new Fault('INVALID', `postgres.schema: ${place}: holds no ledger`);
  }
  if (version === migrations.length) return;
  const words = `its schema is ${version}, that of this release ${migrations.length}`;
  throw new Fault('INVALID', `${place}: ${words}: ask with the release that central runs`);
}

/** Whether it is the connection still that was begun on: another one would be another moment. */
function isSameMoment(script: (text: string) => Answer): boolean {
  try {
    return String(script('SHOW transaction_isolation').rows[0]) === 'repeatable read';
  } catch (error) {
    // The server has said on it that something is damaged, and answers nothing more.
    if ((error as { code?: string }).code === '25P02') return true;
    throw error;
  }
}

/**
 * Hands `work` a ledger on PostgreSQL as it stands at one moment, whoever writes meanwhile: nobody
 * waits for it, and nothing can be changed through it. Throws Fault INVALID for what is set wrongly
 * and where no ledger of this release is, UNREACHABLE where there is no answer, or none any more.
 */
export function readShared<R>(where: Where, work: (db: Database, place: string) => R): R {
  const times = { idleTimeoutMs, statementTimeoutMs };
  const { db, script, place } = openFit({ ...where, ...times }, `reader ${process.pid}`);
  try {
    script('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    checkVersion(db, place);
    const result = work(db, place);
    if (isSameMoment(script)) return result;
    throw new Fault('UNREACHABLE', `${place}: the connection was lost meanwhile`);
  } finally {
    db.close();
  }
}
