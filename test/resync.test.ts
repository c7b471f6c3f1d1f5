import { expect, test } from 'vitest';
import { type Last, resync } from '../edge/uplink/resync.ts';

// An edge in epoch 2 with facts 1 to 9; the stream took up to 6, central's ledger holds up to 3.
const own = {
  ...{ epoch: 2, head: 9, sent: 6, kept: 3 },
  linkAt: (sequence: number) => (sequence <= 9 ? `link ${sequence}` : undefined),
};
const at = (sequence: number, changed: Partial<Last> = {}): Last => ({
  ...{ streamSequence: 70, epoch: 2, sequence, hash: `link ${sequence}`, ...changed },
});
const after = (sent: number, streamSequence = 70) => ({ kind: 'after', sent, streamSequence });
const fork = (reason: string) => ({ kind: 'fork', reason });

const standings: [string, Last | undefined, object][] = [
  ['where we thought: go on', at(6), after(6)],
  ['further on, same bytes: an answer was lost', at(9), after(9)],
  ['behind: the stream lost its tail, send it again', at(4), after(4)],
  ['behind what central holds: that is not sent again', at(2), after(3)],
  ['nothing there, all is lost: go on after what central holds', undefined, after(3, 0)],
  [
    'other bytes there',
    at(6, { hash: 'link 6 of a clone' }),
    fork('the stream ends at epoch 2, sequence 6, with another fact than ours there'),
  ],
  [
    'other bytes, further on',
    at(8, { hash: 'link 8 of a clone' }),
    fork('the stream ends at epoch 2, sequence 8, with another fact than ours there'),
  ],
  [
    'D7: more than we have: a backup was restored',
    at(12),
    fork('the stream ends at epoch 2, sequence 12; this store ends at 9'),
  ],
  [
    'D8: a later epoch: this disk is an old one',
    at(3, { epoch: 3 }),
    fork('the stream ends at epoch 3, sequence 3; this store writes epoch 2'),
  ],
  ['an epoch that is over: go on behind it', at(40, { epoch: 1 }), after(3)],
  [
    'headers that say nothing',
    at(Number.NaN),
    fork('the stream ends at epoch 2, sequence NaN, with another fact than ours there'),
  ],
];
test.each(standings)('%s', (_name, last, standing) => {
  expect(resync(own, last)).toEqual(standing);
});

test('where the stream ends at a forgotten fact, it goes on behind what central keeps', () => {
  const forgetful = { ...own, linkAt: (at: number) => (at > 4 ? own.linkAt(at) : undefined) };
  const last = { streamSequence: 40, epoch: own.epoch, sequence: 4, hash: 'any' };
  const kept = { ...forgetful, kept: 5, sent: 5 };
  expect(resync(kept, last)).toEqual({ kind: 'after', sent: 5, streamSequence: 40 });
  expect(resync({ ...kept, kept: 3 }, last)).toMatchObject({ kind: 'fork' });
});

test('a new line begins at the beginning', () => {
  const fresh = { epoch: 1, head: 0, sent: 0, kept: 0, linkAt: () => undefined };
  expect(resync(fresh, undefined)).toEqual(after(0, 0));
  expect(resync(fresh, at(1, { epoch: 1 })).kind).toBe('fork');
});
