import { expect, test } from 'vitest';
import { beat, type Heard } from '../edge/uplink/heartbeat.ts';
import { type Beat, decodeBeat, decodeBeatAnswer } from '../shared/beat.ts';
import { Fault } from '../shared/fault.ts';

const line = 'acme/lyon/turning/M03';
const answer = (nowMs: number) => Buffer.from(JSON.stringify({ nowMs }));

/** An edge whose clock stands at 1,000,000 while no time passes, and that beats `beats` times. */
async function beating(
  beats: number,
  ask: (beat: Beat) => Promise<Uint8Array>,
  setMs = () => 0,
  unplaced: { entries: number; sinceMs: number | null } = { entries: 0, sinceMs: null },
) {
  const stop = new AbortController();
  const heard: Heard[] = [];
  let slept = 0;
  const clock = {
    nowMs: () => 1_000_000 + setMs(),
    monotonicMs: () => 5_000,
    async sleep() {
      slept += 1;
      if (slept === beats) stop.abort();
    },
  };
  const { signal } = stop;
  const often = { everyMs: 5_000, clock, signal };
  const own = { unsent: () => 7, unplaced: () => unplaced };
  await beat({ line, ask, ...own, heard: (word) => heard.push(word), ...often });
  return heard;
}

test('a heartbeat tells what is unsent, and hears how far central is ahead', async () => {
  const asked: Beat[] = [];
  const heard = await beating(1, async (given) => {
    asked.push(given);
    return answer(1_060_000);
  });
  expect(asked).toEqual([{ line, nowMs: 1_000_000, unsent: 7 }]);
  expect(heard).toEqual([{ atMs: 1_000_000, roundTripMs: 0, skewMs: 60_000 }]);
});

test('a heartbeat tells what of machines waits for a person, where something does', async () => {
  const asked: Beat[] = [];
  const ask = async (given: Beat) => {
    asked.push(given);
    return answer(1_000_000);
  };
  await beating(1, ask, undefined, { entries: 2, sinceMs: 900_000 });
  await beating(1, ask, undefined, { entries: 1, sinceMs: -5 });
  const about = { line, nowMs: 1_000_000, unsent: 7 };
  expect(asked).toEqual([
    { ...about, unattributed: 2, unattributedSinceMs: 900_000 },
    { ...about, unattributed: 1, unattributedSinceMs: 0 },
  ]);
  const read = decodeBeat(Buffer.from(JSON.stringify({ ...asked[0], newer: { x: 1 } })));
  expect(read).toEqual(asked[0]);
});

test('T1: an exchange in which the clock was set has measured nothing', async () => {
  let stepMs = 0;
  const set = async () => {
    stepMs += 3_600_000;
    return answer(1_000_000);
  };
  expect(await beating(2, set, () => stepMs)).toEqual([]);
  expect(
    await beating(
      1,
      async () => answer(1_000_000),
      () => stepMs,
    ),
  ).toHaveLength(1);
});

test('no answer and a wrong one are no word from central, and the next beat goes out', async () => {
  const answers = [
    () => Promise.reject(new Fault('UNREACHABLE', 'no responders')),
    async () => Buffer.from('nonsense'),
    async () => answer(1_000_000),
  ];
  expect(await beating(3, () => answers.shift()!())).toHaveLength(1);
});

test('a bug is not taken for a silent central', async () => {
  const ask = () => Promise.reject(new TypeError('bug'));
  await expect(beating(1, ask)).rejects.toThrow('bug');
});

test('what is no heartbeat is refused by its field', () => {
  const read = (given: object) => decodeBeat(Buffer.from(JSON.stringify(given)));
  expect(() => read({ line: 'x', nowMs: 1, unsent: 0 })).toThrow('beat.line');
  expect(() => read({ line, nowMs: -1, unsent: 0 })).toThrow('beat.nowMs');
  expect(() => decodeBeat(Buffer.from('nonsense'))).toThrow('beat: is not JSON');
  expect(() => read({ line, nowMs: 1, unsent: 0, unattributed: -1 })).toThrow('beat.unattributed');
  expect(() => decodeBeatAnswer(Buffer.from('{}'))).toThrow('beat.nowMs');
});
