/** The last message of a line's subject, as its headers tell. */
export type Last = { streamSequence: number; epoch: number; sequence: number; hash: string };

/** A last message that is no segment of the line: central parks it, and it is nobody's history. */
export type Noise = { streamSequence: number; noise: true };

/** How a line stands against the stream. */
export type Standing =
  | { kind: 'after'; sent: number; streamSequence: number } // go on after `sent`
  | { kind: 'fork'; reason: string }; // the stream holds facts of this line that are not ours

type Own = {
  epoch: number;
  head: number;
  sent: number;
  kept: number;
  /** Hex of the chain's link at a sequence, undefined where the store has no such fact any more. */
  linkAt(sequence: number): string | undefined;
};

/**
 * Where to go on, by what the stream truly holds and never by what we remember having sent.
 *
 * Same bytes further on: an answer was lost. Behind: the stream lost its tail, send it again. Other
 * bytes, a later epoch or more than we have: a fork (restored backup, clone, second writer), and
 * only central can tell who goes on. Behind noise, and behind an epoch that is over, everything
 * that central has not confirmed is sent again: repeats do no harm.
 */
export function resync(own: Own, last: Last | Noise | undefined): Standing {
  if (!last) return { kind: 'after', sent: own.kept, streamSequence: 0 };
  if ('noise' in last) {
    return { kind: 'after', sent: own.kept, streamSequence: last.streamSequence };
  }
  const there = `the stream ends at epoch ${last.epoch}, sequence ${last.sequence}`;
  if (last.epoch < own.epoch) {
    return { kind: 'after', sent: own.kept, streamSequence: last.streamSequence };
  }
  if (last.epoch !== own.epoch) {
    return { kind: 'fork', reason: `${there}; this store writes epoch ${own.epoch}` };
  }
  if (last.sequence > own.head) {
    return { kind: 'fork', reason: `${there}; this store ends at ${own.head}` };
  }
  const link = own.linkAt(last.sequence);
  // Forgotten here, and so kept there: central's ledger tells whether that message is of ours.
  if (link === undefined && last.sequence <= own.kept) {
    return { kind: 'after', sent: own.kept, streamSequence: last.streamSequence };
  }
  if (link !== last.hash) {
    return { kind: 'fork', reason: `${there}, with another fact than ours there` };
  }
  const { streamSequence } = last;
  return { kind: 'after', sent: Math.max(last.sequence, own.kept), streamSequence };
}
