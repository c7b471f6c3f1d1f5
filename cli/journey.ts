import { decimalText } from './catalogue.ts';
import { aboutJob, type Dossier, type Floor, type Job } from './floor.ts';
import { block, holdLot, holdQuantity } from './quarantine.ts';
import { type Draw, spareLot } from './routing.ts';
import type { Counts } from './run.ts';
import type { Process } from './timeline.ts';
import { minuteMs, perform, reworkAt, share, type Wait, waitUntilFree } from './work.ts';

/** Component lots that are held now, and those that ever were: each is held at most once. */
export type LotHolds = { now: Set<string>; ever: Set<string> };

const wholeOf = (unit: string): number => (unit === 'EA' ? 1_000 : 1);

/** Begins something beside the order's own course; the order is not closed before it is over. */
function beside(floor: Floor, job: Job, work: Wait): void {
  job.pending += 1;
  floor.timeline.spawn(
    (function* (): Process {
      yield* work;
      job.pending -= 1;
      floor.timeline.open(job.dossier.gate);
    })(),
  );
}

function* join(job: Job): Wait {
  while (job.pending > 0) yield job.dossier.gate;
}

/** Takes the planned lots; instead of one that is held, the spare lot. */
function consume(floor: Floor, job: Job, lotHolds: LotHolds): void {
  const { station, dossier } = job;
  const { random, plan } = dossier;
  for (const draw of plan.draws) {
    const blocked = lotHolds.now.has(draw.lot);
    if (blocked && random.chance(0.7)) consumeLot(floor, job, draw, draw.lot, true);
    if (blocked) floor.equip(station, 'suspended', `Lot ${draw.lot} is held`);
    consumeLot(floor, job, draw, blocked ? spareLot(draw.component) : draw.lot, false);
    if (!lotHolds.ever.has(draw.lot) && random.chance(0.05)) {
      holdComponent(floor, job, draw, lotHolds);
    }
  }
}

function consumeLot(floor: Floor, job: Job, draw: Draw, lot: string, misuse: boolean): void {
  const { station } = job;
  const { component: material, unit, milli } = draw;
  const body = { material, quantity: decimalText(milli), unit };
  const about = { ...aboutJob(job), lot };
  const actor = floor.operator(station);
  const refused = misuse ? 'consumeHeldLot' : undefined;
  floor.ask(station, 'ConsumeMaterial', actor, about, body, refused);
  if (!misuse) floor.account.lot(lot, material, unit, { consumed: milli }, about.order);
}

function holdComponent(floor: Floor, job: Job, draw: Draw, { now, ever }: LotHolds): void {
  const { lot, component: material, unit } = draw;
  const { station } = job;
  const { random } = job.dossier;
  now.add(lot);
  ever.add(lot);
  const milli = random.between(1, 40) * 1_000;
  const of = { station, lot, material, unit, milli };
  floor.timeline.spawn(holdLot(floor, random, of, () => now.delete(lot)));
}

/** Pieces that inspection sent back go to an earlier operation, often long completed. */
function* sendBack(floor: Floor, job: Job, earlier: Job, milli: number): Wait {
  const good = yield* reworkAt(floor, earlier, milli);
  if (good > 0) yield* work(floor, job, earlier, good);
}

/** One run with what follows from it: rework, holds. */
function* work(floor: Floor, job: Job, earlier: Job | undefined, milli: number): Wait {
  const { station } = job;
  const counts = yield* perform(floor, { job, station, phase: 'run', rework: false, milli });
  follow(floor, job, earlier, counts);
}

function follow(floor: Floor, job: Job, earlier: Job | undefined, counts: Counts): void {
  job.passed += counts.good;
  if (counts.held > 0) floor.timeline.spawn(holdQuantity(floor, job, counts.held));
  if (counts.rework > 0) beside(floor, job, sendBack(floor, job, earlier!, counts.rework));
}

/** Sets up, sometimes twice; now and then a good piece comes of it. Returns what is left to do. */
function* setUp(floor: Floor, job: Job, milli: number): Wait<number> {
  const { random, plan } = job.dossier;
  const whole = wholeOf(plan.product.unit);
  let left = milli;
  for (let odds = 0.7; random.chance(odds); odds = 0.12) {
    const trial = Math.min(left, random.chance(0.12) ? random.between(1, 3) * whole : 0);
    const task = { job, station: job.station, phase: 'setup', rework: false } as const;
    const { good } = yield* perform(floor, { ...task, milli: trial });
    job.passed += good;
    left -= trial;
  }
  return left;
}

/** What happens between two runs: breakdowns, time-only reports, pauses, holds. */
function* disturb(floor: Floor, job: Job): Wait {
  const { dossier, station } = job;
  const { random } = dossier;
  const task = { job, station, rework: false, milli: 0 } as const;
  if (random.chance(0.016)) {
    yield* perform(floor, { ...task, phase: 'breakdown' });
    floor.equip(station, 'stopped', 'Repaired');
  }
  if (random.chance(0.29)) yield* perform(floor, { ...task, phase: 'run' });
  if (random.chance(0.03)) yield* pause(floor, job);
  if (random.chance(0.012)) yield* block(floor, { scope: 'operation', job });
  if (random.chance(0.008)) beside(floor, job, block(floor, { scope: 'order', job }));
  if (random.chance(0.004)) beside(floor, job, block(floor, { scope: 'line', job }));
}

function* pause(floor: Floor, job: Job): Wait {
  const { station, dossier } = job;
  const { random } = dossier;
  yield* waitUntilFree(job, station);
  const reason = random.pick(['Material is missing', 'Tool change', 'Waiting for inspection']);
  floor.ask(station, 'PauseOperation', floor.operator(station), aboutJob(job), { reason });
  job.paused = true;
  yield random.between(10, 300) * minuteMs;
  if (random.chance(0.35)) {
    const body = { run: floor.newRun(), phase: 'run', lane: station.lanes, rework: false };
    const actor = floor.operator(station);
    floor.ask(station, 'StartPhase', actor, aboutJob(job), body, 'startWhilePaused');
  }
  while (station.held > 0 || job.held > 0 || dossier.held > 0) {
    yield station.held > 0 ? station.gate : dossier.gate;
  }
  floor.ask(station, 'ResumeOperation', floor.operator(station), aboutJob(job), {});
  job.paused = false;
  floor.timeline.open(dossier.gate);
}

/** Works `milli` in several runs, some of them side by side, some at a second line. */
function* runs(floor: Floor, job: Job, earlier: Job | undefined, milli: number): Wait {
  const { dossier, step, station } = job;
  const { random } = dossier;
  const sibling = step.sibling !== undefined && random.chance(0.06) ? step.sibling : undefined;
  if (sibling !== undefined) floor.account.traits.sharedOperations += 1;
  const count = random.between(1, 4) + (random.chance(0.2) ? 3 : 0);
  let left = milli;
  for (let index = 1; left > 0; index++) {
    const part = index >= count ? left : share(job, milli, Math.ceil(100 / count));
    const load = Math.min(left, part);
    left -= load;
    yield* disturb(floor, job);
    const elsewhere = sibling !== undefined && index === 2 ? floor.station(sibling) : station;
    const task = { job, station: elsewhere, phase: 'run', rework: false, milli: load } as const;
    if (left > 0 && (elsewhere !== station || random.chance(0.35))) {
      beside(floor, job, aside(floor, earlier, task));
      yield random.between(0, 60) * minuteMs;
    } else {
      follow(floor, job, earlier, yield* perform(floor, task));
    }
  }
}

function* aside(floor: Floor, earlier: Job | undefined, task: Parameters<typeof perform>[1]): Wait {
  follow(floor, task.job, earlier, yield* perform(floor, task));
}

function* complete(floor: Floor, job: Job): Wait {
  const { station, dossier } = job;
  for (;;) {
    yield* waitUntilFree(job, station);
    if (job.openRuns === 0) break;
    yield dossier.gate;
  }
  const { order, operation } = aboutJob(job);
  floor.ask(station, 'CompleteOperation', floor.operator(station), aboutJob(job), {});
  floor.account.add(station.path, order, operation, { operationsCompleted: 1 });
  job.completed = true;
}

/** Works step `index` of the order with `milli` pieces; `earlier` is where rework goes. */
export function* operate(
  floor: Floor,
  job: Job,
  earlier: Job | undefined,
  milli: number,
  lotHolds: LotHolds,
): Wait {
  const { dossier, station, step } = job;
  const { random, plan } = dossier;
  yield* waitUntilFree(job, station);
  const start = () => [aboutJob(job), { name: step.name }] as const;
  floor.ask(station, 'StartOperation', floor.operator(station), ...start());
  floor.account.state(plan.order, 'started');
  if (step === plan.steps[0]) consume(floor, job, lotHolds);
  if (random.chance(0.01)) {
    floor.ask(station, 'StartOperation', floor.operator(station), ...start(), 'startTwice');
  }
  const left = yield* setUp(floor, job, milli);
  yield* runs(floor, job, earlier, left);
  yield* join(job);
  if (step === plan.steps.at(-1) || random.chance(0.85)) return yield* complete(floor, job);
  dossier.pending += 1;
  floor.timeline.spawn(late(floor, job));
}

/** Somebody remembers hours later to complete the operation; the next one may have begun. */
function* late(floor: Floor, job: Job): Process {
  yield job.dossier.random.between(60, 600) * minuteMs;
  yield* complete(floor, job);
  job.dossier.pending -= 1;
  floor.timeline.open(job.dossier.gate);
}

export const newJob = (dossier: Dossier, floor: Floor, index: number): Job => {
  const step = dossier.plan.steps[index]!;
  const none = { paused: false, held: 0, completed: false, openRuns: 0, pending: 0, passed: 0 };
  return { dossier, step, station: floor.station(step.line), ...none };
};
