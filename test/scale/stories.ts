import { type Cell, openCell, type Plan, plantPlan } from './cell.ts';
import type { Measured } from './measured.ts';

type Bench = Readonly<{
  edges: number;
  lines: number;
  rate: number;
  hubs: number;
  settleS: number;
  steadyS: number;
  outageS: number;
  /** Cores of the machine that others used. */
  othersCores: number;
}>;
/** Of the machine on which the bench is played. */
const benchCores = 2;
const waitMaxS = 900;

/** The bench's own story, told by the model: everything shares the cores of one machine. */
export async function playBench(bench: Bench, measured: Measured) {
  const { edges, lines, rate, hubs, settleS, steadyS, outageS, othersCores } = bench;
  const cores = { all: Math.max(0.2, benchCores - othersCores) };
  const plan: Plan = { ...plantPlan, edges, lines, rate, hubs, cores, wayMs: 0.2, express: false };
  const cell = openCell(plan, measured);
  const all = edges * lines;
  const each = (act: (edge: Cell['edges'][number]) => void) => cell.edges.forEach(act);
  each((edge) => edge.go());
  const enterS = (await cell.until(() => cell.told().entered >= all, waitMaxS)) ?? Number.NaN;
  each((edge) => edge.begin());
  await cell.pass(settleS);
  cell.ages();
  const before = cell.told();
  await cell.pass(steadyS);
  const now = cell.told();
  const { words } = cell.ages();
  each((edge) => edge.cut());
  await cell.pass(outageS);
  each((edge) => edge.go());
  const near = () => cell.told().stated - cell.told().kept <= all * rate * 2;
  const drainS = (await cell.until(near, waitMaxS)) ?? Number.NaN;
  return {
    ...{ enterS, factsPerS: (now.kept - before.kept) / steadyS, drainS },
    age: { p50: words?.p50 ?? Number.NaN, p99: words?.p99 ?? Number.NaN },
  };
}

/** How a story went; `undefined` where its end did not come in the time that was given. */
export type Told = Readonly<{
  late: { p50: number; p99: number } | undefined;
  /** Facts in the ledger a second, and of central and of the hub's leader the share of a core. */
  factsPerS: number;
  central: number;
  leader: number;
  /** Most bytes in the stream, and most segments unread. */
  mostBytes: number;
  mostUnread: number;
}>;

/** Watches a cell over a time, s, and tells what it came to. */
async function watch(cell: Cell, seconds: number): Promise<Told> {
  cell.ages();
  const { places } = cell;
  const [before, centralMs, leaderMs] = [
    cell.told(),
    places.central.usedMs(),
    places.leader.usedMs(),
  ];
  await cell.pass(seconds);
  const now = cell.told();
  return {
    ...{ late: cell.ages().late, factsPerS: (now.kept - before.kept) / seconds },
    central: (places.central.usedMs() - centralMs) / seconds / 1_000,
    leader: (places.leader.usedMs() - leaderMs) / seconds / 1_000,
    ...{ mostBytes: now.hub.mostBytes, mostUnread: now.central.mostUnread },
  };
}

/** Facts that were stated, and are not in the ledger. */
const owed = (cell: Cell): number => {
  const { stated, kept } = cell.told();
  return stated - kept;
};

/** All edges come at the same time, having just begun; then even work. */
export async function playEven(plan: Plan, measured: Measured, seconds = 20) {
  const cell = openCell(plan, measured);
  const all = plan.edges * plan.lines;
  for (const edge of cell.edges) edge.go();
  const enterS = await cell.until(() => cell.told().entered >= all, waitMaxS);
  for (const edge of cell.edges) edge.begin();
  await cell.pass(5);
  return { cell, enterS, ...(await watch(cell, seconds)) };
}

/** The hub is away for so long, s: all lines wait for it, and all are back when it is. */
export async function playRestart(plan: Plan, measured: Measured, awayS: number) {
  const { cell } = await playEven(plan, measured, 1);
  cell.hub.setUp(false);
  await cell.pass(awayS);
  const before = cell.told();
  cell.hub.setUp(true);
  cell.central.read();
  const backMs = cell.time.nowMs();
  const all = plan.edges * plan.lines;
  const enterS = await cell.until(() => cell.told().entered - before.entered >= all, waitMaxS);
  const even = plan.edges * plan.lines * plan.rate;
  const caughtUpS = await cell.until(() => owed(cell) < even, waitMaxS);
  const told = await watch(cell, 5);
  const doubts = cell.told().hub.late - before.hub.late;
  return { ...told, enterS, caughtUpS, doubts, cell, sinceS: (cell.time.nowMs() - backMs) / 1_000 };
}

/**
 * Some edges were away for so long, s, and come back together, while the others work on. What is
 * stated now is told as live; the drain is watched for so long, or to its end.
 */
export async function playDrain(
  plan: Plan,
  measured: Measured,
  away: Readonly<{ edges: number; s: number }>,
  watchS: number,
) {
  const cell = openCell(plan, measured);
  const [gone, there] = [cell.edges.slice(0, away.edges), cell.edges.slice(away.edges)];
  for (const edge of there) {
    edge.go();
    edge.begin();
  }
  await cell.pass(5);
  for (const edge of gone) {
    edge.begin(away.s * 1_000);
    edge.go();
  }
  await cell.pass(10); // until all of them are in, and the windows are full
  const backlog = owed(cell);
  const told = await watch(cell, watchS);
  const left = owed(cell);
  const live = plan.edges * plan.lines * plan.rate;
  const isOver = left <= live * 2;
  const perS = (backlog - left) / watchS;
  return { ...told, cell, backlog, left, isOver, drainS: perS > 0 ? backlog / perS : undefined };
}

/** The leader of the hub's stream dies; after an election the others go on, with one follower. */
export async function playLoss(plan: Plan, measured: Measured) {
  const { cell, late } = await playEven(plan, measured, 5);
  cell.ages();
  cell.hub.setUp(false);
  await cell.pass(measured.electionMs / 1_000);
  cell.hub.setUp(true);
  cell.central.read();
  const even = plan.edges * plan.lines * plan.rate;
  const caughtUpS = await cell.until(() => owed(cell) < even, waitMaxS);
  return { cell, before: late, late: cell.ages().late, caughtUpS };
}
