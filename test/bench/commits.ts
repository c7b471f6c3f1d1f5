// Loaded into a program before its own code: notes when each transaction of SQLite was on disk, and
// writes these times, Unix ms, to the file that HOLDFAST_COMMITS names, when the program ends.
import { writeFileSync } from 'node:fs';
import Sqlite from 'better-sqlite3';

/** Most that are noted. */
const commitsMax = 100_000;
const path = process.env['HOLDFAST_COMMITS'];
const times: number[] = [];

type Way = 'default' | 'deferred' | 'immediate' | 'exclusive';
type Made = Record<Way, (...given: unknown[]) => unknown>;
const prototype = Sqlite.prototype as unknown as {
  transaction(this: Sqlite.Database, work: unknown): Made;
};
const { transaction } = prototype;

prototype.transaction = function noted(work) {
  const made = transaction.call(this, work);
  const noting =
    (way: Way) =>
    (...given: unknown[]): unknown => {
      const result = made[way](...given);
      const isOver = !this.inTransaction && times.length < commitsMax;
      if (isOver) times.push(Date.now());
      return result;
    };
  const all = {
    ...{ default: noting('default'), deferred: noting('deferred') },
    ...{ immediate: noting('immediate'), exclusive: noting('exclusive') },
  };
  return Object.assign(noting('default'), all);
};

if (path !== undefined) process.on('exit', () => writeFileSync(path, JSON.stringify(times)));
