import { decodeContent, genesis, link } from '../../shared/codec.ts';
import { placeOf, type Row } from './rows.ts';

type Failed = (invariant: string, detail: string) => void;

/** Checks a log as it grows: every place once and in order, every link, no event twice. */
export function openLog(name: string, failed: Failed) {
  const heads = new Map<string, { epoch: number; sequence: number; hash: Buffer }>();
  const ids = new Set<string>();

  return (rows: readonly Row[]): void => {
    for (const row of rows) {
      const { path, epoch, sequence, bytes, hash } = row;
      const place = `${name}: ${placeOf(row)}`;
      const before = heads.get(path);
      if (before && before.epoch > epoch) failed('an epoch that is over goes on', place);
      const start = { epoch, sequence: 0, hash: genesis(path, epoch) };
      const head = before?.epoch === epoch ? before : start;
      if (sequence !== head.sequence + 1) {
        failed('the order of a line', `${place}: ${head.sequence}`);
      }
      if (!link(head.hash, bytes).equals(hash)) failed('the chain of a line', place);
      const { eventId } = decodeContent(bytes);
      if (ids.has(eventId)) failed('an event is there twice', `${place}: ${eventId}`);
      ids.add(eventId);
      heads.set(path, { epoch, sequence, hash });
    }
  };
}
