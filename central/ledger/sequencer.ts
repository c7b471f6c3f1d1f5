import assert from 'node:assert/strict';

/** How an arrival stands against what the ledger holds of its line. */
export type Verdict =
  | 'next' // the one that is due
  | 'repeat' // a sequence the ledger holds already: same bytes, or a conflict
  | 'gap' // something before it is missing
  | 'stale' // written by an incarnation of the line's store that is over
  | 'unknown'; // written by an incarnation that central never handed out

type Place = Readonly<{ epoch: number; sequence: number }>;

/** Judges by position alone; a line that was never seen stands at epoch 1, sequence 0. */
export function judge(head: Place, arrival: Place): Verdict {
  assert(Number.isInteger(head.sequence) && head.sequence >= 0);
  assert(Number.isInteger(arrival.sequence) && arrival.sequence >= 1);

  if (arrival.epoch < head.epoch) return 'stale';
  if (arrival.epoch > head.epoch) return 'unknown';
  if (arrival.sequence === head.sequence + 1) return 'next';
  return arrival.sequence <= head.sequence ? 'repeat' : 'gap';
}
