import type { Database } from '../../shared/database.ts';
import type { Correctable } from '../../statecharts/correction.ts';
import type { PostingKind } from '../erp/erp.ts';
import type { PostingRow, Queue } from './queue.ts';
import { keyOf } from './rules.ts';

/** What each fact that may be reversed or corrected is posted as, if it is. */
const kinds: Readonly<Record<Correctable['type'], PostingKind | undefined>> = {
  QuantityReported: 'confirmation',
  QuantityCorrected: 'confirmation',
  MaterialConsumed: 'goodsIssue',
  LotProduced: 'goodsReceipt',
  MaterialReturned: undefined,
};

export type StandIns = ReturnType<typeof openStandIns>;

/**
 * Which posting stands for a fact: its own, or the one by which it was posted again when it counted
 * again.
 */
export function openStandIns(db: Database, { one }: Pick<Queue, 'one'>) {
  const known = db.prepare<[string], string>('SELECT key FROM stand_in WHERE event_id = ?').pluck();
  const put = db.prepare(
    `INSERT INTO stand_in VALUES (?, ?, ?)
     ON CONFLICT (event_id) DO UPDATE SET key = excluded.key, line = excluded.line`,
  );
  const line = db.prepare<[string], string>('SELECT line FROM stand_in WHERE key = ?').pluck();

  /**
   * One that was to follow what took another back leaves that other one, if it is void; or if it
   * will be, as what it was to follow is.
   */
  function lastOf(row: PostingRow | undefined): PostingRow | undefined {
    let last = row;
    while (last && last.cancels !== null && last.state !== 'posted') {
      const back = one(last.cancels)!;
      if (last.state !== 'void' && back.state !== 'void') break;
      last = one(back.cancels!);
    }
    return last;
  }

  return {
    /** The posting that stands for the fact, or stood for it last. */
    of({ type, eventId }: Pick<Correctable, 'type' | 'eventId'>): PostingRow | undefined {
      const kind = kinds[type];
      return lastOf(one(known.get(eventId) ?? (kind ? keyOf(eventId, kind) : '')));
    },
    /** The same where only the event id is known. */
    ofEvent(eventId: string): PostingRow | undefined {
      const keys = [
        known.get(eventId),
        ...Object.values(kinds).map((kind) => kind && keyOf(eventId, kind)),
      ];
      return lastOf(keys.flatMap((key) => (key ? (one(key) ?? []) : []))[0]);
    },
    /** From now on this posting stands for the fact, which that line has stated. */
    put: (eventId: string, key: string, ofLine: string): void => {
      put.run(eventId, key, ofLine);
    },
    /** The line of the fact that the posting stands for: not the one that let it count again. */
    lineOf: (row: PostingRow): string => line.get(row.key) ?? row.line,
  };
}
