import { decimalText } from './catalogue.ts';
import type { Dossier, Floor, Job, Station } from './floor.ts';
import { type LotHolds, newJob, operate } from './journey.ts';
import { holdLot } from './quarantine.ts';
import { random, subseed } from './random.ts';
import type { Plan } from './routing.ts';
import { newGate, type Process } from './timeline.ts';
import { minuteMs, type Wait } from './work.ts';

const planner = 'system:planning';

const lotOf = ({ order }: Plan, number: number): string => `P${order.slice(3)}-${number}`;

function release(floor: Floor, { plan }: Dossier, station: Station): void {
  const { order, product, milli, tolerancePercent, steps } = plan;
  const { material, unit } = product;
  const operations = steps.map(({ operation, name }) => ({ operation, name }));
  const body = { material, quantity: decimalText(milli), unit, tolerancePercent, operations };
  floor.account.order(order, unit, milli, tolerancePercent);
  floor.ask(station, 'ReleaseOrder', planner, { order }, body);
}

/** Books what the last operation made, in one to three lots; some of them are held. */
function* produce(floor: Floor, job: Job): Wait {
  const { random: dice, plan } = job.dossier;
  const whole = plan.product.unit === 'EA' ? 1_000 : 1;
  const lots = dice.pick([1, 1, 1, 2, 2, 3]);
  let left = job.passed;
  for (let number = 1; left > 0; number++) {
    const part = Math.floor(job.passed / lots / whole) * whole;
    const milli = number >= lots || part === 0 ? left : part;
    left -= milli;
    const lot = lotOf(plan, number);
    const early = dice.chance(0.04);
    if (early) holdMade(floor, job, lot, milli);
    makeLot(floor, job, lot, milli);
    if (left > 0) yield dice.between(0, 30) * minuteMs;
    if (!early && dice.chance(0.08)) holdMade(floor, job, lot, milli);
  }
}

function makeLot(floor: Floor, { dossier, step, station }: Job, lot: string, milli: number): void {
  const { order, product } = dossier.plan;
  const { material, unit } = product;
  const body = { material, quantity: decimalText(milli), unit };
  const about = { order, operation: step.operation, lot };
  floor.ask(station, 'ProduceLot', floor.operator(station), about, body);
  floor.account.produced(order, milli);
  floor.account.lot(lot, material, unit, { produced: milli }, order);
}

/** Holds all or part of a made lot; sometimes two reasons hold two parts of it at once. */
function holdMade(floor: Floor, { dossier, station }: Job, lot: string, milli: number): void {
  const { random: dice, plan } = dossier;
  const { material, unit } = plan.product;
  const whole = unit === 'EA' ? 1_000 : 1;
  const half = Math.floor(milli / 2 / whole) * whole;
  dossier.heldLots.add(lot);
  const parts = half > 0 && dice.chance(0.3) ? [half, milli - half] : [milli];
  for (const part of dice.chance(0.4) && half > 0 ? [half] : parts) {
    const of = { station, dossier, lot, material, unit, milli: part };
    floor.timeline.spawn(holdLot(floor, dice, of, () => undefined));
  }
}

/** Closes the order as soon as it may be; one that has a hold nobody decides stays open. */
function* close(floor: Floor, dossier: Dossier, last: Job): Wait {
  const { random: dice, plan } = dossier;
  const { station } = last;
  const subject = { order: plan.order };
  if (dossier.openHolds > 0 && dice.chance(0.5)) {
    floor.ask(station, 'CloseOrder', planner, subject, {}, 'closeWithOpenHold');
  }
  while (dossier.openHolds > dossier.leftOpen || dossier.pending > 0) yield dossier.gate;
  if (dossier.openHolds > 0) return;
  floor.ask(station, 'CloseOrder', planner, subject, {});
  floor.account.state(plan.order, 'closed');
  if (dice.chance(0.04)) {
    const about = { order: plan.order, operation: last.step.operation };
    const actor = floor.operator(station);
    floor.ask(station, 'StartOperation', actor, about, {}, 'workAfterClose');
  }
  const lot = lotOf(plan, 1);
  if (dice.chance(0.04) && last.passed > 0 && !dossier.heldLots.has(lot)) {
    yield dice.between(60, 3_000) * minuteMs;
    holdMade(floor, last, lot, 1_000);
  }
}

function newDossier(seed: number, index: number, plan: Plan): Dossier {
  const dice = random(subseed(seed ^ 0x51ed270b, index));
  const none = { held: 0, openHolds: 0, leftOpen: 0, pending: 0, returned: 0 };
  return { plan, random: dice, gate: newGate(), heldLots: new Set(), ...none };
}

type Course = { floor: Floor; seed: number; index: number; plan: Plan; lotHolds: LotHolds };

/** The whole course of an order from its release on. Calls `over` when it leaves the shop. */
export function* passage(
  { floor, seed, index, plan, lotHolds }: Course,
  over: () => void,
): Process {
  const dossier = newDossier(seed, index, plan);
  const { random: dice } = dossier;
  release(floor, dossier, floor.station(plan.steps[0]!.line));
  let flow = plan.started;
  let machine: Job | undefined;
  let job: Job | undefined;
  for (let step = 0; step < plan.worked && flow > 0; step++) {
    yield dice.between(5, 240) * minuteMs;
    job = newJob(dossier, floor, step);
    const milli = flow + dossier.returned;
    dossier.returned = 0;
    yield* operate(floor, job, machine, milli, lotHolds);
    if (!job.step.inspects) machine = job;
    flow = job.passed;
  }
  over();
  if (!job || job.step !== plan.steps.at(-1)) return;
  yield* produce(floor, job);
  yield dice.between(10, 900) * minuteMs;
  if (plan.closes) yield* close(floor, dossier, job);
}
