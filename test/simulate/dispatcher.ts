import { decodeContent } from '../../shared/codec.ts';
import { Fault } from '../../shared/fault.ts';
import { factsOf } from './rows.ts';
import type { Scene } from './scene.ts';

const hourMs = 3_600_000;
/** A central that is away, or whose disk is full, is asked again after this time, ms. */
const againMs = 20_000;
/** Every fourth plant is one in which central sends something down. */
const sendsOn = (seed: number): boolean => seed % 4 === 3;
const perHour = 10;
const sentMax = 60;

type Parts = Pick<Scene, 'world' | 'central' | 'edges'> & { seed: number; hours: number };
type Failed = (invariant: string, detail: string) => void;
export type Dispatcher = ReturnType<typeof openDispatcher>;

/** Somebody at central who asks something of a line now and then, each thing once. */
export function openDispatcher({ world, central, edges, seed, hours }: Parts) {
  const dice = world.dice('dispatcher');
  const lines = edges.flatMap((edge) => edge.lines);
  const count = sendsOn(seed) ? Math.min(sentMax, Math.ceil(perHour * hours)) : 0;
  let left = count;

  function send(line: string, name: string): void {
    const app = central.app();
    const patience = world.after(world.nature, againMs, () => send(line, name));
    if (!app) return;
    world.after(central.life(), 0, () => {
      try {
        app.memory.dispatch.send({
          ...{ line, type: 'StartShift', body: { people: [name] }, by: 'system:plan' },
          ...{ reason: 'planned', source: name }, // asked again, it is one command
        });
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        return;
      }
      patience.off = true;
      world.after(world.nature, 0, () => {
        left -= 1;
      });
    });
  }

  for (let index = 0; index < count; index++) {
    const line = lines[dice.below(lines.length)]!;
    const atMs = dice.below(hours * hourMs);
    world.after(world.nature, atMs, () => send(line, `sent-${index}`));
  }

  const pending = (): number => {
    const app = central.app();
    return app ? app.memory.dispatch.inState('pending', sentMax).length : 1;
  };

  return {
    /** True once all was sent, and every line has said what came of it. */
    done: (): boolean => count === 0 || (left === 0 && pending() === 0),

    /** Each command is done once, and its outcome told in the order of its numbers. */
    check(failed: Failed): void {
      if (count === 0) return;
      const told = new Map<string, number>();
      const made = new Map<string, number>();
      for (const { path, bytes } of factsOf(central.disk.real(), 'fact')) {
        const fact = decodeContent(bytes);
        if (fact.type === 'ShiftStarted' && fact.commandId?.startsWith('central:')) {
          made.set(fact.commandId, (made.get(fact.commandId) ?? 0) + 1);
        }
        if (fact.type !== 'CommandReceived') continue;
        // A clone of the disk may have told it, too: nothing is done by that.
        const last = told.get(path) ?? 0;
        const { number } = fact.body;
        if (number > last + 1) failed('an outcome is left out', `${path} ${last} and ${number}`);
        told.set(path, Math.max(last, number));
      }
      const { dispatch } = central.app()!.memory;
      for (const line of lines) {
        for (const { number, state, commandId } of dispatch.ofLine(line, 1e9, sentMax)) {
          const facts = made.get(commandId) ?? 0;
          const is = `${line} ${number} is ${state}: ${facts} facts`;
          if (facts !== (state === 'applied' ? 1 : 0)) failed('a command is not done once', is);
        }
        const { newest } = dispatch.standing(line);
        if ((told.get(line) ?? 0) !== newest) failed('a command was skipped', `${line} ${newest}`);
      }
    },
  };
}
