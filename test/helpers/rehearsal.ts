import { join } from 'node:path';
import type { Means } from '../../edge/store/trial.ts';
import { templates } from '../../statecharts/policy.ts';
import { openBox, outcome } from './box.ts';
import { testFolder } from './folder.ts';
import { m01, m02 } from './shop.ts';

/** How many of each kind when nothing differs. */
export const nothing = { refused: 0, changed: 0, stopped: 0, accepted: 0, otherwise: 0 };
export const withLanes = (lanes: number, policy = templates.discrete) =>
  [m01, m02].map((line) => ({ line, lanes, policy }));

/** A closed store with these commands, asked one after the other, and what was answered. */
export function written(given: readonly object[], lines = withLanes(2), means: Means = {}) {
  const path = join(testFolder(), 'edge.sqlite');
  const box = openBox(path, lines, means);
  const answers = given.map((asked) => outcome(box.decide(asked)));
  box.db.close();
  return { path, answers };
}
