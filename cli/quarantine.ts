import { decimalText } from './catalogue.ts';
import {
  aboutJob,
  type Dossier,
  type Floor,
  type Job,
  type Station,
  type Subject,
} from './floor.ts';
import type { Random } from './random.ts';
import { minuteMs, reworkAt, share, type Wait } from './work.ts';

type Disposition = 'useAsIs' | 'rework' | 'scrap' | 'return';

/** A hold on so much of something, while it is open. */
type Held = {
  hold: string;
  scope: 'quantity' | 'lot';
  station: Station;
  subject: Subject;
  dossier: Dossier | undefined;
  material: string;
  unit: string;
  left: number; // not yet decided, thousandths
};

const inspector = 'person:9001';
/** Never the one who placed it. */
const decider = 'person:9002';
const reasons = ['MRB', 'Certificate missing', 'Dimension in doubt', 'Customer complaint'];

const holdSubject = ({ scope, subject }: Held): Subject => {
  const { operation, ...rest } = subject;
  return scope === 'quantity' ? subject : rest;
};

function place(floor: Floor, held: Held, reason: string): void {
  const { hold, scope, station, dossier, unit, left, material } = held;
  const subject = holdSubject(held);
  const body = { hold, scope, quantity: decimalText(left), unit, reason };
  floor.ask(station, 'PlaceHold', inspector, subject, body);
  const heldByHolds = scope === 'quantity' ? left : 0;
  floor.account.add(station.path, subject.order, subject.operation, { holds: 1, heldByHolds });
  floor.account.holds(subject.order, 1);
  if (dossier) dossier.openHolds += 1;
  if (scope === 'lot') floor.account.lot(subject.lot!, material, unit, { undecided: left });
}

/** After `left` went down or the hold was released. */
function decided(floor: Floor, held: Held, milli: number, disposition: Disposition): void {
  const { scope, subject, dossier, material, unit } = held;
  held.left -= milli;
  if (scope === 'lot') {
    const more = { scrap: 'scrapped', rework: 'reworked', return: 'returned', useAsIs: undefined };
    const to = more[disposition];
    const moved = { undecided: -milli, ...(to === undefined ? {} : { [to]: milli }) };
    floor.account.lot(subject.lot!, material, unit, moved);
  }
  if (held.left > 0) return;
  floor.account.holds(subject.order, -1);
  if (!dossier) return;
  dossier.openHolds -= 1;
  floor.timeline.open(dossier.gate);
}

function dispose(floor: Floor, held: Held, disposition: Disposition, milli: number): void {
  const { hold, station, unit } = held;
  const body = { hold, disposition, quantity: decimalText(milli), unit };
  floor.ask(station, 'DispositionHold', decider, holdSubject(held), body);
  decided(floor, held, milli, disposition);
}

function release(floor: Floor, held: Held): void {
  const body = { hold: held.hold, reason: 'Found to be in order' };
  floor.ask(held.station, 'ReleaseHold', decider, holdSubject(held), body);
  decided(floor, held, held.left, 'useAsIs');
}

/** Decides a hold after hours or days, whole or in parts: what is usable, what to be reworked. */
function* decide(floor: Floor, held: Held, random: Random, parts: (milli: number) => number) {
  const bad = held.dossier ? (['scrap', 'rework'] as const) : (['scrap', 'return'] as const);
  const gained = { usable: 0, rework: 0 };
  const leftOpen = random.chance(0.12);
  if (leftOpen && held.dossier) held.dossier.leftOpen += 1;
  if (leftOpen) floor.account.traits.holdsLeftOpen += 1;
  yield random.between(60, 40 * 60) * minuteMs;
  if (random.chance(0.05)) {
    const { hold, unit, station } = held;
    const body = { hold, disposition: 'useAsIs', quantity: decimalText(held.left + 1_000), unit };
    floor.ask(station, 'DispositionHold', decider, holdSubject(held), body, 'decideTooMuch');
  }
  const way = random.below(10);
  const part = way < 4 || leftOpen ? parts(held.left) : 0;
  if (part > 0 && part < held.left && (!leftOpen || random.chance(0.5))) {
    dispose(floor, held, 'useAsIs', part);
    gained.usable += part;
    yield random.between(0, 600) * minuteMs;
  }
  if (leftOpen) return gained;
  const { left } = held;
  if (way < 2 || way >= 8) {
    const disposition = random.pick(bad);
    dispose(floor, held, disposition, left);
    if (disposition === 'rework') gained.rework += left;
  } else {
    if (way === 7) release(floor, held);
    else dispose(floor, held, 'useAsIs', left);
    gained.usable += left;
  }
  return gained;
}

/** Holds pieces that were reported as held; what is freed waits for the order's next operation. */
export function* holdQuantity(floor: Floor, job: Job, milli: number): Wait {
  const { dossier, station } = job;
  const { random, plan } = dossier;
  const { material, unit } = plan.product;
  const about = { hold: floor.newHold(), scope: 'quantity', subject: aboutJob(job) } as const;
  const held: Held = { ...about, station, dossier, material, unit, left: milli };
  place(floor, held, random.pick(reasons));
  const gained = yield* decide(floor, held, random, (of) => share(job, of, 66));
  dossier.returned += gained.usable;
  if (gained.rework === 0) return;
  dossier.pending += 1;
  dossier.returned += yield* reworkAt(floor, job, gained.rework);
  dossier.pending -= 1;
  floor.timeline.open(dossier.gate);
}

type LotHeld = {
  station: Station;
  dossier?: Dossier;
  lot: string;
  material: string;
  unit: string;
  milli: number;
};

/** Holds part of a lot, made by an order or a component's; calls `ended` once all is decided. */
export function* holdLot(floor: Floor, random: Random, of: LotHeld, ended: () => void): Wait {
  const { station, dossier, lot, material, unit, milli } = of;
  const order = dossier?.plan.order;
  const subject = order === undefined ? { lot } : { order, lot };
  const about = { hold: floor.newHold(), scope: 'lot', subject } as const;
  const held: Held = { ...about, station, dossier, material, unit, left: milli };
  place(floor, held, random.pick(reasons));
  const whole = unit === 'EA' ? 1_000 : 1;
  yield* decide(floor, held, random, (left) => Math.floor((left * 2) / 3 / whole) * whole);
  if (held.left === 0) ended();
}

type Block = { scope: 'operation' | 'order' | 'line'; job: Job };

/** Holds an operation, its order or its line as a whole for some hours; work on it must wait. */
export function* block(floor: Floor, { scope, job }: Block): Wait {
  const { station, dossier } = job;
  const { random } = dossier;
  const hold = floor.newHold();
  const { order, operation } = aboutJob(job) as Required<Subject>;
  const reach = { operation: { order, operation }, order: { order }, line: {} };
  const subject: Subject = reach[scope];
  const target = scope === 'operation' ? job : scope === 'order' ? dossier : station;
  dossier.pending += 1;
  floor.ask(station, 'PlaceHold', inspector, subject, {
    hold,
    scope,
    reason: random.pick(reasons),
  });
  floor.account.add(station.path, subject.order, subject.operation, { holds: 1 });
  floor.account.holds(subject.order, 1);
  if (scope === 'line') floor.equip(station, 'held', 'Quality holds the line');
  else dossier.openHolds += 1;
  target.held += 1;
  yield random.between(20, 300) * minuteMs;
  misuseHeld(floor, job);
  yield random.between(0, scope === 'line' ? 60 : 900) * minuteMs;
  floor.ask(station, 'ReleaseHold', decider, subject, { hold, reason: 'Found to be in order' });
  floor.account.holds(subject.order, -1);
  target.held -= 1;
  if (scope === 'line') floor.equip(station, 'idle', 'Released');
  else dossier.openHolds -= 1;
  dossier.pending -= 1;
  floor.timeline.open(station.gate);
  floor.timeline.open(dossier.gate);
}

/** Commands that no line may accept while the operation, its order or its line is held. */
function misuseHeld({ ask, operator, newRun }: Floor, job: Job): void {
  const { station, dossier } = job;
  const { random } = dossier;
  const actor = operator(station);
  if (random.chance(0.4)) {
    const body = { run: newRun(), phase: 'run', lane: station.lanes, rework: false };
    ask(station, 'StartPhase', actor, aboutJob(job), body, 'startWhileHeld');
  }
  if (random.chance(0.2)) {
    ask(station, 'CompleteOperation', actor, aboutJob(job), {}, 'completeWhileHeld');
  }
}
