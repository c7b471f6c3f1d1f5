import { random } from './random.ts';
import { openSearch, type Story } from './search.ts';

/** A move that is a fact which arrives, and not central's or the ERP's own step. */
export const isArrival = (name: string): boolean => /^\S+: /.test(name);

/** One way through a story, to its end; the moves on it. Throws with them if a rule breaks. */
export function wander(story: Story, seed: number): readonly string[] {
  const { below } = random(seed);
  const search = openSearch(story);
  const path: string[] = [];
  let place = search.start;
  try {
    for (let moves = search.moves(place); moves.length > 0; moves = search.moves(place)) {
      if (moves.every(({ name }) => isArrival(name))) search.checkRest(place);
      const move = moves[below(moves.length)]!;
      path.push(move.name);
      place = move.go();
    }
    search.checkEnd(place);
  } catch (error) {
    throw new Error([...path, (error as Error).message].join('\n'));
  }
  return path;
}
