import { openSearch, type Place, type Story } from './search.ts';
import { isArrival } from './wander.ts';

/** Walks every way through the story. Returns how many places there are, and how many are ends. */
export function explore(story: Story) {
  const search = openSearch(story);
  const { db } = search.side;
  const seen = new Set<string>();
  const lanes = db
    .prepare<[number], string>('SELECT lane FROM lane WHERE due_ms <= ? ORDER BY lane')
    .pluck();
  // What is posted or void only counts in sums; of what is open the order within a lane matters.
  const rows = db
    .prepare<[], string>(
      `SELECT group_concat(concat_ws('|', key, state, lane, quantity, '/', blocked)
         ORDER BY iif(state IN ('posted', 'void'), key, lane), id)
       FROM posting`,
    )
    .pluck();
  const keep = db.prepare('SAVEPOINT place');
  const back = db.prepare('ROLLBACK TO place');
  const drop = db.prepare('RELEASE place');
  let ends = 0;

  function nameOf({ heard, depot, documents, flights, doubts, steps }: Place): string {
    const counts = Object.keys(story.lines).map(
      (line) => heard.filter((fact) => fact.line === line).length,
    );
    const flying = Object.entries(flights)
      .map(([lane, task]) => [lane, task.do])
      .sort();
    return JSON.stringify(
      [counts, depot, [...documents].sort(), flying, doubts, rows.get(), lanes.all(steps * 10_000)],
      (_, value) => (typeof value === 'bigint' ? `${value}` : value),
    );
  }

  function walk(place: Place, path: readonly string[]): void {
    const name = nameOf(place);
    if (seen.has(name)) return;
    seen.add(name);
    const moves = search.moves(place);
    const atRest = moves.every((move) => isArrival(move.name));
    try {
      if (atRest) search.checkRest(place);
      if (moves.length === 0) {
        ends += 1;
        search.checkEnd(place);
      }
    } catch (error) {
      throw new Error([...path, (error as Error).message].join('\n'));
    }
    // Nobody comes back to a place after its last move: without a savepoint for that one there are
    // as many as there are choices left, and every write pays for each.
    moves.forEach((move, index) => {
      search.side.time.nowMs = place.steps * 10_000;
      const last = index === moves.length - 1;
      if (!last) keep.run();
      walk(attempt(move, path), [...path, move.name]);
      if (last) return;
      back.run();
      search.side.postings.undone();
      drop.run();
    });
  }

  function attempt(move: { name: string; go: () => Place }, path: readonly string[]): Place {
    try {
      return move.go();
    } catch (error) {
      throw new Error([...path, move.name, (error as Error).message].join('\n'));
    }
  }

  walk(search.start, []);
  return { places: seen.size, ends };
}
