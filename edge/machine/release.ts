import { readContent } from '../../shared/codec.ts';
import type { Database } from '../../shared/database.ts';
import type { MasterVersion } from '../../shared/master.ts';

/** So many of the newest facts are looked through for a release. */
export const lookedMax = 100_000;
/** Most facts that name the order, and are read for it. */
const readMax = 1_000;

export type Versions = (order: string) => readonly MasterVersion[];

/**
 * The versions of master records that an order was released with, as far as its release is among
 * the newest facts of this edge; none if it is not, or names none.
 */
export function openVersions(db: Database, looked = lookedMax): Versions {
  const naming = db
    .prepare<[number, Buffer, Buffer, number], Buffer>(
      `SELECT bytes FROM event
       WHERE position > (SELECT max(position) FROM event) - ?
         AND instr(bytes, ?) > 0 AND instr(bytes, ?) > 0 ORDER BY position DESC LIMIT ?`,
    )
    .pluck();
  return (order) => {
    const release = Buffer.from('OrderReleased');
    for (const bytes of naming.iterate(looked, release, Buffer.from(order), readMax)) {
      const fact = readContent(bytes);
      if (fact?.type !== 'OrderReleased' || fact.order !== order) continue;
      return fact.body.versions ?? [];
    }
    return [];
  };
}
