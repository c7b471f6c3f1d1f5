import { describe, expect, test } from 'vitest';
import { type Sheet, sheets } from './helpers/charts.ts';

type Path = { state: string; asked: string[] };

/** The shortest way to every state that can be reached, by trying everything everywhere. */
function pathsOf({ chart, events }: Sheet): Path[] {
  const paths: Path[] = [{ state: chart.initial, asked: [] }];
  for (const { state, asked } of paths) {
    for (const [name, event] of Object.entries(events)) {
      if (!chart.can(state, event)) continue;
      const next = chart.step(state, event, 'it');
      if (paths.some((path) => path.state === next)) continue;
      paths.push({ state: next, asked: [...asked, name] });
    }
  }
  return paths;
}

describe.each(Object.entries(sheets))('%s', (_name, sheet: Sheet) => {
  const { chart, events } = sheet;
  const paths = pathsOf(sheet);

  test('every state can be reached', () => {
    expect(paths.map(({ state }) => state).sort()).toEqual([...chart.states].sort());
  });

  test.each(paths)('the same facts lead to $state again: $asked', ({ state, asked }) => {
    const again = asked.reduce(
      (from, name) => chart.step(from, events[name]!, 'it'),
      chart.initial,
    );
    expect(again).toBe(state);
  });

  test('whatever may be asked somewhere is accepted somewhere', () => {
    const accepted = Object.entries(events).filter(([, event]) =>
      chart.states.some((state) => chart.can(state, event)),
    );
    expect(accepted.map(([name]) => name)).toEqual(Object.keys(events));
  });
});
