// Goal: a step of the clock is seen, a slow correction is none, and what is known of the clock is
// said as it is. Method: two clocks that the test sets.
import { expect, test } from 'vitest';
import { openWall } from '../edge/line/wall.ts';

const startMs = Date.UTC(2026, 2, 27, 5);
const hourMs = 3_600_000;

function openClocks(lastMs?: number, nowMs = startMs) {
  const time = { nowMs, monotonicMs: 1_000, stallMs: 0 };
  const clock = {
    nowMs: () => time.nowMs,
    monotonicMs: () => {
      time.monotonicMs += time.stallMs;
      return time.monotonicMs;
    },
  };
  const wall = openWall({ clock, lastMs });
  return {
    ...{ time, wall },
    pass(ms: number, setMs = 0): void {
      time.monotonicMs += ms;
      time.nowMs += ms + setMs;
    },
    hear: (skewMs: number, roundTripMs = 2) =>
      wall.heard({ atMs: time.nowMs, skewMs, roundTripMs }),
  };
}

test('a clock that is slewed, as fast as it is allowed, never steps', () => {
  const { wall, pass } = openClocks();
  for (let look = 0; look < 10_000; look++) {
    pass(5_000, look % 2_000 < 1_000 ? 2.5 : -2.5); // 500 ppm
    expect(wall.step()).toBeUndefined();
  }
});

test('T1: a step is told until a fact tells of it, with all that came on top', () => {
  const { wall, pass } = openClocks();
  pass(5_000, 1_000);
  expect(wall.step()).toBeUndefined();
  pass(5_000, 1_001);
  const first = wall.step()!;
  const nowMs = startMs + 10_000 + 2_001;
  expect(first).toEqual({
    ...{ beforeMs: nowMs - 1_001, afterMs: nowMs, byMs: 1_001, during: 'running' },
  });
  pass(1_000, -hourMs);
  const both = wall.step()!;
  expect(both).toMatchObject({ byMs: 1_001 - hourMs, afterMs: nowMs + 1_000 - hourMs });
  wall.tell(first);
  expect(wall.step()).toBe(both);
  wall.tell(both);
  expect(wall.step()).toBeUndefined();
});

test('T1: a clock before the last fact has stepped while the box was off', () => {
  expect(openClocks(startMs + 1_000).wall.step()).toBeUndefined();
  expect(openClocks(startMs + 1_001).wall.step()).toEqual({
    ...{ beforeMs: startMs + 1_001, afterMs: startMs, byMs: -1_001, during: 'off' },
  });
  expect(openClocks(startMs - 8_000_000).wall.step()).toBeUndefined();
});

test('T1: steps that nobody told of are one, and what came while the box was off stays so', () => {
  const { wall, pass } = openClocks(startMs + hourMs);
  pass(5_000, 60_000);
  const afterMs = startMs + 65_000;
  const byMs = 60_000 - hourMs;
  expect(wall.step()).toEqual({ beforeMs: afterMs - byMs, afterMs, byMs, during: 'off' });
});

test('a process that stood still while it read the clocks has seen no step', () => {
  const { wall, time, pass } = openClocks();
  time.stallMs = 2_000;
  expect(wall.step()).toBeUndefined();
  time.stallMs = 0;
  pass(0, 4_000);
  expect(wall.step()).toBeUndefined();
});

test('unchecked is not suspect, and says for how long', () => {
  const { wall, pass, hear } = openClocks();
  expect([wall.trust(), wall.status().says]).toEqual([
    ...['unchecked', 'clock not checked with central since this edge began'],
  ]);
  hear(20);
  expect([wall.trust(), wall.status().says]).toEqual([undefined, "clock agrees with central's"]);
  pass(30_000);
  expect(wall.trust()).toBeUndefined();
  pass(60_001);
  expect([wall.trust(), wall.status().says]).toEqual([
    ...['unchecked', 'clock not checked with central for 2 min'],
  ]);
});

test('T1: more than 5 s off central’s is suspect, as far as that was measured', () => {
  const { wall, hear } = openClocks();
  hear(-5_001, 0);
  expect([wall.trust(), wall.status().says]).toEqual(['suspect', "clock 5 s ahead of central's"]);
  hear(5_001, 10);
  expect(wall.trust()).toBeUndefined();
  hear(5_006, 10);
  expect([wall.trust(), wall.status().says]).toEqual(['suspect', "clock 5 s behind central's"]);
  hear(5_000);
  expect(wall.trust()).toBeUndefined();
});

test('T1: after a step the clock is in doubt until central has answered', () => {
  const { wall, pass, hear } = openClocks();
  hear(-3 * hourMs);
  pass(5_000, -3 * hourMs);
  wall.tell(wall.step()!);
  expect([wall.trust(), wall.status().says]).toEqual([
    ...['suspect', 'clock was set back by 3 h, and central was not heard since'],
  ]);
  hear(0);
  expect(wall.trust()).toBeUndefined();
});

test('T1: a day before this program was written is wrong, whoever agrees', () => {
  const { wall, hear } = openClocks(undefined, 1_000_000);
  hear(0);
  expect([wall.trust(), wall.status().says]).toEqual([
    ...['suspect', 'clock shows a time before this program was written'],
  ]);
});

test('the time that is judged by goes on by central, whatever the clock is set to', () => {
  const { wall, pass, hear } = openClocks(startMs + hourMs);
  expect(wall.judgedMs()).toBeUndefined(); // it was set while the box was off
  hear(hourMs);
  pass(5_000, -3 * hourMs);
  expect(wall.judgedMs()).toBe(startMs + hourMs + 5_000);
  const alone = openClocks();
  alone.pass(1_000);
  expect(alone.wall.judgedMs()).toBe(startMs + 1_000);
});
