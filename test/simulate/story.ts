import type { CommandType } from '../../shared/command.ts';
import { random } from '../helpers/random.ts';
import { workOf } from './shifts.ts';
import { hashOf } from './world.ts';

/** A command that somebody will ask; the same id for every attempt. */
export type Wish = Readonly<{
  id: string;
  atMs: number; // virtual time, not before
  line: string;
  type: CommandType;
  about: Readonly<Record<string, string>>;
  body: Readonly<Record<string, unknown>>;
  /** The command whose fact this one corrects or reverses. */
  corrects?: string;
}>;

type About = Readonly<Record<string, string>>;
type Body = Readonly<Record<string, unknown>>;
type Dice = ReturnType<typeof random>;
type Course = {
  dice: Dice;
  /** Where lots are inspected, what quality says of them; not of the dice of the others. */
  quality: Dice | undefined;
  order: string;
  lines: readonly string[];
  say: (type: CommandType, line: string, about: About, body?: Body, corrects?: string) => string;
  pause: (maxMs: number) => void;
};

const minuteMs = 60_000;
const unit = 'EA';
const none = { good: '0', scrap: '0', rework: '0', held: '0', unit };

/** Whether lots are inspected on the day of this seed, and received into quality inspection. */
export const inspectsOn = (seed: number): boolean => seed % 10 === 6;

/** What is asked of the lines of one edge within `hours`: orders side by side and in a row. */
export function tell(seed: number, edge: string, lines: readonly string[], hours: number): Wish[] {
  const wishes: Wish[] = [];
  const work = workOf(hours);
  const dice = random(hashOf(`story ${edge}`, seed));
  const quality = inspectsOn(seed) ? random(hashOf(`quality ${edge}`, seed)) : undefined;
  const slots = 1 + dice.below(2);
  const slack = [1, 2, 5, 12, 30, 80][dice.below(6)]!;
  for (let slot = 1; slot <= slots; slot++) {
    const time = { nowMs: dice.below(20 * minuteMs) };
    for (let count = 1; time.nowMs < work.hours * 60 * minuteMs; count++) {
      const order = `${edge}-${slot}-${count}`;
      let said = 0;
      const say: Course['say'] = (type, line, about, body = {}, corrects) => {
        const id = `${order}.${++said}`;
        const wish = { id, atMs: time.nowMs, line, type, about: { order, ...about }, body };
        wishes.push({ ...wish, ...(corrects === undefined ? {} : { corrects }) });
        time.nowMs += dice.below(2_000);
        return id;
      };
      const pause = (maxMs: number) => {
        time.nowMs += dice.below(maxMs * slack);
      };
      makeOrder({ dice, quality, order, lines, say, pause }, slot);
      pause(20 * minuteMs);
    }
  }
  const last = work.hours * 60 * minuteMs;
  wishes.push(...undo(wishes, lines, random(hashOf(`undo ${edge}`, seed))));
  const asked = wishes.filter(({ atMs }) => atMs < last).sort((a, b) => a.atMs - b.atMs);
  return asked.map((wish) => ({ ...wish, atMs: work.at(wish.atMs) }));
}

/** Somebody takes back what was said, at any line; and now and then that again. */
function undo(wishes: readonly Wish[], lines: readonly string[], dice: Dice): Wish[] {
  const said = ['ReportQuantity', 'ConsumeMaterial', 'ProduceLot'];
  const doubted = wishes.filter(({ type }) => said.includes(type) && dice.chance(0.08));
  return doubted.flatMap(({ id, atMs, about }) => {
    const undone: Wish[] = [];
    let corrects = id;
    let thenMs = atMs;
    do {
      thenMs += dice.below([10_000, 5 * minuteMs, 30 * minuteMs][dice.below(3)]!);
      const line = lines[dice.below(lines.length)]!;
      const order = { order: about['order']! };
      const wish = { id: `${corrects}.undo`, atMs: thenMs, line, type: 'ReverseFact' } as const;
      undone.push({ ...wish, about: order, body: { reason: 'typed twice' }, corrects });
      corrects = wish.id;
    } while (dice.chance(0.4));
    return undone;
  });
}

function makeOrder(course: Course, lane: number): void {
  const { dice, lines, say, pause } = course;
  const first = lines[dice.below(lines.length)]!;
  const operations = ['0010', '0020'].slice(0, 1 + dice.below(2));
  const material = { material: 'BOLT', unit };
  say('ReleaseOrder', first, {}, { ...material, quantity: '100', tolerancePercent: 10 });
  operations.forEach((operation, index) => {
    const line = lines[dice.below(lines.length)]!;
    const about = { operation };
    const run = `R${index}`;
    pause(minuteMs);
    say('StartOperation', line, about);
    say('StartPhase', line, about, { run, phase: 'run', lane, rework: false });
    work(course, line, about, run);
    say('EndPhase', line, about, { run });
    if (index === operations.length - 1) produce(course, line, about);
    say('CompleteOperation', line, about);
  });
  pause(5 * minuteMs);
  if (dice.chance(0.8)) say('CloseOrder', first, {});
}

function work(
  { dice, order, say, pause }: Course,
  line: string,
  about: { operation: string },
  run: string,
): void {
  for (let report = 1 + dice.below(5); report > 0; report--) {
    pause(3 * minuteMs);
    const good = `${1 + dice.below(20)}`;
    const scrap = dice.chance(0.2) ? '1' : '0';
    const counts = { ...none, good, scrap };
    const id = say('ReportQuantity', line, about, {
      run,
      phase: 'run',
      ...counts,
      inRework: false,
    });
    if (dice.chance(0.15)) {
      say('CorrectQuantity', line, about, { ...none, good: '1', reason: 'counted again' }, id);
    } else if (dice.chance(0.08)) say('ReverseFact', line, about, { reason: 'typed twice' }, id);
    if (dice.chance(0.3)) {
      const steel = { material: 'STEEL', quantity: '2', unit };
      say('ConsumeMaterial', line, { ...about, lot: `${order}-S` }, steel);
    }
    if (dice.chance(0.1)) {
      say('PauseOperation', line, about, { reason: 'tool' });
      pause(minuteMs);
      say('ResumeOperation', line, about);
    }
  }
}

function produce(course: Course, line: string, about: About): void {
  const { dice, quality, order, lines, say, pause } = course;
  for (let count = 1 + dice.below(2); count > 0; count--) {
    const lot = `${order}-L${count}`;
    const hold = `${order}-H${count}`;
    const held = { hold, scope: 'lot', quantity: '4', unit, reason: 'crack' };
    if (dice.chance(0.2)) say('PlaceHold', line, { lot }, held); // before there is anything of it
    const inspect = quality ? { inspect: true } : {};
    const made = { material: 'BOLT', quantity: '10', unit, ...inspect };
    say('ProduceLot', line, { ...about, lot }, made);
    const releases = () => {
      if (!quality?.chance(0.7)) return;
      pause(minuteMs);
      say('ReleaseLot', lines[quality.below(lines.length)]!, { lot }, { reason: 'tested' });
    };
    if (quality?.chance(0.4)) releases(); // before anybody doubts it
    if (dice.chance(0.5)) {
      releases();
      continue;
    }
    say('PlaceHold', lines[dice.below(lines.length)]!, { lot }, held);
    pause(10 * minuteMs);
    decide({ dice, say, line: lines[dice.below(lines.length)]!, hold });
    releases();
  }
}

type Decision = Pick<Course, 'dice' | 'say'> & { line: string; hold: string };

function decide({ dice, say, line, hold }: Decision): void {
  const way = dice.below(4);
  if (way === 0) say('ReleaseHold', line, {}, { hold, reason: 'checked' });
  if (way === 1) return;
  for (const quantity of way === 2 ? ['4'] : ['1', '3']) {
    const disposition = dice.chance(0.5) ? 'scrap' : 'useAsIs';
    say('DispositionHold', line, {}, { hold, disposition, quantity, unit });
  }
}

/** What somebody does at a box that should not be there: an order of its own. */
export function visitOf(line: string, order: string): Wish[] {
  const about = { order, operation: '0010' };
  const steps: [type: CommandType, about: About, body: Body][] = [
    ['ReleaseOrder', { order }, { material: 'BOLT', unit, quantity: '100', tolerancePercent: 10 }],
    ['StartOperation', about, {}],
    ['StartPhase', about, { run: 'R0', phase: 'run', lane: 1, rework: false }],
    ['ReportQuantity', about, { ...none, run: 'R0', phase: 'run', good: '7', inRework: false }],
    ['EndPhase', about, { run: 'R0' }],
    ['CompleteOperation', about, {}],
  ];
  return steps.map(([type, of, body], index) => ({
    ...{ id: `${order}.${index + 1}`, atMs: 0, line, type, about: of, body },
  }));
}
