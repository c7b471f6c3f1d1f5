import type { Answer } from '../../edge/actor.ts';
import { type Command, readCommand } from '../../shared/command.ts';
import { Fault } from '../../shared/fault.ts';
import type { EdgeBox } from './box.ts';
import type { Wish } from './story.ts';
import type { World } from './world.ts';

/** Somebody who got no answer asks again after this time, ms. */
const againMs = 20_000;
const busyMs = 2_000;

type Failed = (invariant: string, detail: string) => void;
export type People = ReturnType<typeof openPeople>;

/** The people at the lines: each asks one thing after the other, until it is answered. */
export function openPeople(world: World, boxes: readonly EdgeBox[], failed: Failed) {
  const dice = world.dice('people');
  const answers = new Map<string, Answer>();
  let waiting = 0;

  function heard(answer: Answer): void {
    const { commandId } = answer;
    const before = answers.get(commandId);
    if (before && JSON.stringify(before) !== JSON.stringify(answer)) {
      failed('a command is answered twice, otherwise', JSON.stringify([before, answer]));
    }
    answers.set(commandId, answer);
    if (!before) world.say(`${commandId} ${outcomeOf(answer)}`);
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
            heard(answer);
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
    answers,
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

const outcomeOf = (answer: Answer): string =>
  answer.status === 'accepted'
    ? answer.facts.map(({ type, sequence }) => `${type} ${sequence}`).join(', ')
    : `${answer.code}: ${answer.reason}`;

/** The wish as a command; undefined if what it corrects was never stated. */
function commandOf(wish: Wish, answers: People['answers']): Command | undefined {
  const { id, line, type, about, body, corrects } = wish;
  const actor = type === 'PlaceHold' ? 'person:9' : 'person:1';
  const given = { commandId: id, line, type, actor, ...about };
  if (corrects === undefined) return readCommand({ ...given, body });
  const answer = answers.get(corrects);
  if (answer?.status !== 'accepted') return undefined;
  return readCommand({ ...given, body: { ...body, original: answer.facts[0]!.eventId } });
}
