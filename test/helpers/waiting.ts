import { expect } from 'vitest';
import type { Found, Queued } from '../../central/erp/erp.ts';
import { answer, graceMs, m1, openSide, type Side, stated } from './central.ts';

const { release, report } = stated;
export const queued: Queued = { kind: 'queued', ticket: 'T1', reason: 'waits its turn' };

/** The first of two confirmations of an order is in the ERP's queue. */
export function waiting(path = ':memory:') {
  const side = openSide(path, graceMs);
  side.note(m1, release(), report('1'), report('2'));
  const { posting } = answer(side, queued);
  return { ...side, key: posting.key };
}

/** Moves time until the queued one is looked up, and answers; returns how long that took, ms. */
export function ask(side: Pick<Side, 'time' | 'next' | 'postings'>, given: Found): number {
  const fromMs = side.time.nowMs;
  for (let steps = 0; steps < 2_000; steps++) {
    const [task] = side.next();
    if (task) {
      expect(task.do).toBe('lookUp');
      side.postings.found(task.posting.key, given);
      return side.time.nowMs - fromMs;
    }
    side.time.nowMs += Math.max(1, side.postings.dueInMs());
  }
  throw new Error('never looked up');
}
