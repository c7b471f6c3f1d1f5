import { type CommandType, readCommand } from '../../shared/command.ts';
import { Fault } from '../../shared/fault.ts';
import { judge } from '../../statecharts/plant.ts';
import { type Template, templates } from '../../statecharts/policy.ts';
import { given, keyOf } from '../../statecharts/tables.ts';
import { openBox } from './box.ts';
import { random } from './random.ts';
import { m01, m02 } from './shop.ts';
import {
  aboutBatch,
  aboutKnown,
  aboutLot,
  aboutMaterial,
  aboutNothing,
  aboutOperation,
  aboutOrder,
  type Body,
  bodyOf,
  hourMs,
  pools,
  stepTypes,
} from './wishes.ts';

/** One step of a story: what is asked, and the dice that choose of whom and about what. */
export type Step = readonly [type: CommandType, dice: number];
export type Shop = ReturnType<typeof openShop>;

export const lanes: Record<string, number> = { [m01]: 2, [m02]: 1 };
/** A shop of two lines under one policy, and people who ask it for anything, often sensibly. */
export function openShop(template: Template) {
  const policy = templates[template];
  const lines = Object.entries(lanes).map(([line, count]) => ({ line, lanes: count, policy }));
  const box = openBox(':memory:', lines);
  const answered: string[] = [];
  let asked = 0;

  function askingFor(type: CommandType, dice: ReturnType<typeof random>) {
    const { below, chance } = dice;
    // The first of each is meant as often as all others, so that things meet.
    const [order, operation, lot] = [pools.order, pools.operation, pools.lot].map(
      (pool) => pool[chance(0.5) ? 0 : below(pool.length)],
    );
    const some = () => {
      const kind = below(4);
      if (kind === 0) return { lot };
      return {
        ...given({ lot: chance(0.3) ? lot : undefined }),
        order,
        ...(kind > 1 && { operation }),
      };
    };
    const about = aboutOrder.has(type)
      ? { order, ...(type === 'ReverseFact' && chance(0.6) && { operation }) }
      : aboutOperation.has(type)
        ? { order, operation }
        : aboutBatch.has(type)
          ? { order, lot }
          : aboutMaterial.includes(type)
            ? { order, operation, lot }
            : aboutLot.includes(type)
              ? { lot, ...(chance(0.3) && { order }) }
              : aboutNothing.includes(type) || (aboutKnown.has(type) && chance(0.7))
                ? {}
                : some();
    const body = bodyOf({ ...box, answered }, type, dice);
    const central = type === 'ReleaseHold' && chance(0.2);
    const actor = central ? 'system:central' : pools.person[below(3)];
    const line = chance(0.6) ? m01 : m02;
    const atMs = chance(0.5) ? { atMs: box.time.nowMs - below(4) * hourMs } : {};
    const command = { commandId: `c-${asked}`, line, type, actor, ...about, ...atMs, body };
    return chance(0.7) ? atHand(command, below) : command;
  }

  /** The same, of a run or a batch that there is, or of a lot that has become others. */
  function atHand<C extends { type: CommandType; body: Body }>(
    command: C,
    below: (limit: number) => number,
  ): C {
    const { type, body } = command;
    if (['ReportQuantity', 'EndPhase', 'StaffRun'].includes(type)) {
      const runs = [...box.book.rows('run')];
      const [key, row] = runs[below(runs.length)] ?? [];
      if (!key || !row) return command;
      const [line, run] = key.split('\n');
      return {
        ...command,
        line,
        order: row.order,
        operation: row.operation,
        body: { ...body, run },
      };
    }
    if (type === 'ResumeOperation') {
      const paused = [...box.book.rows('operation')].filter(([, { state }]) => state === 'paused');
      const [order, operation] = paused[below(paused.length)]?.[0].split('\n') ?? [];
      return order === undefined ? command : { ...command, order, operation };
    }
    if (type === 'PlaceHold' && body['scope'] === 'lot') {
      const split = [...box.book.rows('lot').keys()].filter(
        (known) => (box.book.look('into', keyOf('lot', known))?.size ?? 0) > 0,
      );
      return split.length === 0 ? command : { ...command, lot: split[below(split.length)] };
    }
    if (!aboutBatch.has(type)) return command;
    const limited = [...box.book.rows('batch')].filter(([batch]) =>
      box.book.look('timer', keyOf('batch', batch, 'phaseLimit')),
    );
    const overruns = type === 'OverrunBatchPhase' && limited.length > 0;
    const batches = overruns ? limited : [...box.book.rows('batch')];
    const [lot, row] = batches[below(batches.length)] ?? [];
    if (!lot || !row) return command;
    const ends = type === 'EndBatchPhase' || type === 'OverrunBatchPhase';
    const phase = ends && row.phase ? { phase: row.phase } : {};
    return { ...command, lot, order: row.order, body: { ...body, ...phase } };
  }

  /** True if the command can be read and the line's charts would let it be stated now. */
  function isWise(command: object): boolean {
    try {
      const { line, statement } = readCommand(command);
      const { nowMs } = box.time;
      const fact = { ...statement, eventId: 'new', recordedMs: nowMs, atMs: nowMs, clock: 'edge' };
      judge(box.book.look, line, { lanesMax: lanes[line]!, policy }, fact as never);
      return true;
    } catch (error) {
      if (error instanceof Fault) return false;
      throw error;
    }
  }

  return {
    ...{ ...box, policy },

    /** The command of a step; often one that would be accepted, and then rather any than none. */
    command([type, seed]: Step) {
      const dice = random(seed);
      box.time.nowMs += dice.below(3) * hourMs;
      asked += 1;
      let command = askingFor(type, dice);
      const tries = dice.chance(0.6) ? 20 : 0;
      for (let more = 1; more < tries && !isWise(command); more++) {
        const other = stepTypes[dice.below(stepTypes.length)]!;
        command = askingFor(more < 10 ? type : other, dice);
      }
      return command;
    },

    /** Remembers what was stated, to be reversed or corrected later. */
    remember: (eventId: string) => void answered.push(eventId),
  };
}
