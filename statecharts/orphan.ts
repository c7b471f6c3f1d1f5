import type { Content } from '../shared/event.ts';
import { Fault } from '../shared/fault.ts';
import { correct, type Effect, isCorrectable, settle } from './correction.ts';
import type { Verdict } from './plant.ts';
import { asStated } from './policy.ts';
import { type Asked, hasFlag, type Look } from './tables.ts';

/**
 * What a fact does that no chart accepts, because what it rests on is lost: it counts, as it does
 * at central, and turns the reports that it names. No order, run, lot or hold is changed by it.
 */
export function orphaned(look: Look, line: string, fact: Content): Verdict {
  const asked: Asked = { look, line, terms: asStated, fact, changes: [], flags: [], moves: [] };
  const { order } = fact;
  if (order === undefined || !isCorrectable(fact) || hasFlag(fact, 'late')) {
    return { changes: [], flags: [], moves: [], effects: undefined };
  }
  return { ...turned(asked), flags: [], moves: [] };
}

/** Nothing where it cannot correct what it names. */
function turned(asked: Asked): Pick<Verdict, 'changes' | 'effects'> {
  try {
    const effects: Effect[] = correct(asked);
    return { effects: [...effects, ...settle(asked, effects)], changes: asked.changes };
  } catch (error) {
    if (error instanceof Fault && error.code === 'REFUSED') return { effects: [], changes: [] };
    throw error;
  }
}
