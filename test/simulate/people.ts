import type { Answer } from '../../edge/line/answers.ts';
import { type Command, readCommand } from '../../shared/command.ts';
import { Fault } from '../../shared/fault.ts';
import type { EdgeBox } from './box.ts';
import { visitOf, type Wish } from './story.ts';
import type { World } from './world.ts';

/** Somebody who got no answer asks again after this time, ms. */
const againMs = 20_000;
const busyMs = 2_000;
/** A box that takes no commands now is asked again after this time, ms. */
const barredMs = 10_000;

/** What was told at a box, and where its line then stood. */
export type Told = Readonly<{
  answer: Answer;
  line: string;
  box: EdgeBox;
  medium: number;
  epoch: number;
}>;
type Failed = (invariant: string, detail: string) => void;
export type People = ReturnType<typeof openPeople>;

/** The people at the lines: each asks one thing after the other, until it is answered. */
export function openPeople(world: World, boxes: readonly EdgeBox[], failed: Failed) {
  const dice = world.dice('people');
  const answers = new Map<string, Answer>();
  const told: Told[] = [];
  const last = new Map<string, Told>();
  let waiting = 0;
  let visits = 0;

  /** The same answer again is the same; another one stands only where the history is another. */
  function heard(box: EdgeBox, line: string, answer: Answer): void {
    const { commandId } = answer;
    const next = { answer, line, box, medium: box.disk.media(), epoch: box.epochOf(line) };
    const before = last.get(commandId);
    if (before && JSON.stringify(before.answer) === JSON.stringify(answer)) return;
    if (before && !mayDiffer(before, next)) {
      failed('a command is answered twice, otherwise', JSON.stringify([before.answer, answer]));
    }
    told.push(next);
    last.set(commandId, next);
    answers.set(commandId, answer);
    world.say(`${commandId} ${outcomeOf(answer)}`);
  }

  function askAt(box: EdgeBox, command: Command, done: () => void): void {
    const { nature } = world;
    let over = false;
    const app = box.app();
    const retry = (ms: number) => {
      if (over) return;
      over = true;
      world.after(nature, ms, () => askAt(box, command, done));
    };
    if (!app) {
      retry(busyMs);
      return;
    }
    const patience = world.after(nature, againMs, () => retry(0));
    world.after(box.life(), 0, () => {
      app.intake.ask(command).then(
        (answer) =>
          world.after(nature, 0, () => {
            if (isBar(answer)) {
              retry(barredMs);
              patience.off = true;
              return;
            }
            heard(box, command.line, answer);
            patience.off = true;
            if (over) return;
            over = true;
            done();
          }),
        (error) => {
          if (!(error instanceof Fault)) throw error;
          patience.off = true;
          world.after(nature, 0, () => retry(busyMs));
        },
      );
    });
  }

  function work(box: EdgeBox, wishes: readonly Wish[], at: number): void {
    const wish = wishes[at];
    if (!wish) {
      waiting -= 1;
      return;
    }
    world.after(world.nature, wish.atMs - world.nowMs(), () => {
      const command = commandOf(wish, answers);
      const next = () => work(box, wishes, at + 1);
      if (!command) return next();
      askAt(box, command, next);
      // Now and then somebody presses the button twice.
      if (dice.chance(0.05)) {
        world.after(world.nature, dice.below(60_000), () => askAt(box, command, () => undefined));
      }
    });
  }

  for (const box of boxes) waiting += box.lines.length;
  return {
    told,
    /** What was said last of each command. */
    last: (): Iterable<Told> => last.values(),
    /** Somebody works at a box that should not be there; who gets no answer leaves it. */
    visit(box: EdgeBox): void {
      visits += 1;
      const [line] = box.lines;
      visitOf(line!, `visit-${visits}`).forEach((wish, index) => {
        world.after(world.nature, 1_000 + 3_000 * index, () => {
          const app = box.app();
          if (!app) return;
          world.after(box.life(), 0, () => {
            app.intake.ask(commandOf(wish, answers)!).then(
              (answer) =>
                world.after(world.nature, 0, () => {
                  if (!isBar(answer)) heard(box, line!, answer);
                }),
              (error) => {
                if (!(error instanceof Fault)) throw error;
              },
            );
          });
        });
      });
    },
    /** True once everybody has asked everything and was answered. */
    done: () => waiting === 0,
    begin(wishes: readonly Wish[]): void {
      for (const box of boxes) {
        for (const path of box.lines) {
          work(
            box,
            wishes.filter(({ line }) => line === path),
            0,
          );
        }
      }
    },
  };
}

/** True for a box that takes no commands now: nothing is stored of that. */
const isBar = (answer: Answer): boolean =>
  answer.status === 'refused' &&
  (['FULL', 'CORRUPT'].includes(answer.code) ||
    /belongs to another|taken over/.test(answer.reason));

/**
 * Another medium, or another epoch, is another history: what was refused may be judged again, and
 * what was accepted may be lost. Whether it is, is looked at in the end.
 */
const mayDiffer = (before: Told, { box, medium, epoch }: Told): boolean =>
  before.box !== box || before.medium !== medium || before.epoch !== epoch;

const outcomeOf = (answer: Answer): string =>
  answer.status === 'accepted'
    ? answer.facts.map(({ type, sequence }) => `${type} ${sequence}`).join(', ')
    : `${answer.code}: ${answer.reason}`;

/** The wish as a command; undefined if what it corrects was never stated. */
function commandOf(wish: Wish, answers: ReadonlyMap<string, Answer>): Command | undefined {
  const { id, line, type, about, body, corrects } = wish;
  const actor = type === 'PlaceHold' ? 'person:9' : 'person:1';
  const given = { commandId: id, line, type, actor, ...about };
  if (corrects === undefined) return readCommand({ ...given, body });
  const answer = answers.get(corrects);
  if (answer?.status !== 'accepted') return undefined;
  return readCommand({ ...given, body: { ...body, original: answer.facts[0]!.eventId } });
}
