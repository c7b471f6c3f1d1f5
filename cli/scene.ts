import { setTimeout as delay } from 'node:timers/promises';
import {
  type CentralStatus,
  type CentralTotals,
  type EdgeStatus,
  type ErpOperations,
  inStates,
  movingStates,
  unposted,
} from './answers.ts';
import { ask, read } from './drive.ts';
import type { Ears } from './ears.ts';
import { type Foreman, openForeman } from './foreman.ts';
import type { Hands } from './hands.ts';
import { type JobOrders, openJobOrders } from './joborders.ts';
import { codeOf, type Park } from './park.ts';
import { grouped, type openProgress } from './progress.ts';
import type { Asked, Shop } from './shop.ts';
import type { Stage } from './stage.ts';
import { tasksOf } from './tasks.ts';
import { openTroubles } from './troubles.ts';

/** After the last command everything must have come to rest within this time, ms. */
const restMaxMs = 100_000;
const pollMs = 150;
/** The bar moves at most so often, ms. */
const showMs = 250;
/** The line whose pieces are followed to the ERP. */
const watched = 'PACK1';

export type Scene = Readonly<{
  stage: Stage;
  park: Park;
  ears: Ears;
  hands: Hands;
  shop: Shop;
  total: number; // facts that will be stated
  progress: ReturnType<typeof openProgress>;
  signal: AbortSignal;
}>;
type EdgeTotals = Readonly<{ lines: readonly Readonly<{ line: string; good: string }>[] }>;
/** What the work came to, beside its facts. */
export type Outcome = Readonly<{
  surprises: number; // answers that the shop did not expect
  jobs: Awaited<ReturnType<JobOrders['ended']>>;
}>;

/** Works the shop: people's commands, machines' pieces, and troubles. */
export async function work(scene: Scene): Promise<Outcome> {
  const { stage, shop, park, ears, hands, progress, signal } = scene;
  const commands = shop.expected().commands;
  const show = slowly(() => tell(scene));
  let done = 0;
  let surprises = 0;
  const told = async (count: number): Promise<void> => {
    done += count;
    troubles.come(done / commands);
    await show();
  };
  const foreman: Foreman = openForeman({
    ...{ tasks: tasksOf(shop.commands, park.tellsState), signal },
    async send(batch) {
      surprises += await surprisesIn(stage, batch, signal);
      jobs.answered(batch);
      await told(batch.length);
    },
    async make(work) {
      await hands.make(work);
      jobs.made(work);
      await told(1);
    },
    isFree: (task) => troubles.isFree(task) && jobs.isFree(task.asked),
  });
  const say = progress.say;
  const troubles = openTroubles({ stage, park, ears, say, signal, foreman: () => foreman });
  const edgeUrl = () => stage.edgeUrl;
  const changed = foreman.call;
  const jobs = openJobOrders({
    park,
    ears,
    edgeUrl,
    changed,
    say,
    signal,
    commands: shop.commands,
  });
  await foreman.run();
  await troubles.over();
  return { surprises, jobs: await jobs.ended() };
}

async function surprisesIn(
  { edgeUrl }: Stage,
  batch: readonly Asked[],
  signal: AbortSignal,
): Promise<number> {
  const commands = batch.map(({ command }) => command);
  const answers = await ask(edgeUrl, commands, signal);
  return answers.filter(
    ({ status }, index) => (status === 'refused') !== (batch[index]!.expectRefused ?? false),
  ).length;
}

/** The same, but not while it is done already, and not again at once. */
function slowly(act: () => Promise<unknown>): () => Promise<void> {
  let nextMs = 0;
  let isBusy = false;
  return async () => {
    if (isBusy || performance.now() < nextMs) return;
    isBusy = true;
    try {
      await act();
    } finally {
      isBusy = false;
      nextMs = performance.now() + showMs;
    }
  };
}

/** Moves the bar, and at each step of it follows the pieces of one machine to the ERP. */
async function tell(scene: Scene): Promise<void> {
  const { moved } = await show(scene);
  if (moved) scene.progress.say(await piecesOf(scene));
}

/** Moves the bar; it tells what edge and central answered just now. */
async function show({ stage, total, progress }: Scene) {
  const [edge, central] = await Promise.all([
    read<EdgeStatus>(stage.edgeUrl, '/v1/status').catch(() => undefined), // killed just now
    read<CentralStatus>(stage.centralUrl, '/v1/status'),
  ]);
  if (!edge) return { moved: false, isAtRest: false };
  const recorded = edge.lines.reduce((sum, { head }) => sum + head, 0);
  const kept = edge.lines.reduce((sum, line) => sum + line.kept, 0);
  const settled = inStates(central, 'posted', 'void') + unposted(central);
  const moved = progress.move(total, recorded, central.facts, settled);
  const open = inStates(central, ...movingStates);
  return { moved, isAtRest: kept === recorded && central.facts === recorded && open === 0 };
}

/** How far the good pieces of the watched line's machine have come. */
export async function piecesOf({ stage, shop, park }: Scene): Promise<string> {
  const line = shop.lines.find((one) => codeOf(one) === watched)!;
  const { good } = await park.made(line);
  const [edge, { lines }, { operations }] = await Promise.all([
    read<EdgeTotals>(stage.edgeUrl, '/v1/status').catch(() => undefined),
    read<CentralTotals>(stage.centralUrl, '/v1/totals'),
    read<ErpOperations>(stage.erpUrl, '/sandbox/summary'),
  ]);
  const booked = edge?.lines.find((one) => one.line === line)?.good ?? '?';
  const own = new Set(
    shop.orders.flatMap(({ order, operations: steps }) =>
      steps.filter((one) => one.line === line).map(({ operation }) => `${order}/${operation}`),
    ),
  );
  const confirmed = operations
    .filter(({ order, operation }) => own.has(`${order}/${operation}`))
    .reduce((sum, { yield: good }) => sum + Number(good), 0);
  const count = (value: unknown) => grouped(Number(value));
  return (
    `  ⚙ ${watched}: its machine made ${count(good)} good; ✓ ${count(booked)} booked` +
    `  ✓✓ ${count(lines[line]?.['good'] ?? 0)} at central  ✓✓✓ ${count(confirmed)} in the ERP`
  );
}

/** Waits until every fact is at central and no posting can move. */
export async function rest(scene: Scene): Promise<void> {
  const deadlineMs = performance.now() + restMaxMs;
  let still = 0;
  while (!scene.signal.aborted && performance.now() < deadlineMs && still < 3) {
    still = (await show(scene)).isAtRest ? still + 1 : 0;
    await delay(pollMs);
  }
}
