import { aboutJob, type Floor, type Job, type Run, type Station } from './floor.ts';
import type { Random } from './random.ts';
import { type Counts, endRun, noCounts, report, reportBody, startRun } from './run.ts';
import type { Gate } from './timeline.ts';

export type Wait<Result = void> = Generator<number | Gate, Result>;

export const minuteMs = 60_000;

/** What is worked in one run. */
type Task = Readonly<{
  job: Job;
  station: Station;
  phase: Run['phase'];
  rework: boolean;
  milli: number; // that go in, thousandths
}>;

const reasons = ['Dimension out of tolerance', 'Surface', 'Burr', 'Crack', 'Handling damage'];

/** Waits until nothing forbids to start, resume or complete the operation at this line. */
export function* waitUntilFree(job: Job, station: Station): Wait {
  const { dossier } = job;
  for (;;) {
    if (station.held > 0) yield station.gate;
    else if (job.paused || job.held > 0 || dossier.held > 0) yield dossier.gate;
    else return;
  }
}

/** A free lane, from 1; nothing forbids to start in it at this moment. */
function* waitForLane(job: Job, station: Station): Wait<number> {
  for (;;) {
    yield* waitUntilFree(job, station);
    const free = station.runs.indexOf(undefined);
    if (free >= 0) return free + 1;
    yield station.gate;
  }
}

/** One piece, or one gram of what is weighed, in thousandths. */
const grain = (job: Job): number => (job.dossier.plan.product.unit === 'EA' ? 1_000 : 1);

/** About `percent` of `milli`: at least one grain, at most all of it. */
export function share(job: Job, milli: number, percent: number): number {
  const whole = grain(job);
  const part = Math.floor((milli * percent) / 100 / whole) * whole;
  return Math.min(milli, Math.max(whole, part));
}

function durationMs({ phase, milli, rework }: Task, random: Random): number {
  if (random.chance(0.004)) return 0;
  if (phase === 'breakdown') return random.between(10, 200) * minuteMs;
  if (phase === 'setup') return random.between(10, 100) * minuteMs;
  if (milli === 0) return random.between(5, 120) * minuteMs;
  return random.between(rework ? 10 : 30, rework ? 120 : 480) * minuteMs;
}

/** What becomes of what went in. Only inspection sends back; only what is not last is held. */
function outcome({ job, rework, phase }: Task, milli: number, random: Random): Counts {
  if (milli === 0) return noCounts;
  const { step, dossier } = job;
  const [first, last] = [dossier.plan.steps[0], dossier.plan.steps.at(-1)];
  let good = milli;
  const take = (odds: number, mostPercent: number): number => {
    if (good === 0 || !random.chance(odds)) return 0;
    const taken = Math.min(good, share(job, milli, random.between(1, mostPercent)));
    good -= taken;
    return taken;
  };
  const scrap = take(rework ? 0.3 : phase === 'run' ? 0.09 : 0, rework ? 40 : 4);
  const plain = rework || phase !== 'run';
  const sentBack = plain || step === first || !step.inspects ? 0 : take(0.12, 12);
  const held = plain || step === last ? 0 : take(step.inspects ? 0.05 : 0.012, 30);
  return { good, scrap, rework: sentBack, held };
}

/** Commands that no line may accept while this run is open. */
function misuseOpen({ ask, operator, newRun }: Floor, { job, station, lane }: Run, random: Random) {
  const actor = operator(station, lane);
  const about = aboutJob(job);
  if (random.chance(0.004)) {
    ask(station, 'CompleteOperation', actor, about, {}, 'completeWithOpenRun');
  }
  if (random.chance(0.004)) {
    const body = { run: newRun(), phase: 'run', lane, rework: false };
    ask(station, 'StartPhase', actor, about, body, 'laneTaken');
  }
}

/** Works one run from a free lane to its end; returns what came of it. */
export function* perform(floor: Floor, task: Task): Wait<Counts> {
  const { job, station, phase, rework, milli } = task;
  const { random } = job.dossier;
  const lane = yield* waitForLane(job, station);
  const run = startRun(floor, job, station, { lane, phase, rework });
  misuseOpen(floor, run, random);
  let leftMs = durationMs(task, random);
  const sum = { ...noCounts };
  const interim = milli > 2 * grain(job) && random.chance(0.1) ? share(job, milli, 50) : 0;
  if (interim > 0) {
    const halfMs = Math.floor(leftMs / 2 / minuteMs) * minuteMs;
    yield halfMs;
    leftMs -= halfMs;
    addCounts(sum, say(floor, run, outcome(task, interim, random)));
  }
  yield leftMs;
  if (phase !== 'breakdown') {
    addCounts(sum, say(floor, run, outcome(task, milli - interim, random)));
  }
  endRun(floor, run);
  if (random.chance(0.003)) {
    const body = reportBody(run, noCounts);
    const actor = floor.operator(station, lane);
    floor.ask(station, 'ReportQuantity', actor, aboutJob(job), body, 'reportOnEndedRun');
  }
  return sum;
}

function say(floor: Floor, run: Run, counts: Counts): Counts {
  report(floor, run, counts, run.job.dossier.random.pick(reasons));
  return counts;
}

function addCounts(sum: Counts, more: Counts): void {
  sum.good += more.good;
  sum.scrap += more.scrap;
  sum.rework += more.rework;
  sum.held += more.held;
}

/** Works `milli` again at an operation that may long be completed; returns what is good now. */
export function* reworkAt(floor: Floor, job: Job, milli: number): Wait<number> {
  const { random } = job.dossier;
  const task = { job, station: job.station, rework: true } as const;
  job.pending += 1;
  yield random.between(30, 600) * minuteMs;
  if (random.chance(0.4)) yield* perform(floor, { ...task, phase: 'setup', milli: 0 });
  if (random.chance(0.4)) yield* perform(floor, { ...task, phase: 'run', milli: 0 });
  const { good } = yield* perform(floor, { ...task, phase: 'run', milli });
  job.pending -= 1;
  floor.timeline.open(job.dossier.gate);
  return good;
}
