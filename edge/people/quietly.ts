import { type Database, faultOf } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';

/** Writes what may be lost; false where the disk does not take it. */
export function quietly(db: Database, write: () => void): boolean {
  try {
    write();
    return true;
  } catch (error) {
    if (faultOf(error, db.name) instanceof Fault) return false;
    throw error;
  }
}
