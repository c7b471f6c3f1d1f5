// Goal: a link that looks open, while nobody answers at its far end, is not shown as a good one.
import { expect, test } from 'vitest';
import { degradedBy, lateMs, slowMs } from '../edge/uplink/canary.ts';

const up = { state: 'up', sinceMs: 1_000 } as const;
const heard = (atMs: number, roundTripMs = 5) => ({ atMs, roundTripMs, skewMs: 0 });

test('an answer that stays away for three heartbeats is late, since the last one', () => {
  expect(degradedBy(up, heard(10_000), 10_000 + lateMs)).toBe(null);
  const after = degradedBy(up, heard(10_000), 10_001 + lateMs);
  expect(after).toEqual({ sinceMs: 10_000, says: 'central has not answered for 15 s' });
});

test('a way that has just opened is given its time, whatever was heard before', () => {
  const opened = { state: 'draining', sinceMs: 500_000 } as const;
  expect(degradedBy(opened, heard(1_000), 500_000 + lateMs)).toBe(null);
  expect(degradedBy(opened, undefined, 500_000 + lateMs)).toBe(null);
  expect(degradedBy(opened, undefined, 500_001 + lateMs)).toMatchObject({ sinceMs: 500_000 });
});

test('an answer that took long is said', () => {
  expect(degradedBy(up, heard(9_000, slowMs), 10_000)).toBe(null);
  const says = "central's answer took 2001 ms";
  expect(degradedBy(up, heard(9_000, slowMs + 1), 10_000)).toEqual({ sinceMs: 9_000, says });
});

test('what is not open is not degraded', () => {
  for (const state of ['down', 'owned', 'stale', 'forked', 'seeding'] as const) {
    expect(degradedBy({ state, sinceMs: 0 }, undefined, 900_000)).toBe(null);
  }
});
