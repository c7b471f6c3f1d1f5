import { openForgotten } from '../../edge/store/forgotten.ts';
import type { Database } from '../../shared/database.ts';

/** Lets a store forget a line's facts of epoch 1, as if the next one said the state. */
export function forgetFacts(db: Database, path: string, sequence: number): void {
  const forgotten = openForgotten(db);
  const lineOf = db.prepare<[string], number>('SELECT id FROM line WHERE path = ?').pluck();
  const line = lineOf.get(path)!;
  const place = { line, epoch: 1, sequence };
  const position = db
    .prepare<[number, number], number>('SELECT position FROM event WHERE line = ? AND sequence = ?')
    .pluck()
    .get(line, sequence)!;
  db.transaction(() => {
    forgotten.carry(position, { ...place, sequence: sequence + 1 });
    forgotten.settle(position);
    forgotten.erase(place);
  })();
}
