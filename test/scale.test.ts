// Goal: the model of many edges loses no fact, tells the same for the same seed, and is wrong in no
// direction: who is slower drains later, who is more is later.
// Method: small cells in virtual time, with costs of round numbers; the edge's own forwarding and
// central's own keeper and trimmer run in it.
import { expect, test } from 'vitest';
import { type Cell, openCell, type Plan, plantPlan } from './scale/cell.ts';
import { openMachine } from './scale/machine.ts';
import { type Measured, readMeasured } from './scale/measured.ts';
import { playBench, playDrain, playEven, playLoss, playRestart } from './scale/stories.ts';
import { openTime } from './scale/time.ts';

const measured: Measured = {
  ...{ date: '2026-11-30', machine: 'none', factBytes: 176 },
  hub: { turnUs: 500, segmentUs: 100, factUs: 5, askUs: 30, leaderShare: 0.5 },
  central: { turnUs: 500, segmentUs: 100, factUs: 50, askUs: 50, enrolUs: 10 },
  edges: { segmentUs: 100, factUs: 5 },
  ...{ publishMs: 1, commitMs: 0.5, electionMs: 3_000 },
};
const slower = (times: number): Measured => {
  const { turnUs, segmentUs, factUs, ...rest } = measured.central;
  const cost = { turnUs: turnUs * times, segmentUs: segmentUs * times, factUs: factUs * times };
  return { ...measured, central: { ...rest, ...cost } };
};
const plan: Plan = { ...plantPlan, edges: 2, lines: 5 };

/** Nothing more is stated; what waits is taken in. */
async function finish(cell: Cell): Promise<void> {
  for (const edge of cell.edges) edge.freeze();
  const isWhole = () => cell.edges.every((edge) => edge.isWhole());
  expect(await cell.until(isWhole, 60)).toBeDefined();
  const { stated, sent, kept, hub, central } = cell.told();
  expect({ sent, kept, inStream: hub.taken, unread: central.unread }).toEqual({
    ...{ sent: stated, kept: stated, inStream: stated, unread: 0 },
  });
}

test('facts are neither lost nor doubled, whatever happens to hub and edges', async () => {
  const even = await playEven(plan, measured, 3);
  expect(even.cell.told().stated).toBeGreaterThan(300);
  await finish(even.cell);
  const restart = await playRestart(plan, measured, 7);
  expect(restart.caughtUpS).toBeDefined();
  await finish(restart.cell);
  const loss = await playLoss(plan, measured);
  expect(loss.late!.p99).toBeGreaterThan(loss.before!.p99);
  await finish(loss.cell);
  const drain = await playDrain(plan, measured, { edges: 1, s: 600 }, 2);
  expect(drain.backlog).toBeGreaterThan(0);
  await finish(drain.cell);
});

test('a stream that is full holds the edges back, and its trimming lets them go on', async () => {
  const room = { ...plan, bytesMax: 300_000 };
  const cell = openCell(room, measured);
  for (const edge of cell.edges) {
    edge.begin(120_000);
    edge.go();
  }
  await cell.pass(60);
  await finish(cell);
  const { refused, mostBytes, bytes } = cell.told().hub;
  expect(refused).toBeGreaterThan(0);
  expect(mostBytes).toBeLessThanOrEqual(room.bytesMax);
  expect(bytes).toBeLessThan(cell.told().stated * measured.factBytes); // trimmed
});

test('the same seed tells the same, another one another', async () => {
  const of = async (seed: number) => {
    const { cell, late } = await playEven({ ...plan, seed }, measured, 2);
    return { ...late, ...cell.told(), steps: cell.time.steps() };
  };
  const first = await of(1);
  expect(await of(1)).toEqual(first);
  expect(await of(2)).not.toEqual(first);
});

test('a slower central drains later, and one with too little for it never', async () => {
  const away = { edges: 2, s: 36_000 };
  const drained = async (times: number) => {
    const { drainS, factsPerS } = await playDrain(plan, slower(times), away, 3);
    return { drainS: drainS ?? Number.POSITIVE_INFINITY, factsPerS };
  };
  const [one, four] = [await drained(1), await drained(4)];
  expect(four.drainS).toBeGreaterThan(one.drainS * 2);
  expect(four.factsPerS).toBeLessThan(one.factsPerS);
  expect((await drained(500)).drainS).toBe(Number.POSITIVE_INFINITY);
});

test('more edges on the same cores are later, and so is who has less of them', async () => {
  const of = async (edges: number, othersCores: number) => {
    const bench = { edges, lines: 5, rate: 5, hubs: 3, settleS: 1, steadyS: 2, outageS: 2 };
    return playBench({ ...bench, othersCores }, measured);
  };
  const [few, many, starved] = [await of(2, 0), await of(12, 0), await of(2, 1.9)];
  expect(many.age.p50).toBeGreaterThan(few.age.p50);
  expect(starved.age.p50).toBeGreaterThan(few.age.p50);
  expect(few.factsPerS).toBeCloseTo(50, -1);
});

test('the stream takes nothing behind another end than it has', async () => {
  const { hub, time } = openCell(plan, measured);
  const segment = { epoch: 1, before: null, after: null, facts: [Buffer.alloc(1)] };
  const sent = hub.publish({ ...segment, line: 'acme/s0/hall/L1', first: 1 }, 7);
  sent.catch(() => undefined);
  await time.run(1_000);
  await expect(sent).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(hub.figures()).toMatchObject({ taken: 0, refused: 1 });
});

test('programs share the cores of a machine, and what others use of it slows them', async () => {
  const endsOf = async (cores: number) => {
    const time = openTime();
    const machine = openMachine(time, cores);
    const ends: number[] = [];
    const [one, two] = [machine.program(), machine.program()];
    for (const program of [one, one, two]) program.run(10, () => ends.push(time.nowMs()));
    await time.run(1_000);
    return ends;
  };
  expect(await endsOf(2)).toEqual([10, 10, 20]);
  expect(await endsOf(1)).toEqual([10, 20, 30]);
  expect(await endsOf(0.5)).toEqual([20, 40, 60]);
});

test('the figures that the model goes by are there, and are of something', () => {
  const { date, machine, central, hub } = readMeasured();
  expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
  expect(machine).toMatch(/cores/);
  for (const us of [central.turnUs, central.factUs, hub.turnUs, hub.segmentUs, hub.factUs]) {
    expect(us).toBeGreaterThan(0);
  }
});
